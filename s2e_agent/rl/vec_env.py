"""The training world as post-training meets it: a gymnasium vector environment of torch tensors.

``step`` answers observations ``rgb`` (N, H, W, 3), ``goal`` (N, 2), ``velocity`` (N, 2), rewards (N,), ``terminated``,
``truncated`` and infos, a tensor (N,) each. After an episode's end the next step ignores that robot's action and starts
a new one; ``infos["started"]`` says so.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from torch import Tensor

from navbench_gs.domain.state import Privileged

Observation = Mapping[str, Tensor]
Infos = Mapping[str, Tensor]


class TrainingWorld(Protocol):
    """What a vector environment must offer."""

    num_envs: int

    def reset(self, *, seed: int | None = None) -> tuple[Observation, Infos]:
        """New episodes for all robots."""
        ...

    def step(self, actions: Tensor) -> tuple[Observation, Tensor, Tensor, Tensor, Infos]:
        """One decision period."""
        ...

    def set_progress(self, progress: float) -> None:
        """Which share of its curriculum is done."""
        ...

    def blind(self, robots: Tensor) -> None:
        """No pictures are needed for these robots (N,)."""
        ...

    def outlook(self, paths: Tensor) -> Mapping[str, Tensor]:
        """What lies on paths (N, K, H, 2) in the robots' frames, as the training environment's method of this name."""
        ...

    def privileged(self) -> list[Privileged]:
        """What a privileged teacher is told, for each robot."""
        ...

    def close(self) -> None:
        """Give back what it holds."""
        ...
