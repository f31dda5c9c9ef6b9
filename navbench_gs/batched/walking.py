"""How many crowds choose their velocities at once (numba): the second half of a decision of :mod:`.walkers`."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from navbench_gs.batched.walkers import Flags, Floats, Manners, Numbers, Walkers, segment_at, stands
from navbench_gs.crowd.orca import DECISION_S, orca_velocities


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
def choose_velocities(
    walkers: Walkers, walls: Walls, manners: Manners, due: Flags, times_s: Floats, robots: Floats, speeds: Floats
) -> None:
    """Let the ``due`` crowds (C,) choose, among robots at poses (C, 3) that drive at ``speeds`` (C,)."""
    for c in range(len(due)):
        count = walkers.counts[c]
        if count == 0 or not due[c]:
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
    k = segment_at(lengths, walkers.way_counts[c, w], distance_m)
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
    return bool(ahead >= floor)


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
    return float(min(max(rate, -manners.max_turn_rps), manners.max_turn_rps))


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
