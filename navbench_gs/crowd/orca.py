"""Optimal reciprocal collision avoidance (ORCA) for discs, with walls from a distance field.

Source: J. van den Berg, S. J. Guy, M. Lin, D. Manocha, "Reciprocal n-body collision avoidance", ISRR 2011. Every
neighbour and every stretch of wall allows a half plane of velocities; a linear program finds the allowed velocity
nearest to the preferred one, or the one that violates the neighbours' half planes least (walls stay hard).

A half plane is four numbers ``(x, y, dx, dy)``: a point of its border and the border's unit direction; allowed is the
side to the left. N discs in all, the first P of which choose their velocity here.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit
from numpy.typing import NDArray

Floats = NDArray[np.float64]

DECISION_S = 0.1
"""Time step of the decisions; two overlapping discs try to part within it."""
HORIZON_S = 2.0
"""Collisions with other discs are avoided this far ahead."""
WALL_HORIZON_S = 0.5
WALL_PUSH_S = 0.4
"""Time in which a disc that overlaps a wall tries to leave it."""
WALL_PUSH_SHARE = 0.8
"""No wall pushes faster than this share of the disc's top speed, so that the walls of a gap can be obeyed at once."""
WALL_MARGIN_M = 0.02
WALL_REACH_M = 2.0
"""Walls farther away than this are ignored."""
WALL_SAMPLE_M = 0.3
"""Beside its own place a disc looks at the distance field this far ahead, behind, left and right."""
WALL_SAMPLES = 5
NEIGHBOUR_REACH_M = 6.0
PARALLEL = 1e-7
"""Two borders whose directions have a smaller cross product are parallel."""


@njit(cache=True)
def orca_velocities(
    positions: Floats,
    velocities: Floats,
    radii: Floats,
    preferred: Floats,
    top_speeds: Floats,
    shares: Floats,
    distance: NDArray[np.float32],
    origin: Floats,
    cell_m: float,
) -> Floats:
    """New velocities (P, 2) of the first P discs, m/s.

    Args:
        positions: (N, 2) metres, world frame.
        velocities: (N, 2) current velocities, m/s.
        radii: (N,) metres.
        preferred: (P, 2) velocities the discs would like, m/s.
        top_speeds: (P,) m/s.
        shares: (P, N) share of the avoidance that disc i takes against disc j; at 0 it ignores j.
        distance: (NX, NY) distance to the nearest wall at cell centres, metres, negative inside.
        origin: (2,) world x, y of the outer corner of cell (0, 0).
        cell_m: edge of a cell.
    """
    chosen = np.empty_like(preferred)
    planes = np.empty((WALL_SAMPLES + len(positions), 4))
    for i in range(len(preferred)):
        walls = _wall_planes(planes, positions[i], velocities[i], radii[i], top_speeds[i], distance, origin, cell_m)
        count = walls
        for j in range(len(positions)):
            apart = math.hypot(positions[j, 0] - positions[i, 0], positions[j, 1] - positions[i, 1])
            if j != i and shares[i, j] > 0.0 and apart < NEIGHBOUR_REACH_M:
                planes[count] = _neighbour_plane(
                    positions[j] - positions[i],
                    velocities[i],
                    velocities[j],
                    radii[i] + radii[j],
                    shares[i, j],
                    HORIZON_S,
                )
                count += 1
        chosen[i] = _best_velocity(planes[:count], walls, preferred[i], top_speeds[i])
    return chosen


