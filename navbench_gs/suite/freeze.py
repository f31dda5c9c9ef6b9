"""Freezing: writing the episode files of scenes. ``python -m navbench_gs.suite.freeze --suite embedded``."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from navbench_gs.domain.episode import EpisodeFile
from navbench_gs.domain.scene import Scene
from navbench_gs.domain.task import TASKS
from navbench_gs.errors import NavBenchError
from navbench_gs.suite.catalog import load_scene, scene_ids
from navbench_gs.suite.sampling import Pair, sample_episodes
from navbench_gs.terrain.terrain import load_terrain


def freeze_episodes(scene: Scene, task: str, given: Sequence[Pair] = ()) -> Path:
    """Sample the episodes of a scene and task and write their file, whole or not at all.

    ``given`` starts and goals come first: see :func:`sample_episodes`.

    Raises:
        InfeasibleEpisodeError: the scene admits no such episodes.
        OSError: the file cannot be written.
    """
    file = sample_episodes(scene, load_terrain(scene), task, given=given)
    path = scene.folder / "episodes" / f"{task}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(f".{os.getpid()}.part")
    partial.write_text(episode_file_text(file))
    partial.replace(path)
    return path


def episode_file_text(file: EpisodeFile) -> str:
    """The JSON of an episode file, one episode a line."""

    def compact(value: object) -> str:
        return json.dumps(value, separators=(",", ":"), allow_nan=False)

    data = file.model_dump(mode="json")
    episodes = ",\n".join(compact(episode) for episode in data.pop("episodes"))
    return f'{compact(data)[:-1]},"episodes":[\n{episodes}\n]}}\n'


def _freeze_scene(scene_id: str) -> str:
    scene = load_scene(scene_id)
    rejected = {}
    for task in TASKS:
        text = freeze_episodes(scene, task).read_text()
        rejected[task] = sum(json.loads(text)["rejected"].values())
    return f"{scene_id}: rejected candidates " + ", ".join(f"{task} {number}" for task, number in rejected.items())


def main(arguments: list[str] | None = None) -> None:
    """Freeze the episodes of a suite, or of some scenes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--suite", default="embedded")
    parser.add_argument("--scenes", help="scene ids, separated by commas; by default all of the suite")
    parser.add_argument("--workers", type=int, default=1)
    options = parser.parse_args(arguments)
    try:
        names = options.scenes.split(",") if options.scenes else scene_ids(options.suite)
        with ProcessPoolExecutor(options.workers) as pool:
            for line in pool.map(_freeze_scene, names):
                sys.stdout.write(line + "\n")
    except NavBenchError as error:
        raise SystemExit(f"error: {error}") from error


if __name__ == "__main__":
    main()
