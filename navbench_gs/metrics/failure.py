"""Failure class: in which way an unsuccessful episode failed."""

from __future__ import annotations

import numpy as np

from navbench_gs.domain.result import FailureClass
from navbench_gs.domain.rules import Rules
from navbench_gs.domain.trajectory import Trajectory


def failure_class(trajectory: Trajectory, rules: Rules, *, success: bool) -> FailureClass | None:
    """None at success; ``fallen`` and ``agent-error`` as recorded; else what the last ``window_s`` seconds show.

    ``stuck``: the robot stayed within ``stuck_distance_m`` of where it was when they began (rattling or turning on
    the spot is no movement). ``lost``: the cost-to-go grew over them. ``slow``: neither.
    """
    if success:
        return None
    if trajectory.ended == "fallen":
        return "fallen"
    if trajectory.ended == "agent-error":
        return "agent-error"
    window = -1 - min(round(rules.failure.window_s / trajectory.tick_s), len(trajectory.poses) - 1)
    offsets = trajectory.poses[window:, :2] - trajectory.poses[window, :2]
    if np.hypot(offsets[:, 0], offsets[:, 1]).max() < rules.failure.stuck_distance_m:
        return "stuck"
    if trajectory.remaining_m[-1] > trajectory.remaining_m[window]:
        return "lost"
    return "slow"
