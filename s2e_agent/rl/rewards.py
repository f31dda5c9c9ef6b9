"""The reward ``R = R_G + R_R + R_H`` of post-training; every term is a pure function of what the world measured.

Tensors are (N,), one value a robot. Terms that discourage lie in [-1, 0] (``likeness``, ``clearance``, ...), so that a
weight is the worst that a step can cost.
"""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor

from navbench_gs.domain.rules import RULES_V0
from s2e_agent.config.finetuning import RewardWeights


def nearness(distance_m: Tensor, margin_m: float) -> Tensor:
    """0 at ``margin_m`` and beyond, rising linearly to 1 at distance 0 and less."""
    return (1.0 - distance_m / margin_m).clamp(0.0, 1.0)


def hardest_change(period_s: float) -> tuple[float, float]:
    """The largest changes of speed (m/s) and yaw rate (rad/s) that the robot can make in ``period_s``."""
    robot = RULES_V0.robot
    return robot.max_acceleration_mps2 * period_s, robot.max_yaw_acceleration_rps2 * period_s


def smoothness(before: Tensor, after: Tensor, period_s: float) -> Tensor:
    """Mean square of the change of velocity (N, 2), each part as a share of the hardest change; negative."""
    hardest = torch.tensor(hardest_change(period_s), device=before.device)
    return -((after - before) / hardest).square().mean(dim=-1).clamp_max(1.0)


def likeness(log_ratio: Tensor, nats: float) -> Tensor:
    """How likely the pre-trained policy, which learnt from people's drives, finds what was done.

    ``log_ratio``: its log density of the command, less that at the middle of a mode it is sure of (so mostly <= 0).
    """
    return (log_ratio / nats).clamp(-1.0, 0.0)


def goal_terms(infos: Mapping[str, Tensor], weights: RewardWeights) -> dict[str, Tensor]:
    """R_G: dense arrival (decrease of the geodesic cost-to-go), sparse arrival, collisions."""
    return {
        "progress": weights.progress * infos["progress_m"],
        "arrival": weights.arrival * infos["success"].float(),
        "contact": -weights.contact * infos["contact"].float(),
        "touching": -weights.touching * infos["touching"].float(),
    }


def rule_terms(infos: Mapping[str, Tensor], weights: RewardWeights) -> dict[str, Tensor]:
    """R_R: off solid things, in the middle of the walkway, out of people's personal space."""
    off = infos["off_walkable"].bool()
    edge = infos["edge_clearance_m"].masked_fill(off, 0.0)
    return {
        "clearance": -weights.clearance * nearness(infos["solid_clearance_m"], weights.clearance_margin_m),
        "centring": -weights.centring * nearness(edge, weights.edge_margin_m),
        "social": -weights.social * nearness(infos["pedestrian_gap_m"], weights.social_margin_m),
    }


def human_terms(
    before: Tensor, after: Tensor, period_s: float, log_ratio: Tensor, weights: RewardWeights
) -> dict[str, Tensor]:
    """R_H: smooth, and like the drives that the policy was pre-trained on."""
    return {
        "smoothness": weights.smoothness * smoothness(before, after, period_s),
        "likeness": weights.likeness * likeness(log_ratio, weights.likeness_nats),
    }


def total(terms: Mapping[str, Tensor]) -> Tensor:
    """(N,): the sum of all terms."""
    return torch.stack(list(terms.values())).sum(dim=0)
