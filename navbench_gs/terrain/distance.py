"""Distance fields: how far the nearest thing that is not free lies, metres, on the cells of a walkable grid."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.ndimage import distance_transform_edt

from navbench_gs.terrain.terrain import Grid


@dataclass(frozen=True, eq=False)
class DistanceField:
    """Signed distance to the edge of free space, sampled at cell centres."""

    values: NDArray[np.float32]
    """(NX, NY) metres to the nearest cell that is not free; negative inside such cells."""
    origin: tuple[float, float]
    """World x, y of the outer corner of cell (0, 0), metres."""
    cell_m: float

    def at(self, points: ArrayLike) -> NDArray[np.float64]:
        """Distance (...,) at world points (..., 2), bilinear between cell centres, clamped at the border."""
        return interpolated(self.values, self.origin, self.cell_m, points)


def interpolated(
    values: NDArray[np.floating], origin: tuple[float, float], cell_m: float, points: ArrayLike
) -> NDArray[np.float64]:
    """A layer (NX, NY) read at world points (..., 2): bilinear between cell centres, clamped at the border."""
    place = (np.asarray(points, dtype=np.float64) - np.asarray(origin)) / cell_m - 0.5
    last = np.array(values.shape) - 1
    place = np.clip(place, 0, last)
    low = np.minimum(place.astype(np.int64), np.maximum(last - 1, 0))
    high = np.minimum(low + 1, last)
    share = place - low
    i, j, u, v = low[..., 0], low[..., 1], share[..., 0], share[..., 1]
    k, m = high[..., 0], high[..., 1]
    near = values[i, j] * (1.0 - v) + values[i, m] * v
    far = values[k, j] * (1.0 - v) + values[k, m] * v
    blended: NDArray[np.float64] = near * (1.0 - u) + far * u
    return blended


def interpolated_at(
    values: NDArray[np.floating], origin: tuple[float, float], cell_m: float, x: float, y: float
) -> float:
    """:func:`interpolated` at one point, the same to the bit and much quicker than arrays of one."""
    i, k, u = _between((x - origin[0]) / cell_m - 0.5, values.shape[0] - 1)
    j, m, v = _between((y - origin[1]) / cell_m - 0.5, values.shape[1] - 1)
    near = values.item(i, j) * (1.0 - v) + values.item(i, m) * v
    far = values.item(k, j) * (1.0 - v) + values.item(k, m) * v
    return float(near * (1.0 - u) + far * u)


def _between(place: float, last: int) -> tuple[int, int, float]:
    """The cells before and behind a place, 0 to ``last``, and how far from the one to the other it lies, 0 to 1."""
    place = min(max(place, 0.0), float(last))
    low = min(int(place), max(last - 1, 0))
    return low, min(low + 1, last), place - low


def clearance_field(grid: Grid, *, occupied: NDArray[np.bool_] | None = None) -> DistanceField:
    """Distance to whatever is not free: not walkable, blocked, occupied, or beyond the grid.

    Args:
        grid: the walkable grid.
        occupied: further cells (NX, NY) that are not free, for example under obstacles.
    """
    free = np.pad(free_cells(grid, occupied=occupied), 1, constant_values=False)
    inside = np.zeros(free.shape, np.float32) if free.all() else room(~free, grid.cell_m)
    signed = np.where(free, room(free, grid.cell_m), -inside)[1:-1, 1:-1]
    return DistanceField(signed, grid.origin, grid.cell_m)


def room(cells: NDArray[np.bool_], cell_m: float) -> NDArray[np.float32]:
    """Distance (NX, NY) in metres from the centre of each true cell to the edge of the nearest false one, else zero."""
    half = 0.5  # from a cell's centre to the edge between it and its neighbour, cells
    distance: NDArray[np.float32] = (np.maximum(distance_transform_edt(cells) - half, 0.0) * cell_m).astype(np.float32)
    return distance


def free_cells(grid: Grid, *, occupied: NDArray[np.bool_] | None = None) -> NDArray[np.bool_]:
    """Cells (NX, NY) that are walkable and neither blocked nor occupied."""
    free = grid.walkable & ~grid.blocked
    return free if occupied is None else free & ~occupied


def occupied_by(grid: Grid, footprints: Iterable[tuple[float, float, float]]) -> NDArray[np.bool_]:
    """Cells (NX, NY) that discs ``(x, y, radius)`` in metres touch; half a cell more than the disc itself."""
    layer = np.zeros(grid.walkable.shape, dtype=bool)
    columns, rows = grid.walkable.shape
    x = grid.origin[0] + (np.arange(columns) + 0.5) * grid.cell_m
    y = grid.origin[1] + (np.arange(rows) + 0.5) * grid.cell_m
    for disc_x, disc_y, radius in footprints:
        reach = radius + grid.cell_m / 2.0
        layer |= (x[:, None] - disc_x) ** 2 + (y[None, :] - disc_y) ** 2 <= reach**2
    return layer
