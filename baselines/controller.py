"""From a waypoint to velocities, as the published policies are deployed: no tracking, one division by a time step."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

STEP_S = 0.25
SMALL_M = 1e-8
STRAIGHT_RPS = 1e-3
"""Yaw rates up to this are dropped where the speed is limited."""


@dataclass(frozen=True)
class VelocityLimits:
    """The fastest a robot is asked to go, forwards only."""

    speed_mps: float
    yaw_rate_rps: float


SLOW_ROBOT = VelocityLimits(0.2, 0.4)
"""The robot that GNM, ViNT and NoMaD were shown on."""
LOGONAV_CONTROLLER = VelocityLimits(0.5, 1.0)
LOGONAV_FRODOBOT = VelocityLimits(0.3, 0.3)
LOGONAV_ROS = VelocityLimits(0.2, 0.2)


def waypoint_velocity(waypoint: Sequence[float], limits: VelocityLimits) -> tuple[float, float]:
    """Speed in m/s and yaw rate in rad/s that reach a waypoint in 0.25 s, clipped to the limits.

    Args:
        waypoint: x ahead and y left in metres; the cosine and sine of the heading may follow, which count only where
            the waypoint is the robot's own place.
        limits: speeds below 0 are clipped to 0 whatever they are.
    """
    ahead, left, *heading = (float(number) for number in waypoint)
    if abs(ahead) >= SMALL_M:
        speed, yaw_rate = ahead / STEP_S, math.atan(left / ahead) / STEP_S
    elif heading and abs(left) < SMALL_M:
        turn = math.atan2(heading[1], heading[0])
        speed, yaw_rate = 0.0, (turn if turn < math.pi else -math.pi) / STEP_S
    else:
        speed, yaw_rate = 0.0, _sign(left) * math.pi / (2 * STEP_S)
    most = limits.yaw_rate_rps
    return min(max(speed, 0.0), limits.speed_mps), min(max(yaw_rate, -most), most)


def limited_on_the_arc(speed_mps: float, yaw_rate_rps: float, limits: VelocityLimits) -> tuple[float, float]:
    """Slow down to the limits on the same arc: both velocities by one factor (LogoNav)."""
    if abs(speed_mps) > limits.speed_mps and abs(yaw_rate_rps) <= STRAIGHT_RPS:
        return math.copysign(limits.speed_mps, speed_mps), 0.0
    excess = max(1.0, abs(speed_mps) / limits.speed_mps, abs(yaw_rate_rps) / limits.yaw_rate_rps)
    return speed_mps / excess, yaw_rate_rps / excess


def _sign(number: float) -> float:
    return float((number > 0) - (number < 0))
