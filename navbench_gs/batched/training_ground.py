"""What robots in training drive on: places and episodes, worked out once and kept as fields."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from navbench_gs.batched.crowd_ground import CrowdGround
from navbench_gs.catalogue.body import Body, BoxBody
from navbench_gs.catalogue.obstacles import obstacle_named
from navbench_gs.domain.episode import Episode, ObstaclePlacement
from navbench_gs.domain.rules import Rules
from navbench_gs.domain.scene import Scene
from navbench_gs.terrain.distance import DistanceField, clearance_field, interpolated_at, room
from navbench_gs.terrain.heights import ground_heights
from navbench_gs.terrain.routes import CostToGo, cost_to_go
from navbench_gs.terrain.slices import cells_in_band
from navbench_gs.terrain.terrain import Grid, Terrain, load_terrain

FINE_M = 0.025
"""Cells of the distance to structure; contacts are off by about half of one."""
UNDERSIDE_M = 0.06
"""Height of the robot's box above the ground: what is lower meets wheels and casters only."""
LOW_M = 0.02
"""Structure lower than this is driven over."""
PLACES_KEPT = 64

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Place:
    """One scene's ground as fields."""

    scene: Scene
    grid: Grid
    solid: DistanceField
    """Distance to structure that the robot's body meets, cells of ``FINE_M``; zero inside the cells of its surface."""
    edge: DistanceField
    """Distance to the edge of the walkable ground, negative beyond it."""
    heights: NDArray[np.float32]
    """(NX, NY) height of the ground at the grid's cell centres, metres."""

    def height(self, x: float, y: float) -> float:
        """Height of the ground at world (x, y), metres."""
        return interpolated_at(self.heights, self.grid.origin, self.grid.cell_m, x, y)


@lru_cache(maxsize=PLACES_KEPT)
def _place(scene_id: str, terrain_sha256: str, scene: _Hashed, robot_height_m: float) -> Place:
    terrain = load_terrain(scene.scene)
    grid = terrain.grid
    cells = np.stack(np.meshgrid(*(np.arange(n) for n in grid.walkable.shape), indexing="ij"), axis=-1)
    heights = ground_heights(terrain.ground, grid.centres(cells).reshape(-1, 2)).reshape(grid.walkable.shape)
    return Place(
        scene=scene.scene,
        grid=grid,
        solid=_solid_field(terrain, heights, robot_height_m),
        edge=clearance_field(grid),
        heights=heights.astype(np.float32),
    )


@dataclass(frozen=True)
class _Hashed:
    """A scene as an argument of a cached function; which one it is, the other arguments say."""

    scene: Scene = field(compare=False)


def place_of(scene: Scene, rules: Rules) -> Place:
    """The ground of a scene; cached."""
    return _place(scene.scene_id, scene.cloud_sha256 + scene.files["terrain.npz"], _Hashed(scene), rules.robot.height_m)


def _solid_field(terrain: Terrain, heights: Floats, robot_height_m: float) -> DistanceField:
    """Distance to the cells that the surface of the structure passes through at the height of the robot's body."""
    grid = terrain.grid
    finer = max(1, round(grid.cell_m / FINE_M))
    shape = (grid.walkable.shape[0] * finer, grid.walkable.shape[1] * finer)
    cell_m = grid.cell_m / finer
    ground = heights if np.ptp(heights) == 0.0 else np.repeat(np.repeat(heights, finer, axis=0), finer, axis=1)
    level: Floats | float = float(heights.flat[0]) if np.ptp(heights) == 0.0 else ground
    solid = cells_in_band(terrain.structure, shape, grid.origin, cell_m, level, (LOW_M, robot_height_m))
    if not solid.any():
        return DistanceField(np.full(shape, 1e3, np.float32), grid.origin, cell_m)
    return DistanceField(room(~solid, cell_m), grid.origin, cell_m)


@dataclass(frozen=True, eq=False)
class TrainingEpisode:
    """One episode with what follows from it."""

    episode: Episode
    place: Place
    cost: DistanceField
    """Geodesic distance to the goal as the judge measures it, finite everywhere."""
    bodies: NDArray[np.float32]
    """(B, 7) what stands there, as boxes with round edges: x, y, yaw, half length, half width, edge radius, metres,
    then the number of the obstacle it is part of."""
    low: NDArray[np.bool_]
    """(B,) bodies that only wheels and casters meet."""
    crowd_grounds: dict[tuple[ObstaclePlacement, ...], CrowdGround]
    """Where its pedestrians walk, for each share of the obstacles that was driven; filled when first needed."""

    def crowd_ground(self) -> CrowdGround:
        """Where its pedestrians walk."""
        obstacles = self.episode.obstacles
        if obstacles not in self.crowd_grounds:
            self.crowd_grounds[obstacles] = CrowdGround(self.place.grid, self.episode)
        return self.crowd_grounds[obstacles]


def training_episode(episode: Episode, place: Place, rules: Rules) -> TrainingEpisode:
    """Work out the fields of an episode.

    Raises:
        InfeasibleEpisodeError: its goal stands in a wall.
    """
    cost: CostToGo = cost_to_go(place.grid, episode.goal, clearance_m=rules.sampling.clearance_m)
    field_ = DistanceField(cost.filled.astype(np.float32), place.grid.origin, place.grid.cell_m)
    return TrainingEpisode(episode, place, field_, *standing_bodies(episode, rules), {})


def standing_bodies(episode: Episode, rules: Rules) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """``bodies`` and ``low`` of an episode (see :class:`TrainingEpisode`)."""
    rows, low = [], []
    for number, obstacle in enumerate(episode.obstacles):
        for body in obstacle_named(obstacle.kind).bodies:
            bottom, top = _span(body)
            if bottom < rules.robot.height_m and top > 0.0:
                rows.append((*_standing(body, obstacle.pose), number))
                low.append(top <= UNDERSIDE_M)
    return np.array(rows, dtype=np.float32).reshape(-1, 7), np.array(low, dtype=bool)


def easier(full: TrainingEpisode, episode: Episode, rules: Rules) -> TrainingEpisode:
    """The same problem with another start, or with less in the way."""
    if episode is full.episode:
        return full
    return TrainingEpisode(episode, full.place, full.cost, *standing_bodies(episode, rules), full.crowd_grounds)


def _span(body: Body) -> tuple[float, float]:
    """Heights between which a body stands."""
    half = body.half[2] if isinstance(body, BoxBody) else body.height_m / 2.0
    return body.centre[2] - half, body.centre[2] + half


def _standing(body: Body, pose: tuple[float, float, float]) -> tuple[float, ...]:
    """A body of an obstacle at ``pose`` as x, y, yaw, half length, half width, edge radius."""
    x, y, yaw = pose
    cos, sin = math.cos(yaw), math.sin(yaw)
    place = (x + cos * body.centre[0] - sin * body.centre[1], y + sin * body.centre[0] + cos * body.centre[1], yaw)
    if isinstance(body, BoxBody):
        return (*place, body.half[0], body.half[1], 0.0)
    return (*place, 0.0, 0.0, body.radius_m)
