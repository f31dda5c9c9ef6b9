"""Where an episode's pedestrians will be in the next seconds, from their placements and their present motion."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from navbench_gs.domain.episode import PedestrianPlacement
from navbench_gs.domain.state import WorldState

Floats = NDArray[np.float64]
ARRIVED_M = 0.75
STANDING_MPS = 0.15
ON_COURSE = 0.8
"""Cosine between a pedestrian's velocity and the way to its goal from which it is taken to walk there directly."""


class PedestrianForecast:
    """Follows P pedestrians through their goals and foretells their places. Needs every state in turn."""

    def __init__(self, placements: Sequence[PedestrianPlacement]) -> None:
        self._placements = tuple(placements)
        self._goals = [0] * len(self._placements)
        self.radii = np.array([placement.radius_m for placement in self._placements])
        """(P,) metres."""

    def places(self, state: WorldState, ahead_s: Floats) -> Floats:
        """Positions (T, P, 2), world frame, at times (T,) after ``state``, as if the robot were not there."""
        places = np.empty((len(ahead_s), len(self._placements), 2))
        for index, placement in enumerate(self._placements):
            here, velocity = state.pedestrians[index, :2], state.pedestrian_velocities[index]
            self._goals[index] = self._next_goal(index, here)
            speed = math.hypot(*velocity)
            goal = np.array(placement.goals[self._goals[index]])
            if speed < STANDING_MPS:
                start_s = max(placement.wait_s - state.time_s, 0.0)
                walked = placement.speed_mps * np.maximum(ahead_s - start_s, 0.0)
                places[:, index] = self._along_goals(index, here, walked)
            elif np.dot(velocity, goal - here) > ON_COURSE * speed * math.dist(goal, here):
                places[:, index] = self._along_goals(index, here, speed * ahead_s)
            else:
                places[:, index] = here + ahead_s[:, None] * velocity
        return places

    def _next_goal(self, index: int, here: Floats) -> int:
        """The goal that a pedestrian walks to now: the one after, once it has come near the present one."""
        goals, current = self._placements[index].goals, self._goals[index]
        return (current + 1) % len(goals) if math.dist(here, goals[current]) < ARRIVED_M else current

    def _along_goals(self, index: int, here: Floats, walked: Floats) -> Floats:
        """Points (T, 2) after so many metres (T,) straight to the present goal and on to the next."""
        goals, current = self._placements[index].goals, self._goals[index]
        stops = np.array([here, goals[current], goals[(current + 1) % len(goals)]])
        lengths = np.append(0.0, np.cumsum(np.hypot(*np.diff(stops, axis=0).T)))
        return np.stack([np.interp(walked, lengths, stops[:, axis]) for axis in (0, 1)], axis=1)
