"""The CPU renderer draws the picture of the reference, whatever the shapes, threads and order of cameras."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest
import torch

from navbench_gs.domain.cloud import GaussianCloud
from navbench_gs.errors import DamagedFileError
from navbench_gs.render.camera import Camera, look
from navbench_gs.render.cpu import CpuRenderer
from navbench_gs.render.picture import PictureRules
from navbench_gs.splats.cloud import join_clouds
from navbench_gs.splats.formats import read_splats
from navbench_gs.splats.harmonics import constant_harmonics
from navbench_gs.suite.catalog import load_scene, scene_ids
from navbench_gs.suite.sources import scene_source

from . import reference
from .clouds import camera, cloud_around, clouds_of_every_shape, street

RED, GREEN, BLUE = (1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0)
SHAPES = clouds_of_every_shape()
TRUCK = Path(__file__).parents[4] / "shared" / "data" / "splats" / "truck.splat"
PSNR_DB = 80.0
"""The goal is 45; single precision and the approximate exponential leave above 90."""


@pytest.fixture(autouse=True)
def one_thread():
    torch.set_num_threads(1)


def psnr(left: np.ndarray, right: np.ndarray) -> float:
    return float(-10 * np.log10(max(np.mean((np.asarray(left, dtype=np.float64) - right) ** 2), 1e-30)))


def wall(x: float, colour=RED, opacity: float = 1.0) -> GaussianCloud:
    """An opaque square facing the camera at ``x`` metres ahead, 2 m wide."""
    y, z = (values.ravel() for values in np.meshgrid(np.linspace(-1, 1, 41), np.linspace(-0.5, 1.5, 41)))
    count = len(y)
    return GaussianCloud(
        means=np.stack([np.full(count, x), y, z], axis=1).astype(np.float32),
        quats=np.tile(np.array([1.0, 0.0, 0.0, 0.0], dtype=np.float32), (count, 1)),
        scales=np.tile(np.array([0.002, 0.05, 0.05], dtype=np.float32), (count, 1)),
        opacities=np.full(count, opacity, dtype=np.float32),
        sh=constant_harmonics(np.tile(colour, (count, 1))),
    )


def single(opacity: float = 0.8, x: float = 2.0, sigma: float = 0.2, colour=RED) -> GaussianCloud:
    """One ball straight ahead of the camera."""
    return GaussianCloud(
        means=np.array([[x, 0.0, 0.5]], dtype=np.float32),
        quats=np.array([[1.0, 0.0, 0.0, 0.0]], dtype=np.float32),
        scales=np.full((1, 3), sigma, dtype=np.float32),
        opacities=np.full(1, opacity, dtype=np.float32),
        sh=constant_harmonics([colour]),
    )


@cache
def generated_cloud() -> GaussianCloud:
    """The splats of the first scene of the dev suite."""
    scene = load_scene(scene_ids("dev")[0])
    return scene_source(scene.source).cloud(scene)


def drawn(cloud: GaussianCloud, *, actors: GaussianCloud | None = None, renderer: CpuRenderer | None = None, view=None):
    renderer = renderer or CpuRenderer()
    return renderer.render(renderer.prepare(cloud), [view or camera()], actors, expected_depth=True)


def assert_same_picture(cloud: GaussianCloud, view, antialiased: bool) -> None:
    rules = PictureRules(antialiased)
    frames = drawn(cloud, renderer=CpuRenderer(antialiased=antialiased), view=view)
    picture = reference.draw(cloud, view, rules)
    assert psnr(frames.rgb[0], picture.rgb.numpy()) >= PSNR_DB
    assert psnr(frames.alpha[0], picture.alpha.numpy()) >= PSNR_DB
    depth, expected = frames.depth[0], picture.depth.numpy()
    same = np.isclose(depth, expected, rtol=1e-3) | (np.isinf(depth) & np.isinf(expected))
    assert same.mean() >= 0.995
    shown = picture.alpha.numpy() > 0.01
    np.testing.assert_allclose(frames.expected_depth[0][shown], picture.expected_depth.numpy()[shown], rtol=2e-3)


@pytest.mark.parametrize("antialiased", [True, False], ids=["antialiased", "classic"])
@pytest.mark.parametrize("shape", SHAPES)
def test_gaussians_of_every_shape_look_like_the_reference(shape, antialiased):
    assert_same_picture(SHAPES[shape], camera(), antialiased)


@pytest.mark.parametrize("antialiased", [True, False], ids=["antialiased", "classic"])
@pytest.mark.parametrize("yaw", [0.0, 1.3])
def test_a_street_looks_like_the_reference(yaw, antialiased):
    assert_same_picture(street(6000), camera(x=3.0, y=1.0, yaw=yaw), antialiased)


@pytest.mark.parametrize(
    "antialiased", [pytest.param(True, id="antialiased"), pytest.param(False, id="classic", marks=pytest.mark.slow)]
)
def test_a_generated_scene_looks_like_the_reference(antialiased):
    assert_same_picture(generated_cloud(), camera(), antialiased)


@pytest.mark.skipif(not TRUCK.exists(), reason="the captured truck is not at hand")
@pytest.mark.parametrize("yaw", [0.0, 1.6, 3.1])
def test_a_captured_scene_looks_like_the_reference(yaw):
    cloud = read_splats(TRUCK)
    middle = np.median(cloud.means, axis=0)
    view = Camera(look(tuple(middle - 3.0 * np.array([np.cos(yaw), np.sin(yaw), 0.0])), yaw), 40.0, 80, 60)
    assert_same_picture(cloud, view, antialiased=True)


@pytest.mark.parametrize("size", [(8, 8), (83, 61), (160, 120)])
def test_pictures_need_not_be_whole_tiles(size):
    cloud = cloud_around(np.random.default_rng(1), 200, sigma=(0.2, 0.1, 0.02))
    assert_same_picture(cloud, camera(*size), antialiased=True)


def test_alpha_of_one_splat_is_its_opacity_at_its_centre():
    # An odd size puts a pixel centre on the optical axis; classic mode leaves the opacity alone.
    frames = drawn(single(opacity=0.6), renderer=CpuRenderer(antialiased=False), view=camera(81, 61))
    assert frames.alpha[0, 30, 40] == pytest.approx(0.6, abs=1e-5)
    np.testing.assert_allclose(frames.rgb[0, 30, 40], [0.6, 0.0, 0.0], atol=1e-5)
    # sigma 0.2 m at 2 m and 40.5 px focal length: variance (0.2 * 40.5 / 2)^2 + 0.3 px^2, here 5 px aside
    variance = (0.2 * 40.5 / 2.0) ** 2 + 0.3
    assert frames.alpha[0, 30, 45] == pytest.approx(0.6 * np.exp(-0.5 * 25.0 / variance), abs=1e-3)


def test_no_splat_covers_more_than_the_largest_alpha():
    frames = drawn(single(opacity=1.0, sigma=5.0), renderer=CpuRenderer(max_alpha=0.75))
    assert frames.alpha.max() == pytest.approx(0.75)


def test_median_depth_is_that_of_the_splat_at_which_half_the_light_is_gone():
    view = camera(81, 61)
    renderer = CpuRenderer(antialiased=False)
    front, back = single(opacity=0.3, x=1.0), single(opacity=0.9, x=3.0)
    scene = renderer.prepare(front)
    assert drawn(front, renderer=renderer, view=view).depth[0, 30, 40] == np.inf
    assert renderer.render(scene, [view], back).depth[0, 30, 40] == pytest.approx(3.0)
    near_half = single(opacity=0.51, x=1.0)
    assert drawn(near_half, renderer=renderer, view=view).depth[0, 30, 40] == pytest.approx(1.0)


def test_an_actor_before_a_wall_hides_it_and_one_behind_is_hidden():
    view = camera()
    middle = (30, 40)
    before = drawn(wall(3.0, RED), actors=wall(2.0, GREEN), view=view)
    behind = drawn(wall(3.0, RED), actors=wall(4.0, GREEN), view=view)
    assert before.rgb8()[0][middle].tolist() == pytest.approx([0, 255, 0], abs=2)
    assert before.depth[0][middle] == pytest.approx(2.0, abs=1e-3)
    assert behind.rgb8()[0][middle].tolist() == pytest.approx([255, 0, 0], abs=2)
    assert behind.depth[0][middle] == pytest.approx(3.0, abs=1e-3)


def test_of_splats_at_one_depth_the_scene_comes_before_actors_and_the_first_before_the_second():
    renderer = CpuRenderer()
    ahead = drawn(wall(2.0, RED, 0.9), actors=wall(2.0, GREEN, 0.9), renderer=renderer)
    assert ahead.rgb[0, 30, 40, 0] > 0.8
    both = [wall(2.0, RED, 0.9), wall(2.0, BLUE, 0.9)]
    for first, second, channel in ((*both, 0), (*reversed(both), 2)):
        picture = drawn(first, actors=second, renderer=renderer)
        assert picture.rgb[0, 30, 40, channel] > 0.8
    # thousands of equal depths inside one cloud: the order of the cloud decides, not that of the chunks
    cloud = wall(2.0, RED, 0.7)
    shuffled = np.random.default_rng(0).permutation(len(cloud))
    for order in (np.arange(len(cloud)), shuffled):
        mixed = replace(cloud, means=cloud.means[order], sh=np.where(order[:, None, None] % 2, 1, -1) * cloud.sh)
        assert_same_picture(mixed, camera(), antialiased=True)


def test_actors_are_drawn_as_if_they_were_part_of_the_scene():
    scene, actors = SHAPES["balls"], SHAPES["discs"]
    apart, together = drawn(scene, actors=actors), drawn(join_clouds([scene, actors]))
    np.testing.assert_array_equal(apart.rgb, together.rgb)
    np.testing.assert_array_equal(apart.depth, together.depth)


def bits(frames, index: int = 0) -> tuple[bytes, ...]:
    pictures = frames.rgb, frames.alpha, frames.median_depths, frames.expected_depths
    return tuple(picture[index].tobytes() for picture in pictures)


@pytest.mark.parametrize("size", [(80, 60), (83, 61)])
def test_threads_and_the_order_of_cameras_do_not_change_a_bit(size):
    cloud = street(30_000)
    actors = cloud_around(np.random.default_rng(3), 300, sigma=(0.1, 0.1, 0.02))
    views = [camera(*size, x=float(i), yaw=0.7 * i) for i in range(5)]
    serial = CpuRenderer()
    scene = serial.prepare(cloud)
    alone = [bits(serial.render(scene, [view], actors, expected_depth=True)) for view in views]
    for threads in (1, 2, 3, 7):
        renderer = CpuRenderer(threads)
        backwards = renderer.render(scene, views[::-1], actors, expected_depth=True)
        assert [bits(backwards, 4 - index) for index in range(5)] == alone
        assert [bits(renderer.render(scene, [view], actors, expected_depth=True)) for view in views] == alone


def test_a_frame_is_the_same_after_any_other_frame():
    small, large = SHAPES["balls"], street(30_000)
    renderer = CpuRenderer()
    scenes = renderer.prepare(small), renderer.prepare(large)
    fresh = [bits(CpuRenderer().render(scene, [camera()])) for scene in scenes]
    for number in (1, 0, 1, 1, 0):
        renderer.render(scenes[1 - number], [camera(160, 120, yaw=2.0)])
        assert bits(renderer.render(scenes[number], [camera()])) == fresh[number]


@pytest.mark.parametrize(("depth", "expected_depth"), [(False, False), (False, True), (True, False)])
def test_a_picture_is_the_same_whichever_depths_are_drawn(depth, expected_depth):
    renderer = CpuRenderer()
    scene = renderer.prepare(street(3000))
    both = renderer.render(scene, [camera()], expected_depth=True)
    some = renderer.render(scene, [camera()], depth=depth, expected_depth=expected_depth)
    assert (some.rgb.tobytes(), some.alpha.tobytes()) == (both.rgb.tobytes(), both.alpha.tobytes())
    for name, wanted in (("depth", depth), ("expected_depth", expected_depth)):
        if wanted:
            assert getattr(some, name).tobytes() == getattr(both, name).tobytes()
        else:
            with pytest.raises(ValueError, match=f"these frames have no {name}; draw them with {name}=True"):
                getattr(some, name)


def test_each_camera_may_have_actors_of_its_own():
    renderer = CpuRenderer(threads=2)
    scene, actors = renderer.prepare(wall(3.0, RED)), [wall(2.0, GREEN), None, wall(1.0, BLUE)]
    frames = renderer.render(scene, [camera()] * 3, actors)
    assert [frames.rgb8()[index, 30, 40].argmax() for index in range(3)] == [1, 0, 2]
    for index, own in enumerate(actors):
        assert bits(frames, index) == bits(renderer.render(scene, [camera()], own))
    with pytest.raises(ValueError, match="actors for 3 cameras, but 2 cameras"):
        renderer.render(scene, [camera()] * 2, actors)


def test_what_spreads_too_wide_is_left_out():
    wide = single(opacity=0.9, sigma=0.5)
    view = camera(160, 120)
    for limit, shown in ((0.124, False), (0.126, True)):  # 80 px / 2 m * 0.5 m = 20 px of 160, and the blur's 0.3 px^2
        frames = drawn(wide, renderer=CpuRenderer(antialiased=False, max_spread=limit), view=view)
        assert frames.alpha.any() == shown
    cloud, rules = SHAPES["all together"], PictureRules(max_spread=0.06)
    expected = reference.draw(cloud, camera(), rules).rgb.numpy()
    assert psnr(drawn(cloud, renderer=CpuRenderer(max_spread=0.06)).rgb[0], expected) >= PSNR_DB


def test_culled_chunks_hold_nothing_that_can_be_seen():
    # Chunks of neighbours all around: each view draws the same picture from the whole cloud as from its visible part.
    rng = np.random.default_rng(5)
    cloud = cloud_around(rng, 6000, sigma=(0.3, 0.1, 0.05), ahead=(-8.0, 8.0))
    for yaw in (0.0, 2.0, 4.0):
        assert_same_picture(cloud, camera(40, 30, yaw=yaw), antialiased=True)


def test_an_empty_scene_is_black_and_infinitely_far():
    cloud = single(opacity=0.001)
    frames = drawn(cloud)
    assert not frames.rgb.any() and not frames.alpha.any()
    assert np.isinf(frames.depth).all()


def test_cameras_of_one_call_must_share_a_size():
    renderer = CpuRenderer()
    scene = renderer.prepare(single())
    with pytest.raises(ValueError, match=r"share one size, got \[\(80, 60\), \(160, 120\)\]"):
        renderer.render(scene, [camera(), camera(160, 120)])
    with pytest.raises(ValueError, match="no camera"):
        renderer.render(scene, [])
    with pytest.raises(ValueError, match=r"2040 px wide and high, got 2048 x 8"):
        renderer.render(scene, [camera(2048, 8)])


def test_a_cloud_with_nan_is_refused():
    cloud = single()
    cloud.means[0, 2] = np.nan
    with pytest.raises(DamagedFileError, match="means of Gaussian 0 is not finite"):
        CpuRenderer().prepare(cloud)


def test_the_name_tells_the_mode():
    assert CpuRenderer().name == "cpu/antialiased"
    assert CpuRenderer(antialiased=False).name == "cpu/classic"
    assert CpuRenderer(max_spread=0.25, detail_px=0.5).name == "cpu/antialiased/spread-0.25/detail-0.5px"
