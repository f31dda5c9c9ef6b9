"""The context encoder: tokens of frames, goal and route, fused by self-attention."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from s2e_agent.config.pretraining import PolicyConfig
from s2e_agent.models.attention import AttentionBlock, FeedForward

LEAST_GOAL_M = 1e-3
"""A goal nearer than this has the bearing it would have at this distance."""


class ContextEncoder(nn.Module):
    """Fuses the tokens of k frames and those of the guidance."""

    def __init__(self, config: PolicyConfig) -> None:
        super().__init__()
        self.range_m, self.causal = config.goal_range_m, config.causal
        self.goal = FeedForward(3, config.width, config.width)
        self.no_goal = nn.Parameter(torch.randn(config.width) * 0.02)
        self.age = nn.Parameter(torch.randn(config.context, 1, config.width) * 0.02)
        self.layers = nn.ModuleList(AttentionBlock(config) for _ in range(config.context_layers))
        self.norm = nn.LayerNorm(config.width)
        self.route: FeedForward | None = None
        if config.route_points:
            self.route = FeedForward(2 * config.route_points, config.width, config.width)
            self.no_route = nn.Parameter(torch.randn(config.width) * 0.02)

    def goal_token(self, goals: Tensor) -> Tensor:
        """Goals (B, 2) in the robot frame, metres; NaN: no goal -> (B, 1, W) token of distance, cosine and sine."""
        absent = goals.isnan().any(dim=-1, keepdim=True)
        return torch.where(absent, self.no_goal, self.goal(goal_features(goals, self.range_m)))[:, None]

    def route_token(self, routes: Tensor | None, batch: int) -> Tensor:
        """Routes (B, R, 2) in the robot frame, metres; NaN or None: no route -> (B, 1, W); (B, 0, W): none is taken."""
        if self.route is None:
            return self.no_goal.new_zeros(batch, 0, len(self.no_goal))
        if routes is None:
            return self.no_route.expand(batch, 1, -1)
        absent = routes.isnan().flatten(1).any(dim=-1, keepdim=True)
        known = routes.flatten(1).masked_fill(absent, 0.0) / self.range_m
        return torch.where(absent, self.no_route, self.route(known))[:, None]

    def forward(
        self, tokens: Tensor, present: Tensor, goals: Tensor, routes: Tensor | None = None
    ) -> tuple[Tensor, Tensor]:
        """Frame tokens (B, k, T, W), oldest first, which frames are ``present`` (B, k), goals (B, 2), routes (B, R, 2).

        Returns memory (B, k T + G, W), G tokens of guidance last, and which of its tokens are absent (B, k T + G).
        """
        batch, frames, columns, _ = tokens.shape
        guides = torch.cat([self.goal_token(goals), self.route_token(routes, batch)], dim=1)
        memory = torch.cat([(tokens + self.age).flatten(1, 2), guides], dim=1)
        seen = torch.zeros(batch, guides.shape[1], dtype=torch.bool, device=tokens.device)
        absent = torch.cat([~present.repeat_interleave(columns, dim=1), seen], dim=1)
        hidden = newer_frames(frames, columns, guides.shape[1], tokens.device) if self.causal else None
        for layer in self.layers:
            memory = layer(memory, None, absent, hidden)
        return self.norm(memory), absent


def goal_features(goals: Tensor, range_m: float) -> Tensor:
    """Goals (B, 2), metres -> (B, 3): distance as a share of ``range_m``, at most 1, cosine and sine of the bearing."""
    known = goals.nan_to_num(1.0)
    distance = known.norm(dim=-1, keepdim=True).clamp_min(LEAST_GOAL_M)
    return torch.cat([distance.clamp_max(range_m) / range_m, known / distance], dim=-1)


def newer_frames(frames: int, columns: int, guides: int, device: torch.device) -> Tensor:
    """(S, S) true where a token (row) may not look at another (column).

    A frame's tokens look at frames as old or older and at the guidance; the guidance looks at itself, or it would tell
    older frames of newer ones a layer later.
    """
    time = torch.cat(
        [torch.arange(frames, device=device).repeat_interleave(columns), -torch.ones(guides, device=device)]
    )
    return time[None, :] > time[:, None]
