"""The robot's outline for distance fields: discs that cover it, and what they touch (torch).

A robot frame has x ahead and y left, metres. The discs fit inside the box and leave out less than ``SAG_M`` of it, so
whatever they say lies nearer than the box truly does by no more than that.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor

from navbench_gs.domain.rules import RobotRules

SIDE_RADIUS_M = 0.125
"""Radius of the discs along the sides."""
CORNER_RADIUS_M = 0.03
SAG_M = 0.015
"""How deep a thin thing may stand between two discs of a side, or in a corner, unseen."""
WHEEL_DISCS = ((0.22, 0.0, 0.048), (-0.22, 0.0, 0.048), (0.0, 0.13, 0.09), (0.0, -0.13, 0.09))
"""x, y, radius of casters and wheels where they meet what is too low for the box, 0.04 m above the ground."""


def covering_discs(robot: RobotRules) -> Tensor:
    """(D, 3) x, y, radius of discs in the robot frame that cover the outline of its box."""
    half_x, half_y = robot.length_m / 2.0, robot.width_m / 2.0
    x_in, y_in = half_x - SIDE_RADIUS_M, half_y - SIDE_RADIUS_M
    widest = 2.0 * math.sqrt(SIDE_RADIUS_M**2 - (SIDE_RADIUS_M - SAG_M) ** 2)  # apart, discs leave out SAG_M
    along = torch.linspace(-x_in, x_in, math.ceil(2.0 * x_in / widest) + 1).tolist()
    across = torch.linspace(-y_in, y_in, math.ceil(2.0 * y_in / widest) + 1).tolist()[1:-1]
    sides = [(x, side * y_in) for x in along for side in (-1.0, 1.0)]
    ends = [(side * x_in, y) for y in across for side in (-1.0, 1.0)]
    corners = [(a * (half_x - CORNER_RADIUS_M), b * (half_y - CORNER_RADIUS_M)) for a in (-1, 1) for b in (-1, 1)]
    discs = [(*place, SIDE_RADIUS_M) for place in sides + ends] + [(*place, CORNER_RADIUS_M) for place in corners]
    return torch.tensor(discs, dtype=torch.float32)


def in_world(points: Tensor, poses: Tensor) -> Tensor:
    """Points (K, 2) in the frames of robots at poses (N, 3), or (N, K, 2) of their own, as world points (N, K, 2)."""
    cos, sin = torch.cos(poses[:, 2:3]), torch.sin(poses[:, 2:3])
    x = poses[:, 0:1] + cos * points[..., 0] - sin * points[..., 1]
    y = poses[:, 1:2] + sin * points[..., 0] + cos * points[..., 1]
    return torch.stack([x, y], dim=-1)


def rotated(vectors: Tensor, angles: Tensor) -> Tensor:
    """Vectors (..., 2) turned counter-clockwise by angles (...,)."""
    cos, sin = torch.cos(angles), torch.sin(angles)
    x, y = vectors[..., 0], vectors[..., 1]
    return torch.stack([cos * x - sin * y, sin * x + cos * y], dim=-1)


def seen_from(frames: Tensor, poses: Tensor) -> Tensor:
    """Poses (K, 3), world frame, as poses in the frames (K, 3)."""
    places = rotated(poses[:, :2] - frames[:, :2], -frames[:, 2])
    return torch.cat([places, poses[:, 2:] - frames[:, 2:]], dim=1)


def length(x: Tensor, y: Tensor) -> Tensor:
    """Lengths (...,) of vectors; many times faster than a norm over a last dimension of two."""
    return (x * x).addcmul_(y, y).sqrt_()


def box_distance(points: Tensor, half: Tensor) -> Tensor:
    """Signed distance (...,) of points (..., 2) from boxes of half sizes (..., 2) around the origin."""
    beyond_x, beyond_y = (points[..., axis].abs() - half[..., axis] for axis in (0, 1))
    inside = torch.maximum(beyond_x, beyond_y).clamp_(max=0.0)
    return length(beyond_x.clamp_(min=0.0), beyond_y.clamp_(min=0.0)).add_(inside)


def box_slope(points: Tensor, half: Tensor) -> Tensor:
    """Unit vectors (..., 2) along which the distance of points (..., 2) from such boxes grows."""
    beyond = points.abs() - half
    outside = beyond.clamp(min=0.0)
    distance = length(*outside.unbind(-1))[..., None]
    across_x = beyond[..., :1] >= beyond[..., 1:]
    inside = torch.cat([across_x, ~across_x], dim=-1).to(points.dtype)
    slope = torch.where(distance > 0.0, outside / distance.clamp(min=1e-9), inside)
    return slope * torch.where(points < 0.0, -1.0, 1.0)
