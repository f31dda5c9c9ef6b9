"""The shortest way over a grid from anywhere to one goal, fast enough for crowds in training (numba).

:func:`steps_towards` turns a cost-to-go field into one move per cell; :func:`way_along` follows the moves and pulls the
way straight, exactly as ``navbench_gs.terrain.routes.shortest_route`` does.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Moves = NDArray[np.uint8]

AROUND = np.array([(i, j) for i in (-1, 0, 1) for j in (-1, 0, 1) if (i, j) != (0, 0)])
"""Moves of a search, in cells."""
ARRIVED, CLOSED = 8, 9
"""What stands in place of a move at the goal, and where there is no way."""
SNAP_M = 1.0
"""A start this close to a cell with a way is taken to stand there."""
STEP_M = 0.5
"""Longest step between two points of a way."""


def steps_towards(values: Floats, cell_m: float) -> Moves:
    """The best move (NX, NY) from each cell, a number into ``AROUND``, by a cost-to-go field (NX, NY) in metres."""
    lengths = np.sqrt(np.sum(AROUND.astype(np.float64) ** 2, axis=1)) * cell_m
    bordered = np.pad(values, 1, constant_values=np.inf)
    nx, ny = values.shape
    around = [bordered[1 + i : 1 + i + nx, 1 + j : 1 + j + ny] for i, j in AROUND]
    costs = np.stack([cost + length for cost, length in zip(around, lengths, strict=True)])
    moves: NDArray[np.uint8] = np.argmin(costs, axis=0).astype(np.uint8)
    moves[values <= 0.0] = ARRIVED
    moves[~np.isfinite(values)] = CLOSED
    return moves


@njit(cache=True)
def way_along(moves: Moves, origin: Floats, cell_m: float, start: Floats, goal: Floats) -> Floats:
    """Points (P, 2) of the way from ``start`` (2,) to ``goal`` (2,), metres, world frame; none if there is no way."""
    cell = _nearest_open(moves, origin, cell_m, start)
    if cell[0] < 0:
        return np.empty((0, 2))
    corners = _pulled_straight(moves, origin, cell_m, _centres(_descent(moves, cell), origin, cell_m))
    corners = _with_ends(corners, origin, cell_m, start, goal)
    return _resampled(corners)


@njit(cache=True)
def _nearest_open(moves: Moves, origin: Floats, cell_m: float, point: Floats) -> NDArray[np.int64]:
    """The cell (2,) with a way that is nearest to a point, the first of equals; -1 if it is beyond ``SNAP_M``."""
    home = np.array([math.floor((point[k] - origin[k]) / cell_m) for k in range(2)])
    inside = 0 <= home[0] < moves.shape[0] and 0 <= home[1] < moves.shape[1]
    if inside and moves[home[0], home[1]] != CLOSED:
        return home
    reach = math.ceil(SNAP_M / cell_m)
    best, found = SNAP_M * SNAP_M, np.array([-1, -1])
    for i in range(max(home[0] - reach, 0), min(max(home[0] + reach + 1, 0), moves.shape[0])):
        for j in range(max(home[1] - reach, 0), min(max(home[1] + reach + 1, 0), moves.shape[1])):
            if moves[i, j] == CLOSED:
                continue
            dx = origin[0] + (i + 0.5) * cell_m - point[0]
            dy = origin[1] + (j + 0.5) * cell_m - point[1]
            gap = dx * dx + dy * dy
            if gap < best or (found[0] < 0 and gap <= best):
                best, found = gap, np.array([i, j])
    return found


@njit(cache=True)
def _descent(moves: Moves, cell: NDArray[np.int64]) -> NDArray[np.int64]:
    """Cells (P, 2) from ``cell`` down to the goal's."""
    cells = np.empty((moves.size, 2), dtype=np.int64)
    cells[0] = cell
    count = 1
    while moves[cells[count - 1, 0], cells[count - 1, 1]] != ARRIVED:
        move = AROUND[moves[cells[count - 1, 0], cells[count - 1, 1]]]
        cells[count, 0] = cells[count - 1, 0] + move[0]
        cells[count, 1] = cells[count - 1, 1] + move[1]
        count += 1
    return cells[:count]


