"""Video: a recording as an mp4, the robot's view with a map of the drive in its corner.

The frames are rendered anew from the recording, so that also agents without a camera, and old runs, can be watched;
what disturbed the camera in the drive disturbs it in the video.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from navbench_gs.catalogue.obstacles import OBSTACLES
from navbench_gs.domain.agent import CameraNeed
from navbench_gs.domain.episode import Episode
from navbench_gs.domain.perturbation import parsed_perturbations
from navbench_gs.domain.rules import Rules
from navbench_gs.domain.scene import Scene
from navbench_gs.domain.state import WorldState
from navbench_gs.domain.trajectory import Trajectory
from navbench_gs.metrics.collisions import Collision, collisions
from navbench_gs.render.actors import Stage
from navbench_gs.render.camera import robot_camera
from navbench_gs.render.perturbations import moved_camera, needs_depth, perturbed
from navbench_gs.render.renderer import Renderer
from navbench_gs.suite.clouds import load_cloud, load_light
from navbench_gs.terrain.terrain import load_terrain
from navbench_gs.world.bullet import BulletWorld

VIEW = CameraNeed(width_px=480, height_px=360)
FRAMES_PER_S = 10
INSET_PX = 132
INSET_MARGIN_PX = 8
CAPTION_PX = 20
MAP_MARGIN_M = 2.0
BLOCKED, FORBIDDEN, WALKABLE = (90, 90, 90), (200, 200, 200), (250, 250, 250)
ROUTE, TRAIL, ROBOT, PEDESTRIAN, OBSTACLE, GOAL = "#7f7f7f", "#0072B2", "#0072B2", "#009E73", "#8C6D31", "#000000"
CONTACT = "#D55E00"
CONTACT_SHOWN_S = 1.0
"""How long the frame is red after a contact began."""

Picture = NDArray[np.uint8]


def film(path: Path, trajectory: Trajectory, episode: Episode, scene: Scene, renderer: Renderer, rules: Rules) -> None:
    """Write the video of a recording to ``path``; it is there whole or not at all."""
    partial = path.with_name(f".{path.stem}.partial.mp4")
    try:
        write_mp4(partial, drawn_frames(trajectory, episode, scene, renderer, rules))
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def drawn_frames(
    trajectory: Trajectory, episode: Episode, scene: Scene, renderer: Renderer, rules: Rules
) -> Iterator[Picture]:
    """Every frame (H, W, 3) of the video, in order."""
    with closing(BulletWorld(load_terrain(scene), rules)) as world:
        world.reset(episode)  # only asked how high the ground lies
        stage = Stage(scene, episode, world.ground_height, load_light(scene))
        prepared = renderer.prepare(load_cloud(scene))
        disturbed = parsed_perturbations(trajectory.perturbation)
        drive_map, contacts = DriveMap(trajectory, episode, scene), collisions(trajectory, rules)
        for tick in range(0, len(trajectory.poses), max(1, round(1.0 / FRAMES_PER_S / trajectory.tick_s))):
            state = state_at(trajectory, tick)
            height = world.ground_height(float(state.robot[0]), float(state.robot[1]))
            camera = moved_camera(robot_camera(state.robot, height, VIEW, rules.camera), disturbed)
            frames = renderer.render(prepared, [camera], stage.actors(state), depth=needs_depth(disturbed))
            frames = perturbed(frames, camera, disturbed, sun=scene.sun, key=(episode.name, "film", tick))
            yield composed(frames.rgb8()[0], drive_map.at(tick), trajectory, tick, contacts)


def composed(
    view: Picture, drive_map: Image.Image, trajectory: Trajectory, tick: int, contacts: Sequence[Collision]
) -> Picture:
    """The robot's view with the map in its corner and a line of text; framed in red just after a contact."""
    picture = Image.fromarray(view)
    width, height = picture.size
    corner = (width - INSET_PX - INSET_MARGIN_PX, INSET_MARGIN_PX)
    picture.paste(drive_map, corner)
    draw = ImageDraw.Draw(picture)
    draw.rectangle((corner[0] - 1, corner[1] - 1, corner[0] + INSET_PX, corner[1] + INSET_PX), outline="white")
    draw.rectangle((0, height - CAPTION_PX, width, height), fill="black")
    draw.text((6, height - CAPTION_PX + 3), caption(trajectory, tick, contacts), fill="white", font=_font())
    draw.text((6, 3), trajectory.perturbation, fill="white", stroke_width=1, stroke_fill="black", font=_font())
    ago_s = [(tick - contact.tick) * trajectory.tick_s for contact in contacts]
    if any(0.0 <= ago < CONTACT_SHOWN_S for ago in ago_s):
        draw.rectangle((0, 0, width - 1, height - 1), outline=CONTACT, width=4)
    return np.asarray(picture)


