"""Trust contract 3: the commands of a recording, driven again, give the same poses and the same score."""

from __future__ import annotations

from dataclasses import fields, replace

import numpy as np
import pytest

from navbench_gs.agents.random import RandomAgent
from navbench_gs.agents.straight import StraightAgent
from navbench_gs.domain.rules import RULES_V0
from navbench_gs.env import env_for_card
from navbench_gs.errors import DigestMismatchError
from navbench_gs.evaluation.rollout import run_episode
from navbench_gs.metrics.score import score
from navbench_gs.verification.replay import replay


def driven(yard, episode, agent):
    env = env_for_card(yard.scene, episode.task, agent.card, renderer="cpu")
    return run_episode(env, agent, episode, seed=7).trajectory


def assert_equal(again, recorded):
    for field in fields(recorded):
        assert np.array_equal(getattr(again, field.name), getattr(recorded, field.name)), field.name


@pytest.mark.parametrize("agent", [StraightAgent(), RandomAgent()], ids=["straight", "random"])
def test_a_replayed_recording_has_the_same_poses_contacts_and_score(yard, agent):
    episode = yard.episode("obstacle_ped", start=(-6.0, -4.8, 0.0), goal=(6.0, -5.5))  # past and into things
    recorded = driven(yard, episode, agent)
    again = replay(recorded, episode, RULES_V0, scene=yard.scene)
    assert_equal(again, recorded)
    assert score(again, episode, RULES_V0) == score(recorded, episode, RULES_V0)


def test_a_recording_of_a_failed_agent_replays_to_its_failure(yard, misbehaving):
    episode = yard.episode()
    recorded = driven(yard, episode, misbehaving.Raises())
    assert recorded.ended == "agent-error"
    assert_equal(replay(recorded, episode, RULES_V0, scene=yard.scene), recorded)


def test_a_forged_pose_does_not_survive_the_replay(yard):
    episode = yard.episode()
    recorded = driven(yard, episode, StraightAgent())
    halfway = len(recorded.poses) // 2
    forged = replace(
        recorded,
        poses=recorded.poses[: halfway + 1] + np.linspace([0, 0, 0], [6.0, 0, 0], halfway + 1),
        commands=recorded.commands[:halfway],
    )
    again = replay(forged, episode, RULES_V0, scene=yard.scene)
    assert again.ended == "time-limit" and not score(again, episode, RULES_V0).success


def test_a_recording_of_another_episode_is_refused(yard):
    recorded = driven(yard, yard.episode(), StraightAgent())
    with pytest.raises(DigestMismatchError, match="the recording is of episode"):
        replay(recorded, yard.episode(index=1), RULES_V0, scene=yard.scene)