@njit(cache=True)
def _neighbour_plane(offset: Floats, own: Floats, other: Floats, radius: float, share: float, horizon: float) -> Floats:
    """Half plane that keeps clear of one disc at ``offset``, whose radii sum to ``radius``; section 4 of the paper."""
    relative = own - other
    gap2 = offset[0] * offset[0] + offset[1] * offset[1] - radius * radius
    window = horizon if gap2 > 0.0 else DECISION_S
    wx, wy = relative[0] - offset[0] / window, relative[1] - offset[1] / window
    along = wx * offset[0] + wy * offset[1]
    length = math.hypot(wx, wy)
    plane = np.empty(4)
    if gap2 <= 0.0 or (along < 0.0 and along * along > radius * radius * length * length):
        # nearest border: the round cap of the velocity obstacle
        nx, ny = (wx / length, wy / length) if length > 1e-9 else (1.0, 0.0)
        plane[2], plane[3] = ny, -nx
        push = radius / window - length
        ux, uy = push * nx, push * ny
    else:
        # nearest border: one of its two legs
        leg = math.sqrt(gap2)
        square = gap2 + radius * radius
        if offset[0] * wy - offset[1] * wx > 0.0:
            plane[2] = (offset[0] * leg - offset[1] * radius) / square
            plane[3] = (offset[0] * radius + offset[1] * leg) / square
        else:
            plane[2] = -(offset[0] * leg + offset[1] * radius) / square
            plane[3] = (offset[0] * radius - offset[1] * leg) / square
        projected = relative[0] * plane[2] + relative[1] * plane[3]
        ux, uy = projected * plane[2] - relative[0], projected * plane[3] - relative[1]
    plane[0], plane[1] = own[0] + share * ux, own[1] + share * uy
    return plane


@njit(cache=True)
def _wall_planes(
    planes: Floats,
    position: Floats,
    velocity: Floats,
    radius: float,
    top_speed: float,
    distance: NDArray[np.float32],
    origin: Floats,
    cell_m: float,
) -> int:
    """Write the half planes of the walls around ``position`` into ``planes`` and return how many there are.

    The nearest wall of the place itself is a straight one. Each sample beside it tells of one further point of wall,
    which is avoided like a standing disc without extent, so that corners may be rounded closely.
    """
    count = 0
    for k in range(WALL_SAMPLES):
        dx = WALL_SAMPLE_M * ((k == 1) - (k == 2))
        dy = WALL_SAMPLE_M * ((k == 3) - (k == 4))
        u = (position[0] + dx - origin[0]) / cell_m - 0.5
        v = (position[1] + dy - origin[1]) / cell_m - 0.5
        here = _bilinear(distance, u, v)
        slope_x = _bilinear(distance, u + 1.0, v) - _bilinear(distance, u - 1.0, v)
        slope_y = _bilinear(distance, u, v + 1.0) - _bilinear(distance, u, v - 1.0)
        slope = math.hypot(slope_x, slope_y)
        if slope < 1e-6 or here > WALL_REACH_M or (k > 0 and here <= 0.0):
            continue
        point = np.array([dx - here * slope_x / slope, dy - here * slope_y / slope])
        away = math.hypot(point[0], point[1])
        if k > 0 and away > radius + WALL_MARGIN_M:
            still = np.zeros(2)
            planes[count] = _neighbour_plane(point, velocity, still, radius + WALL_MARGIN_M, 1.0, WALL_HORIZON_S)
        elif k == 0 or away > 1e-6:
            nx, ny = (slope_x / slope, slope_y / slope) if k == 0 else (-point[0] / away, -point[1] / away)
            gap = (here if k == 0 else away) - radius - WALL_MARGIN_M
            least = -gap / WALL_HORIZON_S if gap > 0.0 else min(-gap / WALL_PUSH_S, WALL_PUSH_SHARE * top_speed)
            planes[count] = np.array([nx * least, ny * least, ny, -nx])
        else:
            continue
        count += 1
    return count


@njit(cache=True)
def _bilinear(layer: NDArray[np.float32], u: float, v: float) -> float:
    """Value of a layer at cell coordinates (u, v), clamped at its border."""
    u = min(max(u, 0.0), layer.shape[0] - 1.001)
    v = min(max(v, 0.0), layer.shape[1] - 1.001)
    i, j = int(u), int(v)
    a, b = u - i, v - j
    near = layer[i, j] * (1.0 - b) + layer[i, j + 1] * b
    far = layer[i + 1, j] * (1.0 - b) + layer[i + 1, j + 1] * b
    value: float = near * (1.0 - a) + far * a
    return value


@njit(cache=True)
def _excess(plane: Floats, x: float, y: float) -> float:
    """How far velocity (x, y) lies on the forbidden side of ``plane``; negative on the allowed side."""
    excess: float = plane[2] * (plane[1] - y) - plane[3] * (plane[0] - x)
    return excess


