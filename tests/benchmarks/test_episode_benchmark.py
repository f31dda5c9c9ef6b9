"""Time of a whole episode on one core: about 11 s of simulated driving among obstacles and pedestrians in the yard.

Budgets on an idle core of the development machine: 0.4 s without a camera (30 times real time), 1.5 s with one; 0.05 s
for scoring, building the row and saving the recording.
"""

from __future__ import annotations

import pytest

from navbench_gs.agents.straight import StraightAgent
from navbench_gs.domain.agent import CameraNeed, Needs
from navbench_gs.domain.rules import RULES_V0
from navbench_gs.domain.run import RunConfig, RunManifest
from navbench_gs.env import env_for_card
from navbench_gs.evaluation.rollout import run_episode
from navbench_gs.evaluation.row import result_of
from navbench_gs.store import RunFolder


@pytest.fixture(scope="module")
def episode(yard):
    return yard.episode("obstacle_ped")


@pytest.mark.benchmark(group="episode")
@pytest.mark.parametrize("needs", [Needs(), Needs(camera=CameraNeed())], ids=["blind", "camera 160x120"])
def test_one_episode(benchmark, yard, episode, needs):
    agent = StraightAgent()
    agent.card = agent.card.model_copy(update={"needs": needs})
    env = env_for_card(yard.scene, episode.task, agent.card, renderer="cpu")
    run_episode(env, agent, episode, seed=0)
    driven = benchmark(run_episode, env, agent, episode, seed=0)
    assert driven.trajectory.ended == "success"


@pytest.mark.benchmark(group="episode")
def test_one_row(benchmark, yard, episode, tmp_path):
    agent = StraightAgent()
    driven = run_episode(env_for_card(yard.scene, episode.task, agent.card, renderer="cpu"), agent, episode, seed=0)
    manifest = RunManifest(
        config=RunConfig(agent="straight", tasks=(episode.task,)),
        card=agent.card,
        rules=RULES_V0.digest(),
        version="0",
        planned=((*episode.key, episode.digest()),),
    )
    folder = RunFolder.create_or_resume(tmp_path / "run", manifest)

    def keep():
        folder.save_trajectory(driven.trajectory)
        return result_of(driven, episode, yard.scene, manifest, RULES_V0, "none")

    assert benchmark(keep).success
