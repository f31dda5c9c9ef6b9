"""How much the relabeller's path cuts into what a depth camera sees.

B batch, H poses, R rows and C columns of the depth picture.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

MARGIN_COLUMNS = 20
"""Left out at either side of the depth picture."""
MOST_WEIGHT = 0.01
FACTOR = 2e3
SMALL = 1e-7


@dataclass(frozen=True, eq=False)
class DepthPoints:
    """What the depth camera sees, in the camera's axes: x right, y down, z ahead, metres."""

    points: Tensor
    """(B, 3, R, C)."""
    heights: Tensor
    """(B, 2) upper and lower bound of y between which a point is an obstacle; published (0, -0.3)."""


def clearance_loss(depth: DepthPoints, poses: Tensor, radius_m: Tensor) -> Tensor:
    """Mean over the batch of the squared depth by which points lie inside the robot, over all poses.

    Every point weighs as much as its patch of the surface is large, 0.01 at most.

    Args:
        depth: what is seen at the start.
        poses: (B, H, 3) x ahead, y left in metres and heading in radians, in the frame of the start.
        radius_m: (B, 1) the robot's.
    """
    distance, size = _around(depth.points, poses)
    radius = radius_m.view(-1, 1, 1, 1)
    upper, lower = depth.heights.unsqueeze(-1).unsqueeze(-1).unbind(1)  # (B, 1, 1)
    height = depth.points[:, 1]
    obstacle = ((height < upper) & (height > lower)).unsqueeze(1)  # (B, 1, R, C)
    inside = radius - distance.minimum(radius)
    weight = (size.clamp(max=MOST_WEIGHT) * obstacle)[..., MARGIN_COLUMNS:-MARGIN_COLUMNS]
    inside = inside[..., MARGIN_COLUMNS:-MARGIN_COLUMNS]
    count = ((inside > 0) & obstacle[..., MARGIN_COLUMNS:-MARGIN_COLUMNS]).sum(dim=(1, 2, 3))
    return (FACTOR * (weight * inside**2).sum(dim=(1, 2, 3)) / (count + SMALL)).mean()


def _around(points: Tensor, poses: Tensor) -> tuple[Tensor, Tensor]:
    """Distance on the ground of every point from every pose (B, H, R, C), and the size of its patch (B, 1, R, C)."""
    x, _, z = points.unsqueeze(2).unbind(1)  # (B, 1, R, C)
    ahead, left = poses[..., 0, None, None], poses[..., 1, None, None]
    distance = ((x + left) ** 2 + (z - ahead) ** 2).clamp(min=1e-12).sqrt()  # a root at 0 has no gradient
    rows = torch.linalg.vector_norm(_neighbour_difference(points, dim=2), dim=1)
    columns = torch.linalg.vector_norm(_neighbour_difference(points, dim=3), dim=1)
    return distance, (rows * columns).unsqueeze(1)


def _neighbour_difference(points: Tensor, dim: int) -> Tensor:
    """The neighbour before minus the neighbour after along ``dim``; at the border, the point itself stands for one."""
    length = points.shape[dim]
    place = torch.arange(length, device=points.device)
    before, after = (place - 1).clamp(min=0), (place + 1).clamp(max=length - 1)
    return points.index_select(dim, before) - points.index_select(dim, after)
