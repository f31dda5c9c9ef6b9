"""Lines of sight over the cells of a grid, exact: every cell that a segment passes through is looked at."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from navbench_gs.terrain.terrain import Grid


def line_of_sight(grid: Grid, a: ArrayLike, b: ArrayLike) -> bool:
    """Whether no blocked cell lies between world points ``a`` and ``b`` (2,)."""
    return not crosses(grid, grid.blocked, a, b)


def crosses(grid: Grid, layer: NDArray[np.bool_], a: ArrayLike, b: ArrayLike) -> bool:
    """Whether the segment from ``a`` to ``b`` (2,), world frame, passes through a true cell of ``layer`` (NX, NY).

    Cells beyond the grid count as false.
    """
    cells = _cells_between(grid, np.asarray(a, dtype=np.float64), np.asarray(b, dtype=np.float64))
    inside = ((cells >= 0) & (cells < np.array(layer.shape))).all(axis=1)
    return bool(layer[cells[inside, 0], cells[inside, 1]].any())


def _cells_between(grid: Grid, a: NDArray[np.float64], b: NDArray[np.float64]) -> NDArray[np.int64]:
    """Cells (N, 2) that the segment passes through: those of the midpoints between its crossings of grid lines."""
    start = (a - np.asarray(grid.origin)) / grid.cell_m
    span = (b - a) / grid.cell_m
    shares = [np.array([0.0, 1.0])]
    for axis in range(2):
        low, high = sorted((start[axis], start[axis] + span[axis]))
        lines = np.arange(np.floor(low) + 1.0, np.ceil(high))
        if len(lines):
            shares.append((lines - start[axis]) / span[axis])
    crossings = np.sort(np.concatenate(shares))
    middles = (crossings[1:] + crossings[:-1]) / 2.0
    cells: NDArray[np.int64] = np.floor(start + middles[:, None] * span).astype(np.int64)
    return cells
