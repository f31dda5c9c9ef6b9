"""Author the suite: ``python -m scenes.procedural.author [--scenes a,b] [--contact-sheet OUT.png]``."""

from __future__ import annotations

import argparse
import sys
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import numpy as np

from navbench_gs.domain.scene import Scene, ScenePlan
from navbench_gs.render.camera import Camera, look
from navbench_gs.terrain.terrain import Grid, load_terrain
from scenes.procedural.plans import suite_plans
from scenes.procedural.source import ProceduralSource

SUITE_FOLDER = Path(__file__).parents[1] / "suite"
EYE_M = 0.5


def author_scene(plan: ScenePlan) -> Scene:
    """Author one scene into its suite's folder."""
    return ProceduralSource().author(plan, SUITE_FOLDER / plan.suite / plan.scene_id)


def views(grid: Grid, count: int, seed: int) -> list[tuple[float, float, float]]:
    """Poses (x, y, yaw) at which a robot sees far: the best of many random free poses, for pictures."""
    from scipy.ndimage import distance_transform_edt

    rng = np.random.default_rng(seed)
    free = grid.walkable & ~grid.blocked
    roomy = np.argwhere(distance_transform_edt(free) * grid.cell_m > 0.8)
    reach = np.arange(0.5, 15.0, 0.25)
    poses = []
    for _ in range(count):
        points = grid.centres(roomy[rng.integers(len(roomy), size=40)])
        yaws = rng.uniform(-np.pi, np.pi, size=40)
        ahead = np.stack([np.cos(yaws), np.sin(yaws)], axis=1)
        seen = grid.holds(free, points[:, None] + reach[:, None] * ahead[:, None], outside=False)
        best = int(np.argmax(np.cumprod(seen, axis=1).sum(axis=1) + rng.uniform(0, 12, size=40)))
        poses.append((float(points[best, 0]), float(points[best, 1]), float(yaws[best])))
    return poses


def contact_sheet(scenes: list[Scene], path: Path, *, per_scene: int = 1, columns: int = 7) -> None:
    """Draw robot's-eye views of every scene onto one picture, row by row."""
    from PIL import Image

    from navbench_gs.render.cpu import CpuRenderer

    renderer, strips = CpuRenderer(), []
    for scene in scenes:
        prepared = renderer.prepare(ProceduralSource().cloud(scene))
        poses = views(load_terrain(scene).grid, per_scene, scene.seed)
        cameras = [Camera(look((x, y, EYE_M), yaw), 160.0, 320, 240) for x, y, yaw in poses]
        strips.append(np.concatenate(list(renderer.render(prepared, cameras).rgb8()), axis=1))
    strips.extend([np.full_like(strips[0], 255)] * (-len(strips) % columns))
    rows = [np.concatenate(strips[k : k + columns], axis=1) for k in range(0, len(strips), columns)]
    Image.fromarray(np.concatenate(rows, axis=0)).save(path, quality=80)


def main() -> None:
    """Author the chosen scenes with two processes and tell their sizes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scenes", default="", help="comma-separated scene ids; all of both suites without it")
    parser.add_argument("--contact-sheet", type=Path, help="also draw robot's-eye views of them into this picture")
    options = parser.parse_args()
    wanted = set(filter(None, options.scenes.split(",")))
    plans = [plan for plan in suite_plans() if not wanted or plan.scene_id in wanted]
    if unknown := wanted - {plan.scene_id for plan in plans}:
        parser.error(f"unknown scenes: {', '.join(sorted(unknown))}")
    scenes = []
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        for scene in pool.map(author_scene, plans):
            scenes.append(scene)
            sys.stdout.write(f"{scene.scene_id}: {scene.gaussians} Gaussians, {scene.title}\n")
            sys.stdout.flush()
    if options.contact_sheet:
        contact_sheet(scenes, options.contact_sheet)


if __name__ == "__main__":
    main()
