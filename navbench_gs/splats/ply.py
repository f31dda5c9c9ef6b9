"""The ``.ply`` of Kerbl et al. 2023 ("Inria format"), which most splat trainers write.

One vertex a Gaussian: ``x y z``, ``f_dc_*`` (constant harmonic), ``f_rest_*`` (the others, all red first), ``opacity``
as a logit, ``scale_*`` as logarithms, ``rot_*`` as wxyz.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from navbench_gs.domain.cloud import GaussianCloud
from navbench_gs.errors import DamagedFileError

POSITION = ("x", "y", "z")
CONSTANT = ("f_dc_0", "f_dc_1", "f_dc_2")
SCALE = ("scale_0", "scale_1", "scale_2")
ROTATION = ("rot_0", "rot_1", "rot_2", "rot_3")
HIGHER_TERMS = (0, 3, 8, 15)
"""Harmonics beyond the constant one, for degrees 0 to 3."""
OPACITY_MARGIN = 1e-6
"""Opacities are written this far inside (0, 1), where the logit is finite."""


def read_ply(path: Path) -> GaussianCloud:
    """The Gaussians of an Inria-format ``.ply``, binary or ASCII, degree 0 to 3.

    Raises:
        DamagedFileError: absent, truncated, not a splat PLY, or holding unsound values.
    """
    vertices = _read_vertices(path)
    higher = len([name for name in vertices.dtype.names or () if name.startswith("f_rest_")])
    if higher % 3 or higher // 3 not in HIGHER_TERMS:
        raise DamagedFileError(
            f"{path}: {higher} f_rest properties fit no degree of harmonics (expected 0, 9, 24 or 45)"
        )
    rest = _columns(path, vertices, tuple(f"f_rest_{i}" for i in range(higher)))
    constant = _columns(path, vertices, CONSTANT)
    logits = _columns(path, vertices, ("opacity",))[:, 0]
    with np.errstate(over="ignore"):
        cloud = GaussianCloud(
            means=_columns(path, vertices, POSITION),
            quats=_columns(path, vertices, ROTATION),
            scales=np.exp(_columns(path, vertices, SCALE)),
            opacities=(1.0 / (1.0 + np.exp(-logits))).astype(np.float32),
            sh=np.concatenate([constant[:, None], rest.reshape(len(rest), 3, -1).transpose(0, 2, 1)], axis=1),
        )
    return with_unit_quaternions(cloud.validated(str(path)))


def write_ply(path: Path, cloud: GaussianCloud) -> None:
    """Write a cloud as a little-endian binary ``.ply`` in Inria format."""
    from plyfile import PlyData, PlyElement

    higher = 3 * (cloud.sh.shape[1] - 1)
    rest = cloud.sh[:, 1:].transpose(0, 2, 1).reshape(len(cloud), higher)
    opacity = np.clip(cloud.opacities.astype(np.float64), OPACITY_MARGIN, 1.0 - OPACITY_MARGIN)
    names = (*POSITION, *CONSTANT, *(f"f_rest_{i}" for i in range(higher)), "opacity", *SCALE, *ROTATION)
    logit = np.log(opacity / (1.0 - opacity))[:, None]
    table = np.concatenate([cloud.means, cloud.sh[:, 0], rest, logit, np.log(cloud.scales), cloud.quats], axis=1)
    vertices = np.empty(len(cloud), dtype=[(name, "<f4") for name in names])
    for column, name in enumerate(names):
        vertices[name] = table[:, column]
    with path.open("wb") as file:
        PlyData([PlyElement.describe(vertices, "vertex")], byte_order="<").write(file)


def with_unit_quaternions(cloud: GaussianCloud) -> GaussianCloud:
    """The cloud with its quaternions, none of them zero, scaled to length one."""
    quats = cloud.quats.astype(np.float64)
    return replace(cloud, quats=(quats / np.sqrt(np.sum(quats**2, axis=1, keepdims=True))).astype(np.float32))


def _read_vertices(path: Path) -> NDArray[Any]:
    """The structured array of the element ``vertex``."""
    from plyfile import PlyData, PlyParseError

    try:
        data = PlyData.read(str(path))
        vertices: NDArray[Any] = np.asarray(data["vertex"].data)
    except (OSError, PlyParseError, KeyError, ValueError, EOFError, UnicodeDecodeError) as error:
        raise DamagedFileError(f"cannot read the splat PLY {path}: {error}") from error
    return vertices


def _columns(path: Path, vertices: NDArray[Any], names: tuple[str, ...]) -> NDArray[np.float32]:
    """Properties ``names`` as (N, len(names)) float32."""
    table = np.empty((len(vertices), len(names)), dtype=np.float32)
    for column, name in enumerate(names):
        if name not in (vertices.dtype.names or ()):
            raise DamagedFileError(f"{path} is not a splat PLY in Inria format: property '{name}' is missing")
        table[:, column] = vertices[name]
    return table
