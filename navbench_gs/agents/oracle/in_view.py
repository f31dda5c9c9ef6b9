"""What a forward camera could know of pedestrians: who was in view within the last second."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from navbench_gs.domain.rules import RULES_V0
from navbench_gs.domain.state import WorldState

MEMORY_S = 1.0
"""A pedestrian that left the view is remembered, where it truly is, for this long."""
HALF_VIEW_RAD = math.radians(RULES_V0.camera.horizontal_fov_deg) / 2.0


class InView:
    """Keeps when each of P pedestrians was last in view. Walls do not hide them: an upper bound of what is seen."""

    def __init__(self, radii: NDArray[np.float64]) -> None:
        """``radii`` (P,) metres: an edge in view is enough."""
        self._radii = radii
        self._seen_s = np.full(len(radii), -math.inf)

    def known(self, state: WorldState) -> NDArray[np.bool_]:
        """(P,) who is known of at ``state``. Needs every state in turn."""
        offsets = state.pedestrians[:, :2] - state.robot[:2]
        bearings = np.arctan2(offsets[:, 1], offsets[:, 0]) - state.robot[2]
        aside = np.abs((bearings + np.pi) % (2.0 * np.pi) - np.pi)
        half_width = np.arctan2(self._radii, np.hypot(offsets[:, 0], offsets[:, 1]))
        self._seen_s[aside - half_width < HALF_VIEW_RAD] = state.time_s
        return state.time_s - self._seen_s <= MEMORY_S + 1e-9
