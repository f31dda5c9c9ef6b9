"""Success: the robot came close enough to the goal, in sight of it and in time."""

from __future__ import annotations

import numpy as np

from navbench_gs.domain.episode import Episode
from navbench_gs.domain.rules import Rules
from navbench_gs.domain.trajectory import Trajectory


def success(trajectory: Trajectory, episode: Episode, rules: Rules) -> bool:
    """Whether the robot's centre came within ``rules.success.radius_m`` of the goal inside the time limit.

    Line of sight needs the terrain, so the world judges it while driving and says so through ``ended``; the distance
    is measured here again. A recording that claims success far from the goal has none.
    """
    if trajectory.ended != "success":
        return False
    ticks = round(rules.clock.time_limit_s / trajectory.tick_s)
    offsets = trajectory.poses[: ticks + 1, :2] - np.asarray(episode.goal)
    return bool(np.any(np.hypot(offsets[:, 0], offsets[:, 1]) <= rules.success.radius_m))
