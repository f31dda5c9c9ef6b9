"""The diffusion chain of NoMaD: from noise to a path in ten steps, and from a path to noise while training.

DDPM (Ho et al., 2020) with the squared-cosine schedule (Nichol and Dhariwal, 2021); the network predicts the noise, the
path is clipped to [-1, 1] at every step. B batch, H waypoints, T steps.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import torch
from torch import Tensor

STEPS = 10
OFFSET = 0.008
MOST_NOISE = 0.999
"""No step keeps less than a thousandth of the signal's variance."""

PredictNoise = Callable[[Tensor, Tensor], Tensor]
"""(B, H, 2) noisy path and (B,) steps -> (B, H, 2) the noise in it."""


@dataclass(frozen=True)
class NoiseSchedule:
    """How much of the path is left after each of T steps."""

    steps: int = STEPS

    @cached_property
    def betas(self) -> Tensor:
        """(T,) variance that each step adds."""
        return torch.tensor(
            [
                min(1 - _cosine_signal((step + 1) / self.steps) / _cosine_signal(step / self.steps), MOST_NOISE)
                for step in range(self.steps)
            ],
            dtype=torch.float32,
        )

    @cached_property
    def signal(self) -> Tensor:
        """(T,) share of the path's variance that is left after each step."""
        return torch.cumprod(1 - self.betas, dim=0)

    def noised(self, path: Tensor, noise: Tensor, steps: Tensor) -> Tensor:
        """The path (B, H, 2) after ``steps`` (B,) steps of ``noise`` (B, H, 2)."""
        left = self.signal.to(path)[steps].view(-1, 1, 1)
        return left.sqrt() * path + (1 - left).sqrt() * noise

    def step_back(self, path: Tensor, predicted_noise: Tensor, step: int, noise: Tensor | None) -> Tensor:
        """One step of the chain, from after ``step`` to before it; ``noise`` (B, H, 2) is fresh, None at step 0."""
        beta = float(self.betas[step])
        left = float(self.signal[step])
        left_before = float(self.signal[step - 1]) if step > 0 else 1.0
        clean = ((path - math.sqrt(1 - left) * predicted_noise) / math.sqrt(left)).clamp(-1, 1)
        clean_share = math.sqrt(left_before) * beta / (1 - left)
        path_share = math.sqrt(1 - beta) * (1 - left_before) / (1 - left)
        before = clean_share * clean + path_share * path
        if step == 0 or noise is None:
            return before
        variance = max((1 - left_before) / (1 - left) * beta, 1e-20)
        return before + math.sqrt(variance) * noise


def _cosine_signal(share: float) -> float:
    return math.cos((share + OFFSET) / (1 + OFFSET) * math.pi / 2) ** 2


def denoised(
    predict_noise: PredictNoise, start: Tensor, noises: Sequence[Tensor], schedule: NoiseSchedule | None = None
) -> Tensor:
    """Run the chain.

    Args:
        predict_noise: the network, with its condition.
        start: (B, H, 2) pure noise.
        noises: T - 1 tensors (B, H, 2), the fresh noise of steps T - 1 to 1 in the order of the chain.
        schedule: the published one by default.

    Returns:
        (B, H, 2) in [-1, 1].
    """
    schedule = schedule or NoiseSchedule()
    assert len(noises) == schedule.steps - 1, f"{schedule.steps} steps take {schedule.steps - 1} noises"
    path = start
    for step, noise in zip(range(schedule.steps - 1, -1, -1), [*noises, None], strict=True):
        steps = torch.full((len(path),), step, dtype=torch.long, device=path.device)
        path = schedule.step_back(path, predict_noise(path, steps), step, noise)
    return path
