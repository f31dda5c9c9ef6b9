"""Foresight: what the path of every mode would have come to, known once the pedestrians have walked on.

Not in the paper. Reinforcement learns from the one command that was drawn, but the world knows more: where walls and
obstacles stand, and, a few seconds later, where the pedestrians went. So every mode of every moment is worth what its
path would have gained and touched, and the scores learn from all of them at once. It is a critic of paths that needs
no learning; pedestrians are taken to walk as they did beside the robot that drove.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor

from s2e_agent.finetune_config import RewardWeights
from s2e_agent.rewards import nearness

BODY_M, PERSON_M = 0.32, 0.62
"""Distances from the robot's centre at which it touches something solid, and a pedestrian's centre."""
SOLID_MARGIN_M, PERSON_MARGIN_M = 0.3, 0.4
"""A touch this far off costs nothing; half as far, half. Walls stay where they are, people do not."""
TRUST_S = 2.5
"""A touch so far ahead weighs 1/e of a present one: much can be decided anew until then."""
NO_ROOM_M = 0.1
"""A body so much nearer to something solid than where it touches would be inside it."""
PEOPLE = 8
"""So many pedestrians, the nearest to the robot, are looked at."""
NOWHERE_M = 1e6
OUT_OF_REACH_M = 8.0
"""Nobody so far away is met within 2.5 s."""


@dataclass(frozen=True)
class Outlook:
    """The paths of all modes of N robots at one moment, and who was where."""

    worth: Tensor
    """(N, M) metres gained, less what touching solid things costs."""
    points: Tensor
    """(N, M, H, 2) waypoints, world frame."""
    people: Tensor
    """(N, PEOPLE, 2) pedestrians at this moment, world frame; far away where there are fewer."""


def outlook_of(told: Mapping[str, Tensor], weights: RewardWeights, period_s: float) -> Outlook:
    """Worth of paths from what the training world tells of them. Who touches already has paid for the onset."""
    gaps, points = told["solid_distance_m"] - BODY_M, told["points"]
    most = points.shape[2] * period_s
    gain = gain_on_the_way(told["gain_m"], gaps).clamp(-most, most)
    onset = dearest(gaps, SOLID_MARGIN_M, period_s) * ~told["touching_solid"][:, None]
    worth = weights.progress * gain - weights.contact * onset - weights.touching * pressed(gaps)
    return Outlook(worth, points, nearest_people(points, told["pedestrians"]))


def nearest_people(points: Tensor, people: Tensor) -> Tensor:
    """(N, PEOPLE, 2): those of ``people`` (N, P, 2) that stand nearest to where the paths (N, M, H, 2) begin."""
    near = (people - points[:, :, 0].mean(dim=1)[:, None]).norm(dim=-1)
    chosen = near.argsort(dim=1)[:, :PEOPLE, None].expand(-1, -1, 2)
    missing = max(0, PEOPLE - people.shape[1])
    return torch.nn.functional.pad(people.gather(1, chosen), (0, 0, 0, missing), value=NOWHERE_M)


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


def worth_of_modes(outlooks: list[Outlook], ended: Tensor, weights: RewardWeights, period_s: float) -> Tensor:
    """(T, N, M) worth of every mode at T moments in a row, now that the pedestrians of the later ones are known.

    NaN where they are not: ``ended`` (T, N), an episode's end, or the last moment cut the horizon short, and there was
    somebody to be met.
    """
    people = torch.stack([outlook.people for outlook in outlooks])
    worths = []
    for moment, outlook in enumerate(outlooks):
        gaps = outlook.points.new_full(outlook.points.shape[:3], math.inf)
        known = torch.ones_like(ended[0])
        for step in range(min(gaps.shape[-1], len(outlooks) - moment - 1)):
            known = known & ~ended[moment + step]
            apart = outlook.points[:, :, None, step] - people[moment + step + 1][:, None]
            gap = apart.norm(dim=-1).amin(dim=-1) - PERSON_M
            gaps[..., step] = torch.where(known[:, None], gap, math.inf)
        alone = (outlook.people - outlook.points[:, :1, 0]).norm(dim=-1).amin(dim=-1) > OUT_OF_REACH_M
        sure = alone | (known & (len(outlooks) - moment > gaps.shape[-1]))
        worth = outlook.worth - weights.contact * dearest(gaps, PERSON_MARGIN_M, period_s)
        worths.append(worth.masked_fill(~sure[:, None], math.nan))
    return torch.stack(worths)


def expected_worth(log_scores: Tensor, worth: Tensor) -> Tensor:
    """Mean of ``sum_m q_m (worth_m - mean worth)``, to be raised, over those of B whose worth is known (not NaN).

    log q (B, M), worth (B, M).
    """
    log_scores, worth = _known(log_scores, worth)
    return (log_scores.exp() * (worth - worth.mean(dim=-1, keepdim=True))).sum(dim=-1).mean()


def regret(log_scores: Tensor, worth: Tensor) -> Tensor:
    """Mean of how much less the likeliest mode was worth than the best, over those of B whose worth is known.

    log q (B, M), worth (B, M).
    """
    log_scores, worth = _known(log_scores, worth)
    likeliest = log_scores.argmax(dim=-1, keepdim=True)
    return (worth.amax(dim=-1) - worth.gather(-1, likeliest)[:, 0]).mean()


def _known(log_scores: Tensor, worth: Tensor) -> tuple[Tensor, Tensor]:
    """The rows whose worth is known; if there are none, one row to be indifferent about."""
    sure = ~worth.isnan().any(dim=-1)
    if not sure.any():
        return log_scores[:1], torch.zeros_like(worth[:1])
    return log_scores[sure], worth[sure]
