"""Driving without learning: what a policy comes to in a training world, acting by its likeliest mode as it is deployed.

Scores that count come from ``navbench run``; this is for comparing runs with each other at little cost.
"""

from __future__ import annotations

import torch

from s2e_agent.actor import Actor
from s2e_agent.command import likeliest
from s2e_agent.finetune_config import ActionConfig, WorldConfig
from s2e_agent.perception import Perception
from s2e_agent.policy import Policy
from s2e_agent.tally import Tally
from s2e_agent.training_world import TrainingWorld, make_world


@torch.no_grad()
def drive(policy: Policy, world: TrainingWorld, *, rounds: int, seed: int) -> dict[str, float]:
    """Means over the first ``rounds`` episodes of every robot."""
    actor, perception, tally = Actor(policy.eval(), ActionConfig()), Perception(policy), Tally()
    observation, _ = world.reset(seed=seed)
    started = torch.ones(world.num_envs, dtype=torch.bool, device=observation["goal"].device)
    done = torch.zeros_like(started, dtype=torch.long)
    while bool((done < rounds).any()):
        world.blind(done >= rounds)
        moment = perception.look(observation, started)
        commands = likeliest(actor.commands(actor.mixture(moment.memory, moment.absent)))
        observation, _, _, _, infos = world.step(commands)
        started = infos["started"].bool()
        counts = (done < rounds) & ~started
        tally.add({**infos, "ended": infos["ended"] & counts}, counts, {})
        done += infos["ended"].long()
    return tally.means()


def drive_task(policy: Policy, config: WorldConfig, task: str, *, rounds: int, seed: int = 0) -> dict[str, float]:
    """The same in a world of its own for one task."""
    chosen = config.model_copy(update={"task": task})
    world = make_world(chosen, ActionConfig(), policy.config, seed=seed)
    try:
        return drive(policy, world, rounds=rounds, seed=seed)
    finally:
        world.close()
