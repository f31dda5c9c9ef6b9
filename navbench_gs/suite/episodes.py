"""The frozen episodes of a scene and task: read, checked, and sampled on first use in a training scene."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from navbench_gs.domain.record import read_record
from navbench_gs.errors import InvalidRecordError
from navbench_gs.suite.cache import cache_written

if TYPE_CHECKING:
    from navbench_gs.domain.episode import Episode, EpisodeFile
    from navbench_gs.domain.scene import Scene


def load_episodes(scene: Scene, task: str) -> tuple[Episode, ...]:
    """The frozen episodes of a scene and task, in order of their index; sampled on first use in a training scene.

    Raises:
        UnknownNameError: there is no such task.
        DamagedFileError: the episode file is absent or not JSON.
        InvalidRecordError: the file does not fit its record, or belongs to another scene, task or terrain.
    """
    from navbench_gs.domain.episode import EpisodeFile
    from navbench_gs.domain.rules import RULES_V0
    from navbench_gs.domain.task import task_named

    path = scene.folder / "episodes" / f"{task_named(task).name}.json"
    if not path.exists() and scene.suite == "train":
        from navbench_gs.suite.freeze import freeze_episodes

        with cache_written():
            freeze_episodes(scene, task)
    file = read_record(path, EpisodeFile)
    _check_episode_file(file, scene, task, RULES_V0.version, path)
    return file.episodes


def _check_episode_file(file: EpisodeFile, scene: Scene, task: str, rules: str, path: Path) -> None:
    from navbench_gs.domain.scene import TERRAIN_FILE

    expected = {"scene": scene.scene_id, "task": task, "rules": rules, "terrain_sha256": scene.files[TERRAIN_FILE]}
    for field, value in expected.items():
        found = getattr(file, field)
        if found != value:
            raise InvalidRecordError(
                f"{path}: {field} is '{found}', expected '{value}'; restore the file, or freeze it again with "
                "'python -m navbench_gs.suite.freeze'"
            )
    if not file.episodes:
        raise InvalidRecordError(f"{path}: holds no episode")
    for index, episode in enumerate(file.episodes):
        if episode.key != (scene.scene_id, task, index):
            raise InvalidRecordError(f"{path}: episodes.{index}: is {episode.name}, expected index {index} of {task}")
