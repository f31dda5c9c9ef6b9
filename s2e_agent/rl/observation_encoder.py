"""What N robots know at a moment: every frame encoded once, the last k of them and the goal fused to a memory."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor

from s2e_agent.models.encoder import look
from s2e_agent.models.policy import Policy


@dataclass(frozen=True)
class Moment:
    """One look of N robots."""

    memory: Tensor
    """(N, S, W) K and V of the decoder."""
    absent: Tensor
    """(N, S)."""
    goals: Tensor
    """(N, 2) robot frame, metres."""
    frames: Tensor
    """(N, H, W, 3 looks) bytes, as the encoder is given them."""
    looks: Tensor
    """(N, k) numbers of the looks whose frames each robot remembers, oldest first."""


def remember(policy: Policy, tokens: Tensor, goals: Tensor) -> tuple[Tensor, Tensor]:
    """Memory (B, S, W) and absent (B, S) for frame tokens (B, k, T, W), oldest first, and goals (B, 2)."""
    present = torch.ones(tokens.shape[:2], dtype=torch.bool, device=tokens.device)
    memory, absent = policy.context(tokens, present, goals)
    return memory, absent


class Perception:
    """The short-term memory of N robots, as :class:`s2e_agent.deploy.agent.S2EAgent` keeps it for one."""

    def __init__(self, policy: Policy) -> None:
        self.policy = policy
        self._tokens: Tensor | None = None
        self._looks: Tensor | None = None
        self._before: Tensor | None = None
        self._count = 0

    @torch.no_grad()
    def look(self, observation: Mapping[str, Tensor], started: Tensor) -> Moment:
        """Take in ``rgb`` (N, H, W, 3) and ``goal`` (N, 2); robots that ``started`` (N,) forget what was before."""
        frames, goals = self._with_those_before(observation["rgb"], started), observation["goal"]
        tokens, context = self.policy.encoder(frames)[:, None], self.policy.config.context
        number = torch.full((len(frames), 1), self._count, device=frames.device)
        if self._tokens is None or self._looks is None:
            self._tokens, self._looks = tokens.repeat(1, context, 1, 1), number.repeat(1, context)
        else:
            self._tokens = _shifted(self._tokens, tokens, started)
            self._looks = _shifted(self._looks, number, started)
        self._count += 1
        memory, absent = remember(self.policy, self._tokens, goals)
        return Moment(memory, absent, goals, frames, self._looks)

    def _with_those_before(self, frames: Tensor, started: Tensor) -> Tensor:
        """(N, H, W, 3 looks); a robot that ``started`` has no frame before its first."""
        before = frames if self._before is None else torch.where(started[:, None, None, None], frames, self._before)
        self._before = frames
        return look(frames, before, self.policy.config.encoder.looks)


def _shifted(kept: Tensor, new: Tensor, started: Tensor) -> Tensor:
    """The oldest of ``kept`` (N, k, ...) makes room for ``new`` (N, 1, ...), which fills all of it at a start."""
    moved = torch.cat([kept[:, 1:], new], dim=1)
    return torch.where(started.view(-1, *[1] * (kept.ndim - 1)), new, moved)
