"""Imagined drives: K candidate motions of the robot, simulated ahead together under its limits."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from navbench_gs.domain.rules import RobotRules
from navbench_gs.geometry import arc_lengths, way_to_nearest

Floats = NDArray[np.float64]
TURN_IN_PLACE_RAD = 0.9
"""A target farther aside than this is turned to before driving on."""

HULL_OFFSET_M, HULL_DISC_M = 0.15, 0.292
"""Two discs of this radius, so far before and behind the centre, cover the robot's 0.60 x 0.50 m."""


@dataclass(frozen=True, eq=False)
class Candidates:
    """K motions: constant arcs, and drives along a route at some distance beside it."""

    speeds: Floats
    """(K,) wanted forward speed, m/s."""
    turns: Floats
    """(K,) wanted yaw rate of arcs, rad/s; NaN where the route is followed."""
    offsets: Floats
    """(K,) metres to the left of the route; without meaning for arcs."""


@dataclass(frozen=True, eq=False)
class Rollouts:
    """Where K motions lead over T steps."""

    poses: Floats
    """(T, K, 3) x, y, yaw after each step, in the frame of the start pose given."""
    commands: Floats
    """(K, 2) speed and yaw rate commanded in the first step."""


class RouteAhead:
    """A route to look up points on."""

    def __init__(self, route: Floats) -> None:
        self.points = route
        self._lengths = arc_lengths(route)
        steps = np.diff(route, axis=0)
        headings = np.unwrap(np.arctan2(steps[:, 1], steps[:, 0]))
        self._headings = np.append(headings, headings[-1])

    @property
    def length_m(self) -> float:
        """Length of the whole route."""
        return float(self._lengths[-1])

    def beside(self, along: Floats, offset: Floats) -> tuple[Floats, Floats]:
        """World x and y (K,) at distances along the route (K,), shifted to its left by offsets (K,), metres."""
        heading = np.interp(along, self._lengths, self._headings)
        x = np.interp(along, self._lengths, self.points[:, 0]) - offset * np.sin(heading)
        y = np.interp(along, self._lengths, self.points[:, 1]) + offset * np.cos(heading)
        return x, y

    def nearest(self, x: float, y: float) -> tuple[float, float]:
        """How far along the route the point nearest to (x, y) lies, and how far away it is, metres."""
        return way_to_nearest((x, y), self.points)


def roll_out(
    pose: Floats,
    velocity: Floats,
    candidates: Candidates,
    robot: RobotRules,
    *,
    steps: int,
    step_s: float,
    route: RouteAhead | None = None,
    lookahead_m: float = 0.9,
) -> Rollouts:
    """Simulate K motions from one pose (3,) and velocity (2,) for ``steps`` steps of ``step_s`` seconds."""
    count = len(candidates.speeds)
    x, y, yaw = (np.full(count, float(value)) for value in pose)
    speed, turn = (np.full(count, float(value)) for value in velocity)
    arcs = ~np.isnan(candidates.turns)
    held = np.where(arcs, candidates.turns, 0.0)
    along = np.full(count, route.nearest(float(pose[0]), float(pose[1]))[0] if route else 0.0)
    most_speed, most_turn = robot.max_acceleration_mps2 * step_s, robot.max_yaw_acceleration_rps2 * step_s
    poses = np.empty((steps, count, 3))
    first = np.empty((count, 2))
    for step in range(steps):
        wanted_speed, wanted_turn = candidates.speeds, held
        if route is not None:
            reach = along + lookahead_m
            bearing = _bearing(route.beside(reach, candidates.offsets), x, y, yaw)
            wanted_speed, wanted_turn = _steered(candidates, arcs, held, bearing, lookahead_m, robot)
        if step == 0:
            first[:, 0], first[:, 1] = wanted_speed, wanted_turn
        speed += np.clip(wanted_speed - speed, -most_speed, most_speed)
        turn += np.clip(wanted_turn - turn, -most_turn, most_turn)
        middle = yaw + 0.5 * turn * step_s
        x += speed * np.cos(middle) * step_s
        y += speed * np.sin(middle) * step_s
        yaw += turn * step_s
        along += speed * step_s
        poses[step, :, 0], poses[step, :, 1], poses[step, :, 2] = x, y, yaw
    return Rollouts(poses, first)


def hull_discs(poses: Floats) -> Floats:
    """Centres (T, K, 2, 2) of the two discs that cover the robot at poses (T, K, 3)."""
    ahead = np.stack([np.cos(poses[..., 2]), np.sin(poses[..., 2])], axis=-1) * HULL_OFFSET_M
    return np.stack([poses[..., :2] + ahead, poses[..., :2] - ahead], axis=2)


def _bearing(target: tuple[Floats, Floats], x: Floats, y: Floats, yaw: Floats) -> Floats:
    """Angle (K,) from the robots' headings to their targets, in [-pi, pi)."""
    angle = np.arctan2(target[1] - y, target[0] - x) - yaw
    bearing: Floats = (angle + np.pi) % (2.0 * np.pi) - np.pi
    return bearing


def _steered(
    candidates: Candidates,
    arcs: NDArray[np.bool_],
    held: Floats,
    bearing: Floats,
    lookahead_m: float,
    robot: RobotRules,
) -> tuple[Floats, Floats]:
    """Wanted speed and yaw rate (K,): pure pursuit for those that follow the route, the constant arc for the others."""
    aside = np.abs(bearing) > TURN_IN_PLACE_RAD
    pursuit = np.where(
        aside, np.sign(bearing) * robot.max_yaw_rate_rps, 2.0 * candidates.speeds * np.sin(bearing) / lookahead_m
    )
    limited = np.clip(pursuit, -robot.max_yaw_rate_rps, robot.max_yaw_rate_rps)
    speeds = np.where(arcs, candidates.speeds, np.where(aside, 0.0, candidates.speeds))
    return speeds, np.where(arcs, held, limited)
