"""Reach: the part of the free ground that a robot can roam."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import distance_transform_edt, label


def roamed(free: NDArray[np.bool_], cell_m: float, corridor_m: float) -> NDArray[np.bool_]:
    """The free cells (NX, NY) within the largest connected area that a disc of radius ``corridor_m`` can roam.

    All free cells if the disc fits nowhere.
    """
    padded = np.pad(free, 1)
    fits = (distance_transform_edt(padded) * cell_m >= corridor_m)[1:-1, 1:-1]
    pieces, count = label(fits)
    if count == 0:
        return free
    largest = pieces == 1 + int(np.argmax(np.bincount(pieces.ravel())[1:]))
    near = distance_transform_edt(~largest) * cell_m <= corridor_m + cell_m
    kept, _ = label(free & near)
    core: NDArray[np.bool_] = kept == kept[np.unravel_index(int(np.argmax(largest)), largest.shape)]
    return core
