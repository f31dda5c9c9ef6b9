"""The critic: a value for what a robot knows, read from the policy's context memory without touching it."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor, nn

from s2e_agent.config.pretraining import PolicyConfig
from s2e_agent.models.context import goal_features

PRIVILEGED_M = {"solid_clearance_m": 1.0, "edge_clearance_m": 1.0, "pedestrian_gap_m": 3.0, "cost_to_go_m": 30.0}
"""Distances that only a critic may know, and beyond how many metres they look alike."""


def state_size(*, privileged: bool) -> int:
    """Length of :func:`critic_state`."""
    return 5 + (len(PRIVILEGED_M) if privileged else 0)


def critic_state(goals: Tensor, velocity: Tensor, range_m: float, infos: Mapping[str, Tensor] | None) -> Tensor:
    """(N, 5): goal distance / ``range_m``, cosine, sine, speed and yaw rate; with ``infos`` also the privileged."""
    parts = [goal_features(goals, range_m), velocity]
    if infos is not None:
        far = torch.full_like(goals[:, 0], torch.inf)  # before its first step the world has not measured
        parts += [(infos.get(name, far).clamp(0.0, most) / most)[:, None] for name, most in PRIVILEGED_M.items()]
    return torch.cat(parts, dim=-1)


class Critic(nn.Module):
    """One query attends to the (frozen) memory; the answer and the state give the value."""

    def __init__(self, config: PolicyConfig, *, privileged: bool) -> None:
        super().__init__()
        self.query = nn.Parameter(torch.randn(1, config.width) * 0.02)
        self.attention = nn.MultiheadAttention(config.width, config.heads, batch_first=True)
        self.norm = nn.LayerNorm(config.width)
        self.inner = nn.Linear(config.width + state_size(privileged=privileged), config.width)
        self.value = nn.Linear(config.width, 1)
        nn.init.zeros_(self.value.weight)
        nn.init.zeros_(self.value.bias)

    def forward(self, memory: Tensor, absent: Tensor, state: Tensor) -> Tensor:
        """Memory (B, S, W), absent (B, S), state (B, C) -> values (B,). No gradient reaches the memory."""
        memory = memory.detach()
        query = self.query[None].expand(len(memory), -1, -1)
        seen, _ = self.attention(query, memory, memory, key_padding_mask=absent, need_weights=False)
        inner = nn.functional.gelu(self.inner(torch.cat([self.norm(seen[:, 0]), state], dim=-1)))
        values: Tensor = self.value(inner)[:, 0]
        return values
