"""A whole run through the yard, driven in this process, and a card for it."""

from __future__ import annotations

from pathlib import Path

from navbench_gs.agents.straight import StraightAgent
from navbench_gs.domain.run import RunConfig
from navbench_gs.env import env_for_card
from navbench_gs.evaluation.plan import plan_run
from navbench_gs.evaluation.rollout import agent_seed, run_episode
from navbench_gs.evaluation.row import result_of
from navbench_gs.store import RunFolder

CARD = """\
name: straight
revision: 1
authors: [Ada Lovelace, Charles Babbage]
licence: Apache-2.0
training: zero-shot
url: https://example.org/straight
seeds: [0, 1, 2]
"""


def drive(folder: Path, suite: str, *, seed: int = 0) -> Path:
    """The run that ``navbench run --agent straight --task empty,ped --episodes 2`` leaves, without worker processes."""
    config = RunConfig(agent="straight", tasks=("empty", "ped"), suite=suite, episodes=2, agent_seed=seed)
    plan = plan_run(config)
    run = RunFolder.create_or_resume(folder, plan.manifest)
    for key, episode in plan.episodes.items():
        env = env_for_card(plan.scene_of(key), episode.task, plan.manifest.card)
        driven = run_episode(env, StraightAgent(), episode, agent_seed(episode, plan.rules, seed))
        env.close()
        run.save_trajectory(driven.trajectory)
        run.append(result_of(driven, episode, plan.scene_of(key), plan.manifest, plan.rules, "none"))
    run.close_run()
    return folder
