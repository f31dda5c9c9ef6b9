"""Actors stand and walk where the state says, lit by the scene's sun, with legs that follow the ground covered."""

from __future__ import annotations

import math

import numpy as np
import pytest

from navbench_gs.catalogue.obstacles import OBSTACLES
from navbench_gs.catalogue.pedestrians import cycle_length_m, figure
from navbench_gs.domain.episode import ObstaclePlacement, PedestrianPlacement
from navbench_gs.domain.state import WorldState
from navbench_gs.render.actors import Stage, actors_of, stride_at
from navbench_gs.render.camera import Camera, look
from navbench_gs.render.cpu import CpuRenderer
from navbench_gs.render.lighting import lit_cloud
from navbench_gs.render.shadows import SHADOW_SPOTS
from navbench_gs.splats.surfels import flat_colour, rectangle

LOOK = "office_worker"


def walker(x: float = 0.0, look: str = LOOK) -> PedestrianPlacement:
    return PedestrianPlacement(
        look=look, start=(x, 0.0, 0.0), goals=((5.0, 0.0),), speed_mps=1.0, radius_m=0.28, behaviour="blind"
    )


def state(time_s: float, *poses: tuple[float, float, float], speed: float = 1.0) -> WorldState:
    velocities = [(speed * math.cos(yaw), speed * math.sin(yaw)) for _, _, yaw in poses]
    return WorldState(
        time_s, np.zeros(3), np.zeros(2), np.array(poses).reshape(-1, 3), np.array(velocities).reshape(-1, 2)
    )


@pytest.fixture
def stage(yard):
    return Stage(yard.scene, yard.episode("ped", pedestrians=(walker(),)))


def legs(cloud, x: float) -> np.ndarray:
    """The figure's Gaussians relative to where it stands."""
    return cloud.means[:-SHADOW_SPOTS] - np.array([x, 0, 0], dtype=np.float32)


def test_an_episode_without_actors_has_none(yard):
    assert Stage(yard.scene, yard.episode("empty")).actors(state(0.0)) is None


def test_obstacles_stand_at_their_pose_on_the_ground(yard):
    crate = ObstaclePlacement(kind="crate", pose=(3.0, -2.0, 0.5))
    stage = Stage(yard.scene, yard.episode("obstacle", obstacles=(crate,)), ground_height=lambda x, y: 0.1 * x)
    actors = stage.actors(state(0.0))
    middle = (actors.means.min(axis=0) + actors.means.max(axis=0)) / 2
    np.testing.assert_allclose(middle[:2], [3.0, -2.0], atol=0.05)
    assert actors.means[:, 2].min() == pytest.approx(0.3, abs=0.06)
    assert actors.means[:, 2].max() == pytest.approx(0.3 + OBSTACLES["crate"].height_m, abs=0.06)


def test_a_pedestrian_stands_on_the_ground_where_the_state_says(stage):
    actors = stage.actors(state(0.0, (2.0, 1.0, 0.0), speed=0.0))
    np.testing.assert_allclose(np.median(actors.means[:, :2], axis=0), [2.0, 1.0], atol=0.1)
    assert 0.0 <= actors.means[:, 2].min() < 0.05
    assert actors.means[:, 2].max() == pytest.approx(figure(LOOK).height_m, abs=0.06)


def test_legs_move_with_the_distance_walked(stage):
    first = legs(stage.actors(state(0.0, (0.0, 0.0, 0.0))), 0.0)
    half_cycle = cycle_length_m(figure(LOOK), stride_at(np.array([1.0, 0.0]))) / 2
    halfway = legs(stage.actors(state(0.5, (half_cycle, 0.0, 0.0))), half_cycle)
    whole = legs(stage.actors(state(1.0, (2 * half_cycle, 0.0, 0.0))), 2 * half_cycle)
    assert np.abs(halfway - first).max() > 0.2
    np.testing.assert_allclose(whole, first, atol=1e-5)


def test_a_pedestrian_that_stops_stands_with_its_feet_together(stage):
    stage.actors(state(0.0, (0.0, 0.0, 0.0)))
    stopped = stage.actors(state(0.2, (0.2, 0.0, 0.0), speed=0.0)).means
    later = stage.actors(state(5.0, (0.2, 0.0, 0.0), speed=0.0)).means
    np.testing.assert_array_equal(stopped, later)
    feet = stopped[:-SHADOW_SPOTS][stopped[:-SHADOW_SPOTS, 2] < 0.08]
    assert np.ptp(feet[:, 0]) < 0.45


