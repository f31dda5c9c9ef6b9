"""NoMaD as an agent of the benchmark."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from baselines.frame_tokens import FrameTokenAgent
from baselines.given_weights import Kind, given_weights
from baselines.image_goal_agent import Answers, Floats
from baselines.nomad.diffusion import STEPS
from baselines.nomad.model import NoMaD, NoMaDConfig
from baselines.preprocess import Picture

KIND = Kind("nomad", NoMaD, NoMaDConfig, (96, 96))
SAMPLES = 8
"""Paths drawn at each decision, of which the first is driven; by the point, the one that ends nearest to it."""


class NoMaDAgent(FrameTokenAgent):
    """Four frames 0.25 s apart, each encoded once; paths are drawn by ten steps of diffusion from the given seed."""

    moves_on = False
    stochastic = True

    def __init__(self, checkpoint: str | None = None, variant: str = "") -> None:
        super().__init__(KIND.name, given_weights(KIND, checkpoint), variant)

    def begin(self, seed: int) -> None:
        """Forget the frames, start the noise from ``seed``."""
        super().begin(seed)
        self._noise = np.random.Generator(np.random.PCG64(seed))

    def compare(self, goals: Tensor) -> Answers:
        """Paths are drawn only for the goal that is headed for."""
        conditions = self._conditions(goals, hidden=False)
        distance = self.network.distance(conditions)[:, 0].double().numpy()
        return Answers(distance, lambda goal: self._drawn(conditions[goal : goal + 1]))

    def paths_to_anywhere(self, picture: Picture) -> Floats:
        """Paths drawn with the goal hidden."""
        return self._drawn(self._conditions(torch.zeros_like(self._current), hidden=True))

    def _conditions(self, goals: Tensor, *, hidden: bool) -> Tensor:
        conditions: Tensor = self.network.fuse(*self.tokens(goals), torch.full((len(goals),), hidden))
        return conditions

    def _drawn(self, condition: Tensor) -> Floats:
        shape = SAMPLES, self.network.config.horizon, 2
        start, *noises = torch.from_numpy(self._noise.standard_normal((STEPS, *shape), dtype=np.float32))
        paths: Floats = self.network.sample(condition.expand(SAMPLES, -1), start, noises).double().numpy()
        return paths
