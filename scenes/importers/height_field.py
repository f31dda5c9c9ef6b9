"""The synthesised ground: a smooth height field through the Gaussians that lie on it, and its mesh.

Captures have no ground to stand on: splats have no surface, and published collision meshes leave it out.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter

from navbench_gs.domain.cloud import GaussianCloud
from navbench_gs.terrain.distance import interpolated
from navbench_gs.terrain.terrain import Mesh
from scenes.importers.density import axes_of

Floats = NDArray[np.float64]
STEP_M = 0.5
"""Distance of two height samples."""
SMOOTH_M = 1.0
"""Standard deviation of the smoothing; gaps are filled from around."""
NARROWING_M = (0.5, 0.2, 0.1, 0.1)
"""A Gaussian whose centre is within this of the ground found so far belongs to it; found anew each time."""
UPRIGHT = 0.8
"""Cosine between up and the shortest axis of a Gaussian that lies flat."""
FAINTEST = 0.2
"""Gaussians of less opacity say nothing about the ground."""
FLAT_M = 0.02
"""Ground that departs from z = 0 by less than this everywhere is taken to be flat."""
MOST_VERTICES = 40_000
APRON_M = 10.0
"""How far the ground continues beyond the grid."""


@dataclass(frozen=True, eq=False)
class HeightField:
    """Height of the ground over an area."""

    values: Floats
    """(NX, NY) metres at the centres of cells of ``STEP_M``."""
    origin: tuple[float, float]
    """World x, y of the outer corner of cell (0, 0), metres."""

    def at(self, points: Floats) -> Floats:
        """Height (...,) at world points (..., 2), metres; clamped at the border."""
        return interpolated(self.values, self.origin, STEP_M, points)


def fit_ground(cloud: GaussianCloud, bounds: tuple[float, float, float, float]) -> HeightField:
    """The ground of an aligned cloud (z up, roughly z = 0) over ``bounds`` (x0, y0, x1, y1), metres."""
    x0, y0, x1, y1 = bounds
    shape = (max(2, int(np.ceil((x1 - x0) / STEP_M))), max(2, int(np.ceil((y1 - y0) / STEP_M))))
    field = HeightField(np.zeros(shape), (x0, y0))
    points, weights = _flat_gaussians(cloud, bounds)
    for reach_m in NARROWING_M:
        near = np.abs(points[:, 2] - field.at(points[:, :2])) <= reach_m
        field = HeightField(_smoothed(points[near], weights[near], shape, (x0, y0)), (x0, y0))
    if np.abs(field.values).max() < FLAT_M:
        return HeightField(np.zeros(shape), (x0, y0))
    return field


def _flat_gaussians(cloud: GaussianCloud, bounds: tuple[float, float, float, float]) -> tuple[Floats, Floats]:
    """Centres (N, 3) and weights (N,) of the Gaussians that lie flat near z = 0.

    Weighted by opacity, not by area: real captures have few, large, blurred Gaussians under the surface that is seen.
    """
    x0, y0, x1, y1 = bounds
    x, y, z = cloud.means.T
    chosen = np.flatnonzero(
        (x > x0) & (x < x1) & (y > y0) & (y < y1)
        & (np.abs(z) < 2.0 * NARROWING_M[0]) & (cloud.opacities > FAINTEST)
    )  # fmt: skip
    part = GaussianCloud(*(getattr(cloud, name)[chosen] for name in ("means", "quats", "scales", "opacities", "sh")))
    thin = np.argmin(part.scales, axis=1)
    flat = np.abs(axes_of(part)[np.arange(len(chosen)), 2, thin]) > UPRIGHT
    return part.means[flat].astype(np.float64), part.opacities[flat].astype(np.float64)


def _smoothed(points: Floats, weights: Floats, shape: tuple[int, int], origin: tuple[float, float]) -> Floats:
    """Weighted mean height around each cell (normalised convolution); zero where nothing is known far and wide."""
    cell = np.clip(((points[:, :2] - origin) / STEP_M).astype(np.int64), 0, np.array(shape) - 1)
    index = cell[:, 0] * shape[1] + cell[:, 1]
    total, height = (
        np.bincount(index, w, shape[0] * shape[1]).reshape(shape) for w in (weights, weights * points[:, 2])
    )
    known, values = np.zeros(shape), np.zeros(shape)
    for spread_m in (8.0 * SMOOTH_M, 2.0 * SMOOTH_M, SMOOTH_M):  # far and coarse first, near and fine over it
        sigma = spread_m / STEP_M
        known = gaussian_filter(total, sigma, mode="constant")
        enough = known > 1e-3 * max(float(known.max()), 1e-12)
        values = np.where(enough, gaussian_filter(height, sigma, mode="constant") / np.maximum(known, 1e-12), values)
    return values


def ground_mesh(field: HeightField) -> Mesh:
    """Triangles of the ground, continued level beyond its border, as a body may drive on them.

    A flat field becomes squares of 2 m, others of 1 m, larger ones where that would be too many for physics.
    """
    nx, ny = field.values.shape
    step = 2 if field.values.any() else 4
    step = max(step, int(np.ceil(np.sqrt(nx * ny / MOST_VERTICES))))
    border = int(np.ceil(APRON_M / (STEP_M * step))) * step
    i, j = np.arange(-border, nx + border + step, step), np.arange(-border, ny + border + step, step)
    x, y = np.meshgrid(field.origin[0] + i * STEP_M, field.origin[1] + j * STEP_M, indexing="ij")
    z = field.at(np.stack([x, y], axis=-1))
    columns = len(j)
    corner = (np.arange(len(i) - 1)[:, None] * columns + np.arange(columns - 1)).ravel()
    a, b, c, d = corner, corner + columns, corner + columns + 1, corner + 1
    faces = np.concatenate([np.stack([a, b, c], axis=1), np.stack([a, c, d], axis=1)])
    vertices = np.round(np.stack([x.ravel(), y.ravel(), z.ravel()], axis=1), 4)
    return Mesh(vertices.astype(np.float32), faces.astype(np.int32))
