"""Places: scenes and episodes of a board as the page's replays draw them, small enough to load on demand."""

from __future__ import annotations

import base64
import io
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from PIL import Image

from navbench_gs.catalogue.body import BoxBody
from navbench_gs.catalogue.obstacles import OBSTACLES
from navbench_gs.domain.episode import Episode, ObstaclePlacement
from navbench_gs.domain.scene import Scene
from navbench_gs.store.shards import Key
from navbench_gs.terrain.terrain import Grid, load_terrain

MARGIN_M = 8.0
"""How far the map reaches beyond the episodes."""
WALKABLE, FORBIDDEN, BLOCKED = 255, 128, 0
"""Greys of the map; the page gives them its own colours."""


@dataclass(frozen=True, eq=False)
class Places:
    """What the suites on this machine know of a board's scenes; may lack some."""

    scenes: Mapping[str, Scene] = field(default_factory=dict)
    episodes: Mapping[Key, Episode] = field(default_factory=dict)


def place_data(scene: Scene, episodes: Iterable[Episode]) -> dict[str, Any]:
    """A scene's map and its episodes, lengths in whole centimetres."""
    episodes = list(episodes)
    points = np.concatenate([np.array([*episode.route, episode.start[:2], episode.goal]) for episode in episodes])
    grid = load_terrain(scene).grid.window(points, MARGIN_M)
    nx, ny = grid.walkable.shape
    return {
        "title": scene.title or scene.scene_id,
        "map": {
            "image": _map_image(grid),
            "x": _cm(grid.origin[0]),
            "y": _cm(grid.origin[1]),
            "width": _cm(nx * grid.cell_m),
            "height": _cm(ny * grid.cell_m),
        },
        "episodes": {f"{episode.task}-{episode.index}": _episode_data(episode) for episode in episodes},
    }


def _map_image(grid: Grid) -> str:
    """A grey picture of the grid, north up, as a ``data:`` address."""
    greys = np.where(grid.blocked, BLOCKED, np.where(grid.walkable, WALKABLE, FORBIDDEN)).astype(np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(greys.T[::-1])).quantize(3).save(buffer, "PNG", optimize=True)
    return f"data:image/png;base64,{base64.b64encode(buffer.getvalue()).decode()}"


def _episode_data(episode: Episode) -> dict[str, Any]:
    return {
        "start": [_cm(value) for value in episode.start[:2]],
        "goal": [_cm(value) for value in episode.goal],
        "route": [_cm(value) for point in episode.route for value in point],
        "obstacles": [shape for placed in episode.obstacles for shape in _footprint(placed)],
        "radii": [_cm(walker.radius_m) for walker in episode.pedestrians],
    }


def _footprint(placed: ObstaclePlacement) -> list[list[int]]:
    """Outlines of an obstacle: (x, y, radius) of a disc, or the corners of a polygon."""
    if placed.kind not in OBSTACLES:
        return []
    x, y, yaw = placed.pose
    cos, sin = math.cos(yaw), math.sin(yaw)
    shapes = []
    for body in OBSTACLES[placed.kind].bodies:
        if isinstance(body, BoxBody):
            (cx, cy, _), (hx, hy, _) = body.centre, body.half
            corners = [(cx + hx, cy + hy), (cx - hx, cy + hy), (cx - hx, cy - hy), (cx + hx, cy - hy)]
        else:
            corners = [(body.centre[0], body.centre[1])]
        shape = [_cm(value) for a, b in corners for value in (x + cos * a - sin * b, y + sin * a + cos * b)]
        shapes.append(shape if isinstance(body, BoxBody) else [*shape, _cm(body.radius_m)])
    return shapes


def _cm(metres: float) -> int:
    return round(100.0 * metres)
