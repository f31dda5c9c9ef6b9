"""Episodes to train on, as many as are asked for of a scene and task, sampled once and kept in the cache."""

from __future__ import annotations

import json
import os
from pathlib import Path

from navbench_gs.domain.episode import Episode
from navbench_gs.domain.rules import RULES_V0
from navbench_gs.domain.scene import TERRAIN_FILE, Scene
from navbench_gs.errors import InfeasibleEpisodeError, StoreError
from navbench_gs.suite.cache import cache_folder
from navbench_gs.suite.catalog import FIRST_TRAINING_SEED, scene_ids
from navbench_gs.suite.episodes import load_episodes
from navbench_gs.suite.sampling import sample_episode
from navbench_gs.terrain.terrain import load_terrain


def training_scenes(count: int, first_seed: int = FIRST_TRAINING_SEED, *, first: int = 0) -> tuple[str, ...]:
    """Ids of ``count`` training scenes: dev place types in turn, seeds from ``first_seed``, the ``first`` left out."""
    places = sorted({scene.rsplit("_", 1)[0] for scene in scene_ids("dev")})
    numbers = range(first, first + count)
    return tuple(f"{places[number % len(places)]}_{first_seed + number // len(places)}" for number in numbers)


def training_episodes(scene: Scene, task: str, count: int) -> tuple[Episode, ...]:
    """The first ``count`` episodes of a training scene, without those that the sampling rules find no room for.

    Of any other scene they are its frozen episodes, at most ``count``.

    Raises:
        UnknownNameError: there is no such task.
        InfeasibleEpisodeError: there is room for none.
        StoreError: the cache cannot be written.
    """
    if scene.suite != "train":
        return load_episodes(scene, task)[:count]
    path = _file(scene, task)
    lines = _lines(path)
    if len(lines) < count:
        lines += [_sampled(scene, task, index) for index in range(len(lines), count)]
        _keep(path, lines)
    found = tuple(Episode.model_validate_json(line) for line in lines[:count] if line != "null")
    if not found:
        raise InfeasibleEpisodeError(f"{scene.scene_id} has no room for any of {count} episodes of '{task}'")
    return found


def _file(scene: Scene, task: str) -> Path:
    name = f"{scene.scene_id}-{task}-{RULES_V0.digest()[:8]}-{scene.files[TERRAIN_FILE][:8]}.jsonl"
    return cache_folder() / "training-episodes" / name


def _lines(path: Path) -> list[str]:
    """The whole lines of the file, none if it is absent."""
    try:
        lines = path.read_text().splitlines()
    except OSError:
        return []
    return [line for line in lines if line == "null" or line.endswith("}")]


def _sampled(scene: Scene, task: str, index: int) -> str:
    try:
        episode = sample_episode(scene, load_terrain(scene), task, index)
    except InfeasibleEpisodeError:
        return "null"
    return json.dumps(episode.model_dump(mode="json"), separators=(",", ":"), allow_nan=False)


def _keep(path: Path, lines: list[str]) -> None:
    """Write the file whole or not at all, also when several processes write it at once."""
    partial = path.with_suffix(f".{os.getpid()}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        partial.write_text("".join(f"{line}\n" for line in lines))
        partial.replace(path)
    except OSError as error:
        raise StoreError(f"cannot write the cache {path.parent}: {error.strerror or error}") from error
