"""The ground's plane: RANSAC over the centres and turns of a cloud's Gaussians."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from navbench_gs.domain.cloud import GaussianCloud
from navbench_gs.domain.streams import stream
from navbench_gs.errors import DamagedFileError
from scenes.importers.density import axes_of
from scenes.importers.selection import chosen

Floats = NDArray[np.float64]
SAMPLED, TRIED_ON = 60_000, 6000
"""Gaussians drawn by opacity and width, and how many of them planes are tried on; the best is fitted to all."""
TRIALS = 600
TOLERANCE_SHARE = 0.03
"""How far off a plane its Gaussians may lie, as a share of the extent of the cloud's middle half."""
NARROWING = (*(1.0,) * 4, *(0.5,) * 4, *(0.25,) * 4, *(0.12,) * 4, *(0.06,) * 4)
"""Shares of the tolerance within which points count while the plane is fitted again and again."""
SHARP = 0.25
"""What lies within this share of the tolerance counts twice: a ground is a sheet, clutter is none."""
ALIKE = 0.8
"""Cosine between the shortest axis of a Gaussian and the normal of the plane that it lies in."""
FLATTEST = 0.5
"""A Gaussian whose shortest axis is longer than this share of its middle one is round and lies in any plane."""
FEWEST = 100
BELOW_WEIGHT, MIRRORED_WEIGHT = 2.0, 0.1
"""What lies below a plane counts this much against it: nothing is under the ground, except what the ground mirrors."""
SMALLEST_SHARE = 0.05
"""A plane that holds less of the cloud's area than this is no ground."""
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
    """Share of the cloud's area that lies in it, within the tolerance."""
    sharp: float
    """Share of the cloud's area that lies in it, within ``SHARP`` of the tolerance."""
    below: float
    """Share of the cloud's area well below it."""
    above: float
    """Share of the cloud's area well above it."""
    found_by: str
    """What was taken to be up while it was sought."""
    mirrored: float = 0.0
    """Share of the cloud's area well below it that is as far below as something else is above."""

    @property
    def held(self) -> float:
        """Share of the cloud's area that lies in it, counted by how sharp a sheet that is."""
        return (self.share + self.sharp) / 2.0

    @property
    def score(self) -> float:
        """How much it looks like ground."""
        against = BELOW_WEIGHT * (self.below - self.mirrored) + MIRRORED_WEIGHT * self.mirrored
        return self.held - against


@dataclass(frozen=True, eq=False)
class Sample:
    """Gaussians of a cloud, drawn by opacity and width."""

    points: Floats
    """(S, 3) centres."""
    axes: Floats
    """(S, 3) unit vectors along their shortest axes; zero where a Gaussian is round."""
    tolerance: float
    """How far off a plane its Gaussians may lie, in the cloud's units."""

    def first(self, count: int) -> Sample:
        """The first ``count`` of them."""
        return Sample(self.points[:count], self.axes[:count], self.tolerance)

    def lie_in(self, normal: Floats) -> NDArray[np.bool_]:
        """Which of them (S,) do not stand askew on planes of this normal (3,)."""
        return _alike(self.axes, normal)


def ground_plane(cloud: GaussianCloud, up: Floats | None) -> Plane:
    """The plane that holds most of the cloud's area and has next to nothing below it but mirror images.

    Args:
        cloud: a capture in its own units.
        up: roughly the direction that is up (3,); None tries the usual conventions, then every direction.

    Raises:
        DamagedFileError: no plane looks like ground.
    """
    sample = _sampled(cloud)
    planes = _planes_through(sample)
    tried = [("up", up)] if up is not None else [*((name, np.array(axis)) for name, axis in CONVENTIONS), ("any", None)]
    for name, axis in tried:
        best = _best_plane(sample, planes, axis, name)
        if best is not None and best.held >= SMALLEST_SHARE and best.score > 0 and best.above >= best.below:
            return best
    raise DamagedFileError("no ground was found: no plane holds enough of the capture; say which way is up with --up")


def _sampled(cloud: GaussianCloud) -> Sample:
    sizes = np.sort(cloud.scales.astype(np.float64), axis=1)
    weight = cloud.opacities * np.sqrt(sizes[:, 1] * sizes[:, 2])
    rng = stream("import", "plane", len(cloud))
    drawn = rng.choice(len(cloud), size=min(SAMPLED, 4 * len(cloud)), p=weight / weight.sum())
    part = chosen(cloud, drawn)
    axes = axes_of(part)[np.arange(len(part)), :, np.argmin(part.scales, axis=1)]
    axes[sizes[drawn, 0] > FLATTEST * sizes[drawn, 1]] = 0.0
    low, high = np.quantile(cloud.means, [0.25, 0.75], axis=0)
    return Sample(part.means.astype(np.float64), axes, TOLERANCE_SHARE * float(np.linalg.norm(high - low)))


