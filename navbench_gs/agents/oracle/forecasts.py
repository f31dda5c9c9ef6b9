"""Forecasts for many robots at once, each with an episode of its own."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from navbench_gs.agents.oracle.forecast import PedestrianForecast
from navbench_gs.catalogue.obstacles import footprint
from navbench_gs.domain.episode import Episode
from navbench_gs.domain.state import WorldState
from navbench_gs.terrain.distance import occupied_by
from navbench_gs.terrain.terrain import Grid

Floats = NDArray[np.float64]
NOWHERE_M = 1e5
"""Where those are that a robot's episode lacks."""


class Forecasts:
    """Where the pedestrians of N robots would walk if no robot were there. Asked at every decision, or at none."""

    def __init__(self, robots: int) -> None:
        self._forecasts: list[PedestrianForecast | None] = [None] * robots

    def begin(self, rows: Sequence[int]) -> None:
        """Robots ``rows`` have begun other episodes."""
        for row in rows:
            self._forecasts[row] = None

    def places(
        self,
        episodes: Sequence[Episode],
        grids: Sequence[Grid],
        states: Sequence[WorldState],
        steps: int,
        step_s: float,
    ) -> Floats:
        """(N, T, P, 2) metres, world frame, after 1 to T steps of ``step_s``; P is that of the fullest episode."""
        most = max(len(episode.pedestrians) for episode in episodes)
        places = np.full((len(episodes), steps, most, 2), NOWHERE_M)
        for row, (episode, state) in enumerate(zip(episodes, states, strict=True)):
            if episode.pedestrians:
                forecast = self._forecasts[row] or _forecast(episode, grids[row])
                self._forecasts[row] = forecast
                places[row, :, : len(episode.pedestrians)] = forecast.places(state, steps, step_s)
        return places


def _forecast(episode: Episode, grid: Grid) -> PedestrianForecast:
    return PedestrianForecast(episode.pedestrians, grid.blocked_at(obstacle_cells(grid, episode)))


def obstacle_cells(grid: Grid, episode: Episode) -> NDArray[np.bool_]:
    """Cells (NX, NY) that the obstacles of an episode stand on."""
    return occupied_by(grid, map(footprint, episode.obstacles))
