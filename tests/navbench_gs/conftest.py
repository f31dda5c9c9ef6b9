"""Rows made up for the tests of the store, the statistics and the command line."""

from __future__ import annotations

import importlib
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from navbench_gs.domain.agent import AgentCard
from navbench_gs.domain.result import Result, Timing
from navbench_gs.domain.rules import RULES_V0
from navbench_gs.domain.run import RunConfig, RunManifest

CARD = AgentCard(name="walker", revision="3")


def made_row(key: tuple[str, str, int] = ("plaza_00", "ped", 0), **changes: object) -> Result:
    scene, task, index = key
    fields: dict[str, object] = {
        "success": True,
        "strict_success": True,
        "route_completion": 1.0,
        "collision_times": 0,
        "collisions_scene": 0,
        "collisions_obstacle": 0,
        "collisions_pedestrian": 0,
        "collisions_at_fault": 0,
        "contact_steps": 0,
        "distinct_actors": 0,
        "off_walkable_share": 0.0,
        "spl": 0.9,
        "soft_spl": 0.9,
        "time_s": 12.5,
        "path_length_m": 11.0,
        "mean_jerk_mps3": 1 / 3,
        "ended": "success",
        "scene": scene,
        "task": task,
        "index": index,
        "suite": "embedded",
        "provenance": "procedural",
        "embodiment": "wheeled",
        "agent": CARD.name,
        "agent_revision": CARD.revision,
        "weights": None,
        "privileged": False,
        "needs": "goal point",
        "decision_period_s": 0.2,
        "agent_seed": 0,
        "rules": RULES_V0.digest(),
        "episode": f"digest of {scene}-{task}-{index}",
        "version": "0.1.0",
        "renderer": "none",
        "timing": Timing(decisions=60, act_mean_ms=0.123456789012345),
    }
    return Result.model_validate(fields | changes)


def made_manifest(
    scenes: tuple[str, ...] = ("plaza_00", "alley_01", "park_02"),
    tasks: tuple[str, ...] = ("empty", "ped"),
    **changes: object,
) -> RunManifest:
    keys = [(scene, task, index) for scene in scenes for task in tasks for index in range(2)]
    manifest = RunManifest(
        config=RunConfig(agent="walker", tasks=tasks, episodes=2),
        card=CARD,
        rules=RULES_V0.digest(),
        version="0.1.0",
        planned=tuple((*key, f"digest of {'-'.join(map(str, key))}") for key in keys),
    )
    return manifest.model_copy(update=changes)


@pytest.fixture(scope="session")
def row() -> Callable[..., Result]:
    """A made-up row: ``row(key, field=value, ...)``."""
    return made_row


@pytest.fixture(scope="session")
def manifest() -> Callable[..., RunManifest]:
    """A made-up manifest of 3 scenes x 2 tasks x 2 episodes, whose rows ``row(key)`` makes."""
    return made_manifest


PLUGINS = Path(__file__).parents[1] / "plugins"


@pytest.fixture(scope="session")
def misbehaving():
    """The plugin of misbehaving agents, installed for this process and for the workers it spawns."""
    paths = [str(PLUGINS), *filter(None, [os.environ.get("PYTHONPATH")])]
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(PLUGINS))
        patch.setenv("PYTHONPATH", os.pathsep.join(paths))
        yield importlib.import_module("misbehaving")
