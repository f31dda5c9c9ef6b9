"""What the image-goal networks answer, and how their increments become waypoints."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional


@dataclass(frozen=True, eq=False)
class GoalPrediction:
    """How far a goal picture is and how to get there (GNM, ViNT). B batch, H waypoints."""

    distance: Tensor
    """(B, 1) steps to the goal picture, at the frame rate of the training data (4 Hz)."""
    actions: Tensor
    """(B, H, 4) waypoints x (ahead), y (left) in units of the data's spacing, and the heading's cosine and sine."""


def waypoints_of(increments: Tensor) -> Tensor:
    """Network outputs (B, H, 4) -> waypoints: x and y summed along the path, the heading scaled to a unit vector."""
    return torch.cat([increments[..., :2].cumsum(dim=1), functional.normalize(increments[..., 2:], dim=-1)], dim=-1)
