"""Action: what an agent asks of the robot."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Velocity:
    """Forward speed (m/s) and yaw rate (rad/s, counter-clockwise)."""

    speed_mps: float
    yaw_rate_rps: float


@dataclass(frozen=True, eq=False)
class Waypoints:
    """A time-stamped path: the robot should be at ``points[i]`` at ``(i + 1) * period_s`` from now."""

    points: NDArray[np.float64]
    """(H, 2) metres in the robot frame at the moment of the decision (x ahead, y left)."""
    period_s: float


Action: TypeAlias = Velocity | Waypoints
