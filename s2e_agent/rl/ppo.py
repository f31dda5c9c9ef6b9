"""Proximal policy optimisation: ``L = -L_policy + alpha L_value - beta H`` (+ leaving the prior, + the teacher).

Source: Schulman et al., "Proximal Policy Optimization Algorithms", 2017. Nothing here knows what an action is: the
distribution answers for it.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from s2e_agent.config.finetuning import PpoConfig
from s2e_agent.models.action_mixture import CommandMixture, entropy_bound, kl_bound, log_density
from s2e_agent.models.actor import Actor
from s2e_agent.models.critic import Critic
from s2e_agent.rl.path_values import expected_worth, regret
from s2e_agent.rl.replay_buffer import Earlier, Replay, replay_loss
from s2e_agent.rl.rollout_buffer import Batch, Rollout


def clipped_gain(log_ratio: Tensor, advantages: Tensor, clip: float) -> Tensor:
    """L_policy, to be raised: mean of ``min(r A, clip(r, 1 - clip, 1 + clip) A)``, r the ratio of densities."""
    ratio = log_ratio.exp()
    return torch.minimum(ratio * advantages, ratio.clamp(1.0 - clip, 1.0 + clip) * advantages).mean()


def value_error(values: Tensor, returns: Tensor) -> Tensor:
    """L_value: half the mean squared error."""
    return 0.5 * (values - returns).square().mean()


def step_divergence(log_ratio: Tensor) -> Tensor:
    """Estimate of the divergence of the old policy from the new on the old one's samples: mean of ``r - 1 - log r``."""
    return (log_ratio.exp() - 1.0 - log_ratio).mean()


def imitation_error(commands: CommandMixture, taught: Tensor) -> Tensor:
    """Mean of ``-log q(a)`` over samples whose teacher's command a (B, 2) is known; zero if none is."""
    known = taught.isfinite().all(dim=-1)
    density = log_density(commands, taught.nan_to_num(0.0))
    return -(density * known).sum() / known.sum().clamp_min(1)


def standardised(advantages: Tensor) -> Tensor:
    """Zero mean, unit deviation."""
    return (advantages - advantages.mean()) / (advantages.std() + 1e-8)


@dataclass(frozen=True)
class LossTerms:
    """Means over a batch."""

    policy: Tensor
    value: Tensor
    entropy: Tensor
    prior: Tensor
    """Bound on the divergence from the pre-trained policy; zero where there is none."""
    imitation: Tensor
    """Minus the log density of the teacher's commands; zero where there is none."""
    foresight: Tensor
    """What the modes' paths would have come to, by their scores, above chance; zero where nobody looked ahead."""
    regret: Tensor
    """How much less the likeliest mode's path was worth than the best one's; zero where nobody looked ahead."""
    divergence: Tensor
    """From the policy that collected."""

    def total(self, config: PpoConfig, *, warming_up: bool) -> Tensor:
        """The loss; while warming up the critic's share alone."""
        value = config.value_weight * self.value
        if warming_up:
            return value
        gained = config.gain_weight * self.policy + config.foresight_weight * self.foresight
        further = config.prior_weight * self.prior + config.imitation_weight * self.imitation
        return value - gained - config.entropy_weight * self.entropy + further


def loss_terms(actor: Actor, critic: Critic, batch: Batch, config: PpoConfig, prior_sigma: Tensor | None) -> LossTerms:
    """Terms of the loss on one batch; ``prior_sigma`` (2,) is the spread of the pre-trained commands, if any."""
    steps = batch.steps
    mixture = actor.mixture(batch.memory, batch.absent)
    actions = actor.actions(mixture)
    log_ratio = log_density(actions, steps.actions) - steps.log_density
    commands, nothing = actor.commands(mixture), log_ratio.new_zeros(())
    prior = foresight = missed = nothing
    if config.foresight_weight > 0:
        foresight = expected_worth(mixture.log_scores, steps.worth)
        missed = regret(mixture.log_scores.detach(), steps.worth)
    if prior_sigma is not None:
        prior = kl_bound(commands, CommandMixture(steps.prior_scores, steps.prior_means, prior_sigma)).mean()
    return LossTerms(
        policy=clipped_gain(log_ratio, standardised(batch.advantages), config.clip),
        value=value_error(critic(batch.memory, batch.absent, steps.states), batch.returns),
        entropy=entropy_bound(actions).mean(),
        prior=prior,
        imitation=imitation_error(commands, steps.taught),
        foresight=foresight,
        regret=missed,
        divergence=step_divergence(log_ratio.detach()),
    )


class Ppo:
    """The optimiser of an actor and a critic."""

    def __init__(self, actor: Actor, critic: Critic, config: PpoConfig, prior_sigma: Tensor | None) -> None:
        self.actor, self.critic, self.config, self.prior_sigma = actor, critic, config, prior_sigma
        self.learning = [parameter for parameter in actor.parameters() if parameter.requires_grad]
        groups = [
            {"params": self.learning, "lr": config.learning_rate},
            {"params": list(critic.parameters()), "lr": config.critic_learning_rate},
        ]
        self.optimiser = torch.optim.Adam(groups, eps=1e-5)
        self.replay = Replay(config.replay)

    def update(
        self, rollout: Rollout, generator: torch.Generator, *, share_done: float, warming_up: bool
    ) -> dict[str, float]:
        """Learn from a rollout; ``share_done`` of the whole training lies behind."""
        fall = 1.0 - share_done * (1.0 - self.config.final_share)
        for group, rate in zip(
            self.optimiser.param_groups, (self.config.learning_rate, self.config.critic_learning_rate), strict=True
        ):
            group["lr"] = rate * fall
        self.replay.add(rollout)
        rows: list[dict[str, float]] = []
        for _ in range(self.config.epochs):
            for samples in rollout.batches(self.config.minibatch, generator):
                batch = rollout.batch(self.actor.policy, samples)
                earlier = None if warming_up else self.replay.draw(len(samples), generator)
                rows.append(self._learn(batch, earlier, warming_up=warming_up))
                if rows[-1]["step_divergence"] > self.config.step_divergence and not warming_up:
                    return _means(rows)
        return _means(rows)

    def _learn(self, batch: Batch, earlier: Earlier | None = None, *, warming_up: bool) -> dict[str, float]:
        terms = loss_terms(self.actor, self.critic, batch, self.config, self.prior_sigma)
        logs = {
            "policy_gain": float(terms.policy.detach()),
            "value_error": float(terms.value.detach()),
            "entropy_bound": float(terms.entropy.detach()),
            "prior_divergence": float(terms.prior.detach()),
            "imitation_error": float(terms.imitation.detach()),
            "foresight": float(terms.foresight.detach()),
            "regret": float(terms.regret),
            "step_divergence": float(terms.divergence),
        }
        if logs["step_divergence"] > self.config.step_divergence and not warming_up:
            return logs
        self.optimiser.zero_grad(set_to_none=True)
        loss = terms.total(self.config, warming_up=warming_up)
        if earlier is not None:
            loss = loss + replay_loss(self.actor, earlier, self.config, self.prior_sigma)
        loss.backward()
        logs["gradient_norm"] = float(nn.utils.clip_grad_norm_(self.learning, self.config.clip_norm))
        nn.utils.clip_grad_norm_(self.critic.parameters(), self.config.clip_norm)
        self.optimiser.step()
        return logs


def _means(rows: list[dict[str, float]]) -> dict[str, float]:
    names = dict.fromkeys(name for row in rows for name in row)
    return {name: sum(row[name] for row in rows if name in row) / sum(name in row for row in rows) for name in names}
