"""The agent that drives straight at the goal, whatever stands or walks in between."""

from __future__ import annotations

import math

from navbench_gs.domain.action import Velocity
from navbench_gs.domain.agent import AgentCard
from navbench_gs.domain.observation import Observation
from navbench_gs.domain.rules import RULES_V0
from navbench_gs.domain.state import Privileged

SPEED_MPS = 1.0
TURN_GAIN = 2.0
"""Yaw rate over bearing, 1/s."""
TURN_IN_PLACE_RAD = math.radians(45.0)


class StraightAgent:
    """Turns to the goal point and drives at it; sees nothing."""

    card = AgentCard(name="straight", revision="1", description="drives straight at the goal, sees nothing")

    def reset(self, observation: Observation, *, seed: int, privileged: Privileged | None = None) -> None:
        """Nothing to begin."""

    def act(self, observation: Observation, *, privileged: Privileged | None = None) -> Velocity:
        """Turn towards the goal, in place if it lies far aside."""
        bearing = math.atan2(observation.goal[1], observation.goal[0])
        limit = RULES_V0.robot.max_yaw_rate_rps
        turn = min(max(TURN_GAIN * bearing, -limit), limit)
        return Velocity(0.0 if abs(bearing) > TURN_IN_PLACE_RAD else SPEED_MPS * math.cos(bearing), turn)
