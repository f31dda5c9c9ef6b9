"""Many crowds at once (numba): what :class:`navbench_gs.world.pedestrians.Crowd` does for one, over plain arrays.

C crowds of at most W walkers each. A crowd decides in two halves, between which the caller plans the ways of those
whose ``lost`` is set: :func:`take_stock`, then :func:`choose_velocities`.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from navbench_gs.crowd.orca import DECISION_S, orca_velocities

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Numbers = NDArray[np.int64]


class Walkers(NamedTuple):
    """What C x W walkers are doing."""

    counts: Numbers
    """(C,) how many walkers a crowd has."""
    decided_s: Floats
    """(C,) when a crowd last decided."""
    places: Floats
    """(C, W, 2) metres, world frame, at that time."""
    yaws: Floats
    """(C, W)"""
    velocities: Floats
    """(C, W, 2) m/s."""
    turns: Floats
    """(C, W) yaw rates, rad/s."""
    radii: Floats
    """(C, W) metres."""
    speeds: Floats
    """(C, W) that they like, m/s."""
    shares: Floats
    """(C, W) of the avoidance of the robot that they take."""
    wait_s: Floats
    """(C, W) they stand that long at first."""
    halted_until_s: Floats
    """(C, W)"""
    wary: Flags
    """(C, W) whether they keep out of the robot's way after a contact."""
    goals: Floats
    """(C, W, G, 2) metres, world frame, to be taken in turn."""
    goal_counts: Numbers
    """(C, W)"""
    goal: Numbers
    """(C, W) number of the present one."""
    tried_from: Floats
    """(C, W, 2) where they have been getting nowhere ..."""
    tried_since_s: Floats
    """(C, W) ... since when."""
    ways: Floats
    """(C, W, P, 2) points of their ways."""
    way_lengths: Floats
    """(C, W, P) along them, metres."""
    way_counts: Numbers
    """(C, W) points of each; 0 where there is no way."""
    progress_m: Floats
    """(C, W) along the way."""
    lost: Flags
    """(C, W) who needs a new way."""


class Manners(NamedTuple):
    """The numbers of :mod:`navbench_gs.world.pedestrians` that the kernels need."""

    wary_m: float
    arrived_m: float
    lost_m: float
    lookahead_m: float
    keep_right_rad: float
    hurry: float
    footing_share: float
    turn_s: float
    max_turn_rps: float
    give_up_s: float
    give_up_m: float
    standing_mps: float
    robot_radius_m: float


class Walls(NamedTuple):
    """Distance to the nearest wall in the place of each crowd, as one block."""

    values: NDArray[np.float32]
    """All fields, one after the other, metres."""
    firsts: Numbers
    """(C,) where a crowd's field begins."""
    sizes: Numbers
    """(C, 2) cells of it."""
    origins: Floats
    """(C, 2) world x, y of the outer corner of its cell (0, 0)."""
    cells_m: Floats
    """(C,)"""


@njit(cache=True)
def take_stock(walkers: Walkers, manners: Manners, due: Flags, times_s: Floats, robots: Floats) -> None:
    """Move the ``due`` crowds (C,) to now, let walkers take their next goal, and mark who needs a new way."""
    for c in np.flatnonzero(due):
        settle(walkers, c, times_s[c])
        for w in range(walkers.counts[c]):
            place = walkers.places[c, w]
            near = math.hypot(place[0] - robots[c, 0], place[1] - robots[c, 1]) < manners.wary_m
            walkers.wary[c, w] = walkers.wary[c, w] and near
            walkers.lost[c, w] = not stands(walkers, c, w, times_s[c]) and _needs_a_way(
                walkers, manners, c, w, times_s[c]
            )


@njit(cache=True)
def settle(walkers: Walkers, c: int, time_s: float) -> None:
    """Make the places and headings of crowd ``c`` at ``time_s`` the new base that motion is reckoned from."""
    passed = time_s - walkers.decided_s[c]
    for w in range(walkers.counts[c]):
        for k in range(2):
            walkers.places[c, w, k] += walkers.velocities[c, w, k] * passed
        yaw = walkers.yaws[c, w] + walkers.turns[c, w] * passed
        walkers.yaws[c, w] = (yaw + math.pi) % (2.0 * math.pi) - math.pi
    walkers.decided_s[c] = time_s


@njit(cache=True)
def stands(walkers: Walkers, c: int, w: int, time_s: float) -> bool:
    """Whether a walker waits, or has been halted by a contact."""
    standing: bool = time_s < max(walkers.wait_s[c, w], walkers.halted_until_s[c, w])
    return standing


@njit(cache=True)
def _needs_a_way(walkers: Walkers, manners: Manners, c: int, w: int, time_s: float) -> bool:
    """Whether a walker has arrived, gives up, or has strayed; takes the next goal, or follows its way."""
    x, y = walkers.places[c, w]
    goal = walkers.goals[c, w, walkers.goal[c, w]]
    arrived = math.hypot(x - goal[0], y - goal[1]) < manners.arrived_m
    if arrived and walkers.goal_counts[c, w] == 1:
        return False
    if arrived or _gives_up(walkers, manners, c, w, time_s):
        walkers.goal[c, w] = (walkers.goal[c, w] + 1) % walkers.goal_counts[c, w]
        return True
    return walkers.way_counts[c, w] > 0 and _follow(walkers, c, w, x, y, 2.0 * manners.lookahead_m) > manners.lost_m


