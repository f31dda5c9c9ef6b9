"""Drawing: the pictures of drives that were recorded without, scene by scene, in any size."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from navbench_gs.batched.training_ground import place_of
from navbench_gs.domain.agent import CameraNeed
from navbench_gs.domain.rules import RULES_V0
from navbench_gs.drives.layout import trajectory_names, write_pictures
from navbench_gs.drives.undrawn import UNDRAWN_FILE, Undrawn, read_undrawn
from navbench_gs.errors import NavBenchError
from navbench_gs.evaluation.clock import SharedNumber
from navbench_gs.evaluation.executors import work_through
from navbench_gs.render.actors import Stage, actors_of
from navbench_gs.render.camera import robot_camera
from navbench_gs.render.renderer import Renderer
from navbench_gs.render.select import renderer_named
from navbench_gs.suite.catalog import load_scene
from navbench_gs.suite.clouds import load_cloud, load_light

PICTURES_A_CALL = 64


def draw_drives(
    data_set: Path, need: CameraNeed, renderer: str, *, workers: int, report: Callable[[str, int, int], None]
) -> int:
    """Draw whatever is undrawn in a data set's folder; the same call goes on where it was stopped.

    Args:
        data_set: folder of drives.
        need: size of the pictures.
        renderer: name of what draws.
        workers: processes.
        report: told after each drive its name, how many are done and of how many.

    Returns:
        Number of drives drawn.

    Raises:
        NavBenchError: a drive could not be drawn.
    """
    names = [name for name in trajectory_names(data_set) if (data_set / name / UNDRAWN_FILE).exists()]
    jobs = work_through(
        DrawingDuty(data_set, need, renderer), names, workers=workers, group=lambda name: name.split("-")[0]
    )
    for done, finished in enumerate(jobs, start=1):
        if finished.lost:
            raise NavBenchError(f"could not draw {finished.job}: {finished.lost}")
        report(finished.job, done, len(names))
    return len(names)


@dataclass(frozen=True)
class DrawingDuty:
    """Draws drives."""

    data_set: Path
    need: CameraNeed
    renderer: str

    def open(self, since: SharedNumber) -> Callable[[str], str]:
        """Load the renderer; a scene stays prepared for as long as drives are in it."""
        studio = Studio(renderer_named(self.renderer), self.need)
        return lambda name: self._draw(studio, self.data_set / name)

    def _draw(self, studio: Studio, folder: Path) -> str:
        file = folder / UNDRAWN_FILE
        write_pictures(folder, studio.pictures(read_undrawn(file)))
        file.unlink()
        return folder.name


class Studio:
    """Draws drives, many pictures in a call."""

    def __init__(self, renderer: Renderer, need: CameraNeed) -> None:
        self._renderer, self._need = renderer, need
        self._scene_id, self._prepared = "", None

    def pictures(self, undrawn: Undrawn) -> NDArray[np.uint8]:
        """(T, height, width, 3) what the robot saw at each state."""
        episode, scene = undrawn.episode, load_scene(undrawn.episode.scene)
        if self._scene_id != scene.scene_id:
            self._scene_id, self._prepared = scene.scene_id, self._renderer.prepare(load_cloud(scene))
        height = place_of(scene, RULES_V0).height
        actors = bool(episode.obstacles or episode.pedestrians)
        stage = Stage(scene, episode, height, load_light(scene)) if actors else None
        drawn = []
        for start in range(0, len(undrawn.states), PICTURES_A_CALL):
            states = undrawn.states[start : start + PICTURES_A_CALL]
            cameras = [
                robot_camera(state.robot, height(*state.robot[:2].tolist()), self._need, RULES_V0.camera)
                for state in states
            ]
            standing = actors_of([stage] * len(states), states)
            drawn.append(self._renderer.render(self._prepared, cameras, standing, depth=False).rgb8())
        return np.concatenate(drawn)
