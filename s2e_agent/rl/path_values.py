"""Foresight: what the path of every mode would come to, as the training world knows it.

Not in the paper. Reinforcement learns from the one command that was drawn, but the world knows more: where walls and
obstacles stand, and where the pedestrians are bound. So every mode of every moment is worth what its path would gain
and touch, and the scores learn from all of them at once. It is a critic of paths that needs no learning. Pedestrians
are taken to walk as if no robot were there: where they did walk tells what they did about the path that was driven.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

import torch
from torch import Tensor

from s2e_agent.config.finetuning import RewardWeights
from s2e_agent.rl.rewards import nearness

BODY_M, PERSON_M = 0.32, 0.62
"""Distances from the robot's centre at which it touches something solid, and a pedestrian's centre."""
SOLID_MARGIN_M, PERSON_MARGIN_M = 0.3, 0.4
"""A touch this far off costs nothing; half as far, half. Walls stay where they are, people do not."""
TRUST_S = 2.5
"""A touch so far ahead weighs 1/e of a present one: much can be decided anew until then."""
NO_ROOM_M = 0.1
"""A body so much nearer to something solid than where it touches would be inside it."""


def worth_of_paths(told: Mapping[str, Tensor], weights: RewardWeights, period_s: float) -> Tensor:
    """(N, M) worth of paths (N, M, H, 2) from what the training world tells of them (``TrainingEnv.outlook``).

    Metres gained, less what touches cost. Who touches something solid already has paid for the onset.
    """
    gaps = told["solid_distance_m"] - BODY_M
    most = gaps.shape[2] * period_s
    gain = gain_on_the_way(told["gain_m"], gaps).clamp(-most, most)
    onset = dearest(gaps, SOLID_MARGIN_M, period_s) * ~told["touching_solid"][:, None]
    met = dearest(people_gaps(told["points"], told["pedestrians"]), PERSON_MARGIN_M, period_s)
    return weights.progress * gain - weights.contact * (onset + met) - weights.touching * pressed(gaps)


def people_gaps(points: Tensor, people: Tensor) -> Tensor:
    """(N, M, H) metres between a robot at waypoints (N, M, H, 2) and the nearest of people (N, H, P, 2) by then."""
    if not people.shape[2]:
        return points.new_full(points.shape[:3], math.inf)
    gaps: Tensor = (points[:, :, :, None] - people[:, None]).norm(dim=-1).amin(dim=-1) - PERSON_M
    return gaps


def dearest(gaps: Tensor, margin_m: float, period_s: float) -> Tensor:
    """(...,) 0 to 1: the worst nearness on the way for gaps (..., H) in metres; later ones weigh less."""
    times = period_s * torch.arange(1, gaps.shape[-1] + 1, device=gaps.device)
    return (nearness(gaps, margin_m) * torch.exp(-times / TRUST_S)).amax(dim=-1)


def gain_on_the_way(gains: Tensor, gaps: Tensor) -> Tensor:
    """(...,) metres gained at the last place of a way (..., H) that a body reaches: it passes through nothing solid.

    The ground behind a hedge may be near to the goal; a way into the hedge does not lead there.
    """
    reached = (gaps > -NO_ROOM_M).long().cumprod(dim=-1).sum(dim=-1, keepdim=True)
    return torch.nn.functional.pad(gains, (1, 0)).gather(-1, reached)[..., 0]


def pressed(gaps: Tensor) -> Tensor:
    """(...,) steps of a way (..., H) in touch; a place whose gap, metres, is minus a body is a whole one.

    Tells ways apart for a robot that touches already, which all begin with the same touch.
    """
    return (-gaps / BODY_M).clamp(0.0, 1.0).sum(dim=-1)


def expected_worth(log_scores: Tensor, worth: Tensor) -> Tensor:
    """Mean of ``sum_m q_m (worth_m - mean worth)``, to be raised; log q (B, M), worth (B, M)."""
    return (log_scores.exp() * (worth - worth.mean(dim=-1, keepdim=True))).sum(dim=-1).mean()


def regret(log_scores: Tensor, worth: Tensor) -> Tensor:
    """Mean of how much less the likeliest mode was worth than the best; log q (B, M), worth (B, M)."""
    likeliest = log_scores.argmax(dim=-1, keepdim=True)
    return (worth.amax(dim=-1) - worth.gather(-1, likeliest)[:, 0]).mean()
