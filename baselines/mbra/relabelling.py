"""MBRA: the frozen relabeller says what a robot should have done, for drives whose own commands are poor.

B samples, N frames, F distinct frames, H waypoints.
"""

from __future__ import annotations

import torch
from torch import Tensor

from baselines.mbra.model import Relabeller, VelocityPlan
from baselines.mbra.motion import poses_of, waypoint_labels

RADIUS_M, DELAY, PAST_SPEED_MPS, PAST_YAW_RATE_RPS = 0.3, 0.0, 0.5, 0.0
"""The robot that labels are made for, always driving ahead until now."""


def plan_towards(relabeller: Relabeller, pictures: Tensor, history: Tensor, goal: Tensor) -> VelocityPlan:
    """Velocities to the goal pictures ``goal`` (B,) of ``pictures`` (F, 3, H, W), seeing ``history`` (B, N)."""
    batch = len(history)
    one = pictures.new_ones(batch, 1)
    past = torch.cat([PAST_SPEED_MPS * one.expand(-1, 6), PAST_YAW_RATE_RPS * one.expand(-1, 6)], dim=1)
    frames = pictures[history].flatten(1, 2)
    plan: VelocityPlan = relabeller(frames, pictures[goal], RADIUS_M * one, DELAY * one, past)
    return plan


@torch.no_grad()
def relabelled(relabeller: Relabeller, pictures: Tensor, history: Tensor, goal: Tensor) -> Tensor:
    """Labels (B, H, 4) for LogoNav: x, y in units of 0.125 m, the heading's cosine and sine."""
    plan = plan_towards(relabeller, pictures, history, goal)
    return waypoint_labels(poses_of(plan.speed_mps, plan.yaw_rate_rps))
