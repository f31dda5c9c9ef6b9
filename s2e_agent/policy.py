"""The policy: context tokens by self-attention (K, V), spatial anchors as queries (Q), a mixture of paths out."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from s2e_agent.config import PolicyConfig
from s2e_agent.encoder import make_encoder
from s2e_agent.mixture import Mixture
from s2e_agent.residual import attach

LEAST_GOAL_M = 1e-3
"""A goal nearer than this has the bearing it would have at this distance."""
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

    def forward(self, queries: Tensor, memory: Tensor | None, absent: Tensor, hidden: Tensor | None = None) -> Tensor:
        """Queries (B, Q, W), memory (B, S, W) (None: the queries) -> (B, Q, W).

        ``absent`` (B, S): tokens that nobody may look at; ``hidden`` (Q, S): tokens that one query may not look at.
        """
        asked = self.query_norm(queries)
        keys = asked if memory is None else memory
        seen, _ = self.attention(asked, keys, keys, key_padding_mask=absent, attn_mask=hidden, need_weights=False)
        queries = queries + seen
        answer: Tensor = queries + self.feed_forward(self.forward_norm(queries))
        return answer


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
    """Frames and guidance in, mixture of paths out."""

    anchors: Tensor

    def __init__(self, config: PolicyConfig) -> None:
        super().__init__()
        self.config = config
        self.encoder = make_encoder(config.encoder, config.width)
        self.ranges = nn.Linear(config.width, config.ranges_a_column) if config.ranges_a_column else None
        told = config.moments_of_people * config.ranges_a_column
        self.people = nn.Linear(config.width, told) if told else None
        self.context = ContextEncoder(config)
        self.query = FeedForward(2, config.width, config.width)
        self.decoder = nn.ModuleList(AttentionBlock(config) for _ in range(config.decoder_layers))
        if config.residual:
            attach(self.decoder, config.width)
        self.head = MixtureHead(config)
        self.register_buffer("anchors", torch.zeros(config.anchors, 2))

    def log_ranges(self, tokens: Tensor) -> Tensor:
        """Frame tokens (F, T, W) -> log metres (F, T x ranges a column) to solid things, left to right."""
        if self.ranges is None:
            return tokens.new_zeros(len(tokens), 0)
        return self.ranges(tokens).float().flatten(1)

    def people_near(self, memory: Tensor) -> Tensor:
        """Context memory (B, S, W) -> (B, K, R) logits of how near people are in R columns, now and later."""
        if self.people is None:
            return memory.new_zeros(len(memory), 0)
        columns = self.encoder.tokens
        present = memory[:, (self.config.context - 1) * columns : self.config.context * columns]
        told = self.people(present).float().unflatten(-1, (self.config.moments_of_people, -1))
        return told.transpose(1, 2).flatten(2)

    def decode(self, tokens: Tensor, present: Tensor, goals: Tensor, routes: Tensor | None = None) -> Mixture:
        """Mixture for frame tokens (B, k, T, W) that :attr:`encoder` made, as :class:`ContextEncoder` takes them."""
        memory, absent = self.context(tokens, present, goals, routes)
        return self.decide(memory, absent)

    def decide(self, memory: Tensor, absent: Tensor) -> Mixture:
        """Mixture for a context memory (B, S, W) and its absent tokens (B, S), as :attr:`context` gives them."""
        mixture: Mixture = self.head(self.anchor_features(memory, absent), self.anchors)
        return mixture

    def anchor_features(self, memory: Tensor, absent: Tensor) -> Tensor:
        """Decoded anchors (B, M, W): what the anchors, as queries, found in the memory (B, S, W)."""
        queries = self.query(self.anchors)[None].expand(len(memory), -1, -1)
        for block in self.decoder:
            queries = block(queries, memory, absent)
        return queries

    def forward(
        self, frames: Tensor, history: Tensor, present: Tensor, goals: Tensor, routes: Tensor | None = None
    ) -> Mixture:
        """Distinct frames (F, H, W, 3), each encoded once; ``history`` (B, k) numbers of each sample's frames."""
        return self.decode(self.encoder(frames)[history], present, goals, routes)