@njit(cache=True)
def _gives_up(walkers: Walkers, manners: Manners, c: int, w: int, time_s: float) -> bool:
    x, y = walkers.places[c, w]
    tried = walkers.tried_from[c, w]
    stuck = math.hypot(x - tried[0], y - tried[1]) < manners.give_up_m
    if stuck and time_s - walkers.tried_since_s[c, w] < manners.give_up_s:
        return False
    walkers.tried_from[c, w, 0], walkers.tried_from[c, w, 1] = x, y
    walkers.tried_since_s[c, w] = time_s
    return stuck


@njit(cache=True)
def _follow(walkers: Walkers, c: int, w: int, x: float, y: float, window_m: float) -> float:
    """Move the progress to the nearest point of the next ``window_m`` metres of the way; the distance to it."""
    count, lengths = walkers.way_counts[c, w], walkers.way_lengths[c, w]
    start = walkers.progress_m[c, w]
    end = min(start + window_m, lengths[count - 1])
    best_gap, best = math.inf, start
    for k in range(_segment(lengths, count, start), count - 1):
        low, high = lengths[k], lengths[k + 1]
        if low > end:
            break
        a, b = walkers.ways[c, w, k], walkers.ways[c, w, k + 1]
        span = max(high - low, 1e-12)
        ux, uy = (b[0] - a[0]) / span, (b[1] - a[1]) / span
        along = min(max((x - a[0]) * ux + (y - a[1]) * uy, start - low, 0.0), end - low, high - low)
        gap = math.hypot(x - a[0] - along * ux, y - a[1] - along * uy)
        if gap < best_gap:
            best_gap, best = gap, low + along
    walkers.progress_m[c, w] = best
    return best_gap


@njit(cache=True)
def _segment(lengths: Floats, count: int, distance_m: float) -> int:
    """Number of the segment that holds ``distance_m``."""
    number = int(np.searchsorted(lengths[:count], distance_m, side="right")) - 1
    return min(max(number, 0), count - 2)


@njit(cache=True)
def choose_velocities(
    walkers: Walkers, walls: Walls, manners: Manners, due: Flags, times_s: Floats, robots: Floats, speeds: Floats
) -> None:
    """Let the ``due`` crowds (C,) choose, among robots at poses (C, 3) that drive at ``speeds`` (C,)."""
    for c in np.flatnonzero(due):
        count = walkers.counts[c]
        if count == 0:
            continue
        first, size = walls.firsts[c], walls.sizes[c]
        field = walls.values[first : first + size[0] * size[1]].reshape((size[0], size[1]))
        chosen = orca_velocities(
            *_neighbourhood(walkers, manners, c, robots[c], speeds[c]),
            _preferred(walkers, manners, c, times_s[c]),
            manners.hurry * walkers.speeds[c, :count],
            _avoidance(walkers, c),
            field,
            walls.origins[c],
            walls.cells_m[c],
        )
        for w in range(count):
            halts = stands(walkers, c, w, times_s[c]) or not _on_ground(
                walkers, manners, c, w, chosen[w], field, walls.origins[c], walls.cells_m[c]
            )
            walkers.velocities[c, w] = 0.0 if halts else 1.0
            walkers.velocities[c, w] *= chosen[w]
            walkers.turns[c, w] = _turn(walkers, manners, c, w)


@njit(cache=True)
def _neighbourhood(
    walkers: Walkers, manners: Manners, c: int, robot: Floats, speed: float
) -> tuple[Floats, Floats, Floats]:
    """Places (W + 1, 2), velocities (W + 1, 2) and radii (W + 1,) of a crowd and its robot."""
    count = walkers.counts[c]
    places, velocities, radii = np.empty((count + 1, 2)), np.empty((count + 1, 2)), np.empty(count + 1)
    places[:count], velocities[:count] = walkers.places[c, :count], walkers.velocities[c, :count]
    radii[:count] = walkers.radii[c, :count]
    places[count] = robot[:2]
    velocities[count, 0], velocities[count, 1] = speed * math.cos(robot[2]), speed * math.sin(robot[2])
    radii[count] = manners.robot_radius_m
    return places, velocities, radii


@njit(cache=True)
def _avoidance(walkers: Walkers, c: int) -> Floats:
    """(W, W + 1) avoidance shares: half against each other, by behaviour against the robot."""
    count = walkers.counts[c]
    shares = np.full((count, count + 1), 0.5)
    for w in range(count):
        shares[w, count] = 1.0 if walkers.wary[c, w] else walkers.shares[c, w]
    return shares


