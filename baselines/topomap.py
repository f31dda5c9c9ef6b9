"""The published topological map: pictures along a route, and which of them the robot is at.

visualnav-transformer, deployment: each decision compares the nodes around the closest one; the nearest of them by
predicted distance is the closest from then on, and where it is close, the node after it is headed for.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

RADIUS = 4
"""Nodes compared behind the closest one, and one more ahead of it."""
CLOSE_STEPS = 3.0
"""A node predicted to be at most this many steps away is as good as reached."""


class TopologicalMap:
    """Where the robot is on a route of pictures; the last is the goal.

    Args:
        nodes: how many pictures.
        moves_on: whether the closest node moves ahead with what is headed for (GNM, ViNT), or stays (NoMaD).
    """

    def __init__(self, nodes: int, *, moves_on: bool) -> None:
        self._nodes, self._moves_on = nodes, moves_on
        self.closest = 0

    def candidates(self) -> range:
        """Nodes to be compared with what the robot sees."""
        return range(max(self.closest - RADIUS, 0), min(self.closest + RADIUS + 1, self._nodes - 1) + 1)

    def headed_for(self, distances: Sequence[float]) -> int:
        """Which of the candidates to head for, given the steps to each; remembers the closest one."""
        candidates = self.candidates()
        assert len(distances) == len(candidates), "a distance for every candidate"
        nearest = int(np.argmin(distances))
        ahead = min(nearest + int(distances[nearest] <= CLOSE_STEPS), len(candidates) - 1)
        self.closest = candidates[ahead if self._moves_on else nearest]
        return ahead
