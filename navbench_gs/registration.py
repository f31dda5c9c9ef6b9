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
TRAINING_NAMESPACE = f"{NAMESPACE}-Train"
MIXED = "mixed"
"""Stands for all tasks in the ids of training."""


def env_id(scene_id: str, task: str) -> str:
    """The gymnasium id of a scene and task: ``NavBenchGS/plaza_03-obstacle_ped-v0``."""
    return f"{NAMESPACE}/{scene_id}-{task}-v{VERSION}"


def training_id(task: str) -> str:
    """The gymnasium id of training on a task, or on ``mixed`` ones: ``NavBenchGS-Train/obstacle-v0``."""
    return f"{TRAINING_NAMESPACE}/{task}-v{VERSION}"


def register_all() -> None:
    """Register training, and every embedded scene, and every captured one that was fetched, with every task.

    No scene if none is installed; calling it again adds what has been fetched since.
    """
    for task in (*TASKS, MIXED):
        if training_id(task) not in gymnasium.registry:
            gymnasium.register(
                training_id(task),
                vector_entry_point="navbench_gs.batched.training_env:TrainingEnv",
                kwargs={"tasks": list(TASKS) if task == MIXED else [task]},
            )
    try:
        scenes = [scene for suite in suite_names() if suite not in WITHOUT_IDS for scene in scene_ids(suite)]
    except NavBenchError:
        return
    for scene in scenes:
        for task in TASKS:
            name = env_id(scene, task)
            if name not in gymnasium.registry:
                gymnasium.register(name, entry_point="navbench_gs.env:NavEnv", kwargs={"scene": scene, "task": task})
