"""The agent that never moves: the floor of every metric."""

from __future__ import annotations

from navbench_gs.domain.action import Velocity
from navbench_gs.domain.agent import AgentCard
from navbench_gs.domain.observation import Observation
from navbench_gs.domain.state import Privileged


class StillAgent:
    """Stands where it is."""

    card = AgentCard(name="still", revision="1", description="never moves")

    def reset(self, observation: Observation, *, seed: int, privileged: Privileged | None = None) -> None:
        """Nothing to begin."""

    def act(self, observation: Observation, *, privileged: Privileged | None = None) -> Velocity:
        """Stop."""
        return Velocity(0.0, 0.0)
