"""Where an episode's pedestrians will be in the next seconds, from their placements and their present motion."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from navbench_gs.crowd.orca import orca_velocities
from navbench_gs.domain.episode import PedestrianPlacement
from navbench_gs.domain.state import WorldState
from navbench_gs.errors import InfeasibleEpisodeError
from navbench_gs.geometry import arc_lengths
from navbench_gs.terrain.distance import clearance_field
from navbench_gs.terrain.routes import cost_to_go, resampled, shortest_route
from navbench_gs.terrain.sight import crosses
from navbench_gs.terrain.terrain import Grid

Floats = NDArray[np.float64]
ARRIVED_M = 0.75
LOST_M = 1.5
"""Farther from its route than this, a pedestrian is given a new one."""
LOOKAHEAD_M = 1.0
ROUTE_MARGIN_M = 0.05
WINDOW_M = 6.0
"""Routes are sought this far around their ends."""
HURRY = 1.25


class _Way:
    """A polyline (P, 2) to look up points on."""

    def __init__(self, points: Floats) -> None:
        self._points, self._lengths = points, arc_lengths(points)

    def point(self, along: float) -> tuple[float, float]:
        x, y = (float(np.interp(along, self._lengths, self._points[:, axis])) for axis in (0, 1))
        return x, y


class PedestrianForecast:
    """Follows P pedestrians through their goals and imagines their next seconds. Needs every state in turn.

    They avoid walls and each other as the simulator's do, but not the robot: what it must not rely on.
    """

    def __init__(self, placements: Sequence[PedestrianPlacement], free: Grid) -> None:
        """``free`` is the walkable grid, blocked where obstacles stand."""
        self._placements = tuple(placements)
        self._goals = [0] * len(self._placements)
        self._routes: list[Floats | None] = [None] * len(self._placements)
        self.radii: Floats = np.array([placement.radius_m for placement in self._placements])
        """(P,) metres."""
        self._speeds = np.array([placement.speed_mps for placement in self._placements])
        self._waits = np.array([placement.wait_s for placement in self._placements])
        self._free, self._walls = free, clearance_field(free)

    def places(self, state: WorldState, steps: int, step_s: float) -> Floats:
        """Positions (T, P, 2), world frame, after 1 to T steps of ``step_s`` from ``state`` on."""
        here = state.pedestrians[:, :2].copy()
        velocities = state.pedestrian_velocities.copy()
        ways = [self._way(index, place) for index, place in enumerate(here)]
        ahead = np.full(len(here), LOOKAHEAD_M)
        shares = np.full((len(here), len(here)), 0.5)
        places = np.empty((steps, len(here), 2))
        for step in range(steps):
            course = np.array([way.point(reach) for way, reach in zip(ways, ahead, strict=True)]) - here
            course /= np.maximum(np.hypot(course[:, 0], course[:, 1]), 1e-6)[:, None]
            standing = state.time_s + step * step_s < self._waits
            preferred = np.where(standing[:, None], 0.0, course * self._speeds[:, None])
            velocities = orca_velocities(
                here, velocities, self.radii, preferred, HURRY * self._speeds, shares,
                self._walls.values, np.array(self._walls.origin), self._walls.cell_m,
            )  # fmt: skip
            velocities[standing] = 0.0
            here = here + velocities * step_s
            ahead += np.sum(velocities * course, axis=1) * step_s
            places[step] = here
        return places

    def _way(self, index: int, here: Floats) -> _Way:
        """What pedestrian ``index`` walks along from ``here``: the rest of its route, and on to the goal after."""
        placement = self._placements[index]
        if math.dist(here, placement.goals[self._goals[index]]) < ARRIVED_M:
            self._goals[index] = (self._goals[index] + 1) % len(placement.goals)
            self._routes[index] = None
        route = self._routes[index]
        if route is None or np.min(np.hypot(*(route - here).T)) > LOST_M:
            route = self._routes[index] = self._route(here, np.array(placement.goals[self._goals[index]]))
        nearest = int(np.argmin(np.hypot(*(route - here).T)))
        after = np.array(placement.goals[(self._goals[index] + 1) % len(placement.goals)])
        return _Way(np.vstack([route[nearest:], after]))

    def _route(self, here: Floats, goal: Floats) -> Floats:
        """Points (P, 2) from ``here`` to ``goal``: straight where that is free, else round what is in the way."""
        ends = np.array([here, goal])
        window = self._free.window(ends, WINDOW_M)
        clearance = float(self.radii.max()) + ROUTE_MARGIN_M
        if crosses(self._free, self._walls.values < clearance, here, goal):
            try:
                return shortest_route(cost_to_go(window, goal, clearance_m=clearance), here)
            except InfeasibleEpisodeError:
                pass  # it will have to squeeze through somewhere; straight on is as good a guess as any
        return resampled(ends, LOOKAHEAD_M / 2.0)