def _alike(axes: Floats, normal: Floats) -> NDArray[np.bool_]:
    """Which axes (S, 3) are round or within reach of a normal (3,), (S,); or of many normals (3, T), (S, T)."""
    along = np.abs(axes @ normal)
    rounded = ~axes.any(axis=1).reshape(-1, *(1,) * (along.ndim - 1))
    alike: NDArray[np.bool_] = (along > ALIKE) | rounded
    return alike


def _planes_through(sample: Sample) -> tuple[Floats, Floats]:
    """Normals (T, 3) and offsets (T,) of planes through random triples of Gaussians that lie alike."""
    rng = stream("import", "triples", len(sample.points))
    tried = sample.first(TRIED_ON)
    first = rng.integers(len(tried.points), size=TRIALS)
    lot = rng.random((TRIALS, len(tried.points))) * _alike(tried.axes, tried.axes[first].T).T
    others = np.argpartition(lot, -2, axis=1)[:, -2:]
    a, b, c = (tried.points[which] for which in (first, *others.T))
    normals = np.cross(b - a, c - a)
    lengths = np.linalg.norm(normals, axis=1)
    sound = lengths > 1e-12
    normals = normals[sound] / lengths[sound, None]
    return normals, np.sum(normals * a[sound], axis=1)


def _best_plane(sample: Sample, planes: tuple[Floats, Floats], up: Floats | None, name: str) -> Plane | None:
    """The best of many planes, refined by its own Gaussians; both sides are tried as up if ``up`` is None."""
    normals, offsets = planes
    if up is None:
        normals, offsets = np.concatenate([normals, -normals]), np.concatenate([offsets, -offsets])
    else:
        along = normals @ (up / np.linalg.norm(up))
        sign = np.where(along < 0, -1.0, 1.0)
        steep = np.abs(along) >= math.cos(TILT_RAD)
        normals, offsets = (normals * sign[:, None])[steep], (offsets * sign)[steep]
    tree, tried = cKDTree(sample.points), sample.first(TRIED_ON)
    judged = (_judged(tried, n, o, name) for n, o in zip(normals, offsets, strict=True))
    found = [_with_mirrored(tried, plane, tree) for plane in judged if plane.share >= SMALLEST_SHARE]
    if not found:
        return None
    best = max(found, key=lambda plane: plane.score)
    for share in NARROWING:
        best = _refitted(sample, best, share * sample.tolerance)
    return _with_mirrored(sample, best, tree)


def _judged(sample: Sample, normal: Floats, offset: float, name: str) -> Plane:
    height = sample.points @ normal - offset
    off = np.where(sample.lie_in(normal), np.abs(height), np.inf) / sample.tolerance
    share, sharp = (float((off <= reach).mean()) for reach in (1.0, SHARP))
    below, above = (float((side * height > 3.0 * sample.tolerance).mean()) for side in (-1.0, 1.0))
    return Plane(normal, float(offset), share, sharp, below, above, name)


def _with_mirrored(sample: Sample, plane: Plane, tree: cKDTree) -> Plane:
    """A judged plane, and how much of what lies below it has something at its mirror image above."""
    height = sample.points @ plane.normal - plane.offset
    low = height < -3.0 * sample.tolerance
    images = sample.points[low] - 2.0 * height[low, None] * plane.normal
    distance, _ = tree.query(images, distance_upper_bound=sample.tolerance)
    return replace(plane, mirrored=float(np.isfinite(distance).sum()) / len(sample.points))


def _refitted(sample: Sample, plane: Plane, reach: float) -> Plane:
    """The least-squares plane of what lies within ``reach`` of a plane, the same side up; the same if it is little."""
    off = np.abs(sample.points @ plane.normal - plane.offset)
    near = sample.points[(off <= reach) & sample.lie_in(plane.normal)]
    if len(near) < FEWEST:
        return plane
    centre = near.mean(axis=0)
    normal = np.linalg.svd(near - centre, full_matrices=False)[2][2]
    normal = normal if normal @ plane.normal > 0 else -normal
    return _judged(sample, normal, float(normal @ centre), plane.found_by)
