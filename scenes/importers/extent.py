"""Extent: which part of a capture is a place, and which only its surroundings."""

from __future__ import annotations

import numpy as np
from scipy.ndimage import binary_opening, label

from navbench_gs.domain.cloud import GaussianCloud
from navbench_gs.errors import DamagedFileError

Bounds = tuple[float, float, float, float]
CELL_M = 0.5
NEAR_GROUND_M = 0.5
MARGIN_M = 1.0
WIDEST_M = 400.0
SPARSEST = 0.3
"""A cell belongs to the place if low Gaussians cover at least this share of it."""


def place_bounds(cloud: GaussianCloud) -> Bounds:
    """x0, y0, x1, y1 of the largest connected patch of ground in an aligned cloud, a metre wider all round.

    Raises:
        DamagedFileError: there is none, or it is too wide to be a place.
    """
    low = (np.abs(cloud.means[:, 2]) < NEAR_GROUND_M) & (cloud.opacities > SPARSEST)
    points = cloud.means[low, :2].astype(np.float64)
    if not len(points):
        raise DamagedFileError("no Gaussian lies near the ground: check the scale and --up")
    centre = np.median(points, axis=0)
    inside = (np.abs(points - centre) < WIDEST_M / 2.0).all(axis=1)
    cells = np.floor((points[inside] - centre + WIDEST_M / 2.0) / CELL_M).astype(np.int64)
    sizes = np.sort(cloud.scales[low][inside], axis=1).astype(np.float64)
    side = int(WIDEST_M / CELL_M)
    area = np.bincount(cells[:, 0] * side + cells[:, 1], 4.0 * sizes[:, 1] * sizes[:, 2], side * side)
    covered = binary_opening(area.reshape(side, side) > SPARSEST * CELL_M**2, iterations=1)
    pieces, count = label(covered)
    if count == 0:
        raise DamagedFileError("no patch of ground is wider than a metre: check the scale and --up")
    patch = np.argwhere(pieces == 1 + int(np.argmax(np.bincount(pieces.ravel())[1:])))
    corner = centre - WIDEST_M / 2.0
    x0, y0 = np.floor(corner + patch.min(axis=0) * CELL_M - MARGIN_M)
    x1, y1 = np.ceil(corner + (patch.max(axis=0) + 1) * CELL_M + MARGIN_M)
    return float(x0), float(y0), float(x1), float(y1)
