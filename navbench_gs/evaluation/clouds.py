"""Clouds: the splats that a run needs, generated before it drives."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from navbench_gs.domain.scene import Scene
from navbench_gs.errors import Incident
from navbench_gs.evaluation.clock import SharedNumber
from navbench_gs.evaluation.executors import work_through
from navbench_gs.evaluation.watcher import Watcher
from navbench_gs.suite.clouds import cloud_path, load_cloud


def prepare_clouds(scenes: Sequence[Scene], *, workers: int, watcher: Watcher) -> None:
    """Generate the splats that the cache lacks, one scene per process at a time.

    Raises:
        Incident: a scene's splats could not be made.
    """
    lacking = list({scene.scene_id: scene for scene in scenes if not cloud_path(scene).exists()}.values())
    if not lacking:
        return
    watcher.begins("scenes", 0, len(lacking))
    for finished in work_through(CloudDuty(), lacking, workers=workers, group=lambda scene: scene.scene_id):
        if finished.lost:
            raise Incident(f"the splats of {finished.job.scene_id} could not be made: {finished.lost}")
        watcher.advances("scenes")


@dataclass(frozen=True)
class CloudDuty:
    """Makes the splats of scenes and leaves them in the cache."""

    def open(self, since: SharedNumber) -> Callable[[Scene], Path]:
        """Nothing to load: each scene names its source."""
        return self.make

    def make(self, scene: Scene) -> Path:
        """Path of the scene's splats, made if need be."""
        load_cloud(scene)
        return cloud_path(scene)
