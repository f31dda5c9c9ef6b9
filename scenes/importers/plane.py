"""The ground's plane: RANSAC over the centres of a cloud's Gaussians."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from navbench_gs.domain.cloud import GaussianCloud
from navbench_gs.domain.streams import stream
from navbench_gs.errors import DamagedFileError

Floats = NDArray[np.float64]
SAMPLED, TRIED_ON = 60_000, 6000
"""Gaussians drawn by opacity and width, and how many of them planes are tried on; the best is fitted to all."""
TRIALS = 600
TOLERANCE_SHARE = 0.03
"""How far off a plane its Gaussians may lie, as a share of the extent of the cloud's middle half."""
NARROWING = (*(1.0,) * 4, *(0.5,) * 4, *(0.25,) * 4, *(0.12,) * 4, *(0.06,) * 4)
"""Shares of the tolerance within which points count while the plane is fitted again and again."""
FEWEST = 100
BELOW_WEIGHT = 2.0
"""What lies below a plane counts this much against it: nothing is under the ground."""
SMALLEST_SHARE = 0.08
"""A plane with less of the cloud's area than this is no ground."""
TILT_RAD = math.radians(35.0)
"""How far the ground's normal may be off the direction that is taken to be up."""
CONVENTIONS: tuple[tuple[str, tuple[float, float, float]], ...] = (
    ("-y", (0.0, -1.0, 0.0)),
    ("z", (0.0, 0.0, 1.0)),
)
"""Directions that trainers leave up in, the commonest first: COLMAP's first camera, then scenes turned upright."""


@dataclass(frozen=True, eq=False)
class Plane:
    """A plane with a side that is up."""

    normal: Floats
    """(3,) unit vector, up."""
    offset: float
    """``normal . point`` of its points, in the cloud's units."""
    share: float
    """Share of the cloud's area within the tolerance."""
    below: float
    """Share of the cloud's area well below it."""
    above: float
    """Share of the cloud's area well above it."""
    found_by: str
    """What was taken to be up while it was sought."""

    @property
    def score(self) -> float:
        """How much it looks like ground."""
        return self.share - BELOW_WEIGHT * self.below


def ground_plane(cloud: GaussianCloud, up: Floats | None) -> Plane:
    """The plane that holds most of the cloud's area and has next to nothing below it.

    Args:
        cloud: a capture in its own units.
        up: roughly the direction that is up (3,); None tries the usual conventions, then every direction.

    Raises:
        DamagedFileError: no plane looks like ground.
    """
    points, tolerance = _sampled(cloud)
    planes = _planes_through(points)
    tried = [("up", up)] if up is not None else [*((name, np.array(axis)) for name, axis in CONVENTIONS), ("any", None)]
    for name, axis in tried:
        best = _best_plane(points, planes, tolerance, axis, name)
        if best is not None and best.share >= SMALLEST_SHARE and best.score > 0 and best.above >= best.below:
            return best
    raise DamagedFileError("no ground was found: no plane holds enough of the capture; say which way is up with --up")


def _sampled(cloud: GaussianCloud) -> tuple[Floats, float]:
    """Centres (S, 3) drawn by opacity and width, and the tolerance of a plane in the cloud's units."""
    sizes = np.sort(cloud.scales.astype(np.float64), axis=1)
    area = sizes[:, 1] * sizes[:, 2]
    weight = cloud.opacities * np.sqrt(area)
    rng = stream("import", "plane", len(cloud))
    drawn = rng.choice(len(cloud), size=min(SAMPLED, 4 * len(cloud)), p=weight / weight.sum())
    points = cloud.means[drawn].astype(np.float64)
    low, high = np.quantile(cloud.means, [0.25, 0.75], axis=0)
    return points, TOLERANCE_SHARE * float(np.linalg.norm(high - low))


def _planes_through(points: Floats) -> tuple[Floats, Floats]:
    """Normals (T, 3) and offsets (T,) of planes through random triples of points."""
    rng = stream("import", "triples", len(points))
    a, b, c = (points[rng.integers(len(points), size=TRIALS)] for _ in range(3))
    normals = np.cross(b - a, c - a)
    lengths = np.linalg.norm(normals, axis=1)
    sound = lengths > 1e-12
    normals = normals[sound] / lengths[sound, None]
    return normals, np.sum(normals * a[sound], axis=1)


def _best_plane(
    points: Floats, planes: tuple[Floats, Floats], tolerance: float, up: Floats | None, name: str
) -> Plane | None:
    """The best of many planes, refined by its own points; both sides are tried as up if ``up`` is None."""
    normals, offsets = planes
    if up is None:
        normals, offsets = np.concatenate([normals, -normals]), np.concatenate([offsets, -offsets])
    else:
        along = normals @ (up / np.linalg.norm(up))
        sign = np.where(along < 0, -1.0, 1.0)
        steep = np.abs(along) >= math.cos(TILT_RAD)
        normals, offsets = (normals * sign[:, None])[steep], (offsets * sign)[steep]
    found = [_judged(points[:TRIED_ON], n, o, tolerance, name) for n, o in zip(normals, offsets, strict=True)]
    if not found:
        return None
    best = max(found, key=lambda plane: plane.score)
    for share in NARROWING:
        best = _refitted(points, best, share * tolerance, tolerance)
    return best


def _judged(points: Floats, normal: Floats, offset: float, tolerance: float, name: str) -> Plane:
    height = points @ normal - offset
    share = float((np.abs(height) <= tolerance).mean())
    below, above = (float((side * height > 3.0 * tolerance).mean()) for side in (-1.0, 1.0))
    return Plane(normal, float(offset), share, below, above, name)


def _refitted(points: Floats, plane: Plane, reach: float, tolerance: float) -> Plane:
    """The least-squares plane of the points within ``reach`` of a plane, the same side up; the same if they are few."""
    near = points[np.abs(points @ plane.normal - plane.offset) <= reach]
    if len(near) < FEWEST:
        return plane
    centre = near.mean(axis=0)
    normal = np.linalg.svd(near - centre, full_matrices=False)[2][2]
    normal = normal if normal @ plane.normal > 0 else -normal
    return _judged(points, normal, float(normal @ centre), tolerance, plane.found_by)
