"""The robot's eye: what its camera sees in one episode, rendered only when asked and each moment once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from navbench_gs.domain.agent import CameraNeed
from navbench_gs.domain.cloud import GaussianCloud
from navbench_gs.domain.episode import Episode, Pose
from navbench_gs.domain.rules import CameraRules
from navbench_gs.domain.scene import Scene
from navbench_gs.domain.source import SceneLight
from navbench_gs.domain.state import WorldState
from navbench_gs.geometry import arc_lengths, point_along
from navbench_gs.render.actors import Stage
from navbench_gs.render.camera import robot_camera
from navbench_gs.render.renderer import Frames, Renderer

ROUTE_IMAGE_STEP_M = 1.0
"""Distance between two pictures along the reference route."""
SCENES_KEPT = 2

Picture = NDArray[np.uint8]
_prepared: dict[tuple[str, str], Any] = {}
"""(cloud hash, renderer) -> prepared scene: the last ones used, shared by every eye of this process."""


class Eye:
    """One camera in one scene; ``load_cloud`` and ``load_light`` are called when the first picture is asked for."""

    def __init__(
        self,
        scene: Scene,
        renderer: Renderer,
        need: CameraNeed,
        rules: CameraRules,
        load_cloud: Callable[[Scene], GaussianCloud],
        load_light: Callable[[Scene], SceneLight | None],
    ) -> None:
        self._scene, self.renderer, self._need, self._rules = scene, renderer, need, rules
        self._load_cloud, self._load_light = load_cloud, load_light

    def begin(self, episode: Episode, ground_height: Callable[[float, float], float]) -> None:
        """Start an episode; ``ground_height`` gives the ground's z at world (x, y)."""
        self._episode, self._ground_height = episode, ground_height
        self._stage: Stage | None = None
        self._seen: tuple[float, Frames] | None = None
        self._goal_image: Picture | None = None
        self._route_images: Picture | None = None

    def frames(self, state: WorldState, ground_z: float) -> Frames:
        """What the camera on the robot sees at ``state``, its wheels standing at height ``ground_z``."""
        if self._seen is None or self._seen[0] != state.time_s:
            if self._stage is None:
                light = self._load_light(self._scene)
                self._stage = Stage(self._scene, self._episode, self._ground_height, light)
            camera = robot_camera(state.robot, ground_z, self._need, self._rules)
            frames = self.renderer.render(self._prepared_scene(), [camera], self._stage.actors(state))
            self._seen = (state.time_s, frames)
        return self._seen[1]

    def goal_image(self) -> Picture:
        """(height, width, 3) view at the goal along the end of the reference route, in the empty scene."""
        if self._goal_image is None:
            *_, heading = point_along(self._episode.route, float(arc_lengths(self._episode.route)[-1]))
            self._goal_image = self._still_pictures([(*self._episode.goal, heading)])[0]
        return self._goal_image

    def route_images(self) -> Picture:
        """(R, height, width, 3) views every ``ROUTE_IMAGE_STEP_M`` along the reference route, in the empty scene."""
        if self._route_images is None:
            stops = np.arange(0.0, float(arc_lengths(self._episode.route)[-1]), ROUTE_IMAGE_STEP_M)
            self._route_images = self._still_pictures([point_along(self._episode.route, stop) for stop in stops])
        return self._route_images

    def _still_pictures(self, poses: Sequence[Pose]) -> Picture:
        cameras = [
            robot_camera(np.array(pose), self._ground_height(*pose[:2]), self._need, self._rules) for pose in poses
        ]
        return self.renderer.render(self._prepared_scene(), cameras).rgb8()

    def _prepared_scene(self) -> Any:
        """The scene in the renderer's form."""
        key = (self._scene.cloud_sha256, self.renderer.name)
        if key not in _prepared:
            while len(_prepared) >= SCENES_KEPT:
                _prepared.pop(next(iter(_prepared)))
            _prepared[key] = self.renderer.prepare(self._load_cloud(self._scene))
        return _prepared[key]
