"""The pass card: an agent that keeps its promises passes, and each broken promise is told under its own name."""

from __future__ import annotations

import numpy as np
import pytest

from navbench_gs.agents.oracle.agent import OracleAgent
from navbench_gs.agents.random import RandomAgent
from navbench_gs.agents.straight import StraightAgent
from navbench_gs.domain.action import Velocity, Waypoints
from navbench_gs.domain.agent import ActionSpec, AgentCard, CameraNeed, Needs
from navbench_gs.testing import check_agent
from navbench_gs.verification.agent_check import checked_agent


class Drives:
    """Keeps every promise."""

    card = AgentCard(name="drives")

    def reset(self, observation, *, seed, privileged=None):
        self.steps = 0
        self.rng = np.random.default_rng(seed)

    def act(self, observation, *, privileged=None):
        self.steps += 1
        return Velocity(0.5, 0.01 * self.steps)


class Sees(Drives):
    card = AgentCard(name="sees", needs=Needs(camera=CameraNeed(width_px=16, height_px=12)))


class Remembers(Drives):
    """Counts on from episode to episode."""

    def reset(self, observation, *, seed, privileged=None):
        self.steps = getattr(self, "steps", 0)


class Shares(Drives):
    """Keeps its count where every instance finds it."""

    count = 0

    def reset(self, observation, *, seed, privileged=None):
        Shares.count = 0

    def act(self, observation, *, privileged=None):
        Shares.count += 1
        return Velocity(0.5, 0.01 * Shares.count)


class Unseeded(Drives):
    def act(self, observation, *, privileged=None):
        return Velocity(0.5, float(np.random.default_rng().normal()))


class Secretive(Drives):
    """Draws from its seed, which is right, but does not say so."""

    def act(self, observation, *, privileged=None):
        return Velocity(0.5, float(self.rng.uniform(-1.0, 1.0)))


class Scribbles(Drives):
    def act(self, observation, *, privileged=None):
        observation.goal[:] = 0.0
        return Velocity(0.5, 0.0)


class Degrees(Drives):
    def act(self, observation, *, privileged=None):
        return Velocity(0.5, 45.0)


class Centimetres(Drives):
    card = AgentCard(name="centimetres", action=ActionSpec(kind="waypoints", horizon=2, period_s=0.2))

    def act(self, observation, *, privileged=None):
        return Waypoints(np.array([[20.0, 0.0], [40.0, 0.0]]), 0.2)


class NeedsLight(Sees):
    def act(self, observation, *, privileged=None):
        return Velocity(0.5 * 10 // int(observation.rgb.max()), 0.0)


class AsksForMore(Drives):
    """Uses a picture that its card does not ask for."""

    def act(self, observation, *, privileged=None):
        return Velocity(float(observation.rgb.mean()), 0.0)


class OldFashioned(Drives):
    def reset(self, observation):
        self.steps = 0


class TooOften(Drives):
    card = AgentCard(name="too-often", decision_period_s=0.03)


def broken(make, yard) -> dict[str, str]:
    card = checked_agent(make, yard.scene, decisions=5, renderer="cpu")
    return {check.name: check.note for check in card.checks if not check.passed}


@pytest.mark.parametrize("make", [Drives, Sees, StraightAgent, RandomAgent, OracleAgent])
def test_agents_that_keep_their_promises_pass(yard, make):
    assert broken(make, yard) == {}


@pytest.mark.parametrize(
    ("make", "name", "note"),
    [
        (Remembers, "no leaks", "an instance that drove other episodes before answers otherwise"),
        (Shares, "no leaks", "two instances that take turns answer otherwise"),
        (Unseeded, "determinism", "a fresh instance with the same seed answers otherwise in 'empty', decision 0"),
        (Secretive, "determinism", "another seed gives other actions"),
        (Scribbles, "episodes", "it changes the observation that it is given"),
        (Degrees, "bounds", "100% of its actions are beyond the robot"),
        (Centimetres, "bounds", "100% of its actions are beyond the robot"),
        (NeedsLight, "blank frames", "ZeroDivisionError"),
        (AsksForMore, "episodes", "'NoneType' object has no attribute 'mean'"),
        (OldFashioned, "protocol", "reset(observation, seed, privileged) cannot be called"),
        (TooOften, "protocol", "decision period 0.03 s is not a multiple of 0.05 s"),
    ],
)
def test_each_broken_promise_is_told_under_its_name(yard, make, name, note):
    assert note in broken(make, yard)[name]


def test_what_was_not_reached_did_not_pass(yard):
    found = broken(AsksForMore, yard)
    assert set(found) == {"episodes", "determinism", "no leaks", "bounds", "blank frames", "latency"}
    assert found["latency"] == "not reached"


def test_the_public_contract_raises_one_line(yard):
    check_agent(Drives, scene=yard.scene)
    with pytest.raises(AssertionError, match=r"^drives: bounds: 100% .*$"):
        check_agent(Degrees, scene=str(yard.scene.folder))
