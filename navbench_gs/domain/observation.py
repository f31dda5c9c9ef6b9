"""Observation: only what a real robot has at one moment."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class Observation:
    """What the robot knows when it decides."""

    time_s: float
    """Seconds since the start of the episode."""
    goal: NDArray[np.float32]
    """(2,) goal point in the robot frame (x ahead, y left), metres."""
    velocity: NDArray[np.float32]
    """(2,) forward speed m/s and yaw rate rad/s."""
    odometry: NDArray[np.float32]
    """(3,) pose (x, y, yaw) since the start, in the frame of the start pose; exact."""
    rgb: NDArray[np.uint8] | None = None
    """(H, W, 3) picture of the forward camera; None if the agent declares no camera."""
    depth: NDArray[np.float32] | None = None
    """(H, W) true depth along the optical axis, metres, inf where nothing is hit; only if declared."""
    goal_image: NDArray[np.uint8] | None = None
    """(H, W, 3) view at the goal in the empty scene; at reset only, if declared."""
    route_images: NDArray[np.uint8] | None = None
    """(R, H, W, 3) views along the reference route in the empty scene; at reset only, if declared."""
    goal_heading: NDArray[np.float32] | None = None
    """(1,) direction of the reference route at the goal in the robot frame, radians; only if declared."""
