"""Anchor-guided distribution matching: ``L = -log N_h - log q_h + ||v_hat - v||^2``, with and without the goal."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from s2e_agent.config.pretraining import PretrainConfig
from s2e_agent.data.batch import Batch
from s2e_agent.models.waypoint_mixture import (
    LEAST_SCALE_M,
    AssignmentRule,
    Mixture,
    assigned_modes,
    path_log_density,
    path_scale,
)

LEAST_RANGE_M = 0.2
NEARNESS_M = 2.5
"""A person so far off is near by 1/e."""
NOBODY_M = 8.0
"""From here on there is nobody."""


@dataclass(frozen=True)
class LossTerms:
    """Means over a batch of the three terms, and the assigned modes (B,)."""

    density: Tensor
    score: Tensor
    velocity: Tensor
    modes: Tensor

    def total(self, velocity_weight: float) -> Tensor:
        """The loss."""
        return self.density + self.score + velocity_weight * self.velocity


def pretraining_loss(mixture: Mixture, anchors: Tensor, batch: Batch, rule: AssignmentRule) -> LossTerms:
    """The three terms at the assigned mode h; short paths train scores and velocities, not densities."""
    modes, short = assigned_modes(mixture, anchors, batch.paths, batch.valid, rule)
    scale = path_scale(batch.paths, batch.valid)
    normalised = batch.paths / scale.clamp_min(LEAST_SCALE_M)[:, None, None]
    mine = torch.arange(len(modes), device=modes.device), modes
    density = -path_log_density(mixture, normalised, batch.valid)[mine] * ~short
    return LossTerms(
        density=density.sum() / (~short).sum().clamp_min(1),
        score=-mixture.log_scores[mine].mean(),
        velocity=((mixture.scales[mine] - scale) ** 2).mean(),
        modes=modes,
    )


def range_loss(log_ranges: Tensor, ranges: Tensor) -> Tensor:
    """Mean absolute error of log ranges (F, R) against measured ranges (F, R) in metres; zero where none are known."""
    if ranges.shape != log_ranges.shape:
        return log_ranges.new_zeros(())
    known = ~ranges.isnan()
    error = (log_ranges - ranges.nan_to_num(1.0).clamp_min(LEAST_RANGE_M).log()).abs() * known
    return error.sum() / known.sum().clamp_min(1)


def people_loss(logits: Tensor, people: Tensor) -> Tensor:
    """Mean cross entropy of predicted against true nearness ``exp(-range / 2.5 m)`` of people (B, K, R), metres.

    An uncertain place is best told as its mean nearness. Zero where none are known.
    """
    if people.shape != logits.shape:
        return logits.new_zeros(())
    known = ~people.isnan()
    ranges = people.nan_to_num(NOBODY_M)
    nearness = torch.where(ranges < NOBODY_M, torch.exp(-ranges / NEARNESS_M), 0.0)
    error = nn.functional.binary_cross_entropy_with_logits(logits, nearness, reduction="none") * known
    return error.sum() / known.sum().clamp_min(1)


def guided_batches(batch: Batch, config: PretrainConfig) -> list[tuple[Batch, float]]:
    """What is decoded of a batch, and the shares of the loss: with its goals, and as if there were none.

    Frames are encoded once, so both cost little more than one; their weighted sum is what drawing the goals' absence
    gives on average.
    """
    absent = config.goal_dropout if config.goal_dropout_by == "weight" else 0.0
    parts = [(batch, 1.0 - absent), (batch.without_goals(), absent)]
    return [(part, share) for part, share in parts if share > 0]


def mixed_terms(parts: list[tuple[LossTerms, float]]) -> LossTerms:
    """The weighted sum of the terms of several decodings (shares sum to one); their modes in a row."""
    return LossTerms(
        density=_sum([share * terms.density for terms, share in parts]),
        score=_sum([share * terms.score for terms, share in parts]),
        velocity=_sum([share * terms.velocity for terms, share in parts]),
        modes=torch.cat([terms.modes for terms, _ in parts]),
    )


def _sum(values: list[Tensor]) -> Tensor:
    return torch.stack(values).sum()
