"""Alignment: from a capture's arbitrary frame to metres, z up, the ground at z = 0."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from navbench_gs.domain.cloud import GaussianCloud
from navbench_gs.errors import DamagedFileError
from navbench_gs.splats.transform import Similarity
from scenes.importers.cameras import TrainingViews
from scenes.importers.plane import Plane, ground_plane

Floats = NDArray[np.float64]
Point = tuple[float, ...]


@dataclass(frozen=True)
class ScaleHints:
    """What is known of a capture's size; the first that is given counts."""

    metres_per_unit: float | None = None
    measured: tuple[Point, Point, float] | None = None
    """Two points in the capture's units (both in 3-D, or both on the preview's plan) and their distance in metres."""
    camera_height_m: float | None = None
    """How high above the ground the camera was held; needs the cameras."""


@dataclass(frozen=True, eq=False)
class Alignment:
    """How a capture is brought upright and to scale."""

    similarity: Similarity
    scale_from: str
    """``given``, ``measured``, ``camera height`` or ``unknown``: then one unit is taken for a metre."""
    up_from: str
    """What the upright direction was sought by: ``given``, ``cameras``, a convention, or ``transform``."""
    plane: Plane | None
    """The ground plane in the capture's frame; None where the transform was given whole."""


def upright(cloud: GaussianCloud, views: TrainingViews | None, up: Point | None) -> tuple[Similarity, Plane, str]:
    """The rigid map that puts a capture's ground to z = 0, still in its own units.

    Raises:
        DamagedFileError: no plane looks like ground.
    """
    if up is not None:
        plane, up_from = ground_plane(cloud, np.array(up, dtype=np.float64)), "given"
    elif views is not None:
        plane, up_from = ground_plane(cloud, views.up), "cameras"
    else:
        plane = ground_plane(cloud, None)
        up_from = f"found ({plane.found_by})"
    rotation = _to_vertical(plane.normal)
    centre = rotation @ np.median(cloud.means.astype(np.float64), axis=0)
    return Similarity(1.0, rotation, np.array([-centre[0], -centre[1], -plane.offset])), plane, up_from


def align(cloud: GaussianCloud, views: TrainingViews | None, up: Point | None, hints: ScaleHints) -> Alignment:
    """Upright and to scale.

    Raises:
        DamagedFileError: no plane looks like ground, or a hint fits nothing.
    """
    rigid, plane, up_from = upright(cloud, views, up)
    scale, scale_from = metres_per_unit(hints, rigid, views)
    return Alignment(rigid.then(Similarity(scale)), scale_from, up_from, plane)


def metres_per_unit(hints: ScaleHints, rigid: Similarity, views: TrainingViews | None) -> tuple[float, str]:
    """The scale and where it comes from; 1 and ``unknown`` without any hint.

    Raises:
        DamagedFileError: the measured points coincide, or the cameras are missing or not above the ground.
    """
    if hints.metres_per_unit is not None:
        return hints.metres_per_unit, "given"
    if hints.measured is not None:
        a, b, metres = hints.measured
        units = float(np.linalg.norm(np.array(a) - np.array(b)))
        if len(a) != len(b) or units <= 0:
            raise DamagedFileError("the two measured points coincide; give two points that lie apart")
        return metres / units, "measured"
    if hints.camera_height_m is not None:
        if views is None:
            raise DamagedFileError("a camera height says nothing without the cameras; give their file with --cameras")
        height = float(np.median(rigid.applied_to(views.centres)[:, 2]))
        if height <= 0:
            raise DamagedFileError("the cameras lie below the ground that was found; say which way is up with --up")
        return hints.camera_height_m / height, "camera height"
    return 1.0, "unknown"


def _to_vertical(normal: Floats) -> Floats:
    """The shortest rotation (3, 3) that turns a unit vector to +z."""
    x, y, z = normal
    if z < -1.0 + 1e-9:
        return np.diag([1.0, -1.0, -1.0])
    return np.array(
        [
            [1.0 - x * x / (1.0 + z), -x * y / (1.0 + z), -x],
            [-x * y / (1.0 + z), 1.0 - y * y / (1.0 + z), -y],
            [x, y, z],
        ]
    )
