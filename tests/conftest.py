"""Fixtures for every test: a cache of its own, and the yard, a tiny scene made from plain code."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from navbench_gs.domain.cloud import GaussianCloud
from navbench_gs.domain.episode import Episode, EpisodeFile, ObstaclePlacement, PedestrianPlacement, Point, Pose
from navbench_gs.domain.record import file_digest
from navbench_gs.domain.scene import TERRAIN_FILE, Scene, Sun
from navbench_gs.domain.task import TASKS
from navbench_gs.geometry import arc_lengths, point_along
from navbench_gs.render.cpu_compile import FOLDER_VARIABLE
from navbench_gs.render.cpu_compile import cache_folder as kernel_folder
from navbench_gs.splats.cloud import cloud_digest, save_cloud
from navbench_gs.terrain.terrain import Grid, Mesh, Terrain, save_terrain

# Compiled kernels outlive a session: their folder is chosen before the tests' own cache is.
os.environ.setdefault(FOLDER_VARIABLE, str(kernel_folder()))

HALF_M = 10.0
CELL_M = 0.1
# centre x, centre y, half x, half y, height
LONG_WALL = (0.0, 0.0, 0.1, 4.0, 2.0)
SHORT_WALL = (5.0, 7.0, 3.0, 0.1, 2.0)
BOX = (5.0, -3.0, 0.5, 0.5, 1.0)
STRUCTURES = (LONG_WALL, SHORT_WALL, BOX)


@dataclass(frozen=True)
class Yard:
    """A flat 20 x 20 m yard around the origin with a wall x in [-0.1, 0.1], y in [-4, 4], a short wall and a box."""

    scene: Scene
    terrain: Terrain
    cloud: GaussianCloud

    def episode(
        self,
        task: str = "empty",
        *,
        index: int = 0,
        start: Pose = (-6.0, -6.0, 0.0),
        goal: Point = (6.0, -6.0),
        route: tuple[Point, ...] | None = None,
        obstacles: tuple[ObstaclePlacement, ...] | None = None,
        pedestrians: tuple[PedestrianPlacement, ...] | None = None,
    ) -> Episode:
        """A straight 12 m drive by default; the route is the straight line unless given.

        Tasks with obstacles get a crate and a bin left of that line, tasks with pedestrians one that walks past it and
        one that crosses it.
        """
        if obstacles is None:
            obstacles = _OBSTACLES if TASKS[task].obstacles else ()
        if pedestrians is None:
            pedestrians = _PEDESTRIANS if TASKS[task].pedestrians else ()
        line = np.array(route if route is not None else (start[:2], goal))
        length = float(arc_lengths(line)[-1])
        stops = np.linspace(0.0, length, max(2, int(np.ceil(length / 0.5)) + 1))
        return Episode(
            scene=self.scene.scene_id,
            task=task,
            index=index,
            rules="v0",
            start=start,
            goal=goal,
            route=tuple(point_along(line, stop)[:2] for stop in stops),
            geodesic_m=length,
            obstacles=obstacles,
            pedestrians=pedestrians,
        )


_OBSTACLES = (
    ObstaclePlacement(kind="crate", pose=(-2.0, -4.6, 0.3), look_seed=1),
    ObstaclePlacement(kind="bin", pose=(2.5, -4.8, 0.0), look_seed=2),
)
_PEDESTRIANS = (
    PedestrianPlacement(
        look="student", start=(7.0, -8.0, 3.14), goals=((-7.0, -8.0), (7.0, -8.0)), speed_mps=1.2, radius_m=0.28,
        behaviour="share",
    ),
    PedestrianPlacement(
        look="student", start=(0.5, -9.0, 1.57), goals=((0.5, -4.5), (0.5, -9.0)), speed_mps=0.8, radius_m=0.28,
        behaviour="yield", wait_s=1.0,
    ),
)  # fmt: skip


def _ground() -> Mesh:
    """Flat at z = 0, in squares of 2 m."""
    ticks = np.arange(-HALF_M, HALF_M + 1e-9, 2.0)
    n = len(ticks)
    x, y = np.meshgrid(ticks, ticks, indexing="ij")
    corner = (np.arange(n - 1)[:, None] * n + np.arange(n - 1)).ravel()
    faces = np.concatenate(
        [np.stack([corner, corner + n, corner + n + 1], 1), np.stack([corner, corner + n + 1, corner + 1], 1)]
    )
    vertices = np.stack([x.ravel(), y.ravel(), np.zeros(n * n)], 1)
    return Mesh(vertices.astype(np.float32), faces.astype(np.int32))


def _structure() -> Mesh:
    """The walls and the box, standing on the ground."""
    unit = np.array([[x, y, z] for z in (0, 1) for x, y in ((-1, -1), (1, -1), (1, 1), (-1, 1))], dtype=np.float64)
    quads = [(3, 2, 1, 0), (4, 5, 6, 7), (0, 1, 5, 4), (1, 2, 6, 5), (2, 3, 7, 6), (3, 0, 4, 7)]
    faces = np.array([tri for a, b, c, d in quads for tri in ((a, b, c), (a, c, d))])
    vertices = [unit * (hx, hy, height) + (x, y, 0.0) for x, y, hx, hy, height in STRUCTURES]
    return Mesh(
        np.concatenate(vertices).astype(np.float32),
        np.concatenate([faces + 8 * i for i in range(len(STRUCTURES))]).astype(np.int32),
    )


def _grid() -> Grid:
    n = round(2 * HALF_M / CELL_M)
    centres = -HALF_M + (np.arange(n) + 0.5) * CELL_M
    x, y = np.meshgrid(centres, centres, indexing="ij")
    blocked = np.zeros((n, n), dtype=bool)
    for cx, cy, hx, hy, _ in STRUCTURES:
        blocked |= (np.abs(x - cx) <= hx) & (np.abs(y - cy) <= hy)
    return Grid(walkable=~blocked, blocked=blocked, origin=(-HALF_M, -HALF_M), cell_m=CELL_M)


def _cloud() -> GaussianCloud:
    """One flat Gaussian per square metre of ground, and rows of them on the walls: enough to see something."""
    ticks = np.arange(-HALF_M + 0.5, HALF_M, 1.0)
    x, y = np.meshgrid(ticks, ticks, indexing="ij")
    ground = np.stack([x.ravel(), y.ravel(), np.zeros(x.size)], 1)
    along, up = np.meshgrid(np.linspace(-1, 1, 9), np.linspace(0.1, 0.9, 3), indexing="ij")
    walls = [
        np.stack([x + hx * along.ravel(), y + hy * along.ravel(), height * up.ravel()], 1)
        for x, y, hx, hy, height in STRUCTURES
    ]
    means = np.concatenate([ground, *walls])
    n = len(means)
    scales = np.full((n, 3), 0.3)
    scales[: len(ground)] = (0.6, 0.6, 0.01)
    sh = np.full((n, 1, 3), -0.5)
    sh[len(ground) :] = (1.0, 0.2, 0.0)
    return GaussianCloud(
        means=means.astype(np.float32),
        quats=np.tile(np.array([1, 0, 0, 0], np.float32), (n, 1)),
        scales=scales.astype(np.float32),
        opacities=np.full(n, 0.95, np.float32),
        sh=sh.astype(np.float32),
    )


def _store_cloud(cloud: GaussianCloud, cache: Path) -> str:
    digest = cloud_digest(cloud)
    (cache / "clouds").mkdir(parents=True, exist_ok=True)
    save_cloud(cache / "clouds" / f"yard_00-{digest[:16]}.npz", cloud)
    return digest


def make_yard(folder: Path, cache: Path) -> Yard:
    """Write the yard's scene folder, and its cloud into the cache where ``load_cloud`` looks for it."""
    folder.mkdir(parents=True)
    terrain, cloud = Terrain(_ground(), _structure(), _grid()), _cloud()
    save_terrain(terrain, folder / TERRAIN_FILE)
    terrain_sha256, cloud_sha256 = file_digest(folder / TERRAIN_FILE), _store_cloud(cloud, cache)
    scene = Scene(
        scene_id="yard_00",
        place="yard",
        suite="test",
        title="Test yard",
        provenance="procedural",
        licence="Apache-2.0",
        source="yard",
        bounds=(-HALF_M, -HALF_M, HALF_M, HALF_M),
        sun=Sun(direction=(0.0, 0.6, 0.8), irradiance=(1.0, 1.0, 0.9), ambient=(0.3, 0.35, 0.4)),
        gaussians=len(cloud),
        cloud_sha256=cloud_sha256,
        files={TERRAIN_FILE: terrain_sha256},
        folder=folder,
    )
    (folder / "scene.json").write_text(scene.model_dump_json(indent=1))
    yard = Yard(scene, terrain, cloud)
    (folder / "episodes").mkdir()
    for task in TASKS:
        episodes = (yard.episode(task), yard.episode(task, index=1, start=(-6.0, -5.5, 0.2), goal=(6.0, -5.5)))
        file = EpisodeFile(
            scene=scene.scene_id, task=task, rules="v0", terrain_sha256=terrain_sha256, episodes=episodes
        )
        (folder / "episodes" / f"{task}.json").write_text(file.model_dump_json(indent=1))
    return yard


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The cache folder that every test of this session uses, also in child processes."""
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(scope="session", autouse=True)
def _own_cache(cache: Path):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NAVBENCH_CACHE", str(cache))
        yield


@pytest.fixture(scope="session")
def yard(tmp_path_factory: pytest.TempPathFactory, cache: Path) -> Yard:
    """A tiny scene on disk, its terrain and episodes for it."""
    return make_yard(tmp_path_factory.mktemp("scenes") / "yard_00", cache)
