"""Which contacts begin: the judge's debouncing of :mod:`navbench_gs.metrics.collisions`, tick by tick (torch)."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from navbench_gs.domain.rules import Rules

LONG_AGO = -(10**6)
"""Tick of a touch that never was."""


class ContactLog:
    """When each of N robots last touched each of its actors: the scene, then its obstacles, then its pedestrians."""

    def __init__(self, robots: int, rules: Rules, device: str) -> None:
        self._free_ticks = math.ceil(rules.contact.debounce_s / rules.clock.tick_s - 1e-9)
        self._ends = (1, 1, 1)
        self._last = torch.full((robots, 1), LONG_AGO, device=device)
        self.touching = torch.zeros_like(self._last, dtype=torch.bool)
        """(N, A) who touches what in this tick."""

    def resize(self, obstacles: int, pedestrians: int) -> None:
        """Make room for so many actors; what was touched is kept."""
        before, ends = self._last, self._ends
        self._ends = (1, 1 + obstacles, 1 + obstacles + pedestrians)
        self._last = torch.full((len(before), self._ends[2]), LONG_AGO, device=before.device)
        for old, new in (((0, 1), (0, 1)), (ends[:2], self._ends[:2]), (ends[1:], self._ends[1:])):
            kept = min(old[1] - old[0], new[1] - new[0])
            self._last[:, new[0] : new[0] + kept] = before[:, old[0] : old[0] + kept]
        self.touching = torch.zeros_like(self._last, dtype=torch.bool)

    def begin(self, rows: Tensor) -> None:
        """Robots ``rows`` (K,) start an episode: they have touched nothing."""
        self._last[rows], self.touching[rows] = LONG_AGO, False

    def begin_tick(self) -> None:
        """Nobody touches anything yet."""
        self.touching = torch.zeros_like(self.touching)

    def scene(self, rows: Tensor) -> None:
        """Robots ``rows`` (K,) touch structure."""
        self.touching[rows, 0] = True

    def obstacles(self, rows: Tensor, numbers: Tensor) -> None:
        """Robots ``rows`` (K,) touch their obstacles ``numbers`` (K,)."""
        self.touching[rows, self._ends[0] + numbers] = True

    def pedestrians(self, rows: Tensor, numbers: Tensor) -> None:
        """Robots ``rows`` (K,) touch their pedestrians ``numbers`` (K,)."""
        self.touching[rows, self._ends[1] + numbers] = True

    def onsets(self, ticks: Tensor, running: Tensor) -> tuple[Tensor, Tensor]:
        """Which contacts begin with tick number ``ticks`` (N,), of robots that are ``running`` (N,).

        Returns:
            Whether there are any (N, 3), by kind: scene, obstacle, pedestrian; and how many (N,).
        """
        self.touching = self.touching & running[:, None]
        begun = self.touching & (ticks[:, None] - self._last - 1 >= self._free_ticks)
        self._last = torch.where(self.touching, ticks[:, None], self._last)
        first, second, _ = self._ends
        kinds = [begun[:, :first], begun[:, first:second], begun[:, second:]]
        return torch.stack([kind.any(dim=1) for kind in kinds], dim=1), begun.sum(dim=1)
