"""F_d: the velocity command that the judge's waypoint follower gives for a fresh path, differentiable in the path.

Same formula as ``navbench_gs/world/follower.py`` at the moment of decision (a test holds the two together), for any
number of paths at once. Where that formula is flat, because a limit cuts or the path is too short to move, the
gradient of the uncut formula passes if it leads back; otherwise a policy that stands or speeds could never learn to
do less of it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from navbench_gs.domain.rules import RULES_V0, Rules

TURN_S = 0.25
"""Turning in place aims to be done in this time."""
SHORTEST_M = 0.02
"""With less path than this the robot stands."""
TINY_M2 = 1e-12
"""Squared lengths below this have no direction; keeps square roots differentiable."""


class _Limit(torch.autograd.Function):
    """Clamp; outside the limits only gradients whose descent leads back inside pass."""

    @staticmethod
    def forward(ctx: Any, values: Tensor, low: float, high: float) -> Tensor:
        ctx.save_for_backward(values)
        ctx.limits = low, high
        return values.clamp(low, high)

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, None, None]:
        (values,) = ctx.saved_tensors
        low, high = ctx.limits
        stuck = ((values > high) & (gradient < 0)) | ((values < low) & (gradient > 0))
        return gradient.masked_fill(stuck, 0.0), None, None


def limit(values: Tensor, low: float, high: float) -> Tensor:
    """``values`` cut to [low, high]; its gradient outside passes only inwards."""
    limited: Tensor = _Limit.apply(values, low, high)  # type: ignore[no-untyped-call]
    return limited


@dataclass(frozen=True)
class _Ahead:
    """Where a path is ``lookahead_m`` ahead of its start."""

    point: Tensor
    """(..., 2) metres, robot frame."""
    distance_m: Tensor
    """(...) along the path."""
    steps: Tensor
    """(...) fractional number of waypoints until there."""


def _look_ahead(paths: Tensor, lookahead_m: float) -> _Ahead:
    """The carrot on polylines from the origin over waypoints (..., H, 2)."""
    points = torch.cat([torch.zeros_like(paths[..., :1, :]), paths], dim=-2)
    spans = torch.diff(points, dim=-2).square().sum(dim=-1).clamp_min(TINY_M2).sqrt()
    spans = spans * (spans > 1.001 * TINY_M2**0.5)
    lengths = torch.cat([torch.zeros_like(spans[..., :1]), spans.cumsum(dim=-1)], dim=-1)
    target = lengths[..., -1].clamp_max(lookahead_m)
    last = paths.shape[-2] - 1
    segment = ((lengths <= target[..., None]).sum(dim=-1) - 1).clamp(0, last)[..., None]
    first = ((lengths <= 0.0).sum(dim=-1) - 1).clamp(0, last)
    low, span = lengths.gather(-1, segment)[..., 0], spans.gather(-1, segment)[..., 0]
    share = ((target - low) / span.clamp_min(TINY_M2)).clamp(0.0, 1.0)
    index = segment[..., None].expand(*segment.shape, 2)
    start, end = points.gather(-2, index)[..., 0, :], points.gather(-2, index + 1)[..., 0, :]
    return _Ahead(start + share[..., None] * (end - start), target, segment[..., 0] + share - first)


def command_of_paths(paths: Tensor, period_s: float, rules: Rules = RULES_V0) -> Tensor:
    """Commands (..., 2) of speed in m/s and yaw rate in rad/s for waypoints (..., H, 2) ahead of the robot, metres.

    Pure pursuit of the point ``lookahead_m`` along the path, speed from the waypoints' spacing over ``period_s``,
    turning in place towards points far to the side, standing on paths shorter than 2 cm.
    """
    robot, follower = rules.robot, rules.follower
    ahead = _look_ahead(paths, follower.lookahead_m)
    x, y = ahead.point[..., 0], ahead.point[..., 1]
    square = x.square() + y.square()
    known = square > TINY_M2
    bearing = torch.atan2(y, torch.where(known, x, torch.ones_like(x)))
    bearing = torch.where(bearing >= math.pi, bearing - 2.0 * math.pi, bearing)  # straight behind: to the right
    gap = square.clamp_min(SHORTEST_M**2).sqrt()
    speed = limit(ahead.distance_m / (ahead.steps.clamp_min(1e-6) * period_s), 0.0, robot.max_speed_mps)
    turn = limit(bearing / TURN_S, -robot.max_yaw_rate_rps, robot.max_yaw_rate_rps)
    curve = limit(speed * 2.0 * torch.sin(bearing) / gap, -robot.max_yaw_rate_rps, robot.max_yaw_rate_rps)
    turning = bearing.abs() > follower.turn_in_place_rad
    moving = torch.stack([_silenced(speed, turning), torch.where(turning, turn, curve)], dim=-1)
    standing = ahead.distance_m < SHORTEST_M
    return _silenced(moving, standing[..., None])


def _silenced(values: Tensor, where: Tensor) -> Tensor:
    """Zero ``where`` asked, with the gradient of ``values`` itself."""
    return values - (values * where).detach()
