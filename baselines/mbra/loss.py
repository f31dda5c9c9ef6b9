"""What LogoNav and the relabeller learn by. B batch, H waypoints."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from baselines.mbra.clearance import DepthPoints, clearance_loss
from baselines.mbra.model import VelocityPlan
from baselines.mbra.motion import poses_of

LAST_POSE_WEIGHT, ALL_POSES_WEIGHT, SMOOTHNESS_WEIGHT, CLEARANCE_WEIGHT, DISTANCE_WEIGHT = 4.0, 0.4, 0.5, 10.0, 1e-3
POSITION_FACTOR = 2.0
"""Metres are multiplied by this beside the numbers of a rotation."""


def logonav_loss(waypoints: Tensor, labels: Tensor) -> Tensor:
    """Mean squared error over all of (B, H, 4)."""
    return functional.mse_loss(waypoints, labels)


@dataclass(frozen=True, eq=False)
class RelabellerLabels:
    """What the relabeller should reach."""

    goal_pose: Tensor
    """(B, 3) x ahead, y left in metres and heading in radians where the goal picture was taken."""
    goal_counts: Tensor
    """(B,) booleans: false where the goal picture is of another place or too far."""
    distance: Tensor
    """(B,) frames to the goal picture; 20 where it is of another place."""
    radius_m: Tensor
    """(B, 1) the robot's."""
    lead_speed_mps: Tensor
    """(B, L) speeds that are still driven before the plan takes effect, 0 where there is no delay."""
    lead_yaw_rate_rps: Tensor
    """(B, L) likewise."""
    depth: DepthPoints | None = None
    """Without it, clearance costs nothing."""


def relabeller_loss(plan: VelocityPlan, labels: RelabellerLabels) -> Tensor:
    """4 last pose + 0.4 all poses + 0.5 smoothness + 10 clearance + 0.001 distance.

    The published code's social terms come out as zero in its own training and are left out. Its heading is taken with
    an arc tangent that folds beyond 90 degrees; here it does not fold.
    """
    speed = torch.cat([labels.lead_speed_mps, plan.speed_mps], dim=1)
    yaw_rate = torch.cat([labels.lead_yaw_rate_rps, plan.yaw_rate_rps], dim=1)
    poses = poses_of(speed, yaw_rate)[:, labels.lead_speed_mps.shape[1] :]
    counts = labels.goal_counts
    loss = DISTANCE_WEIGHT * functional.mse_loss(plan.distance.squeeze(-1), labels.distance)
    if not counts.any():
        return loss
    error = pose_error(poses[counts], labels.goal_pose[counts].unsqueeze(1))  # (B, H)
    loss = loss + LAST_POSE_WEIGHT * error[:, -1].mean() + ALL_POSES_WEIGHT * error.mean()
    loss = loss + SMOOTHNESS_WEIGHT * (smoothness(plan.speed_mps[counts]) + smoothness(plan.yaw_rate_rps[counts]))
    if labels.depth is not None:
        seen = DepthPoints(points=labels.depth.points[counts], heights=labels.depth.heights[counts])
        loss = loss + CLEARANCE_WEIGHT * clearance_loss(seen, poses[counts], labels.radius_m[counts])
    return loss


def pose_error(poses: Tensor, goal: Tensor) -> Tensor:
    """Mean squared difference of two poses' 3 x 3 matrices, positions doubled: (..., 3) each -> (...)."""
    position = POSITION_FACTOR**2 * ((poses[..., :2] - goal[..., :2]) ** 2).sum(dim=-1)
    turned = (poses[..., 2].cos() - goal[..., 2].cos()) ** 2 + (poses[..., 2].sin() - goal[..., 2].sin()) ** 2
    return (position + 2 * turned) / 9


def smoothness(velocity: Tensor) -> Tensor:
    """Mean squared change from step to step of (B, H)."""
    return (torch.diff(velocity, dim=1) ** 2).mean()
