"""The policy: context tokens by self-attention (K, V), spatial anchors as queries (Q), a mixture of paths out."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from s2e_agent.config import PolicyConfig
from s2e_agent.encoder import FrameEncoder
from s2e_agent.mixture import Mixture
from s2e_agent.residual import attach

DIRECTIONLESS_M = 0.5
"""Anchors nearer than this begin as short paths, not as unit-speed ones: their direction means little."""


class FeedForward(nn.Sequential):
    """Two linear layers with a GELU between."""

    def __init__(self, width: int, inner: int, out: int, dropout: float = 0.0) -> None:
        super().__init__(nn.Linear(width, inner), nn.GELU(), nn.Dropout(dropout), nn.Linear(inner, out))


class AttentionBlock(nn.Module):
    """psi(Q; K, V): attention of queries to a memory, then a feed-forward layer, both with a norm before and a skip.

    With the queries as their own memory it is a self-attention layer.
    """

    def __init__(self, config: PolicyConfig) -> None:
        super().__init__()
        self.query_norm = nn.LayerNorm(config.width)
        self.attention = nn.MultiheadAttention(config.width, config.heads, config.dropout, batch_first=True)
        self.forward_norm = nn.LayerNorm(config.width)
        self.feed_forward = FeedForward(config.width, config.feed_forward, config.width, config.dropout)

    def forward(self, queries: Tensor, memory: Tensor | None, absent: Tensor) -> Tensor:
        """Queries (B, Q, W), memory (B, S, W) (None: the queries), ``absent`` (B, S) tokens nobody may look at."""
        asked = self.query_norm(queries)
        keys = asked if memory is None else memory
        seen, _ = self.attention(asked, keys, keys, key_padding_mask=absent, need_weights=False)
        queries = queries + seen
        answer: Tensor = queries + self.feed_forward(self.forward_norm(queries))
        return answer


class ContextEncoder(nn.Module):
    """Fuses the tokens of k frames and the goal token."""

    def __init__(self, config: PolicyConfig) -> None:
        super().__init__()
        self.range_m = config.goal_range_m
        self.goal = FeedForward(3, config.width, config.width)
        self.no_goal = nn.Parameter(torch.randn(config.width) * 0.02)
        self.age = nn.Parameter(torch.randn(config.context, 1, config.width) * 0.02)
        self.layers = nn.ModuleList(AttentionBlock(config) for _ in range(config.context_layers))
        self.norm = nn.LayerNorm(config.width)

    def goal_token(self, goals: Tensor) -> Tensor:
        """Goals (B, 2) in the robot frame, metres; NaN: no goal -> (B, 1, W) token of distance, cosine and sine."""
        absent = goals.isnan().any(dim=-1, keepdim=True)
        known = goals.masked_fill(absent, 1.0)
        distance = known.norm(dim=-1, keepdim=True).clamp_min(1e-3)
        features = torch.cat([distance.clamp_max(self.range_m) / self.range_m, known / distance], dim=-1)
        return torch.where(absent, self.no_goal, self.goal(features))[:, None]

    def forward(self, tokens: Tensor, present: Tensor, goals: Tensor) -> tuple[Tensor, Tensor]:
        """Frame tokens (B, k, T, W), oldest first, which frames are ``present`` (B, k), goals (B, 2).

        Returns memory (B, k T + 1, W) and which of its tokens are absent (B, k T + 1).
        """
        batch, _, columns, _ = tokens.shape
        memory = torch.cat([(tokens + self.age).flatten(1, 2), self.goal_token(goals)], dim=1)
        absent = torch.cat(
            [~present.repeat_interleave(columns, dim=1), torch.zeros(batch, 1, dtype=torch.bool, device=tokens.device)],
            dim=1,
        )
        for layer in self.layers:
            memory = layer(memory, None, absent)
        return self.norm(memory), absent


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


class Policy(nn.Module):
    """Frames and goal in, mixture of paths out."""

    anchors: Tensor

    def __init__(self, config: PolicyConfig) -> None:
        super().__init__()
        self.config = config
        self.encoder = FrameEncoder(config.encoder, config.width)
        self.ranges = nn.Linear(config.width, config.ranges_a_column)
        self.context = ContextEncoder(config)
        self.query = FeedForward(2, config.width, config.width)
        self.decoder = nn.ModuleList(AttentionBlock(config) for _ in range(config.decoder_layers))
        if config.residual:
            attach(self.decoder, config.width)
        self.head = MixtureHead(config)
        self.register_buffer("anchors", torch.zeros(config.anchors, 2))

    def log_ranges(self, tokens: Tensor) -> Tensor:
        """Frame tokens (F, T, W) -> log metres (F, T x ranges a column) to solid things, left to right."""
        return self.ranges(tokens).float().flatten(1)

    def decode(self, tokens: Tensor, present: Tensor, goals: Tensor) -> Mixture:
        """Mixture for frame tokens (B, k, T, W) that :attr:`encoder` made, as :class:`ContextEncoder` takes them."""
        memory, absent = self.context(tokens, present, goals)
        return self.decide(memory, absent)

    def decide(self, memory: Tensor, absent: Tensor) -> Mixture:
        """Mixture for a context memory (B, S, W) and its absent tokens (B, S), as :attr:`context` gives them."""
        queries = self.query(self.anchors)[None].expand(len(memory), -1, -1)
        for block in self.decoder:
            queries = block(queries, memory, absent)
        mixture: Mixture = self.head(queries, self.anchors)
        return mixture

    def forward(self, frames: Tensor, history: Tensor, present: Tensor, goals: Tensor) -> Mixture:
        """Distinct frames (F, H, W, 3), each encoded once; ``history`` (B, k) numbers of each sample's frames."""
        return self.decode(self.encoder(frames)[history], present, goals)
