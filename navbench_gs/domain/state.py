"""WorldState: what the simulator knows at one moment. Only privileged agents ever see it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from navbench_gs.domain.episode import Episode
from navbench_gs.domain.scene import Scene

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class WorldState:
    """Everything that moves."""

    time_s: float
    robot: Floats
    """(3,) pose (x, y, yaw), world frame."""
    robot_velocity: Floats
    """(2,) forward speed m/s, yaw rate rad/s."""
    pedestrians: Floats
    """(P, 3) poses (x, y, yaw), world frame."""
    pedestrian_velocities: Floats
    """(P, 2) m/s, world frame."""


@dataclass(frozen=True, eq=False)
class Privileged:
    """What an agent that declares itself privileged is given beside its observation."""

    scene: Scene
    episode: Episode
    state: WorldState