@njit(cache=True)
def _preferred(walkers: Walkers, manners: Manners, c: int, time_s: float) -> Floats:
    """Velocities (W, 2) along the ways to the goals."""
    preferred = np.zeros((walkers.counts[c], 2))
    for w in range(walkers.counts[c]):
        place, goal = walkers.places[c, w], walkers.goals[c, w, walkers.goal[c, w]]
        ends = walkers.goal_counts[c, w] == 1
        ends = ends and math.hypot(place[0] - goal[0], place[1] - goal[1]) < manners.arrived_m
        if ends or walkers.way_counts[c, w] == 0 or stands(walkers, c, w, time_s):
            continue
        target_x, target_y = _point(walkers, c, w, walkers.progress_m[c, w] + manners.lookahead_m)
        heading = math.atan2(target_y - place[1], target_x - place[0]) - manners.keep_right_rad
        preferred[w, 0] = walkers.speeds[c, w] * math.cos(heading)
        preferred[w, 1] = walkers.speeds[c, w] * math.sin(heading)
    return preferred


@njit(cache=True)
def _point(walkers: Walkers, c: int, w: int, distance_m: float) -> tuple[float, float]:
    """The point at ``distance_m`` along a way, clamped to its ends."""
    lengths = walkers.way_lengths[c, w]
    k = _segment(lengths, walkers.way_counts[c, w], distance_m)
    span = lengths[k + 1] - lengths[k]
    share = 0.0 if span == 0.0 else min(max((distance_m - lengths[k]) / span, 0.0), 1.0)
    a, b = walkers.ways[c, w, k], walkers.ways[c, w, k + 1]
    return a[0] + share * (b[0] - a[0]), a[1] + share * (b[1] - a[1])


@njit(cache=True)
def _on_ground(
    walkers: Walkers,
    manners: Manners,
    c: int,
    w: int,
    velocity: Floats,
    field: NDArray[np.float32],
    origin: Floats,
    cell_m: float,
) -> bool:
    """Whether the next step leads neither into a wall nor off the ground."""
    x, y = walkers.places[c, w]
    floor = min(field_at(field, origin, cell_m, x, y), manners.footing_share * walkers.radii[c, w])
    ahead = field_at(field, origin, cell_m, x + velocity[0] * DECISION_S, y + velocity[1] * DECISION_S)
    return ahead >= floor


@njit(cache=True)
def field_at(field: NDArray[np.float32], origin: Floats, cell_m: float, x: float, y: float) -> float:
    """A field (NX, NY) read at world (x, y): bilinear between cell centres, clamped at the border."""
    u = min(max((x - origin[0]) / cell_m - 0.5, 0.0), field.shape[0] - 1.0)
    v = min(max((y - origin[1]) / cell_m - 0.5, 0.0), field.shape[1] - 1.0)
    i, j = min(int(u), max(field.shape[0] - 2, 0)), min(int(v), max(field.shape[1] - 2, 0))
    k, m = min(i + 1, field.shape[0] - 1), min(j + 1, field.shape[1] - 1)
    a, b = u - i, v - j
    near = field[i, j] * (1.0 - b) + field[i, m] * b
    far = field[k, j] * (1.0 - b) + field[k, m] * b
    value: float = near * (1.0 - a) + far * a
    return value


@njit(cache=True)
def _turn(walkers: Walkers, manners: Manners, c: int, w: int) -> float:
    """Yaw rate until the next decision: towards where the walker goes."""
    vx, vy = walkers.velocities[c, w]
    if math.hypot(vx, vy) < manners.standing_mps:
        return 0.0
    angle = math.atan2(vy, vx) - walkers.yaws[c, w]
    rate = ((angle + math.pi) % (2.0 * math.pi) - math.pi) / manners.turn_s
    return min(max(rate, -manners.max_turn_rps), manners.max_turn_rps)


@njit(cache=True)
def straight_is_free(
    field: NDArray[np.float32],
    origin: Floats,
    cell_m: float,
    start: Floats,
    goal: Floats,
    radius_m: float,
    margin_m: float,
    footing_share: float,
) -> bool:
    """Whether the straight line is wide enough; its ends may be as near to walls as a walker can stand."""
    length = math.hypot(goal[0] - start[0], goal[1] - start[1])
    count = max(2, math.ceil(length / cell_m) + 1)
    for n in range(count):
        along = length * n / (count - 1)
        share = along / max(length, 1e-9)
        clearance = field_at(
            field, origin, cell_m, start[0] + share * (goal[0] - start[0]), start[1] + share * (goal[1] - start[1])
        )
        at_an_end = min(along, length - along) < radius_m
        if clearance < (footing_share * radius_m if at_an_end else radius_m + margin_m):
            return False
    return True


@njit(cache=True)
def positions_at(walkers: Walkers, times_s: Floats, absent: float) -> Floats:
    """(C, W, 2) where all walkers are at times (C,); ``absent`` in place of those that a crowd lacks."""
    places = np.full(walkers.places.shape, absent)
    for c in range(len(walkers.counts)):
        passed = times_s[c] - walkers.decided_s[c]
        for w in range(walkers.counts[c]):
            for k in range(2):
                places[c, w, k] = walkers.places[c, w, k] + walkers.velocities[c, w, k] * passed
    return places