@njit(cache=True)
def _best_velocity(planes: Floats, walls: int, preferred: Floats, top_speed: float) -> Floats:
    """The allowed velocity nearest to ``preferred`` within the speed disc; least violation if there is none."""
    best, failed = _nearest_allowed(planes, preferred, top_speed, False)
    if failed < len(planes):
        best = _least_violation(planes, walls, failed, best, top_speed)
    return best


@njit(cache=True)
def _nearest_allowed(planes: Floats, wish: Floats, top_speed: float, towards: bool) -> tuple[Floats, int]:
    """Two-dimensional linear program, plane after plane; and the number of the first that failed, or of all planes.

    ``wish`` is a velocity to be near to, or with ``towards`` a direction to go far in.
    """
    best = wish * top_speed if towards else wish.copy()
    speed = math.hypot(best[0], best[1])
    if speed > top_speed:
        best *= top_speed / speed
    for i in range(len(planes)):
        if _excess(planes[i], best[0], best[1]) > 0.0:
            found, x, y = _best_on_border(planes, i, wish, top_speed, towards)
            if not found:
                return best, i
            best[0], best[1] = x, y
    return best, len(planes)


@njit(cache=True)
def _best_on_border(planes: Floats, i: int, wish: Floats, top_speed: float, towards: bool) -> tuple[bool, float, float]:
    """One-dimensional program: best point of border i inside the speed disc and all planes before i."""
    x, y, dx, dy = planes[i]
    middle = -(x * dx + y * dy)
    square = middle * middle + top_speed * top_speed - (x * x + y * y)
    if square < 0.0:
        return False, 0.0, 0.0
    low, high = middle - math.sqrt(square), middle + math.sqrt(square)
    for j in range(i):
        across = dx * planes[j, 3] - dy * planes[j, 2]
        ahead = planes[j, 2] * (y - planes[j, 1]) - planes[j, 3] * (x - planes[j, 0])
        if abs(across) < PARALLEL:
            if ahead < 0.0:
                return False, 0.0, 0.0
            continue
        if across >= 0.0:
            high = min(high, ahead / across)
        else:
            low = max(low, ahead / across)
        if low > high:
            return False, 0.0, 0.0
    if towards:
        along = high if wish[0] * dx + wish[1] * dy > 0.0 else low
    else:
        along = min(max(dx * (wish[0] - x) + dy * (wish[1] - y), low), high)
    return True, x + along * dx, y + along * dy


@njit(cache=True)
def _least_violation(planes: Floats, walls: int, failed: int, best: Floats, top_speed: float) -> Floats:
    """The velocity whose largest excess over the neighbours' planes is smallest; the first ``walls`` planes stay hard.

    The three-dimensional program of section 5.3 of the paper, from the plane at which the plain one failed.
    """
    worst = 0.0
    bisectors = np.empty_like(planes)
    for i in range(failed, len(planes)):
        if _excess(planes[i], best[0], best[1]) <= worst:
            continue
        bisectors[:walls] = planes[:walls]
        count = walls
        for j in range(walls, i):
            count += _bisector(planes[i], planes[j], bisectors[count])
        outward = np.array([-planes[i, 3], planes[i, 2]])
        candidate, stuck = _nearest_allowed(bisectors[:count], outward, top_speed, True)
        if stuck == count:
            best = candidate
        worst = _excess(planes[i], best[0], best[1])
    return best


@njit(cache=True)
def _bisector(plane: Floats, other: Floats, out: Floats) -> int:
    """Write the half plane where ``plane`` is violated more than ``other`` is not; 0 if they never differ, else 1."""
    across = plane[2] * other[3] - plane[3] * other[2]
    if abs(across) < PARALLEL:
        if plane[2] * other[2] + plane[3] * other[3] > 0.0:
            return 0
        out[0], out[1] = 0.5 * (plane[0] + other[0]), 0.5 * (plane[1] + other[1])
    else:
        along = (other[2] * (plane[1] - other[1]) - other[3] * (plane[0] - other[0])) / across
        out[0], out[1] = plane[0] + along * plane[2], plane[1] + along * plane[3]
    dx, dy = other[2] - plane[2], other[3] - plane[3]
    length = math.hypot(dx, dy)
    out[2], out[3] = dx / length, dy / length
    return 1