def caption(trajectory: Trajectory, tick: int, contacts: Sequence[Collision]) -> str:
    """What a viewer wants to know of one moment, as one line."""
    touched = sum(contact.tick <= tick for contact in contacts)
    speed = round(float(trajectory.velocities[tick, 0]), 2) + 0.0  # never "-0.00"
    return (
        f"{trajectory.scene} {trajectory.task} {trajectory.index}   {tick * trajectory.tick_s:4.1f} s   "
        f"{speed:.2f} m/s   {trajectory.remaining_m[tick]:4.1f} m to go   "
        f"{touched} collision{'' if touched == 1 else 's'}"
    )


@lru_cache(maxsize=1)
def _font() -> Any:
    return ImageFont.load_default(size=12)


def state_at(trajectory: Trajectory, tick: int) -> WorldState:
    """The world as it was recorded at one tick."""
    before = max(tick - 1, 0)
    moved = trajectory.pedestrians[tick, :, :2] - trajectory.pedestrians[before, :, :2]
    return WorldState(
        time_s=tick * trajectory.tick_s,
        robot=trajectory.poses[tick],
        robot_velocity=trajectory.velocities[tick],
        pedestrians=trajectory.pedestrians[tick],
        pedestrian_velocities=moved / trajectory.tick_s,
    )


def write_mp4(path: Path, frames: Iterable[Picture]) -> None:
    """Encode frames (H, W, 3) of the size of ``VIEW`` as H.264."""
    import av

    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=FRAMES_PER_S, options={"crf": "23", "threads": "1"})
        stream.width, stream.height, stream.pix_fmt = VIEW.width_px, VIEW.height_px, "yuv420p"
        for picture in frames:
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        container.mux(stream.encode())


@dataclass(frozen=True)
class _Scale:
    """From world metres to pixels of the map."""

    left_m: float
    top_m: float
    px_per_m: float

    def __call__(self, x: float, y: float) -> tuple[float, float]:
        return (x - self.left_m) * self.px_per_m, (self.top_m - y) * self.px_per_m


class DriveMap:
    """A map of one drive from above, north up, drawn tick by tick."""

    def __init__(self, trajectory: Trajectory, episode: Episode, scene: Scene) -> None:
        self._trajectory = trajectory
        points = np.concatenate([trajectory.poses[:, :2], np.array(episode.route)])
        low, high = points.min(axis=0) - MAP_MARGIN_M, points.max(axis=0) + MAP_MARGIN_M
        side = float((high - low).max())
        left, top = (low + high) / 2.0 + np.array([-side, side]) / 2.0
        self._place = _Scale(float(left), float(top), INSET_PX / side)
        self._ground = self._drawn_ground(scene, episode)

    def _drawn_ground(self, scene: Scene, episode: Episode) -> Image.Image:
        grid, place = load_terrain(scene).grid, self._place
        metres = (np.arange(INSET_PX) + 0.5) / place.px_per_m
        x, y = np.meshgrid(place.left_m + metres, place.top_m - metres)
        points = np.stack([x, y], axis=-1)
        colours = np.where(grid.holds(grid.walkable, points, outside=False)[..., None], WALKABLE, FORBIDDEN)
        colours = np.where(grid.holds(grid.blocked, points, outside=False)[..., None], BLOCKED, colours)
        picture = Image.fromarray(colours.astype(np.uint8))
        draw = ImageDraw.Draw(picture)
        draw.line([place(*point) for point in episode.route], fill=ROUTE, width=1)
        draw.regular_polygon((place(*episode.goal), 5), 4, rotation=45, fill=GOAL)
        for obstacle in episode.obstacles:
            radius_px = OBSTACLES[obstacle.kind].radius_m * place.px_per_m
            draw.circle(place(*obstacle.pose[:2]), max(radius_px, 1.5), fill=OBSTACLE)
        return picture

    def at(self, tick: int) -> Image.Image:
        """The map with the robot and the pedestrians where they are at ``tick``, and the way driven so far."""
        picture, place = self._ground.copy(), self._place
        draw = ImageDraw.Draw(picture)
        poses = self._trajectory.poses[: tick + 1]
        draw.line([place(x, y) for x, y, _ in poses[::4]] + [place(*poses[-1, :2])], fill=TRAIL, width=2)
        for x, y, _ in self._trajectory.pedestrians[tick]:
            draw.circle(place(x, y), max(0.28 * place.px_per_m, 2.0), fill=PEDESTRIAN)
        x, y, yaw = poses[-1]
        corners = [(0.5, 0.0), (-0.35, 0.35), (-0.35, -0.35)]
        turned = [
            (x + a * math.cos(yaw) - b * math.sin(yaw), y + a * math.sin(yaw) + b * math.cos(yaw)) for a, b in corners
        ]
        draw.polygon([place(*corner) for corner in turned], fill=ROBOT, outline="white")
        return picture
