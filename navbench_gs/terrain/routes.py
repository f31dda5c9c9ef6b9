"""Routes: the cost-to-go field of a goal, which gives geodesic distance, progress and the shortest route."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.ndimage import distance_transform_edt
from skimage.graph import MCP_Geometric

from navbench_gs.errors import InfeasibleEpisodeError
from navbench_gs.geometry import arc_lengths
from navbench_gs.terrain.distance import free_cells, interpolated, room
from navbench_gs.terrain.sight import crosses
from navbench_gs.terrain.terrain import Grid

ROUTE_STEP_M = 0.5
"""Longest step between two points of a route."""
SNAP_M = 1.0
"""A start or goal this close to free cells is taken to stand on the nearest of them."""
STEPS = np.array([(i, j) for i in (-1, 0, 1) for j in (-1, 0, 1) if (i, j) != (0, 0)])
"""Moves of the search, in cells. Its lengths exceed true ones by up to 8 %; :func:`shortest_route` takes that off."""


@dataclass(frozen=True, eq=False)
class CostToGo:
    """Geodesic distance to one goal over the cells where a disc of ``clearance_m`` fits."""

    values: NDArray[np.float64]
    """(NX, NY) metres; inf where the goal cannot be reached from."""
    grid: Grid
    goal: tuple[float, float]
    clearance_m: float

    @cached_property
    def filled(self) -> NDArray[np.float64]:
        """(NX, NY) metres: ``values``, continued off free cells by the distance to the nearest cell with a value."""
        distance, nearest = distance_transform_edt(~np.isfinite(self.values), return_indices=True)
        filled: NDArray[np.float64] = self.values[nearest[0], nearest[1]] + distance * self.grid.cell_m
        return filled

    def at(self, points: ArrayLike) -> NDArray[np.float64]:
        """Geodesic distance (...,) from world points (..., 2) to the goal, metres; finite everywhere.

        Off free cells it is the value of the nearest free cell plus the distance to that; clamped at the border.
        """
        return interpolated(self.filled, self.grid.origin, self.grid.cell_m, points)


def cost_to_go(
    grid: Grid, goal: ArrayLike, *, clearance_m: float, occupied: NDArray[np.bool_] | None = None
) -> CostToGo:
    """The geodesic distance field of a goal (2,).

    Args:
        grid: the walkable grid.
        goal: world x, y.
        clearance_m: radius of the disc that must fit everywhere along the way.
        occupied: cells (NX, NY) that obstacles stand on; None for the obstacle-free grid.

    Raises:
        InfeasibleEpisodeError: no such disc fits within ``SNAP_M`` of the goal.
    """
    point = np.asarray(goal, dtype=np.float64)
    free = np.pad(free_cells(grid, occupied=occupied), 1, constant_values=False)
    open_cells = room(free, grid.cell_m)[1:-1, 1:-1] >= max(clearance_m, grid.cell_m / 2.0)
    seed = _nearest_cell(grid, open_cells, point)
    if seed is None:
        raise InfeasibleEpisodeError(
            f"goal ({point[0]:.2f}, {point[1]:.2f}) has no free disc of {clearance_m} m radius within {SNAP_M} m"
        )
    search = MCP_Geometric(np.where(open_cells, 1.0, -1.0), fully_connected=True)
    values: NDArray[np.float64] = search.find_costs([seed])[0] * grid.cell_m
    return CostToGo(values, grid, (float(point[0]), float(point[1])), clearance_m)


def shortest_route(cost: CostToGo, start: ArrayLike) -> NDArray[np.float64]:
    """Polyline (P, 2) in metres from ``start`` (2,) to the goal, pulled straight, no step above ``ROUTE_STEP_M``.

    Raises:
        InfeasibleEpisodeError: the goal cannot be reached from ``start``, or the route has no length.
    """
    point = np.asarray(start, dtype=np.float64)
    reachable = np.isfinite(cost.values)
    cell = _nearest_cell(cost.grid, reachable, point)
    if cell is None:
        raise InfeasibleEpisodeError(f"no route from ({point[0]:.2f}, {point[1]:.2f}) to {cost.goal}")
    corners = _pulled_straight(cost.grid, ~reachable, cost.grid.centres(_descent(cost.values, cell, cost.grid.cell_m)))
    corners = _with_ends(cost.grid, corners, point, np.array(cost.goal))
    if arc_lengths(corners)[-1] <= 1e-9:
        raise InfeasibleEpisodeError(f"the route from ({point[0]:.2f}, {point[1]:.2f}) to {cost.goal} has no length")
    return resampled(corners, ROUTE_STEP_M)


def resampled(polyline: ArrayLike, step_m: float) -> NDArray[np.float64]:
    """A polyline (P, 2) with its corners kept and points added, so that no step is longer than ``step_m``."""
    points = np.asarray(polyline, dtype=np.float64)
    pieces = [points[:1]]
    for a, b in pairwise(points):
        count = max(1, math.ceil(math.hypot(*(b - a)) / step_m - 1e-9))
        share = (np.arange(1, count + 1) / count)[:, None]
        pieces.append((1.0 - share) * a + share * b)
    return np.concatenate(pieces)


def _nearest_cell(grid: Grid, allowed: NDArray[np.bool_], point: NDArray[np.float64]) -> tuple[int, int] | None:
    """The allowed cell nearest to a world point, the first of equals; None if it is beyond ``SNAP_M``."""
    home = grid.cells(point)
    if ((home >= 0) & (home < np.array(allowed.shape))).all() and allowed[home[0], home[1]]:
        return int(home[0]), int(home[1])
    reach = math.ceil(SNAP_M / grid.cell_m)
    low = np.maximum(home - reach, 0)
    high = np.maximum(home + reach + 1, 0)
    near = np.argwhere(allowed[low[0] : high[0], low[1] : high[1]]) + low
    if not len(near):
        return None
    distance = np.sum((grid.centres(near) - point) ** 2, axis=1)
    best = int(np.argmin(distance))
    return (int(near[best, 0]), int(near[best, 1])) if distance[best] <= SNAP_M**2 else None


def _descent(values: NDArray[np.float64], cell: tuple[int, int], cell_m: float) -> NDArray[np.int64]:
    """Cells (P, 2) from ``cell`` down to the goal's cell, each the best predecessor of the one before."""
    lengths = np.sqrt(np.sum(STEPS.astype(np.float64) ** 2, axis=1)) * cell_m
    bordered = np.pad(values, 1, constant_values=np.inf)
    path = [cell]
    while values[path[-1]] > 0:
        around = np.array(path[-1]) + STEPS
        best = int(np.argmin(bordered[around[:, 0] + 1, around[:, 1] + 1] + lengths))
        path.append((int(around[best, 0]), int(around[best, 1])))
    return np.array(path)


def _with_ends(grid: Grid, corners: NDArray[np.float64], *ends: NDArray[np.float64]) -> NDArray[np.float64]:
    """The corners led to both exact ends: in place of an outermost corner in the same cell, else beyond it."""
    same = [bool((grid.cells(end) == grid.cells(corners[i])).all()) for end, i in zip(ends, (0, -1), strict=True)]
    middle = corners[1 if same[0] else 0 : len(corners) - (1 if same[1] else 0)]
    return np.concatenate([ends[0][None], middle, ends[1][None]])


def _pulled_straight(grid: Grid, closed: NDArray[np.bool_], points: NDArray[np.float64]) -> NDArray[np.float64]:
    """The corners (C, 2) left when every stretch of ``points`` that keeps off closed cells is cut short."""
    corners = [0]
    for i in range(2, len(points)):
        if crosses(grid, closed, points[corners[-1]], points[i]):
            corners.append(i - 1)
    if len(points) > 1:
        corners.append(len(points) - 1)
    return points[corners] if len(points) > 1 else np.repeat(points, 2, axis=0)
