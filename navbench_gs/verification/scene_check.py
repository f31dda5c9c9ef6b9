"""What is wrong with a scene: files, scale, starts and goals, and whether its splats support what a robot sees.

Behind ``navbench scene check`` and ``navbench_gs.testing.check_scene``; the same for procedural and captured scenes.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import PurePath

import numpy as np
from numpy.typing import NDArray

from navbench_gs.catalogue.obstacles import footprint
from navbench_gs.domain.agent import CameraNeed
from navbench_gs.domain.episode import Episode
from navbench_gs.domain.record import file_digest
from navbench_gs.domain.rules import RULES_V0, Rules
from navbench_gs.domain.scene import TERRAIN_FILE, Scene
from navbench_gs.domain.task import TASKS
from navbench_gs.errors import InfeasibleEpisodeError, NavBenchError
from navbench_gs.geometry import arc_lengths, point_along
from navbench_gs.render.camera import Camera, robot_camera
from navbench_gs.render.cpu import CpuRenderer
from navbench_gs.render.support import coverage
from navbench_gs.suite.clouds import load_cloud
from navbench_gs.suite.episodes import load_episodes
from navbench_gs.terrain.distance import DistanceField, occupied_by, room
from navbench_gs.terrain.heights import ground_heights
from navbench_gs.terrain.routes import cost_to_go
from navbench_gs.terrain.slices import cells_in_band
from navbench_gs.terrain.terrain import Grid, Mesh, Terrain, load_terrain

LEAST_SUPPORT = 0.7
"""Mean coverage of the robot's views along the routes below which a capture does not support its camera."""
VIEW_STEP_M = 2.0
VIEWS_MOST = 60
FAR_M = 1000.0
MOST_VERTICES, MOST_INDICES = 131_072, 524_288
"""What Bullet takes in one mesh (``B3_MAX_NUM_VERTICES``, ``B3_MAX_NUM_INDICES``)."""
GRID_STRAY_SHARE = 0.02
"""Share of the cells touched by the structure that may lie off the blocked cells: outlines are rasterised twice."""


def scene_faults(scene: Scene, rules: Rules = RULES_V0) -> tuple[str, ...]:
    """Everything that is wrong with a scene from its folder, one line each; empty if nothing is."""
    faults = [*_file_faults(scene), *_scale_faults(scene)]
    if faults and not _readable(scene):
        return tuple(faults)
    try:
        terrain = load_terrain(scene)
    except NavBenchError as error:
        return tuple(dict.fromkeys([*faults, str(error)]))
    faults.extend(_mesh_faults(terrain))
    episodes: list[Episode] = []
    for task in TASKS:
        found, fault = _episodes_of(scene, task)
        episodes.extend(found)
        faults.extend(fault)
    faults.extend(_episode_faults(terrain, episodes, rules))
    faults.extend(_splat_faults(scene, terrain, episodes, rules))
    return tuple(faults)


def _episodes_of(scene: Scene, task: str) -> tuple[Sequence[Episode], Sequence[str]]:
    """The frozen episodes of a task, or the line that says why there are none."""
    try:
        return load_episodes(scene, task), ()
    except NavBenchError as error:
        return (), (f"{task}: {error}",)


def _readable(scene: Scene) -> bool:
    return (scene.folder / TERRAIN_FILE).exists()


# -------------------------------------------------------------------- files and scale


def _file_faults(scene: Scene) -> Iterator[str]:
    if TERRAIN_FILE not in scene.files:
        yield f"the manifest names no {TERRAIN_FILE}"
    for name, sha256 in scene.files.items():
        path = scene.folder / name
        if PurePath(name).name != name:
            yield f"the manifest names '{name}', which is not a file of its folder"
        elif not path.is_file():
            yield f"{name} is missing"
        elif file_digest(path) != sha256:
            yield f"{name} has another hash than the manifest names"


def _scale_faults(scene: Scene) -> Iterator[str]:
    if scene.provenance == "captured" and scene.capture is None:
        yield "no scale: the manifest does not say how the capture was brought to metres"
    elif scene.capture is not None and scene.capture.scale_from == "unknown":
        yield "no scale: one unit was taken for a metre; import again with --scale, --measure or --camera-height"


# -------------------------------------------------------------------- terrain


def _mesh_faults(terrain: Terrain) -> Iterator[str]:
    for name, mesh in (("ground", terrain.ground), ("structure", terrain.structure)):
        if not np.isfinite(mesh.vertices).all():
            yield f"the {name} mesh has a vertex that is not finite"
        elif len(mesh.faces) and not 0 <= int(mesh.faces.min()) <= int(mesh.faces.max()) < len(mesh.vertices):
            yield f"the {name} mesh has a face that names no vertex"
        elif len(mesh.vertices) > MOST_VERTICES or mesh.faces.size > MOST_INDICES:
            yield f"the {name} mesh has {len(mesh.faces):,} triangles, more than the physics engine takes"
        elif name == "ground" and not len(mesh.faces):
            yield "there is no ground to stand on"
        else:
            continue
        return
    grid = terrain.grid
    if not (grid.walkable & ~grid.blocked).any():
        yield "nothing is walkable"
    touched = _structure_cells(terrain)
    astray = int((touched & ~_widened(grid.blocked) & grid.walkable).sum())
    if astray > GRID_STRAY_SHARE * max(1, int(touched.sum())):
        yield f"the structure stands in {astray} cells that the grid calls walkable"


