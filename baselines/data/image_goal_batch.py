"""Batches for the image-goal networks: distinct frames once, and who sees which. B samples, F frames, H waypoints."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from baselines.data.drive_set import DriveSet, Numbers
from baselines.data.goal_pictures import Goals

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class ImageGoalBatch:
    """B samples over F distinct frames."""

    frames: Tensor
    """(F, height, width, 3) bytes."""
    history: Tensor
    """(B, N) numbers of each sample's frames, oldest first, the current one last."""
    goal: Tensor
    """(B,) number of the frame that is its goal picture."""
    goal_pose: Tensor
    """(B, 4) where that was taken: x ahead, y left in units, cosine and sine of the heading."""
    distance: Tensor
    """(B,) frames to the goal."""
    actions: Tensor
    """(B, H, 4) waypoints in units of the data set's spacing, cosine and sine of the heading."""
    taught: Tensor
    """(B,) whether the waypoints are a label."""
    steady: Tensor
    """(B, 2) the last step, in units."""
    spacing_m: Tensor
    """(B,) metres of a unit."""

    def to(self, device: torch.device) -> ImageGoalBatch:
        """The batch on that device."""
        return replace(self, **{name: getattr(self, name).to(device) for name in self.__dataclass_fields__})

    @property
    def pictures(self) -> Tensor:
        """(F, 3, height, width) in [0, 1]."""
        return self.frames.permute(0, 3, 1, 2).float() / 255.0


def sampled_batch(drives: DriveSet, moments: Numbers, goals: Goals, *, context: int, horizon: int) -> ImageGoalBatch:
    """The batch of some moments (B,) of one data set; frames that several of them see are there once."""
    history = moments[:, None] + np.arange(-context, 1)
    distinct, numbers = np.unique(np.concatenate([history.ravel(), goals.frames]), return_inverse=True)
    count = history.size
    return ImageGoalBatch(
        frames=torch.from_numpy(np.ascontiguousarray(drives.frames[distinct])),
        history=torch.from_numpy(numbers[:count].reshape(history.shape)),
        goal=torch.from_numpy(numbers[count:]),
        goal_pose=torch.from_numpy(drives.goal_poses(moments, goals.frames).astype(np.float32)),
        distance=torch.from_numpy(goals.distance.astype(np.float32)),
        actions=torch.from_numpy(drives.actions(moments, horizon).astype(np.float32)),
        taught=torch.from_numpy(goals.taught & drives.undisturbed(moments, horizon)),
        steady=torch.from_numpy(drives.steady(moments).astype(np.float32)),
        spacing_m=torch.full((len(moments),), drives.spacing_m),
    )


def mirrored(batch: ImageGoalBatch) -> ImageGoalBatch:
    """The batch seen in a mirror: pictures flipped, left and right of the waypoints exchanged."""
    flip = torch.tensor([1.0, -1.0])
    return replace(
        batch,
        frames=batch.frames.flip(2),
        goal_pose=batch.goal_pose * torch.cat([flip, flip]),
        actions=batch.actions * torch.cat([flip, flip]),
        steady=batch.steady * flip,
    )


def joined(batches: Sequence[ImageGoalBatch]) -> ImageGoalBatch:
    """Batches one after the other as one."""
    starts = np.cumsum([0, *(len(batch.frames) for batch in batches[:-1])]).tolist()
    moved = [
        replace(batch, history=batch.history + start, goal=batch.goal + start)
        for batch, start in zip(batches, starts, strict=True)
    ]
    parts = {name: [getattr(batch, name) for batch in moved] for name in ImageGoalBatch.__dataclass_fields__}
    return ImageGoalBatch(**{name: torch.cat(values) for name, values in parts.items()})
