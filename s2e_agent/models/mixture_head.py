"""The mixture head: decoded anchors become scores, Gaussians per step and velocity scales."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from s2e_agent.config.pretraining import PolicyConfig
from s2e_agent.models.attention import FeedForward
from s2e_agent.models.waypoint_mixture import Mixture

DIRECTIONLESS_M = 0.5
"""Anchors nearer than this begin as short paths, not as unit-speed ones: their direction means little."""


class MixtureHead(nn.Module):
    """Decoded anchors -> scores, Gaussians per step, velocity scales."""

    def __init__(self, config: PolicyConfig) -> None:
        super().__init__()
        self.horizon, self.rho_bound = config.horizon, config.rho_bound
        self.least_sigma, self.most_sigma = config.sigma_bounds
        self.norm = nn.LayerNorm(config.width)
        self.score = FeedForward(config.width, config.width, 1)
        self.path = FeedForward(config.width, config.feed_forward, config.horizon * 5)
        self.scale = FeedForward(config.width, config.width, 1)

    def forward(self, decoded: Tensor, anchors: Tensor) -> Mixture:
        """Decoded (B, M, W), anchors (M, 2) in metres. A mode's means are corrections of the way to its anchor."""
        decoded = self.norm(decoded)
        raw = self.path(decoded).float().unflatten(-1, (self.horizon, 5))
        share = torch.arange(1, self.horizon + 1, device=raw.device, dtype=raw.dtype)[:, None]
        ways = (anchors / anchors.norm(dim=-1, keepdim=True).clamp_min(DIRECTIONLESS_M))[:, None] * share
        span = self.most_sigma - self.least_sigma
        return Mixture(
            log_scores=torch.log_softmax(self.score(decoded).float().squeeze(-1), dim=-1),
            means=ways + raw[..., 0:2] * share.sqrt(),
            sigmas=self.least_sigma + span * torch.sigmoid(raw[..., 2:4] - 2.0),
            rhos=self.rho_bound * torch.tanh(raw[..., 4]),
            scales=torch.nn.functional.softplus(self.scale(decoded).float().squeeze(-1)) * 0.25,
        )
