"""The policy: context tokens by self-attention (K, V), spatial anchors as queries (Q), a mixture of paths out."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from s2e_agent.config.pretraining import PolicyConfig
from s2e_agent.models.attention import AttentionBlock, FeedForward
from s2e_agent.models.context import ContextEncoder
from s2e_agent.models.encoder import make_encoder
from s2e_agent.models.mixture_head import MixtureHead
from s2e_agent.models.residual import attach
from s2e_agent.models.waypoint_mixture import Mixture


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
        ranges: Tensor = self.ranges(tokens).float().flatten(1)
        return ranges

    def people_near(self, memory: Tensor) -> Tensor:
        """Context memory (B, S, W) -> (B, K, R) logits of how near people are in R columns, now and later."""
        if self.people is None:
            return memory.new_zeros(len(memory), 0)
        columns = self.encoder.tokens
        present = memory[:, (self.config.context - 1) * columns : self.config.context * columns]
        near: Tensor = self.people(present).float().unflatten(-1, (self.config.moments_of_people, -1))
        return near.transpose(1, 2).flatten(2)

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
        queries: Tensor = self.query(self.anchors)[None].expand(len(memory), -1, -1)
        for block in self.decoder:
            queries = block(queries, memory, absent)
        return queries

    def forward(
        self, frames: Tensor, history: Tensor, present: Tensor, goals: Tensor, routes: Tensor | None = None
    ) -> Mixture:
        """Distinct frames (F, H, W, 3), each encoded once; ``history`` (B, k) numbers of each sample's frames."""
        return self.decode(self.encoder(frames)[history], present, goals, routes)
