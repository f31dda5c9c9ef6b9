"""Earlier moments that scores learn from again: what paths were worth holds longer than what a policy gained by.

A rollout is a few situations, each seen many times over; learning from it alone forgets those before. Only where the
context is frozen: a memory that is still learned would be another by now.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor

from s2e_agent.config.finetuning import PpoConfig
from s2e_agent.models.action_mixture import CommandMixture, kl_bound
from s2e_agent.models.actor import Actor
from s2e_agent.rl.path_values import expected_worth
from s2e_agent.rl.rollout_buffer import Kept, Rollout


class Earlier(NamedTuple):
    """B earlier moments."""

    memory: Tensor
    """(B, S, W)."""
    absent: Tensor
    """(B, S)."""
    worth: Tensor
    """(B, M) what the path of every mode would have come to, as the modes were then."""
    prior_scores: Tensor
    """(B, M)."""
    prior_means: Tensor
    """(B, M, 2)."""


class Replay:
    """The last ``capacity`` moments that were lived; memories in half precision. A resumed run begins without any."""

    def __init__(self, capacity: int) -> None:
        self._capacity = capacity
        self._kept: Earlier | None = None

    def add(self, rollout: Rollout) -> None:
        """Keep the moments of a rollout, in place of the oldest if there are too many."""
        if not self._capacity:
            return
        assert isinstance(rollout.seen, Kept)
        steps, lived = rollout.steps, rollout.steps.lived.flatten()
        told = [values.flatten(0, 1)[lived] for values in (steps.worth, steps.prior_scores, steps.prior_means)]
        new = Earlier(rollout.seen.memory[lived].half(), rollout.seen.absent[lived], *told)
        whole = new if self._kept is None else Earlier(*map(torch.cat, zip(self._kept, new, strict=True)))
        self._kept = Earlier(*(values[-self._capacity :] for values in whole))

    def draw(self, size: int, generator: torch.Generator) -> Earlier | None:
        """At most ``size`` of them; None while there are none."""
        if self._kept is None:
            return None
        chosen = torch.randperm(len(self._kept.worth), generator=generator, device=generator.device)[:size]
        earlier = Earlier(*(values[chosen] for values in self._kept))
        return earlier._replace(memory=earlier.memory.float())


def replay_loss(actor: Actor, earlier: Earlier, config: PpoConfig, prior_sigma: Tensor | None) -> Tensor:
    """The loss's share of foresight and of leaving the prior, on earlier moments."""
    mixture = actor.mixture(earlier.memory, earlier.absent)
    loss = -config.foresight_weight * expected_worth(mixture.log_scores, earlier.worth)
    if prior_sigma is None:
        return loss
    before = CommandMixture(earlier.prior_scores, earlier.prior_means, prior_sigma)
    return loss + config.prior_weight * kl_bound(actor.commands(mixture), before).mean()
