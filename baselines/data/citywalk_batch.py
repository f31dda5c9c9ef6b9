"""Batches of CityWalker's moments. B samples, N frames seen and N to come, H waypoints, D width."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from baselines.data.citywalk_clips import CityClip


@dataclass(frozen=True)
class GoalRange:
    """Where goals lie, in seconds ahead."""

    nearest: int
    farthest: int
    arrived_share: float = 0.3
    """Share of samples whose goal lies within the waypoints, which counts as arrived."""
    noise: float = 0.1
    """Deviation of what is added to past positions, in mean steps."""


@dataclass(frozen=True, eq=False)
class CityBatch:
    """B samples."""

    features: Tensor
    """(B, N, D) of the last N moments, oldest first."""
    future: Tensor
    """(B, N, D) of the next N."""
    points: Tensor
    """(B, N + 1, 2) past positions and the goal, in the frame of the last, in mean steps: x right, y ahead."""
    waypoints: Tensor
    """(B, H, 2) where the camera was in the next H seconds, likewise."""
    arrived: Tensor
    """(B,) 1 where the goal lies within the waypoints."""

    def to(self, device: torch.device) -> CityBatch:
        """The batch on that device."""
        return replace(self, **{name: getattr(self, name).to(device) for name in self.__dataclass_fields__})


@dataclass(frozen=True, eq=False)
class SeenClip:
    """A clip and what the encoder sees in it."""

    clip: CityClip
    features: NDArray[np.float16]
    """(T, D)."""

    def moments(self, frames: int, horizon: int) -> NDArray[np.int64]:
        """Moments with a whole history behind, and enough ahead."""
        return np.arange(frames - 1, len(self.features) - max(frames, horizon))


def city_sample(
    seen: SeenClip, moment: int, frames: int, horizon: int, goals: GoalRange, rng: np.random.Generator
) -> CityBatch:
    """One moment as a batch of one; goals nearer than wished where the clip ends."""
    left = len(seen.features) - 1 - moment
    arrived = rng.random() < goals.arrived_share or left < goals.nearest
    low, high = (1, horizon) if arrived else (goals.nearest, min(goals.farthest, left))
    ahead = int(rng.integers(low, high + 1))
    past, future = np.arange(moment - frames + 1, moment + 1), np.arange(moment + 1, moment + 1 + max(frames, horizon))
    positions = seen.clip.local(moment, past) + goals.noise * rng.standard_normal((frames, 2))
    points = np.concatenate([positions, seen.clip.local(moment, np.array([moment + ahead]))])
    return CityBatch(
        features=_tensor(seen.features[past])[None],
        future=_tensor(seen.features[future[:frames]])[None],
        points=_tensor(points)[None],
        waypoints=_tensor(seen.clip.local(moment, future[:horizon]))[None],
        arrived=torch.tensor([float(arrived)]),
    )


def city_batch(samples: Sequence[CityBatch]) -> CityBatch:
    """Samples as one batch."""
    names = CityBatch.__dataclass_fields__
    return CityBatch(**{name: torch.cat([getattr(sample, name) for sample in samples]) for name in names})


def _tensor(values: NDArray[np.floating]) -> Tensor:
    return torch.from_numpy(np.asarray(values, dtype=np.float32))
