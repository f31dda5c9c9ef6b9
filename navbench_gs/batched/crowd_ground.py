"""Where the pedestrians of one episode may walk, and their ways to each goal; worked out when first needed."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from navbench_gs.batched.shortest_way import Moves, steps_towards, way_along
from navbench_gs.batched.walking import straight_is_free
from navbench_gs.domain.episode import Episode
from navbench_gs.errors import InfeasibleEpisodeError
from navbench_gs.terrain.distance import clearance_field
from navbench_gs.terrain.routes import cost_to_go
from navbench_gs.terrain.terrain import Grid
from navbench_gs.world.pedestrians import FOOTING_SHARE, ROUTE_MARGIN_M, planning_grid

Floats = NDArray[np.float64]


class CrowdGround:
    """The ground of one episode as its pedestrians see it: see :class:`navbench_gs.world.pedestrians.Crowd`."""

    def __init__(self, grid: Grid, episode: Episode) -> None:
        self._grid = planning_grid(grid, episode)
        self.walls = clearance_field(self._grid)
        self._origin = np.array(self._grid.origin)
        self._moves: dict[tuple[tuple[float, float], float], Moves | None] = {}

    def way(self, start: Floats, goal: tuple[float, float], radius_m: float) -> Floats:
        """Points (P, 2) from ``start`` (2,) to ``goal``: straight if nothing is between; none if there is no way."""
        target, cell_m = np.array(goal), self._grid.cell_m
        if straight_is_free(
            self.walls.values, self._origin, cell_m, start, target, radius_m, ROUTE_MARGIN_M, FOOTING_SHARE
        ):
            return np.array([start, target])
        moves = self._moves_towards(goal, radius_m)
        return np.empty((0, 2)) if moves is None else way_along(moves, self._origin, cell_m, start, target)

    def _moves_towards(self, goal: tuple[float, float], radius_m: float) -> Moves | None:
        key = (goal, radius_m)
        if key not in self._moves:
            try:
                cost = cost_to_go(self._grid, goal, clearance_m=radius_m + ROUTE_MARGIN_M)
            except InfeasibleEpisodeError:
                self._moves[key] = None
            else:
                self._moves[key] = steps_towards(cost.values, self._grid.cell_m)
        return self._moves[key]
