"""One rollout: what the agent is given, when it decides, and what its seed depends on."""

from __future__ import annotations

import numpy as np
import pytest

from navbench_gs.domain.action import Velocity
from navbench_gs.domain.agent import AgentCard, Needs
from navbench_gs.domain.rules import RULES_V0
from navbench_gs.env import env_for_card
from navbench_gs.evaluation.rollout import agent_seed, run_episode


class Notes:
    """Stands, and keeps what it is given."""

    def __init__(self, **card):
        self.card = AgentCard(name="notes", **card)

    def reset(self, observation, *, seed, privileged=None):
        self.began = (observation, seed, privileged)
        self.seen = []

    def act(self, observation, *, privileged=None):
        self.seen.append((observation, privileged))
        return Velocity(1.2, 0.0)


def drive(yard, agent):
    env = env_for_card(yard.scene, "ped", agent.card, renderer="cpu")
    return run_episode(env, agent, yard.episode("ped"), seed=11)


def test_the_agent_decides_first_at_time_zero_and_then_once_every_period(yard):
    agent = Notes(decision_period_s=0.5)
    driven = drive(yard, agent)
    times = [observation.time_s for observation, _ in agent.seen]
    assert times == pytest.approx(np.arange(len(times)) * 0.5)
    assert driven.trajectory.decision_ticks.tolist() == list(range(0, 10 * len(times), 10))
    assert driven.timing.decisions == len(times) and driven.timing.act_mean_ms > 0


def test_only_an_agent_that_declares_itself_privileged_is_given_the_episode(yard):
    agent = Notes()
    drive(yard, agent)
    assert agent.began[1:] == (11, None) and {privileged for _, privileged in agent.seen} == {None}
    agent = Notes(needs=Needs(privileged=True))
    drive(yard, agent)
    assert agent.began[2].episode == yard.episode("ped")
    assert [given.state.time_s for _, given in agent.seen] == [observation.time_s for observation, _ in agent.seen]


def test_the_seed_of_an_agent_comes_from_the_episodes_identity_and_the_runs_seed(yard):
    seeds = {agent_seed(yard.episode("ped", index=index), RULES_V0, seed) for index in (0, 1) for seed in (0, 1)} | {
        agent_seed(yard.episode("empty"), RULES_V0, 0)
    }
    assert len(seeds) == 5
    moved = yard.episode("ped", start=(-5.0, -6.0, 0.0))
    assert agent_seed(moved, RULES_V0, 0) == agent_seed(yard.episode("ped"), RULES_V0, 0)
