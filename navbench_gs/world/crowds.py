"""The pedestrians of many episodes at once."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from navbench_gs.domain.rules import Rules
from navbench_gs.world.pedestrians import Crowd
from navbench_gs.world.training_ground import TrainingEpisode

FAR_M = 1e6

Floats = NDArray[np.float64]


class Crowds:
    """N crowds of at most P pedestrians each."""

    def __init__(self, crowds: int, rules: Rules) -> None:
        self._rules = rules
        self._crowds: list[Crowd | None] = [None] * crowds
        self._counts = [0] * crowds
        self.resize(0)

    def resize(self, pedestrians: int) -> None:
        """Make room for ``pedestrians`` in each crowd."""
        count = len(self._crowds)
        kept = self.radii if hasattr(self, "radii") else np.zeros((count, 0))
        self.radii = np.zeros((count, pedestrians))
        width = min(kept.shape[1], pedestrians)
        self.radii[:, :width] = kept[:, :width]

    def begin(self, row: int, episode: TrainingEpisode) -> None:
        """Put the pedestrians of an episode at their starts."""
        pedestrians = episode.episode.pedestrians
        self._counts[row] = len(pedestrians)
        self.radii[row] = 0.0
        self.radii[row, : len(pedestrians)] = [pedestrian.radius_m for pedestrian in pedestrians]
        self._crowds[row] = Crowd(episode.place.grid, episode.episode, self._rules) if pedestrians else None

    def decide(self, due: NDArray[np.bool_], times_s: Floats, robots: Floats, velocities: Floats) -> None:
        """Let the crowds that are ``due`` (N,) choose new velocities; see :meth:`Crowd.decide`."""
        for row in np.flatnonzero(due):
            crowd = self._crowds[row]
            if crowd is not None:
                crowd.decide(float(times_s[row]), robots[row].astype(float), velocities[row].astype(float))

    def touched(self, row: int, pedestrian: int, time_s: float) -> None:
        """A pedestrian is in contact with its robot; see :meth:`Crowd.touched`."""
        crowd = self._crowds[row]
        assert crowd is not None
        crowd.touched(pedestrian, time_s)

    def positions(self, times_s: Floats) -> Floats:
        """(N, P, 2) metres, world frame; far away for those that a crowd lacks."""
        places = np.full((*self.radii.shape, 2), FAR_M)
        for row, crowd in enumerate(self._crowds):
            if crowd is not None:
                places[row, : self._counts[row]] = crowd.positions(float(times_s[row]))
        return places

    def poses(self, times_s: Floats) -> Floats:
        """(N, P, 3) x, y, yaw, world frame; nan for those that a crowd lacks."""
        poses = np.full((*self.radii.shape, 3), np.nan)
        for row, crowd in enumerate(self._crowds):
            if crowd is not None:
                poses[row, : self._counts[row]] = crowd.poses(float(times_s[row]))
        return poses

    @property
    def velocities(self) -> Floats:
        """(N, P, 2) m/s, world frame."""
        velocities = np.zeros((*self.radii.shape, 2))
        for row, crowd in enumerate(self._crowds):
            if crowd is not None:
                velocities[row, : self._counts[row]] = crowd.velocities
        return velocities
