"""The gymnasium ids: every embedded scene with every task."""

from __future__ import annotations

import gymnasium

from navbench_gs.domain.task import TASKS
from navbench_gs.errors import NavBenchError
from navbench_gs.suite.catalog import scene_ids

NAMESPACE = "NavBenchGS"
VERSION = 0


def env_id(scene_id: str, task: str) -> str:
    """The gymnasium id of a scene and task: ``NavBenchGS/plaza_03-obstacle_ped-v0``."""
    return f"{NAMESPACE}/{scene_id}-{task}-v{VERSION}"


def register_all() -> None:
    """Register every embedded scene with every task; none if the scenes are not installed."""
    try:
        scenes = scene_ids("embedded")
    except NavBenchError:
        return
    for scene in scenes:
        for task in TASKS:
            gymnasium.register(
                env_id(scene, task), entry_point="navbench_gs.env:NavEnv", kwargs={"scene": scene, "task": task}
            )
