"""Time of pictures: a street, the largest embedded scene, batches, two threads, and the actors of one episode.

Goals on an idle core: an embedded scene in 15 ms at 160 x 120 and 25 ms at 320 x 240, a batch of 32 at 96 x 72 in 8 ms
a camera. Rows of a group are variants of one thing: read their ratios, the machine may drift. The slowest view stands
beside the median under ``worst_ms``.
"""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np
import pytest

from navbench_gs.catalogue.pedestrians import PEDESTRIANS
from navbench_gs.domain.episode import PedestrianPlacement
from navbench_gs.domain.state import WorldState
from navbench_gs.render.actors import Stage
from navbench_gs.render.camera import Camera
from navbench_gs.render.cpu import CpuRenderer
from navbench_gs.render.select import DETAIL_PX
from navbench_gs.splats.cloud import join_clouds
from navbench_gs.suite.catalog import load_scene, scene_ids
from navbench_gs.suite.clouds import load_cloud, load_light

from ..navbench_gs.render.clouds import camera, street
from ..navbench_gs.render.views import views_along_routes

GAUSSIANS = 200_000
BATCH = 32
VIEWS = 12
PEDESTRIAN_COUNT = 9


@pytest.fixture(scope="module")
def cloud():
    return street(GAUSSIANS)


@pytest.fixture(scope="module")
def largest():
    """The embedded scene of the most Gaussians, and its cloud."""
    scene = max((load_scene(scene_id) for scene_id in scene_ids()), key=lambda scene: scene.gaussians)
    return scene, load_cloud(scene)


def views_of(scene, count: int, width: int, height: int) -> list[Camera]:
    """``count`` of what a robot sees along the routes of a scene."""
    views = views_along_routes(scene, width, height)
    return [views[index * len(views) // count] for index in range(count)]


def time_views(benchmark, renderer, scene, views) -> None:
    """One round draws every view by itself."""

    def seconds(view: Camera) -> float:
        start = time.perf_counter()
        renderer.render(scene, [view], depth=False)
        return time.perf_counter() - start

    benchmark(lambda: [seconds(view) for view in views])
    benchmark.extra_info["frames"] = len(views)
    benchmark.extra_info["worst_ms"] = round(1e3 * max(min(seconds(view) for _ in range(3)) for view in views), 1)


@pytest.mark.parametrize("mode", ["antialiased", "classic"])
@pytest.mark.parametrize("size", [(160, 120), (320, 240), (640, 480)], ids=["160x120", "320x240", "640x480"])
def test_one_frame_of_a_street(benchmark, cloud, size, mode):
    benchmark.group = f"street {size[0]}x{size[1]}"
    renderer = CpuRenderer(antialiased=mode == "antialiased")
    views = [camera(*size, x=3.0 * index, y=1.0 - 0.4 * index, yaw=0.4 * index - 0.8) for index in range(5)]
    time_views(benchmark, renderer, renderer.prepare(cloud), views)


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("size", [(160, 120), (320, 240)], ids=["160x120", "320x240"])
def test_one_frame_of_the_largest_scene(benchmark, largest, size, threads):
    scene, cloud = largest
    benchmark.group = f"embedded {size[0]}x{size[1]}"
    renderer = CpuRenderer(threads)
    time_views(benchmark, renderer, renderer.prepare(cloud), views_of(scene, VIEWS, *size))


@pytest.mark.parametrize(("depth", "expected_depth"), [(False, False), (True, False), (True, True)])
def test_what_depths_cost(benchmark, largest, depth, expected_depth):
    scene, cloud = largest
    benchmark.group = "depths"
    renderer = CpuRenderer()
    prepared, views = renderer.prepare(cloud), views_of(scene, VIEWS, 160, 120)
    benchmark(lambda: renderer.render(prepared, views, depth=depth, expected_depth=expected_depth))
    benchmark.extra_info["frames"] = len(views)


@pytest.mark.parametrize(
    ("threads", "detail_px"),
    [(1, 0.0), (2, 0.0), (1, DETAIL_PX), (2, DETAIL_PX)],
    ids=["1", "2", "1 detail", "2 detail"],
)
def test_a_batch_of_small_pictures(benchmark, largest, threads, detail_px):
    scene, cloud = largest
    benchmark.group = f"batch of {BATCH} at 96x72"
    renderer = CpuRenderer(threads, detail_px=detail_px)
    prepared, views = renderer.prepare(cloud), views_of(scene, BATCH, 96, 72)
    benchmark(lambda: renderer.render(prepared, views, depth=False))
    benchmark.extra_info["frames"] = len(views)


@pytest.mark.parametrize("behind", [0, 1, 4], ids=["nothing", "as many", "four times as many"])
def test_gaussians_outside_the_view(benchmark, cloud, behind):
    benchmark.group = "Gaussians behind the camera"
    away = [replace(cloud, means=cloud.means - np.float32([80.0 * (k + 1), 0, 0])) for k in range(behind)]
    renderer = CpuRenderer()
    scene = renderer.prepare(join_clouds([cloud, *away]))
    benchmark(lambda: renderer.render(scene, [camera(160, 120, x=-4.0)], depth=False))
    benchmark.extra_info["gaussians"] = scene.size


@pytest.mark.parametrize("detail_px", [0.0, DETAIL_PX], ids=["whole", "with levels of detail"])
def test_preparing_a_street(benchmark, cloud, detail_px):
    benchmark.group = "preparing"
    scene = benchmark(CpuRenderer(detail_px=detail_px).prepare, cloud)
    assert scene.size == GAUSSIANS


@pytest.mark.parametrize("lit_by", ["full sun", "place"])
def test_posing_nine_pedestrians(benchmark, yard, lit_by):
    walkers = tuple(
        PedestrianPlacement(
            look=look, start=(0.0, 0.0, 0.0), goals=((1.0, 0.0),), speed_mps=1.0, radius_m=0.28, behaviour="blind"
        )
        for look in list(PEDESTRIANS)[:PEDESTRIAN_COUNT]
    )
    light = load_light(load_scene("crossing_00")) if lit_by == "place" else None
    stage = Stage(yard.scene, yard.episode("ped", pedestrians=walkers), light=light)
    poses = np.stack([np.arange(9.0), np.zeros(9), np.zeros(9)], axis=1)
    state = WorldState(0.0, np.zeros(3), np.zeros(2), poses, np.tile([1.0, 0.0], (9, 1)))
    actors = benchmark(stage.actors, state)
    assert actors is not None and len(actors) > 7000
