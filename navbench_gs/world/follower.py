"""The waypoint follower that every waypoint agent shares: pure pursuit on a time-stamped path.

Source: R. C. Coulter, "Implementation of the pure pursuit path tracking algorithm", CMU-RI-TR-92-01, 1992.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from navbench_gs.domain.action import Velocity, Waypoints
from navbench_gs.domain.rules import Rules
from navbench_gs.geometry import to_world_frame, wrap_angle
from navbench_gs.world.path import Path

TURN_S = 0.25
"""Turning in place aims to be done in this time, as far as the yaw rate limit allows."""
SHORTEST_M = 0.02
"""With less path ahead than this the robot stands."""

Floats = NDArray[np.float64]


def limited(command: Velocity, rules: Rules) -> Velocity:
    """The nearest command that the robot can obey: never backwards, within its top speed and yaw rate."""
    robot = rules.robot
    return Velocity(
        min(max(command.speed_mps, 0.0), robot.max_speed_mps),
        min(max(command.yaw_rate_rps, -robot.max_yaw_rate_rps), robot.max_yaw_rate_rps),
    )


class Follower:
    """Turns the plan last given into velocity commands; stands without one, or with one that is too old."""

    def __init__(self, rules: Rules) -> None:
        self._rules = rules
        self.reset()

    def reset(self) -> None:
        """Forget the plan."""
        self._path: Path | None = None
        self._period_s = 1.0
        self._given_s = 0.0

    def follow(self, waypoints: Waypoints, pose: Floats, time_s: float) -> None:
        """Take a new plan, anchored at ``pose`` (x, y, yaw), where the robot was when the agent decided."""
        self._path = Path(np.vstack([pose[:2], to_world_frame(waypoints.points, pose)]))
        self._period_s = waypoints.period_s
        self._given_s = time_s

    def command(self, pose: Floats, time_s: float) -> Velocity:
        """What to do now at ``pose`` (x, y, yaw)."""
        rules = self._rules.follower
        if self._path is None or time_s - self._given_s >= rules.hold_s - 1e-9:
            return Velocity(0.0, 0.0)
        x, y, yaw = (float(value) for value in pose)
        self._path.follow(x, y, 2.0 * rules.lookahead_m)
        target_m = min(self._path.progress_m + rules.lookahead_m, self._path.length_m)
        target_x, target_y = self._path.point(target_m)
        if target_m - self._path.progress_m < SHORTEST_M:
            return Velocity(0.0, 0.0)
        bearing = wrap_angle(math.atan2(target_y - y, target_x - x) - yaw)
        if abs(bearing) > rules.turn_in_place_rad:
            return limited(Velocity(0.0, bearing / TURN_S), self._rules)
        speed = limited(Velocity(self._speed_until(target_m), 0.0), self._rules).speed_mps
        curvature = 2.0 * math.sin(bearing) / max(math.hypot(target_x - x, target_y - y), SHORTEST_M)
        return limited(Velocity(speed, speed * curvature), self._rules)

    def _speed_until(self, target_m: float) -> float:
        """Speed that the plan's time stamps ask for between here and ``target_m`` along it, m/s."""
        assert self._path is not None
        here_m = self._path.progress_m
        steps = self._path.index_at(target_m) - self._path.index_at(here_m)
        return (target_m - here_m) / (steps * self._period_s) if steps > 0.0 else 0.0
