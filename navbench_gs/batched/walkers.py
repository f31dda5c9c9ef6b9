"""Many crowds at once (numba): what :class:`navbench_gs.world.pedestrians.Crowd` does for one, over plain arrays.

C crowds of at most W walkers each. A crowd decides in two halves, between which the caller plans the ways of those
whose ``lost`` is set: :func:`take_stock` here, then ``choose_velocities`` of :mod:`navbench_gs.batched.walking`.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from navbench_gs.geometry import nearest_ahead

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Numbers = NDArray[np.int64]
_nearest_ahead = njit(cache=True)(nearest_ahead)


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


@njit(cache=True)
def take_stock(walkers: Walkers, manners: Manners, due: Flags, times_s: Floats, robots: Floats) -> None:
    """Move the ``due`` crowds (C,) to now, let walkers take their next goal, and mark who needs a new way."""
    for c in range(len(due)):
        if not due[c]:
            continue
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
    first = segment_at(lengths, count, start)
    gap: float
    gap, walkers.progress_m[c, w] = _nearest_ahead(walkers.ways[c, w, :count], lengths, x, y, first, start, end)
    return gap


@njit(cache=True)
def segment_at(lengths: Floats, count: int, distance_m: float) -> int:
    """Number of the segment that holds ``distance_m``."""
    number = int(np.searchsorted(lengths[:count], distance_m, side="right")) - 1
    return min(max(number, 0), count - 2)
