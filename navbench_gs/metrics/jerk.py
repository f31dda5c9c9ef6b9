"""Mean jerk: how roughly the robot drove."""

from __future__ import annotations

import numpy as np

from navbench_gs.domain.trajectory import Trajectory


def mean_jerk_mps3(trajectory: Trajectory) -> float:
    """Mean length of the second difference of the planar velocity over ``tick_s`` squared; 0 under two ticks.

    The velocity is the measured forward speed along the heading, so turning at speed counts as well as braking.
    """
    speed, yaw = trajectory.velocities[:, 0], trajectory.poses[:, 2]
    velocity = np.stack([speed * np.cos(yaw), speed * np.sin(yaw)], axis=1)
    if len(velocity) < 3:
        return 0.0
    jerk = np.diff(velocity, n=2, axis=0) / trajectory.tick_s**2
    return float(np.hypot(jerk[:, 0], jerk[:, 1]).mean())
