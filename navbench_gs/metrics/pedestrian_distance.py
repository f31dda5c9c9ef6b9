"""Distance between the robot's footprint and the pedestrians' discs."""

from __future__ import annotations

import numpy as np

from navbench_gs.domain.episode import Episode
from navbench_gs.domain.rules import Rules
from navbench_gs.domain.trajectory import Floats, Trajectory


def surface_distances(trajectory: Trajectory, episode: Episode, rules: Rules) -> Floats:
    """Gap (T + 1, P) in metres at every recorded moment, 0 where the two overlap.

    The robot is its footprint rectangle, turned with its yaw; a pedestrian is a disc of its radius.
    """
    offset = trajectory.pedestrians[:, :, :2] - trajectory.poses[:, None, :2]
    cos, sin = np.cos(trajectory.poses[:, 2, None]), np.sin(trajectory.poses[:, 2, None])
    ahead = cos * offset[..., 0] + sin * offset[..., 1]
    left = -sin * offset[..., 0] + cos * offset[..., 1]
    beyond_front = np.maximum(np.abs(ahead) - rules.robot.length_m / 2.0, 0.0)
    beyond_side = np.maximum(np.abs(left) - rules.robot.width_m / 2.0, 0.0)
    radii = np.array([pedestrian.radius_m for pedestrian in episode.pedestrians])
    gaps: Floats = np.maximum(np.hypot(beyond_front, beyond_side) - radii, 0.0)
    return gaps


def min_pedestrian_distance_m(trajectory: Trajectory, episode: Episode, rules: Rules) -> float | None:
    """Smallest gap to any pedestrian over the episode, metres; None without pedestrians."""
    gaps = surface_distances(trajectory, episode, rules)
    return float(gaps.min()) if gaps.size else None
