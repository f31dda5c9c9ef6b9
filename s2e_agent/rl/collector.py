"""Experiencing: N robots drive by the policy being trained, and every step is kept with its reward."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor

from s2e_agent.config.finetuning import FinetuneConfig
from s2e_agent.models.action_mixture import CommandMixture, log_density, sample
from s2e_agent.models.actor import Actor
from s2e_agent.models.critic import Critic, critic_state
from s2e_agent.models.waypoint_mixture import Mixture
from s2e_agent.rl import rewards
from s2e_agent.rl.episode_statistics import Tally
from s2e_agent.rl.observation_encoder import Moment, Perception
from s2e_agent.rl.path_values import worth_of_paths
from s2e_agent.rl.rollout_buffer import Buffer, Rollout, Step
from s2e_agent.rl.strategies import sees_anew
from s2e_agent.rl.teacher import Teacher
from s2e_agent.rl.vec_env import Infos, Observation, TrainingWorld


class Prior:
    """The pre-trained policy beside the one being trained; looks for itself where the other learns to see."""

    def __init__(self, actor: Actor, *, looks: bool) -> None:
        self.actor = actor
        self._perception = Perception(actor.policy) if looks else None
        self.sigma = actor.command_sigma().detach()

    def look(self, observation: Observation, started: Tensor, shared: Moment) -> Moment:
        """Its own moment, or the ``shared`` one where both see alike."""
        return shared if self._perception is None else self._perception.look(observation, started)

    def commands(self, moment: Moment) -> CommandMixture:
        """What it would do."""
        return self.actor.commands(self.actor.mixture(moment.memory, moment.absent))


@dataclass(frozen=True)
class _Decision:
    """What N robots decided."""

    moment: Moment
    before: CommandMixture
    states: Tensor
    actions: Tensor
    log_density: Tensor
    values: Tensor
    taught: Tensor
    worth: Tensor


class Experience:
    """Drives a training world and fills buffers."""

    def __init__(
        self, actor: Actor, critic: Critic, prior: Prior | None, world: TrainingWorld, config: FinetuneConfig
    ) -> None:
        self.actor, self.critic, self.prior, self.world, self.config = actor, critic, prior, world, config
        self.tally = Tally()
        self._perception = Perception(actor.policy)
        self._teacher = Teacher(world, seed=config.seed) if config.ppo.imitation_weight > 0 else None
        self._buffer = Buffer(keep_frames=sees_anew(config.strategy))

    def start(self, seed: int) -> None:
        """New episodes for all robots."""
        self._observation, self._infos = self.world.reset(seed=seed)
        self._look(torch.ones(self.world.num_envs, dtype=torch.bool, device=self._observation["goal"].device))

    @torch.no_grad()
    def collect(self, generator: torch.Generator) -> Rollout:
        """A horizon of every robot, with advantages."""
        ppo = self.config.ppo
        self._buffer.clear(self.actor.policy.config.context)
        for _ in range(ppo.horizon):
            moment = self._moment
            self._buffer.add(moment, self._step(generator))
        last = self._value(self._moment, self._state())
        return self._buffer.whole(last, ppo.discount, ppo.gae_lambda)

    def _step(self, generator: torch.Generator) -> Step:
        decision = self._decide(generator)
        self._observation, _, terminated, truncated, self._infos = self.world.step(
            self.actor.world_action(decision.actions)
        )
        started = self._infos["started"].bool()
        terms = self._terms(decision)
        self.tally.add(self._infos, ~started, terms)
        self._look(started)
        return Step(
            states=decision.states,
            actions=decision.actions,
            log_density=decision.log_density,
            values=decision.values,
            prior_scores=decision.before.log_scores,
            prior_means=decision.before.means,
            taught=decision.taught,
            worth=decision.worth,
            rewards=rewards.total(terms) * self.config.ppo.reward_scale * ~started,
            terminated=terminated.bool(),
            truncated=truncated.bool(),
            lived=~started,
        )

    def _decide(self, generator: torch.Generator) -> _Decision:
        moment, states = self._moment, self._state()
        mixture = self.actor.mixture(moment.memory, moment.absent)
        distribution = self.actor.actions(mixture)
        actions = sample(distribution, generator)
        before = self.actor.commands(mixture) if self.prior is None else self.prior.commands(self._prior_moment)
        values = self._value(moment, states)
        density = log_density(distribution, actions)
        return _Decision(moment, before, states, actions, density, values, self._taught(), self._worth(mixture))

    def _worth(self, mixture: Mixture) -> Tensor:
        """(N, M) what the path of every mode would come to; (N, 0) if nobody looks ahead."""
        if not self.config.ppo.foresight_weight > 0:
            return mixture.log_scores[:, :0]
        told = self.world.outlook(mixture.paths())
        return worth_of_paths(told, self.config.rewards, self.actor.policy.config.period_s)

    def _taught(self) -> Tensor:
        """(N, 2) what the teacher would do now; NaN without one."""
        if self._teacher is None:
            return torch.full_like(self._velocity, torch.nan)
        return self._teacher.commands(self._started).to(self._velocity)

    def _terms(self, decision: _Decision) -> Mapping[str, Tensor]:
        """All terms of the reward for the step that followed ``decision``."""
        weights, infos = self.config.rewards, self._infos
        terms = rewards.goal_terms(infos, weights) | rewards.rule_terms(infos, weights)
        done = self.actor.command_done(decision.actions)
        unlikely = done.new_zeros(len(done))
        if self.prior is not None:
            unlikely = log_density(decision.before, done) - self.prior.actor.peak_log_density()
        period_s = self.actor.policy.config.period_s
        return terms | rewards.human_terms(self._velocity, self._observation["velocity"], period_s, unlikely, weights)

    def _look(self, started: Tensor) -> None:
        self._velocity, self._started = self._observation["velocity"], started
        self._moment = self._perception.look(self._observation, started)
        if self.prior is not None:
            self._prior_moment = self.prior.look(self._observation, started, self._moment)

    def _state(self) -> Tensor:
        known: Infos | None = self._infos if self.config.ppo.privileged_critic else None
        range_m = self.actor.policy.config.goal_range_m
        return critic_state(self._observation["goal"], self._observation["velocity"], range_m, known)

    def _value(self, moment: Moment, states: Tensor) -> Tensor:
        value: Tensor = self.critic(moment.memory, moment.absent, states)
        return value
