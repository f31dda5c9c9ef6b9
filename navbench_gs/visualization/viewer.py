"""Viewer: a scene in the browser, with an episode and a recorded drive if there are any."""

from __future__ import annotations

import math
import threading
import time
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from navbench_gs.domain.agent import CameraNeed
from navbench_gs.domain.episode import Episode
from navbench_gs.domain.perturbation import parsed_perturbations
from navbench_gs.domain.rules import RULES_V0, Rules
from navbench_gs.domain.scene import Scene
from navbench_gs.domain.state import WorldState
from navbench_gs.domain.trajectory import Trajectory
from navbench_gs.errors import MissingPackageError
from navbench_gs.geometry import quaternions_from_frames
from navbench_gs.metrics.collisions import collisions
from navbench_gs.render.camera import robot_camera
from navbench_gs.render.eye import Eye
from navbench_gs.render.perturbations import moved_camera
from navbench_gs.render.select import renderer_named
from navbench_gs.suite.clouds import load_cloud, load_light
from navbench_gs.terrain.terrain import Grid, load_terrain
from navbench_gs.visualization.video import caption, state_at
from navbench_gs.visualization.viewer_layers import ROBOT, SHOWN_FIRST, Layers, add_place, add_problem
from navbench_gs.world.bullet import BulletWorld

LOOPBACK = "127.0.0.1"
PICTURE = CameraNeed(width_px=320, height_px=240)
FRAMES_PER_S = 10
BEHIND_M, ABOVE_M = 4.0, 2.5
"""Where the visitor stands first: behind and above the start."""
ROBOT_COLOUR, CONTACT_COLOUR = (0, 114, 178), (213, 94, 0)
FRUSTUM_M, CONTACT_RADIUS_M, CONTACT_HEIGHT_M = 0.5, 0.12, 0.6


@dataclass(frozen=True, eq=False)
class Exhibit:
    """What is shown: a place, a problem in it, a recorded drive through that."""

    scene: Scene
    episode: Episode | None = None
    trajectory: Trajectory | None = None
    rules: Rules = RULES_V0


