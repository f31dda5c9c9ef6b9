"""Time of one frame on one core: a street of 200,000 Gaussians, and the actors of one episode.

Goals on an idle core: 12 ms at 160 x 120, 20 ms at 320 x 240, 3 ms for nine pedestrians. One round draws five frames.
"""

from __future__ import annotations

import numpy as np
import pytest

from navbench_gs.catalogue.pedestrians import PEDESTRIANS
from navbench_gs.domain.episode import PedestrianPlacement
from navbench_gs.domain.state import WorldState
from navbench_gs.render.actors import Stage
from navbench_gs.render.cpu import CpuRenderer
from navbench_gs.suite.catalog import load_light, load_scene

from ..navbench_gs.render.clouds import camera, street

GAUSSIANS = 200_000
PEDESTRIAN_COUNT = 9


@pytest.fixture(scope="module")
def cloud():
    return street(GAUSSIANS)


@pytest.mark.parametrize("antialiased", [True, False], ids=["antialiased", "classic"])
@pytest.mark.parametrize("size", [(160, 120), (320, 240)], ids=["160x120", "320x240"])
def test_one_frame_of_a_street(benchmark, cloud, size, antialiased):
    renderer = CpuRenderer(antialiased=antialiased)
    scene = renderer.prepare(cloud)
    views = [camera(*size, x=3.0 * index, y=1.0 - 0.4 * index, yaw=0.4 * index - 0.8) for index in range(5)]
    for view in views:
        renderer.render(scene, [view])
    frames = benchmark(lambda: [renderer.render(scene, [view]) for view in views])
    benchmark.extra_info["frames"] = len(views)
    assert np.mean([frame.alpha.mean() for frame in frames]) > 0.9


def test_preparing_a_street(benchmark, cloud):
    scene = benchmark(CpuRenderer().prepare, cloud)
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
