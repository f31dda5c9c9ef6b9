"""The eyes of many robots: one batched call of the renderer for each scene that they are in."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from navbench_gs.domain.agent import CameraNeed
from navbench_gs.domain.cloud import GaussianCloud
from navbench_gs.domain.episode import Episode
from navbench_gs.domain.rules import CameraRules
from navbench_gs.domain.scene import Scene
from navbench_gs.domain.source import SceneLight
from navbench_gs.domain.state import WorldState
from navbench_gs.render.actors import GroundHeight, Stage, actors_of
from navbench_gs.render.camera import robot_camera
from navbench_gs.render.cpu import CpuRenderer
from navbench_gs.render.renderer import Renderer
from navbench_gs.render.select import renderer_named

Picture = NDArray[np.uint8]


def renderer_with_threads(name: str, threads: int) -> Renderer:
    """The renderer of that name, which draws on so many threads where it draws on the CPU. Raises as it does."""
    renderer = renderer_named(name)
    if not isinstance(renderer, CpuRenderer):
        return renderer
    rules = renderer.rules
    return CpuRenderer(
        threads, rules.antialiased, rules.max_alpha, rules.min_compensation, rules.max_spread, renderer.detail_px
    )


class ManyEyes:
    """N cameras of one size on N robots, each in an episode of its own."""

    def __init__(
        self,
        robots: int,
        renderer: Renderer,
        need: CameraNeed,
        rules: CameraRules,
        load_cloud: Callable[[Scene], GaussianCloud],
        load_light: Callable[[Scene], SceneLight | None],
    ) -> None:
        self._renderer, self._need, self._rules = renderer, need, rules
        self._load_cloud, self._load_light = load_cloud, load_light
        self._scenes: list[Scene | None] = [None] * robots
        self._stages: list[Stage | None] = [None] * robots
        self._heights: list[GroundHeight | None] = [None] * robots
        self._prepared: dict[str, Any] = {}
        self._lights: dict[str, SceneLight | None] = {}

    def begin(self, robot: int, scene: Scene, episode: Episode, ground_height: GroundHeight) -> None:
        """Robot number ``robot`` starts an episode."""
        actors = bool(episode.obstacles or episode.pedestrians)
        self._scenes[robot], self._heights[robot] = scene, ground_height
        light = self._light(scene) if actors else None
        self._stages[robot] = Stage(scene, episode, ground_height, light) if actors else None

    def pictures(self, states: Sequence[WorldState], open_eyes: Sequence[bool]) -> Picture:
        """(N, height, width, 3) what every robot sees at its state; black where its eyes are not open."""
        pictures = np.zeros((len(states), self._need.height_px, self._need.width_px, 3), np.uint8)
        scenes: dict[str, list[int]] = {}
        for robot, scene in enumerate(self._scenes):
            assert scene is not None
            if open_eyes[robot]:
                scenes.setdefault(scene.cloud_sha256, []).append(robot)
        self._forget(scenes)
        for robots in scenes.values():
            cameras = []
            for robot in robots:
                pose, height = states[robot].robot, self._heights[robot]
                assert height is not None
                cameras.append(robot_camera(pose, height(*pose[:2].tolist()), self._need, self._rules))
            actors = actors_of([self._stages[robot] for robot in robots], [states[robot] for robot in robots])
            first = self._scenes[robots[0]]
            assert first is not None
            frames = self._renderer.render(self._scene(first), cameras, actors, depth=False)
            pictures[robots] = frames.rgb8()
        return pictures

    def _forget(self, in_use: dict[str, list[int]]) -> None:
        for kept in (self._prepared, self._lights):
            for digest in [digest for digest in kept if digest not in in_use]:
                del kept[digest]

    def _scene(self, scene: Scene) -> Any:
        if scene.cloud_sha256 not in self._prepared:
            self._prepared[scene.cloud_sha256] = self._renderer.prepare(self._load_cloud(scene))
        return self._prepared[scene.cloud_sha256]

    def _light(self, scene: Scene) -> SceneLight | None:
        if scene.cloud_sha256 not in self._lights:
            self._lights[scene.cloud_sha256] = self._load_light(scene)
        return self._lights[scene.cloud_sha256]
