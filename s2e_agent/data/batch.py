"""Batch: what one training step sees."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

import torch
from torch import Tensor


@dataclass(frozen=True)
class Batch:
    """B samples over F distinct frames."""

    frames: Tensor
    """(F, H, W, 3 looks), values in [0, 255]: each frame, and the one before it where the policy looks at two."""
    history: Tensor
    """(B, k) number of each sample's frames, oldest first."""
    present: Tensor
    """(B, k) frames that may be looked at."""
    goals: Tensor
    """(B, 2) robot frame, metres; NaN: no goal."""
    paths: Tensor
    """(B, H, 2) true waypoints in the robot frame, metres."""
    valid: Tensor
    """(B, H) waypoints that are labels: the leading ones, up to a disturbance or the end of the drive."""
    ranges: Tensor
    """(F, R) metres to solid things, left to right; NaN where the drive does not say."""
    people: Tensor
    """(B, K, R) metres to people, now and later, left to right, seen from the moment; NaN where it is not known."""
    steady: Tensor
    """(B, 2) the last step before the moment, in the robot frame: what constant velocity would repeat."""
    routes: Tensor
    """(B, R, 2) places along the way, robot frame, metres; NaN: no route. R is 0 for policies that take none."""

    def to(self, device: torch.device) -> Batch:
        """The batch on a device."""
        return Batch(**{field.name: getattr(self, field.name).to(device) for field in fields(self)})

    def without_goals(self) -> Batch:
        """The batch with every goal unknown."""
        return replace(self, goals=torch.full_like(self.goals, torch.nan))
