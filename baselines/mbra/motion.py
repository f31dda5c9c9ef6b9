"""Velocities into poses: each is held for a third of a second, on an arc. B batch, H steps."""

from __future__ import annotations

import torch
from torch import Tensor

STEP_S = 0.333
POSITION_UNIT_M = 0.125
"""LogoNav's labels count positions in this."""


def poses_of(speed_mps: Tensor, yaw_rate_rps: Tensor) -> Tensor:
    """(B, H) each -> (B, H, 3) x ahead and y left in metres and heading in radians, in the frame of the start."""
    turn = yaw_rate_rps * STEP_S
    length = speed_mps * STEP_S
    # An arc of that length and turn, in the frame of its own start; sinc(x) is sin(pi x) / (pi x).
    ahead = length * torch.sinc(turn / torch.pi)
    left = length * torch.sinc(turn / (2 * torch.pi)) * torch.sin(turn / 2)
    heading = turn.cumsum(dim=1)
    before = heading - turn
    x = (ahead * before.cos() - left * before.sin()).cumsum(dim=1)
    y = (ahead * before.sin() + left * before.cos()).cumsum(dim=1)
    return torch.stack([x, y, heading], dim=-1)


def waypoint_labels(poses: Tensor) -> Tensor:
    """Poses (B, H, 3) as LogoNav is taught them: (B, H, 4) x, y in units of 0.125 m, the heading's cosine and sine."""
    x, y, heading = poses.unbind(-1)
    return torch.stack([x / POSITION_UNIT_M, y / POSITION_UNIT_M, heading.cos(), heading.sin()], dim=-1)
