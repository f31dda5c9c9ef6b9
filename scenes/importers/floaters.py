"""Floaters: Gaussians that hang in the air where nothing is, and what tells them from things."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import label
from scipy.spatial import cKDTree

from navbench_gs.domain.cloud import GaussianCloud

NEIGHBOURS = 8
LONELY_DEVIATIONS = 3.0
"""A Gaussian whose neighbours are farther off than the mean by this many standard deviations (of the logarithm)."""
ROOTED_M = 0.35
"""What reaches below this height stands on the ground."""
LARGE_M3 = 0.3
"""What is larger than this is no floater, wherever it hangs: a crown, an awning."""
SUNK_M = 0.25
"""What is deeper under the ground than this is not seen from above, but smears over the view of a camera near it."""
SPECK_VOXELS = 3
"""What fills fewer voxels is noise even on the ground."""


def lonely(cloud: GaussianCloud, near: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Which of the Gaussians ``near`` (N,) have no others around them (N,); all others are never lonely.

    Statistical outlier removal (Rusu et al. 2008) on the logarithm of the mean distance to the nearest neighbours, and
    only of Gaussians that are themselves smaller than that distance: a large one fills its own surroundings.
    """
    found = np.zeros(len(cloud), dtype=bool)
    numbers = np.flatnonzero(near)
    if len(numbers) <= NEIGHBOURS:
        return found
    points = cloud.means[numbers]
    distance = cKDTree(points).query(points, k=NEIGHBOURS + 1)[0][:, 1:].mean(axis=1)
    spread = np.log(np.maximum(distance, 1e-6))
    apart = spread > spread.mean() + LONELY_DEVIATIONS * spread.std()
    found[numbers[apart & (cloud.scales[numbers].max(axis=1) < distance)]] = True
    return found


def floating(occupied: NDArray[np.bool_], voxel_m: float) -> NDArray[np.bool_]:
    """The voxels (NX, NY, NZ), z up from the ground, of pieces that neither stand, nor are large, nor reach the top."""
    pieces, count = label(occupied, structure=np.ones((3, 3, 3), dtype=bool))
    if count == 0:
        return np.zeros_like(occupied)
    sizes = np.bincount(pieces.ravel(), minlength=count + 1)
    kept = sizes * voxel_m**3 >= LARGE_M3
    rooted = max(1, round(ROOTED_M / voxel_m))
    for layer in (pieces[..., :rooted], pieces[..., -1]):
        kept[np.unique(layer)] = True
    kept &= sizes >= SPECK_VOXELS
    kept[0] = True
    adrift: NDArray[np.bool_] = ~kept[pieces]
    return adrift
