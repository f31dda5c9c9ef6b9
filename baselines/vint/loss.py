"""What ViNT learns by."""

from __future__ import annotations

from baselines.goal_loss import GoalLabels, countable_actions, goal_loss

ACTION_DISTANCES = (0, 10)
"""The window for :func:`countable_actions`: nearer and farther goals teach the distance alone."""

__all__ = ["ACTION_DISTANCES", "GoalLabels", "countable_actions", "goal_loss"]
