"""Pictures of a scene: the map with its routes, what a robot sees along one, and a walk around it from above."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from navbench_gs.domain.agent import CameraNeed
from navbench_gs.domain.cloud import GaussianCloud
from navbench_gs.domain.episode import Episode
from navbench_gs.domain.rules import RULES_V0
from navbench_gs.domain.scene import Scene
from navbench_gs.domain.task import TASKS
from navbench_gs.geometry import arc_lengths, point_along
from navbench_gs.render.camera import Camera, look, robot_camera
from navbench_gs.render.cpu import CpuRenderer
from navbench_gs.splats.cloud import FIELDS
from navbench_gs.suite.clouds import load_cloud
from navbench_gs.suite.episodes import load_episodes
from navbench_gs.terrain.heights import ground_heights
from navbench_gs.terrain.terrain import Grid, load_terrain

Picture = NDArray[np.uint8]
Bounds = tuple[float, float, float, float]
VIEWS, VIEWS_ACROSS, VIEW_PX = 12, 4, (320, 240)
MAP_PX = 1000
EAVES_M = 3.0
"""The map is drawn without what is higher: crowns and roofs would hide the ground."""
TURNS, TURN_PX, LOOK_DOWN_RAD = 12, (480, 360), math.radians(28.0)
ROUTE_COLOURS = {"empty": "#0072B2", "obstacle": "#E69F00", "ped": "#009E73", "obstacle_ped": "#A0005A"}


def draw_pictures(scene: Scene, folder: Path) -> None:
    """Write ``map.png`` and ``views.png`` of a scene into a folder that is made if need be."""
    folder.mkdir(parents=True, exist_ok=True)
    cloud, episodes = load_cloud(scene), frozen_episodes(scene)
    draw_map(folder / "map.png", scene, cloud, episodes)
    _save(folder / "views.png", robot_views(scene, cloud, episodes))


def draw_turntable(scene: Scene, folder: Path) -> None:
    """Write ``turntable_00.png`` and on: the scene seen from all round and above."""
    folder.mkdir(parents=True, exist_ok=True)
    cloud = load_cloud(scene)
    renderer = CpuRenderer()
    prepared = renderer.prepare(cloud)
    for number, camera in enumerate(turntable_cameras(scene.bounds)):
        _save(folder / f"turntable_{number:02d}.png", renderer.render(prepared, [camera]).rgb8()[0])


def frozen_episodes(scene: Scene) -> tuple[Episode, ...]:
    """The episodes of every task that has any."""
    tasks = [task for task in TASKS if (scene.folder / "episodes" / f"{task}.json").exists()]
    return tuple(episode for task in tasks for episode in load_episodes(scene, task))


# -------------------------------------------------------------------- map


def draw_map(path: Path, scene: Scene, cloud: GaussianCloud, episodes: Sequence[Episode]) -> None:
    """The place from above beside its walkable grid, both with the routes of all episodes."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    grid = load_terrain(scene).grid
    x0, y0, x1, y1 = scene.bounds
    figure = Figure(figsize=(15.0, 1.4 + 7.0 * (y1 - y0) / (x1 - x0)), dpi=100, layout="constrained")
    FigureCanvasAgg(figure)
    seen, walked = figure.subplots(1, 2, sharex=True, sharey=True)
    low = GaussianCloud(**{name: getattr(cloud, name)[cloud.means[:, 2] < EAVES_M] for name in FIELDS})
    seen.imshow(plan_view(low, scene.bounds), extent=(x0, x1, y0, y1), interpolation="bilinear")
    walked.imshow(_grid_colours(grid).transpose(1, 0, 2), origin="lower", extent=_extent(grid), interpolation="nearest")
    for panel, title in ((seen, "splats below 3 m, from above"), (walked, "walkable (white), structure (grey)")):
        for episode in episodes:
            _draw_route(panel, episode)
        panel.set(title=title, xlim=(x0, x1), ylim=(y0, y1), aspect="equal", xlabel="x [m]", ylabel="y [m]")
    area = grid.walkable.sum() * grid.cell_m**2
    figure.suptitle(f"{scene.scene_id}: {len(cloud):,} Gaussians, {area:.0f} m² walkable, {len(episodes)} episodes")
    figure.legend(handles=_route_legend(episodes), loc="outside lower center", ncols=6, frameon=False)
    figure.savefig(path)


