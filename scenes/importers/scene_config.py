"""The ``config.yaml`` of a published scene, read by guessing at names: its schema is not published."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from navbench_gs.errors import InvalidRecordError
from navbench_gs.splats.transform import Similarity
from scenes.importers.plain_files import read_yaml
from scenes.importers.waypoints import Pair, as_pairs, as_point, listed, plain_name

SCALE_NAMES = frozenset(["scale", "scale_factor", "metric_scale", "metres_per_unit", "meters_per_unit"])
UP_NAMES = frozenset(["up", "up_axis", "up_vector", "up_direction"])
MATRIX_NAMES = frozenset(["transform", "transformation", "transform_matrix", "matrix", "world_transform", "similarity"])
AXES = {"x": (1.0, 0.0, 0.0), "y": (0.0, 1.0, 0.0), "z": (0.0, 0.0, 1.0)}

Vector = tuple[float, float, float]


@dataclass(frozen=True, eq=False)
class SceneConfig:
    """What a configuration says, as far as it was understood."""

    metres_per_unit: float | None = None
    up: Vector | None = None
    transform: Similarity | None = None
    pairs: tuple[Pair, ...] = ()
    notes: tuple[str, ...] = ()


def read_scene_config(path: Path) -> SceneConfig:
    """The scale, upright direction, transform and starts and goals of a configuration; notes tell what was made of it.

    Raises:
        DamagedFileError: the file cannot be read as plain YAML.
    """
    content = read_yaml(path)
    understood: dict[str, Any] = {}
    used: list[str] = []
    ignored: list[str] = []
    for name, value in _leaves(content, ""):
        found = _meaning(name.rsplit(".", 1)[-1], value)
        if found is not None and found[0] not in understood:
            understood[found[0]] = found[1]
            used.append(f"{name} as {found[0].replace('_', ' ')}")
        else:
            ignored.append(name)
    pairs = as_pairs(content) if isinstance(content, dict) else ()
    if pairs:
        used.append(f"{len(pairs)} starts and goals")
    notes = [f"{path.name}: understood {listed(used) or 'nothing'}"]
    if ignored:
        notes.append(f"{path.name}: not understood: {listed(ignored)}")
    return SceneConfig(**understood, pairs=pairs, notes=tuple(notes))


def _leaves(value: Any, prefix: str) -> list[tuple[str, Any]]:
    """Dotted names and what they hold: everything that is not itself a mapping of names."""
    if not isinstance(value, dict):
        return [(prefix or "the file", value)]
    found = []
    for name, entry in value.items():
        found += _leaves(entry, f"{prefix}.{plain_name(name)}" if prefix else plain_name(name))
    return found


def _meaning(name: str, value: Any) -> tuple[str, Any] | None:
    """The field of :class:`SceneConfig` that a leaf gives, and its value; None if it is not understood."""
    if name in SCALE_NAMES and isinstance(value, int | float) and not isinstance(value, bool) and 1e-6 < value < 1e6:
        return "metres_per_unit", float(value)
    if name in UP_NAMES and (up := _direction(value)) is not None:
        return "up", up
    if name in MATRIX_NAMES and (transform := _similarity(value)) is not None:
        return "transform", transform
    return None


def _direction(value: Any) -> Vector | None:
    """A direction written as ``z``, ``-y``, ``Y_UP`` or three numbers."""
    if isinstance(value, str):
        text = value.lower().replace("_up", "").replace("-up", "").strip()
        sign = -1.0 if text.startswith("-") else 1.0
        axis = AXES.get(text.lstrip("+-"))
        return None if axis is None else (sign * axis[0], sign * axis[1], sign * axis[2])
    point = as_point(value)
    length = float(np.linalg.norm(point)) if point is not None else 0.0
    if point is None or len(point) != 3 or length < 1e-6:
        return None
    return point[0] / length, point[1] / length, point[2] / length


def _similarity(value: Any) -> Similarity | None:
    """A 4 x 4 matrix that scales all axes alike and does not mirror."""
    try:
        matrix = np.array(value, dtype=np.float64)
    except (TypeError, ValueError):
        return None
    if matrix.shape != (4, 4) or not np.isfinite(matrix).all() or not np.allclose(matrix[3], (0, 0, 0, 1)):
        return None
    scale = float(np.cbrt(max(np.linalg.det(matrix[:3, :3]), 0.0)))
    if scale < 1e-9:
        return None
    try:
        return Similarity(scale, matrix[:3, :3] / scale, matrix[:3, 3])
    except InvalidRecordError:
        return None