def _structure_cells(terrain: Terrain) -> NDArray[np.bool_]:
    grid = terrain.grid
    nx, ny = grid.walkable.shape
    return cells_in_band(terrain.structure, (nx, ny), grid.origin, grid.cell_m, _levels(terrain.ground, grid))


def _levels(ground: Mesh, grid: Grid) -> NDArray[np.float64] | float:
    """Height of the ground in each cell (NX, NY); one number where it is flat."""
    if np.ptp(ground.vertices[:, 2]) == 0.0:
        return float(ground.vertices[0, 2])
    cells = np.argwhere(np.ones(grid.walkable.shape, dtype=bool))
    return ground_heights(ground, grid.centres(cells)).reshape(grid.walkable.shape)


def _widened(layer: NDArray[np.bool_]) -> NDArray[np.bool_]:
    from scipy.ndimage import binary_dilation

    wide: NDArray[np.bool_] = binary_dilation(layer, structure=np.ones((3, 3), dtype=bool))
    return wide


# -------------------------------------------------------------------- episodes


def _episode_faults(terrain: Terrain, episodes: Sequence[Episode], rules: Rules) -> Iterator[str]:
    """One line for each kind of fault and task, naming the episodes that have it."""
    grid, radius = terrain.grid, rules.robot.radius_m
    walls = grid.blocked | (_structure_cells(terrain) & ~grid.walkable)
    faulty: dict[tuple[str, str], list[int]] = defaultdict(list)
    gaps = room(~walls, grid.cell_m) if walls.any() else np.full(walls.shape, np.float32(FAR_M))
    around = DistanceField(gaps, grid.origin, grid.cell_m)
    for episode in episodes:
        start, goal = np.array(episode.start[:2]), np.array(episode.goal)
        inside = grid.holds(grid.walkable, np.stack([start, goal]), outside=False)
        discs = [footprint(item) for item in episode.obstacles]
        if around.at(start) < radius:
            faulty[episode.task, "start inside a wall"].append(episode.index)
        elif not inside[0]:
            faulty[episode.task, "start off the walkable area"].append(episode.index)
        elif not inside[1]:
            faulty[episode.task, "goal off the walkable area"].append(episode.index)
        elif not _reaches(grid, start, goal, radius, discs):
            faulty[episode.task, "goal unreachable"].append(episode.index)
    for (task, fault), numbers in faulty.items():
        yield f"{task}: {fault} (episode{'s' * (len(numbers) > 1)} {', '.join(map(str, numbers))})"


def _reaches(
    grid: Grid,
    start: NDArray[np.float64],
    goal: NDArray[np.float64],
    radius: float,
    discs: Sequence[tuple[float, float, float]],
) -> bool:
    """Whether a disc of the robot's radius gets from start to goal between obstacles."""
    try:
        cost = cost_to_go(grid, goal, clearance_m=radius, occupied=occupied_by(grid, discs) if discs else None)
    except InfeasibleEpisodeError:
        return False
    return bool(grid.holds(np.isfinite(cost.values), start, outside=False))


# -------------------------------------------------------------------- splats


def _splat_faults(scene: Scene, terrain: Terrain, episodes: Sequence[Episode], rules: Rules) -> Iterator[str]:
    try:
        cloud = load_cloud(scene)
    except NavBenchError as error:
        yield str(error)
        return
    if len(cloud) != scene.gaussians:
        yield f"there are {len(cloud)} Gaussians, the manifest names {scene.gaussians}"
    cameras = route_cameras(terrain, episodes, rules)
    if not cameras:
        return
    renderer = CpuRenderer()
    prepared = renderer.prepare(cloud)
    shares = [coverage(renderer.render(prepared, [camera]).alpha[0], camera) for camera in cameras]
    if np.mean(shares) < LEAST_SUPPORT:
        yield (
            f"camera support too low: along the routes the splats cover {np.mean(shares):.0%} of the robot's view, "
            f"{min(shares):.0%} at worst, less than {LEAST_SUPPORT:.0%}"
        )


def route_cameras(terrain: Terrain, episodes: Sequence[Episode], rules: Rules) -> list[Camera]:
    """The Rules' camera every ``VIEW_STEP_M`` along the routes of the first task there is, ``VIEWS_MOST`` at most."""
    poses: list[tuple[float, float, float]] = []
    for episode in (episode for episode in episodes if episode.task == episodes[0].task):
        stops = np.arange(0.0, float(arc_lengths(episode.route)[-1]), VIEW_STEP_M)
        poses.extend(point_along(episode.route, float(stop)) for stop in stops)
    chosen = np.array(poses)[:: max(1, -(-len(poses) // VIEWS_MOST))] if poses else np.zeros((0, 3))
    heights = ground_heights(terrain.ground, chosen[:, :2])
    need = CameraNeed()
    return [robot_camera(pose, float(z), need, rules.camera) for pose, z in zip(chosen, heights, strict=True)]