def plan_view(cloud: GaussianCloud, bounds: Bounds, longest_px: int = MAP_PX) -> Picture:
    """(H, W, 3) an aligned cloud from straight above, very nearly without perspective; x right, y up."""
    x0, y0, x1, y1 = bounds
    wide, deep = x1 - x0, y1 - y0
    away = 20.0 * max(wide, deep)
    width, height = (max(8, round(longest_px * span / max(wide, deep))) for span in (wide, deep))
    view = np.array([[1.0, 0, 0, -(x0 + x1) / 2], [0, -1.0, 0, (y0 + y1) / 2], [0, 0, -1.0, away], [0, 0, 0, 1.0]])
    camera = Camera(view, longest_px * away / max(wide, deep), width, height)
    renderer = CpuRenderer()
    picture: Picture = renderer.render(renderer.prepare(cloud), [camera]).rgb8()[0]
    return picture


def _grid_colours(grid: Grid) -> NDArray[np.float64]:
    colours = np.where(grid.walkable[..., None], (1.0, 1.0, 1.0), (0.86, 0.86, 0.86))
    painted: NDArray[np.float64] = np.where(grid.blocked[..., None], (0.4, 0.4, 0.4), colours)
    return painted


def _extent(grid: Grid) -> Bounds:
    nx, ny = grid.walkable.shape
    x, y = grid.origin
    return x, x + nx * grid.cell_m, y, y + ny * grid.cell_m


def _draw_route(panel: object, episode: Episode) -> None:
    colour = ROUTE_COLOURS[episode.task]
    plot = panel.plot  # type: ignore[attr-defined]
    plot(*np.array(episode.route).T, color=colour, linewidth=1.0, alpha=0.8)
    plot(*episode.start[:2], marker="o", markersize=4, color=colour, markeredgecolor="white", linestyle="none")
    plot(*episode.goal, marker="*", markersize=8, color=colour, markeredgecolor="white", linestyle="none")


def _route_legend(episodes: Sequence[Episode]) -> list[object]:
    from matplotlib.lines import Line2D

    tasks = dict.fromkeys(episode.task for episode in episodes)
    marks = [
        Line2D([], [], color="0.3", marker=m, linestyle="none", label=t) for m, t in (("o", "start"), ("*", "goal"))
    ]
    return [*(Line2D([], [], color=ROUTE_COLOURS[task], label=task) for task in tasks), *marks]


# -------------------------------------------------------------------- views


def robot_views(scene: Scene, cloud: GaussianCloud, episodes: Sequence[Episode]) -> Picture:
    """(H, W, 3) sheet of what the Rules' camera sees along the routes of the first episodes."""
    renderer = CpuRenderer()
    prepared = renderer.prepare(cloud)
    shots = [renderer.render(prepared, [camera]).rgb8()[0] for camera in route_cameras(scene, episodes)]
    shots.extend([np.zeros_like(shots[0])] * (-len(shots) % VIEWS_ACROSS))
    rows = [np.concatenate(shots[k : k + VIEWS_ACROSS], axis=1) for k in range(0, len(shots), VIEWS_ACROSS)]
    return np.concatenate(rows, axis=0)


def route_cameras(scene: Scene, episodes: Sequence[Episode]) -> list[Camera]:
    """The Rules' camera at ``VIEWS`` places along the routes of the first task there is."""
    first = [episode for episode in episodes if episode.task == episodes[0].task]
    stops = [(episode, stop) for episode in first for stop in np.arange(0.0, arc_lengths(episode.route)[-1], 2.5)]
    poses = np.array([point_along(episode.route, float(stop)) for episode, stop in _some(stops)])
    heights = ground_heights(load_terrain(scene).ground, poses[:, :2])
    need = CameraNeed(width_px=VIEW_PX[0], height_px=VIEW_PX[1])
    return [robot_camera(pose, float(z), need, RULES_V0.camera) for pose, z in zip(poses, heights, strict=True)]


def _some(stops: list[tuple[Episode, float]]) -> list[tuple[Episode, float]]:
    """At most ``VIEWS`` of them, evenly drawn."""
    return [stops[k] for k in np.unique(np.linspace(0, len(stops) - 1, min(VIEWS, len(stops))).astype(int))]


def turntable_cameras(bounds: Bounds) -> list[Camera]:
    """Cameras all round a place that look down at its middle."""
    x, y = (bounds[0] + bounds[2]) / 2, (bounds[1] + bounds[3]) / 2
    away = 0.75 * math.hypot(bounds[2] - bounds[0], bounds[3] - bounds[1])
    width, height = TURN_PX
    cameras = []
    for yaw in np.linspace(0.0, 2.0 * math.pi, TURNS, endpoint=False):
        back = away * math.cos(LOOK_DOWN_RAD)
        eye = (x - back * math.cos(yaw), y - back * math.sin(yaw), away * math.sin(LOOK_DOWN_RAD))
        cameras.append(Camera(look(eye, float(yaw), -LOOK_DOWN_RAD), float(width), width, height))
    return cameras


def _save(path: Path, picture: Picture) -> None:
    from PIL import Image

    Image.fromarray(picture).save(path)
