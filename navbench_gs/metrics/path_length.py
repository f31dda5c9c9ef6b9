"""Path length: metres that the robot's centre travelled."""

from __future__ import annotations

from navbench_gs.domain.trajectory import Trajectory
from navbench_gs.geometry import arc_lengths


def path_length_m(trajectory: Trajectory) -> float:
    """Sum of the straight steps between the recorded positions, metres."""
    return float(arc_lengths(trajectory.poses[:, :2])[-1])