class Viewer:
    """Serves one exhibit until :meth:`close`.

    Args:
        exhibit: what to show.
        host: address to serve at; the default is reached from this machine alone.
        port: where, or the next free one.

    Raises:
        MissingPackageError: viser is not installed.
    """

    def __init__(self, exhibit: Exhibit, *, host: str = LOOPBACK, port: int = 8080) -> None:
        self._exhibit, self._rules = exhibit, exhibit.rules
        terrain = load_terrain(exhibit.scene)
        episode = exhibit.episode or _nobody(exhibit.scene, terrain.grid)
        self._cloud = load_cloud(exhibit.scene)
        self._server = _server(host, port)
        self._world = BulletWorld(terrain, exhibit.rules)
        self._world.reset(episode)  # only asked how high the ground lies
        self._layers = Layers(self._server.scene, self._world.ground_height)
        self._drawing, self._closed = threading.Lock(), threading.Event()
        self._tick: int | None = None
        add_place(self._layers, self._cloud, terrain, self._world.ground_height)
        if exhibit.episode is not None:
            first = (exhibit.scene, episode, self._state(0), exhibit.rules, self._world.ground_height)
            self._people = add_problem(self._layers, *first)
            self._add_robot(episode)
        self._add_switches()
        if exhibit.episode is not None:
            self._add_clock()
            self.show(0.0)
        self._place_visitor(episode)

    @property
    def url(self) -> str:
        """Where the page is."""
        return f"http://{self._server.get_host()}:{self._server.get_port()}"

    def wait(self) -> None:
        """Serve until another thread closes the viewer."""
        self._closed.wait()

    def close(self) -> None:
        """Stop serving."""
        with self._drawing:
            self._closed.set()
        self._server.stop()
        self._world.close()

    def show(self, time_s: float) -> None:
        """Put robot and pedestrians where they were and draw what the robot saw; without a drive its start."""
        with self._drawing:
            tick = self._tick_at(time_s)
            if tick == self._tick or self._closed.is_set():
                return
            self._tick, state = tick, self._state(tick)
            for node, (x, y, yaw) in zip(self._people, state.pedestrians, strict=True):
                node.position, node.wxyz = (x, y, self._world.ground_height(x, y)), _turned(yaw)
            self._move_robot(state)
            if self._exhibit.trajectory is not None:
                self._caption.content = caption(self._exhibit.trajectory, tick, self._contacts)

    def _add_robot(self, episode: Episode) -> None:
        """The robot's box, its camera, and of a drive its way and contacts."""
        scene, robot, rules, trajectory = self._server.scene, self._rules.robot, self._rules, self._exhibit.trajectory
        size, look = (robot.length_m, robot.width_m, robot.height_m), {"color": ROBOT_COLOUR, "opacity": 0.8}
        self._robot = self._layers.add(ROBOT, scene.add_box, "/robot", dimensions=size, **look)
        self._variant = parsed_perturbations("" if trajectory is None else trajectory.perturbation)
        self._eye = Eye(
            self._exhibit.scene,
            renderer_named(),
            PICTURE,
            rules.camera,
            lambda scene: self._cloud,
            load_light,
            perturbations=self._variant,
        )
        self._eye.begin(episode, self._world.ground_height)
        aspect = PICTURE.width_px / PICTURE.height_px
        half_height = math.tan(math.radians(rules.camera.horizontal_fov_deg) / 2.0) / aspect
        lens = {"fov": 2.0 * math.atan(half_height), "aspect": aspect, "scale": FRUSTUM_M}
        self._frustum = self._layers.add(ROBOT, scene.add_camera_frustum, "/camera", color=ROBOT_COLOUR, **lens)
        if trajectory is None:
            return
        self._contacts = collisions(trajectory, rules)
        self._layers.add_way(ROBOT, "/driven", trajectory.poses, ROBOT_COLOUR)
        for number, contact in enumerate(self._contacts):
            x, y, _ = trajectory.poses[contact.tick]
            place = (x, y, self._world.ground_height(x, y) + CONTACT_HEIGHT_M)
            ball = {"position": place, "radius": CONTACT_RADIUS_M, "color": CONTACT_COLOUR}
            self._layers.add(ROBOT, scene.add_icosphere, f"/contacts/{number}_{contact.kind}", **ball)

    def _add_switches(self) -> None:
        gui, layers = self._server.gui, self._layers
        gui.configure_theme(show_logo=False, show_share_button=False)
        gui.add_markdown(f"**{self._exhibit.scene.scene_id}** {self._exhibit.scene.title}")
        with gui.add_folder("show"):
            for layer in layers.nodes:
                box = gui.add_checkbox(layer, layer in SHOWN_FIRST)
                box.on_update(lambda _, layer=layer, box=box: layers.set_visible(layer, box.value))
                layers.set_visible(layer, box.value)

    def _add_clock(self) -> None:
        """The robot's picture, and of a drive the time, which plays or is dragged."""
        gui, trajectory = self._server.gui, self._exhibit.trajectory
        self._panel = gui.add_image(np.zeros((PICTURE.height_px, PICTURE.width_px, 3), np.uint8), label="camera")
        if trajectory is None:
            return
        self._caption = gui.add_markdown("")
        self._slider = gui.add_slider("time (s)", 0.0, trajectory.duration_s, 1.0 / FRAMES_PER_S, 0.0)
        self._slider.on_update(lambda _: self.show(self._slider.value))
        self._playing = gui.add_checkbox("play", False)
        threading.Thread(target=self._play, daemon=True).start()

    def _play(self) -> None:
        """Move the slider on while the box is ticked, in real time where drawing keeps up."""
        spent_s = 0.0
        while not self._closed.wait(max(0.0, 1.0 / FRAMES_PER_S - spent_s)):
            began = time.monotonic()
            if self._playing.value:
                ahead = self._slider.value + 1.0 / FRAMES_PER_S
                self._slider.value = 0.0 if ahead > self._slider.max else ahead
                self.show(self._slider.value)
            spent_s = time.monotonic() - began

    def _move_robot(self, state: WorldState) -> None:
        x, y, yaw = (float(value) for value in state.robot)
        ground = self._world.ground_height(x, y)
        self._robot.position = (x, y, ground + self._rules.robot.height_m / 2.0)
        self._robot.wxyz = _turned(yaw)
        camera = moved_camera(robot_camera(state.robot, ground, PICTURE, self._rules.camera), self._variant)
        right, down, ahead = camera.view[:3, :3]
        self._frustum.position = camera.position
        self._frustum.wxyz = quaternions_from_frames(right[None], down[None], ahead[None])[0]
        self._frustum.image = self._panel.image = self._eye.frames(state, ground).rgb8()[0]

    def _tick_at(self, time_s: float) -> int:
        trajectory = self._exhibit.trajectory
        return 0 if trajectory is None else min(round(time_s / trajectory.tick_s), len(trajectory.poses) - 1)

    def _state(self, tick: int) -> WorldState:
        if self._exhibit.trajectory is not None:
            return state_at(self._exhibit.trajectory, tick)
        assert self._exhibit.episode is not None
        return first_state(self._exhibit.episode)

    def _place_visitor(self, episode: Episode) -> None:
        x, y, yaw = episode.start
        ground, visitor = self._world.ground_height(x, y), self._server.initial_camera
        self._server.scene.set_up_direction("+z")
        visitor.up = (0.0, 0.0, 1.0)
        visitor.position = (x - BEHIND_M * math.cos(yaw), y - BEHIND_M * math.sin(yaw), ground + ABOVE_M)
        visitor.look_at = (x + math.cos(yaw), y + math.sin(yaw), ground + 0.5)


def first_state(episode: Episode) -> WorldState:
    """The world as the episode begins."""
    people = np.array([pedestrian.start for pedestrian in episode.pedestrians], dtype=np.float64).reshape(-1, 3)
    return WorldState(0.0, np.array(episode.start, dtype=np.float64), np.zeros(2), people, np.zeros((len(people), 2)))


def _server(host: str, port: int) -> Any:
    try:
        import viser
    except ImportError as error:
        raise MissingPackageError("the viewer needs viser: pip install 'navbench-gs[view]'") from error
    return viser.ViserServer(host=host, port=port, verbose=False)


def _nobody(scene: Scene, grid: Grid) -> Episode:
    """An episode that shows nothing of itself: the robot stands still on the walkable cell nearest the middle."""
    cells, middle = np.argwhere(grid.walkable), np.array(grid.walkable.shape) / 2.0
    nearest = cells[np.argmin(np.sum((cells - middle) ** 2, axis=1))] if len(cells) else middle.astype(np.int64)
    x, y = (float(value) for value in grid.centres(nearest))
    start, goal = (x, y), (x + 1.0, y)
    return Episode(
        scene=scene.scene_id,
        task="empty",
        index=0,
        rules=RULES_V0.version,
        start=(*start, 0.0),
        goal=goal,
        route=(start, goal),
        geodesic_m=1.0,
    )


def _turned(yaw: float) -> NDArray[np.float64]:
    """Quaternion wxyz of a turn about the vertical."""
    return np.array([math.cos(yaw / 2.0), 0.0, 0.0, math.sin(yaw / 2.0)])
