"""The agent that drives at random."""

from __future__ import annotations

import numpy as np

from navbench_gs.domain.action import Velocity
from navbench_gs.domain.agent import AgentCard
from navbench_gs.domain.observation import Observation
from navbench_gs.domain.rules import RULES_V0
from navbench_gs.domain.state import Privileged

HELD_DECISIONS = 5
"""How many decisions one drawn velocity lasts (one second)."""


class RandomAgent:
    """Draws a velocity, uniform within the robot's limits, once a second."""

    card = AgentCard(name="random", revision="1", description="a random velocity every second", stochastic=True)

    def reset(self, observation: Observation, *, seed: int, privileged: Privileged | None = None) -> None:
        """Start the random stream from ``seed``."""
        self._rng = np.random.Generator(np.random.PCG64(seed))
        self._decisions = 0

    def act(self, observation: Observation, *, privileged: Privileged | None = None) -> Velocity:
        """The velocity in force, a new one every ``HELD_DECISIONS`` decisions."""
        if self._decisions % HELD_DECISIONS == 0:
            robot = RULES_V0.robot
            speed, turn = self._rng.random(2)
            self._held = Velocity(speed * robot.max_speed_mps, (2.0 * turn - 1.0) * robot.max_yaw_rate_rps)
        self._decisions += 1
        return self._held
