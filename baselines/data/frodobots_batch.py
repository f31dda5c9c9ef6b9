"""Batches of FrodoBots moments, in the form that drives in the GNM layout have. B samples, N frames, H waypoints."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch

from baselines.data.frodobots import FRAMES_A_STEP
from baselines.data.image_goal_batch import ImageGoalBatch

if TYPE_CHECKING:
    from baselines.data.drive_set import Numbers
    from baselines.data.frodobots import FrodoBots

UNIT_M = 0.25
"""Goal positions are counted in this."""


@dataclass(frozen=True)
class StepsAhead:
    """How far the goal pose lies ahead, and how far at most the goal picture; a step is 0.3 s."""

    pose: int
    picture: int


def frodobots_batch(
    bots: FrodoBots,
    moments: Numbers,
    ahead: StepsAhead,
    rng: np.random.Generator,
    *,
    picture_px: tuple[int, int],
    context: int,
    horizon: int,
) -> ImageGoalBatch:
    """Some moments (B,), a goal 1 to ``ahead.pose`` steps on; the actions are not known and zero."""
    reach = np.minimum(ahead.pose, (bots.last[moments] - moments) // FRAMES_A_STEP)
    steps = rng.integers(1, reach + 1)
    shown = moments + FRAMES_A_STEP * np.minimum(steps, ahead.picture)
    history = moments[:, None] + FRAMES_A_STEP * np.arange(-context, 1)
    rows = np.concatenate([history, shown[:, None]], axis=1)
    frames = np.concatenate([bots.pictures(row, *picture_px) for row in rows])
    numbers = torch.arange(rows.size).view(rows.shape)
    poses = bots.poses(moments, moments + FRAMES_A_STEP * steps)
    goal_pose = np.stack([poses[:, 0] / UNIT_M, poses[:, 1] / UNIT_M, np.cos(poses[:, 2]), np.sin(poses[:, 2])], axis=1)
    before = bots.poses(moments, moments - FRAMES_A_STEP)
    return ImageGoalBatch(
        frames=torch.from_numpy(frames),
        history=numbers[:, :-1],
        goal=numbers[:, -1],
        goal_pose=torch.from_numpy(goal_pose.astype(np.float32)),
        distance=torch.from_numpy((FRAMES_A_STEP * np.minimum(steps, ahead.picture)).astype(np.float32)),
        actions=torch.zeros(len(moments), horizon, 4),
        taught=torch.ones(len(moments), dtype=torch.bool),
        steady=torch.from_numpy((-before[:, :2] / UNIT_M).astype(np.float32)),
        spacing_m=torch.full((len(moments),), UNIT_M),
    )