def test_the_same_states_give_the_same_actors_and_an_older_state_begins_again(yard):
    episode = yard.episode("ped", pedestrians=(walker(), walker(3.0)))
    states = [state(0.2 * k, (0.2 * k, 0.0, 0.1), (3.0, 0.3 * k, 1.5)) for k in range(5)]
    first, second = Stage(yard.scene, episode), Stage(yard.scene, episode)
    shown = [first.actors(moment).means for moment in states]
    again = [first.actors(moment).means for moment in states]
    for left, middle, right in zip(shown, again, (second.actors(moment).means for moment in states), strict=True):
        np.testing.assert_array_equal(left, right)
        np.testing.assert_array_equal(left, middle)


def test_two_pedestrians_of_one_look_are_out_of_step(yard):
    stage = Stage(yard.scene, yard.episode("ped", pedestrians=(walker(), walker())))
    means = stage.actors(state(0.0, (0.0, 0.0, 0.0), (0.0, 0.0, 0.0))).means
    one, other = np.split(means, 2)
    assert np.abs(one - other).max() > 0.1


def test_stride_grows_with_speed_and_is_zero_at_rest():
    speeds = [0.0, 0.02, 0.7, 1.4, 3.0]
    assert [stride_at(np.array([speed, 0.0])) for speed in speeds] == pytest.approx([0.0, 0.0, 0.5, 1.0, 1.0])


def test_a_pedestrian_hides_a_wall_behind_it_and_is_hidden_by_one_before_it(yard):
    renderer = CpuRenderer()
    grey_wall = rectangle(
        np.random.default_rng(0), (0, -3, 0), (0, 6, 0), (0, 0, 3), flat_colour(0.4, 0.4, 0.4), spacing=0.1
    )
    scene = renderer.prepare(lit_cloud(grey_wall, yard.scene.sun))
    view = Camera(look((-4.0, 0.0, 1.2), 0.0), 40.0, 80, 60)  # four metres before the wall
    stage = Stage(yard.scene, yard.episode("ped", pedestrians=(walker(),)))
    alone = renderer.render(scene, [view])
    before = renderer.render(scene, [view], stage.actors(state(0.0, (-2.0, 0.0, 1.57))))
    behind = renderer.render(scene, [view], stage.actors(state(1.0, (2.0, 0.0, 1.57))))
    assert alone.depth[0, 30, 40] == pytest.approx(4.0, abs=0.05)
    assert before.depth[0, 30, 40] == pytest.approx(2.0, abs=0.3)
    assert np.abs(before.rgb[0, 30, 40] - alone.rgb[0, 30, 40]).max() > 0.1
    np.testing.assert_allclose(behind.depth[0, 30, 40], alone.depth[0, 30, 40])
    np.testing.assert_allclose(behind.rgb[0, 30, 40], alone.rgb[0, 30, 40], atol=0.03)


def test_several_episodes_at_once_show_the_bits_that_each_shows_alone(yard):
    class Stripes:
        """Shade in stripes a metre wide."""

        def shares(self, points):
            return (np.floor(points[:, 0]) % 2.0), 0.5 + 0.5 * np.sin(points[:, 1])

    crate = ObstaclePlacement(kind="crate", pose=(3.0, -2.0, 0.5))
    episodes = [
        yard.episode("ped", pedestrians=(walker(), walker(1.0, "tourist"))),
        yard.episode("obstacle", obstacles=(crate,)),
        yard.episode("obstacle_ped", obstacles=(crate,), pedestrians=(walker(2.0, "winter_coat"),)),
    ]
    together, alone = ([Stage(yard.scene, one, light=Stripes()) for one in episodes] for _ in range(2))
    for step in range(4):
        walked = 0.3 * step
        states = [
            state(0.25 * step, (walked, 0.1, 0.2), (1.0, -walked, -1.5)),
            state(0.25 * step),
            state(0.25 * step, (2.0 - walked, 0.0, 3.1), speed=0.02),
        ]
        shown = actors_of([None, *together], [state(0.0), *states])
        assert shown[0] is None
        for cloud, stage, moment in zip(shown[1:], alone, states, strict=True):
            expected = stage.actors(moment)
            for name in ("means", "quats", "scales", "opacities", "sh"):
                np.testing.assert_array_equal(getattr(cloud, name), getattr(expected, name))


def test_episodes_without_pedestrians_need_no_light_for_them(yard):
    crate = ObstaclePlacement(kind="crate", pose=(3.0, -2.0, 0.5))
    (cloud,) = actors_of([Stage(yard.scene, yard.episode("obstacle", obstacles=(crate,)))], [state(0.0)])
    assert len(cloud) > 0
    assert actors_of([None], [state(0.0)]) == [None]
