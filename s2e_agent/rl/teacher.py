"""A teacher beside the learner: what the privileged planner would do where the learner has come to (as in DAgger).

Not in the paper. Source of the idea: Ross et al., "A Reduction of Imitation Learning and Structured Prediction to
No-Regret Online Learning", 2011.
"""

from __future__ import annotations

from importlib.metadata import entry_points

import numpy as np
import torch
from torch import Tensor

from navbench_gs.domain.action import Velocity
from navbench_gs.domain.agent import Agent
from navbench_gs.domain.observation import Observation
from navbench_gs.domain.state import Privileged
from navbench_gs.errors import AgentCardError, UnknownNameError
from s2e_agent.rl.vec_env import TrainingWorld

GROUP = "navbench_gs.agents"


class Teacher:
    """One privileged agent for each robot of a world."""

    def __init__(self, world: TrainingWorld, name: str = "oracle", seed: int = 0) -> None:
        points = {point.name: point for point in entry_points(group=GROUP)}
        if name not in points:
            raise UnknownNameError("teacher", name, points)
        self._world, self._seed = world, seed
        self._agents: list[Agent] = [points[name].load()() for _ in range(world.num_envs)]

    def commands(self, started: Tensor) -> Tensor:
        """(N, 2) speed in m/s and yaw rate in rad/s that each would choose now; those that ``started`` plan anew."""
        told = zip(self._agents, self._world.privileged(), started.tolist(), strict=True)
        return torch.tensor([self._command(agent, privileged, anew=anew) for agent, privileged, anew in told])

    def _command(self, agent: Agent, privileged: Privileged, *, anew: bool) -> tuple[float, float]:
        observation = _blind(privileged)
        if anew:
            agent.reset(observation, seed=self._seed, privileged=privileged)
        action = agent.act(observation, privileged=privileged)
        if not isinstance(action, Velocity):
            raise AgentCardError("a teacher must answer velocities, not waypoints")
        return action.speed_mps, action.yaw_rate_rps


def _blind(privileged: Privileged) -> Observation:
    """An observation without a picture: a planner looks at the privileged record."""
    state = privileged.state
    x, y, yaw = state.robot
    ahead = np.array(privileged.episode.goal) - [x, y]
    cos, sin = np.cos(yaw), np.sin(yaw)
    return Observation(
        time_s=state.time_s,
        goal=np.array([cos * ahead[0] + sin * ahead[1], cos * ahead[1] - sin * ahead[0]], dtype=np.float32),
        velocity=np.asarray(state.robot_velocity, dtype=np.float32),
        odometry=np.zeros(3, dtype=np.float32),
    )
