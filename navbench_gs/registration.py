"""The gymnasium ids: every embedded and every fetched scene with every task."""

from __future__ import annotations

import gymnasium

from navbench_gs.domain.task import TASKS
from navbench_gs.errors import NavBenchError
from navbench_gs.suite.catalog import scene_ids, suite_names

NAMESPACE = "NavBenchGS"
VERSION = 0
WITHOUT_IDS = ("dev",)
"""Suites that are driven by name only."""


def env_id(scene_id: str, task: str) -> str:
    """The gymnasium id of a scene and task: ``NavBenchGS/plaza_03-obstacle_ped-v0``."""
    return f"{NAMESPACE}/{scene_id}-{task}-v{VERSION}"


def register_all() -> None:
    """Register every embedded scene, and every captured one that was fetched, with every task.

    None if the scenes are not installed; calling it again adds what has been fetched since.
    """
    try:
        scenes = [scene for suite in suite_names() if suite not in WITHOUT_IDS for scene in scene_ids(suite)]
    except NavBenchError:
        return
    for scene in scenes:
        for task in TASKS:
            name = env_id(scene, task)
            if name not in gymnasium.registry:
                gymnasium.register(name, entry_point="navbench_gs.env:NavEnv", kwargs={"scene": scene, "task": task})
