"""A sheet of all pedestrians and obstacles: near, and as a robot sees them at 10 m.

``python -m navbench_gs.visualization.actor_sheet docs/actors.jpg`` draws the one in the documents.
"""

from __future__ import annotations

import argparse
import math
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from navbench_gs.catalogue.obstacles import OBSTACLES, obstacle_look
from navbench_gs.catalogue.pedestrians import PEDESTRIANS, figure, posed_figure
from navbench_gs.domain.scene import Scene
from navbench_gs.geometry import point_along
from navbench_gs.render.camera import Camera, look
from navbench_gs.render.cpu import CpuRenderer
from navbench_gs.render.lighting import lit_cloud
from navbench_gs.render.renderer import Renderer
from navbench_gs.render.shadows import body_shadow, contact_shadow
from navbench_gs.splats.surfels import Surfels, join_surfels
from navbench_gs.suite.catalog import load_scene
from navbench_gs.suite.clouds import load_cloud, load_light
from navbench_gs.suite.episodes import load_episodes

Picture = NDArray[np.uint8]
EYE_M = 0.5
NEAREST_M, PER_HEIGHT, PER_RADIUS = 2.4, 2.0, 3.9
"""The near view is taken from at least so far, from so many times the height, and of the radius."""
FAR_M = 10.0
NEAR_SHAPE, FAR_SHAPE, FAR_ZOOM = (208, 144), (40, 24), 5
"""Height and width of the near view and of the far one, in pixels of the render; how much the far one is enlarged."""
PEDESTRIAN_RADIUS_M = 0.28
COLUMNS = 6
SCENE = "plaza_00"


def cast() -> Iterator[tuple[str, Surfels, float, float]]:
    """Name, surfels with their shadow, height and radius of every pedestrian, in mid-stride, and every obstacle."""
    for index, name in enumerate(PEDESTRIANS):
        person, phase, yaw = figure(name), 0.9 + 2.4 * index, 2.2 + 0.65 * index
        posed = posed_figure(person, phase, 0.8).moved(0.0, 0.0, 0.0, yaw)
        yield name, join_surfels([posed, contact_shadow(PEDESTRIAN_RADIUS_M)]), person.height_m, PEDESTRIAN_RADIUS_M
    for index, (name, kind) in enumerate(OBSTACLES.items()):
        turned = obstacle_look(name, index).moved(0.0, 0.0, 0.0, 2.3 + 0.9 * index)
        yield name, join_surfels([turned, body_shadow(kind.bodies)]), kind.height_m, kind.radius_m


class Photographer:
    """Draws one actor at a time before one scene, from the start of one of its episodes, along its route.

    Args:
        scene: what stands behind the actors and lights them.
        renderer: draws.
    """

    def __init__(self, scene: Scene, renderer: Renderer) -> None:
        self._sun, self._light = scene.sun, load_light(scene)
        self._renderer, self._prepared = renderer, renderer.prepare(load_cloud(scene))
        self._spot = _open_view(scene)

    def picture(self, actor: Surfels, distance_m: float, width_px: int) -> Picture:
        """(H, W, 3) view of ``actor`` standing ``distance_m`` ahead, at 4:3 and 90 degrees wide."""
        x, y, yaw = self._spot
        camera = Camera(look((x, y, EYE_M), yaw), width_px / 2.0, width_px, width_px * 3 // 4)
        there = actor.moved(x + distance_m * math.cos(yaw), y + distance_m * math.sin(yaw), 0.0, yaw)
        cloud = lit_cloud(there, self._sun, self._light)
        picture: Picture = self._renderer.render(self._prepared, [camera], cloud).rgb8()[0]
        return picture


def _open_view(scene: Scene) -> tuple[float, float, float]:
    """The start of the episode whose route runs straightest at first, looking along it."""
    views = []
    for episode in load_episodes(scene, "empty"):
        x, y, _ = episode.start
        ahead_x, ahead_y, _ = point_along(episode.route, FAR_M)
        views.append((math.hypot(ahead_x - x, ahead_y - y), (x, y, math.atan2(ahead_y - y, ahead_x - x))))
    return max(views)[1]


def tile(photographer: Photographer, actor: Surfels, height_m: float, radius_m: float) -> Picture:
    """One actor near, and beside it enlarged what a robot's 320 x 240 camera shows of it at 10 m."""
    distance = max(NEAREST_M, PER_HEIGHT * height_m, PER_RADIUS * radius_m)
    near = cropped(photographer.picture(actor, distance, 640), distance, height_m, NEAR_SHAPE)
    far = cropped(photographer.picture(actor, FAR_M, 320), FAR_M, height_m, FAR_SHAPE)
    far = far.repeat(FAR_ZOOM, axis=0).repeat(FAR_ZOOM, axis=1)
    rim = np.full((NEAR_SHAPE[0], far.shape[1] + 4, 3), 255, dtype=np.uint8)
    rim[: far.shape[0], 2:-2] = far
    return np.concatenate([near, rim], axis=1)


def cropped(picture: Picture, distance_m: float, height_m: float, shape: tuple[int, int]) -> Picture:
    """The part of ``picture`` of ``shape`` around the middle of an actor of that height."""
    rows, columns = picture.shape[:2]
    middle = rows / 2.0 - columns / 2.0 * (height_m / 2.0 - EYE_M) / distance_m
    top = min(max(round(middle - shape[0] / 2.0), 0), rows - shape[0])
    left = (columns - shape[1]) // 2
    return picture[top : top + shape[0], left : left + shape[1]]


def sheet(photographer: Photographer) -> Image.Image:
    """All actors, row by row, each with its name."""
    tiles, names = [], []
    for name, actor, height, radius in cast():
        tiles.append(tile(photographer, actor, height, radius))
        names.append(name)
    rows, columns = tiles[0].shape[:2]
    image = Image.new("RGB", (COLUMNS * columns, -(-len(tiles) // COLUMNS) * rows), "white")
    pen = ImageDraw.Draw(image)
    for index, (name, picture) in enumerate(zip(names, tiles, strict=True)):
        corner = (index % COLUMNS * columns, index // COLUMNS * rows)
        image.paste(Image.fromarray(picture), corner)
        pen.text(
            (corner[0] + 4, corner[1] + 2), name.replace("_", " "), fill="white", stroke_width=1, stroke_fill="black"
        )
    return image


def main() -> None:
    """Draw the sheet."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("picture", type=Path)
    parser.add_argument("--scene", default=SCENE)
    options = parser.parse_args()
    sheet(Photographer(load_scene(options.scene), CpuRenderer())).save(options.picture, quality=72, optimize=True)


if __name__ == "__main__":
    main()
