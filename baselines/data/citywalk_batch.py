"""Batches of CityWalker's moments. B samples, N frames seen and N to come, H waypoints, D width."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import ClassVar, Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor


@dataclass(frozen=True)
class GoalRange:
    """Where goals lie, in seconds ahead; the defaults are the published ones, of clips and of teleoperated drives."""

    nearest: int = 11
    farthest: int = 50
    arrived: tuple[int, int] = (6, 11)
    """Nearest and farthest of goals that count as arrived at."""
    arrived_share: float = 0.3
    """Share of samples with such a goal."""
    noise: float = 0.1
    """Deviation of what is added to past positions, where it is, in mean steps."""


class Walk(Protocol):
    """Poses 1 s apart: a clip or a teleoperated drive."""

    blurred: ClassVar[bool]
    foretold: ClassVar[bool]
    stride: ClassVar[int]

    def local(self, moment: int, others: NDArray[np.int64]) -> NDArray[np.float64]:
        """Places (P, 2) of other moments in the frame of ``moment``: x right, y ahead, in mean steps."""
        ...

    def past(self, moment: int, frames: int) -> NDArray[np.float64]:
        """Places (N, 2) of the last N moments, oldest first, as the robot would know them."""
        ...


@dataclass(frozen=True, eq=False)
class CityBatch:
    """B samples."""

    features: Tensor
    """(B, N, D) of the last N moments, oldest first."""
    future: Tensor
    """(B, N, D) of the next N; zero where they are not taught."""
    foretold: Tensor
    """(B,) 1 where they are."""
    points: Tensor
    """(B, N + 1, 2) past positions and the goal, in the frame of the last, in mean steps: x right, y ahead."""
    waypoints: Tensor
    """(B, H, 2) where the camera was in the next H seconds, likewise."""
    arrived: Tensor
    """(B,) 1 where the goal counts as arrived at."""

    def to(self, device: torch.device) -> CityBatch:
        """The batch on that device."""
        return replace(self, **{name: getattr(self, name).to(device) for name in self.__dataclass_fields__})


@dataclass(frozen=True, eq=False)
class Seen:
    """A clip or drive and what the encoder sees in it."""

    walk: Walk
    features: NDArray[np.float16]
    """(T, D)."""
    weight: float = 1.0
    """How often its moments are drawn, beside those of others."""

    def moments(self, frames: int, horizon: int, goals: GoalRange) -> NDArray[np.int64]:
        """Moments with a whole history behind, and waypoints, frames and the nearest goal ahead."""
        return np.arange(frames - 1, len(self.features) - max(frames, horizon, goals.nearest))


def city_sample(
    seen: Seen, moment: int, frames: int, horizon: int, goals: GoalRange, rng: np.random.Generator
) -> CityBatch:
    """One moment as a batch of one; goals are at most as far as the drive goes."""
    walk, left = seen.walk, len(seen.features) - 1 - moment
    arrived = rng.random() < goals.arrived_share
    low, high = goals.arrived if arrived else (goals.nearest, goals.farthest)
    goal = moment + int(rng.integers(low, min(high, left) + 1))
    past = walk.past(moment, frames)
    if walk.blurred:
        past[:-1] += goals.noise * rng.standard_normal((frames - 1, 2))
    coming = seen.features[moment + 1 : moment + 1 + frames]
    return CityBatch(
        features=_tensor(seen.features[moment - frames + 1 : moment + 1])[None],
        future=_tensor(coming if walk.foretold else np.zeros_like(coming))[None],
        foretold=torch.tensor([float(walk.foretold)]),
        points=_tensor(np.concatenate([past, walk.local(moment, np.array([goal]))]))[None],
        waypoints=_tensor(walk.local(moment, np.arange(moment + 1, moment + 1 + horizon)))[None],
        arrived=torch.tensor([float(arrived)]),
    )


def city_batch(samples: Sequence[CityBatch]) -> CityBatch:
    """Samples as one batch."""
    names = CityBatch.__dataclass_fields__
    return CityBatch(**{name: torch.cat([getattr(sample, name) for sample in samples]) for name in names})


def _tensor(values: NDArray[np.floating]) -> Tensor:
    return torch.from_numpy(np.asarray(values, dtype=np.float32))
