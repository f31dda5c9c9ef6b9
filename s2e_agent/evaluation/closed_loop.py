"""Driving without learning: what a policy comes to in a training world, acting by its likeliest mode as it is deployed.

Scores that count come from ``navbench run``; this is for comparing runs with each other at little cost.
"""

from __future__ import annotations

import torch
from torch import Tensor

from s2e_agent.config.finetuning import ActionConfig, RewardWeights, WorldConfig
from s2e_agent.models.actor import Actor
from s2e_agent.models.policy import Policy
from s2e_agent.models.waypoint_mixture import Mixture
from s2e_agent.rl.env_factory import make_world
from s2e_agent.rl.episode_statistics import Tally
from s2e_agent.rl.observation_encoder import Perception
from s2e_agent.rl.path_values import worth_of_paths
from s2e_agent.rl.vec_env import TrainingWorld


@torch.no_grad()
def drive(policy: Policy, world: TrainingWorld, *, rounds: int, seed: int, foresight: float = 0.0) -> dict[str, float]:
    """Means over the first ``rounds`` episodes of every robot.

    Modes are chosen by their scores. ``foresight`` lets who knows the future have a say: so many nats does a metre of
    worth (:func:`worth_of_paths`) add to the score of a mode. With much of it the best of the policy's modes is driven,
    and what is left to fail is not the scores' fault.
    """
    actor, perception, tally = Actor(policy.eval(), ActionConfig()), Perception(policy), Tally()
    observation, _ = world.reset(seed=seed)
    started = torch.ones(world.num_envs, dtype=torch.bool, device=observation["goal"].device)
    done = torch.zeros_like(started, dtype=torch.long)
    while bool((done < rounds).any()):
        world.blind(done >= rounds)
        moment = perception.look(observation, started)
        mixture = policy.decide(moment.memory, moment.absent)
        commands = actor.commands(mixture).middle(_chosen(mixture, world, foresight, policy.config.period_s))
        observation, _, _, _, infos = world.step(commands)
        started = infos["started"].bool()
        counts = (done < rounds) & ~started
        tally.add({**infos, "ended": infos["ended"] & counts}, counts, {})
        done += infos["ended"].long()
    return tally.means()


def _chosen(mixture: Mixture, world: TrainingWorld, foresight: float, period_s: float) -> Tensor:
    """(N,) the mode that each robot drives."""
    if not foresight:
        return mixture.log_scores.argmax(dim=-1)
    worth = worth_of_paths(world.outlook(mixture.paths()), RewardWeights(), period_s)
    return (mixture.log_scores + foresight * worth).argmax(dim=-1)


def drive_task(
    policy: Policy, config: WorldConfig, task: str, *, rounds: int, seed: int = 0, foresight: float = 0.0
) -> dict[str, float]:
    """The same in a world of its own for one task."""
    chosen = config.model_copy(update={"task": task})
    world = make_world(chosen, ActionConfig(), policy.config, seed=seed)
    try:
        return drive(policy, world, rounds=rounds, seed=seed, foresight=foresight)
    finally:
        world.close()