@njit(cache=True)
def _centres(cells: NDArray[np.int64], origin: Floats, cell_m: float) -> Floats:
    centres = np.empty((len(cells), 2))
    for n in range(len(cells)):
        for k in range(2):
            centres[n, k] = origin[k] + (cells[n, k] + 0.5) * cell_m
    return centres


@njit(cache=True)
def _pulled_straight(moves: Moves, origin: Floats, cell_m: float, points: Floats) -> Floats:
    """The corners (C, 2) left when every stretch of ``points`` that keeps off closed cells is cut short."""
    kept = np.empty(len(points) + 1, dtype=np.int64)
    kept[0] = 0
    count = 1
    for i in range(2, len(points)):
        if _crosses_closed(moves, origin, cell_m, points[kept[count - 1]], points[i]):
            kept[count] = i - 1
            count += 1
    kept[count] = len(points) - 1
    return points[kept[: count + 1]]


@njit(cache=True)
def _crosses_closed(moves: Moves, origin: Floats, cell_m: float, a: Floats, b: Floats) -> bool:
    """Whether the segment from ``a`` to ``b`` passes through a closed cell: looks midway between crossings of lines."""
    u, v = (a[0] - origin[0]) / cell_m, (a[1] - origin[1]) / cell_m
    du, dv = (b[0] - a[0]) / cell_m, (b[1] - a[1]) / cell_m
    line_u, last_u, way_u = _lines(u, du)
    line_v, last_v, way_v = _lines(v, dv)
    share = 0.0
    while share < 1.0:
        next_u = (line_u - u) / du if (last_u - line_u) * way_u >= 0.0 and du != 0.0 else 1.0
        next_v = (line_v - v) / dv if (last_v - line_v) * way_v >= 0.0 and dv != 0.0 else 1.0
        following = min(next_u, next_v, 1.0)
        middle = (share + following) / 2.0
        i, j = math.floor(u + middle * du), math.floor(v + middle * dv)
        if 0 <= i < moves.shape[0] and 0 <= j < moves.shape[1] and moves[i, j] == CLOSED:
            return True
        if next_u <= next_v:
            line_u += way_u
        else:
            line_v += way_v
        share = following
    return False


@njit(cache=True)
def _lines(start: float, span: float) -> tuple[float, float, float]:
    """First and last line of the grid inside a span, in the order in which they are crossed, and the step between."""
    low, high = min(start, start + span), max(start, start + span)
    first, last = math.floor(low) + 1.0, math.ceil(high) - 1.0
    return (first, last, 1.0) if span >= 0.0 else (last, first, -1.0)


@njit(cache=True)
def _with_ends(corners: Floats, origin: Floats, cell_m: float, start: Floats, goal: Floats) -> Floats:
    """The corners led to both exact ends: in place of an outermost corner in the same cell, else beyond it."""
    first = 1 if _same_cell(start, corners[0], origin, cell_m) else 0
    last = len(corners) - (1 if _same_cell(goal, corners[-1], origin, cell_m) else 0)
    count = max(last - first, 0)
    led = np.empty((count + 2, 2))
    led[0], led[count + 1] = start, goal
    led[1 : count + 1] = corners[first : first + count]
    return led


@njit(cache=True)
def _same_cell(a: Floats, b: Floats, origin: Floats, cell_m: float) -> bool:
    same_column = math.floor((a[0] - origin[0]) / cell_m) == math.floor((b[0] - origin[0]) / cell_m)
    return bool(same_column and math.floor((a[1] - origin[1]) / cell_m) == math.floor((b[1] - origin[1]) / cell_m))


@njit(cache=True)
def _resampled(corners: Floats) -> Floats:
    """The corners with points added, so that no step is longer than ``STEP_M``; none if the way has no length."""
    counts = np.empty(len(corners) - 1, dtype=np.int64)
    length = 0.0
    for n in range(len(corners) - 1):
        step = math.hypot(corners[n + 1, 0] - corners[n, 0], corners[n + 1, 1] - corners[n, 1])
        counts[n] = max(1, math.ceil(step / STEP_M - 1e-9))
        length += step
    if length <= 1e-9:
        return np.empty((0, 2))
    points = np.empty((1 + counts.sum(), 2))
    points[0] = corners[0]
    at = 1
    for n in range(len(corners) - 1):
        for part in range(1, counts[n] + 1):
            share = part / counts[n]
            points[at] = (1.0 - share) * corners[n] + share * corners[n + 1]
            at += 1
    return points
