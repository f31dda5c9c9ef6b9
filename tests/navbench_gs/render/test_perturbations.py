"""Each perturbation against values worked out by hand, and what holds of all of them."""

from __future__ import annotations

import math

import numpy as np
import pytest

from navbench_gs.domain.perturbation import DIALS, parsed_perturbations
from navbench_gs.domain.scene import Sun
from navbench_gs.render.camera import Camera, look
from navbench_gs.render.perturbations import airlight, blurred, hazy, moved_camera, noisy, perturbed, ray_lengths
from navbench_gs.render.renderer import Frames
from navbench_gs.splats.film import decoded_colour, displayed_colour, encoded_colour

SUN = Sun(direction=(0.0, 0.6, 0.8), irradiance=(1.0, 1.0, 0.9), ambient=(0.3, 0.35, 0.4))
CAMERA = Camera(look((1.0, 2.0, 0.5), 0.3), 40.0, 80, 60)


@pytest.fixture
def frames() -> Frames:
    """A picture of soft shapes at depths of 2 to 30 m, with sky in its first row."""
    rng = np.random.default_rng(3)
    depth = rng.uniform(2.0, 30.0, (1, 60, 80)).astype(np.float32)
    depth[:, 0] = np.inf
    return Frames(
        rgb=rng.uniform(0.2, 0.8, (1, 60, 80, 3)).astype(np.float32),
        depth=depth,
        alpha=np.isfinite(depth).astype(np.float32),
    )


def disturbed(frames: Frames, text: str, *key: str | int) -> Frames:
    return perturbed(frames, CAMERA, parsed_perturbations(text), sun=SUN, key=key or ("yard_00", 0))


@pytest.mark.parametrize("kind", [kind for kind in DIALS if not kind.startswith("camera")])
@pytest.mark.parametrize("share", [0.1, 1.0])
def test_only_the_picture_changes_and_equally_every_time(frames, kind, share):
    before = frames.rgb.copy()
    text = f"{kind}:{share * DIALS[kind].high}"
    first, second = disturbed(frames, text), disturbed(frames, text)
    assert first.rgb.dtype == np.float32 and first.rgb.shape == frames.rgb.shape
    assert ((first.rgb >= 0.0) & (first.rgb <= 1.0)).all()
    assert np.array_equal(first.rgb, second.rgb)
    assert np.abs(first.rgb - before).mean() > 0.005
    assert first.depth is frames.depth and first.alpha is frames.alpha
    assert np.array_equal(frames.rgb, before), "the frames given are left as they were"


def test_no_perturbation_is_no_change(frames):
    assert disturbed(frames, "") is frames
    assert moved_camera(CAMERA, ()) is CAMERA


def test_one_stop_less_halves_the_light(frames):
    # sRGB 0.5 is light 0.2140; half of it, 0.1070, is sRGB 1.055 * 0.1070^(1 / 2.4) - 0.055 = 0.3607
    grey = Frames(np.full_like(frames.rgb, 0.5), frames.depth, frames.alpha)
    assert disturbed(grey, "exposure:-1").rgb == pytest.approx(0.3607, abs=2e-4)
    assert disturbed(grey, "exposure:4").rgb == pytest.approx(1.0)  # sixteen times 0.214: blown out


def test_encoding_and_decoding_undo_each_other():
    shown = np.linspace(0.0, 1.0, 101)
    assert encoded_colour(decoded_colour(shown)) == pytest.approx(shown, abs=1e-7)
    assert decoded_colour(displayed_colour(np.array([1e9]))) == pytest.approx(1.0)


def test_haze_takes_half_the_light_after_ln_two_over_extinction_and_all_of_the_sky():
    light, air = np.full((3, 3), 0.2), np.array([0.6, 0.7, 0.8])
    seen = hazy(light, np.array([0.0, 10.0, np.inf]), math.log(2.0) / 10.0, air)
    assert seen[0] == pytest.approx([0.2, 0.2, 0.2])
    assert seen[1] == pytest.approx([0.4, 0.45, 0.5])
    assert seen[2] == pytest.approx(air)


def test_haze_shines_in_the_light_of_the_scene(frames):
    # 0.25 * (1, 1, 0.9) + 0.7 * (0.3, 0.35, 0.4) through the film
    assert airlight(SUN) == pytest.approx(displayed_colour(np.array([0.46, 0.495, 0.505])))
    dark = SUN.model_copy(update={"irradiance": (0.0, 0.0, 0.0), "ambient": (0.01, 0.01, 0.02)})
    assert airlight(dark).max() < 0.25
    assert disturbed(frames, "haze:1").rgb[0, 0] == pytest.approx(np.tile(airlight(SUN), (80, 1)), abs=1e-5)


def test_rays_are_longer_than_the_depth_towards_the_edge():
    # 45 degrees to the right, 4 m along the axis: 4 * sqrt(2); pixel centres lie at +0.5
    camera = Camera(np.eye(4), 40.5, 82, 2)
    lengths = ray_lengths(np.full((1, 2, 82), 4.0, dtype=np.float32), camera)
    assert lengths[0, 0, 81] == pytest.approx(4.0 * math.sqrt(2.0), rel=1e-3)
    assert lengths[0, 0, 41] == pytest.approx(4.0, rel=1e-3)


def test_a_blurred_point_has_the_asked_for_width_and_loses_no_light():
    light = np.zeros((1, 61, 61, 3))
    light[0, 30, 30] = 1.0
    spread = blurred(light, 2.5)[0, :, :, 0]
    offsets = np.arange(61) - 30.0
    assert spread.sum() == pytest.approx(1.0, abs=1e-6)
    assert (spread.sum(axis=0) * offsets**2).sum() == pytest.approx(2.5**2, rel=0.01)


def test_a_blur_covers_the_same_angle_whatever_the_size_of_the_picture():
    edges = [np.repeat(np.arange(width) >= width // 2, 3).reshape(1, 1, width, 3) for width in (160, 320)]
    small, large = (
        perturbed(
            Frames(step.astype(np.float32), np.ones(step.shape[:3], np.float32), np.ones(step.shape[:3], np.float32)),
            Camera(np.eye(4), width / 2.0, width, 1),
            parsed_perturbations("blur:6"),
            sun=SUN,
            key=("edge",),
        ).rgb[0, 0, :, 0]
        for step, width in zip(edges, (160, 320), strict=True)
    )
    widths = [int(((profile > 0.1) & (profile < 0.9)).sum()) for profile in (small, large)]
    assert widths[0] > 12 and widths[1] == pytest.approx(2 * widths[0], abs=2)


@pytest.mark.parametrize(("level", "share"), [(0.0, 0.5), (0.5, math.sqrt(0.625)), (1.0, 1.0)])
def test_noise_grows_with_the_light_from_half_its_strength_at_black(level, share):
    # the half of the noise that black and white cannot show is cut off: measure the other half about the level
    shown = noisy(np.full((1, 200, 200, 3), level), 10.0, ("grain",))
    other = shown[shown > level] if level < 1.0 else shown[shown < level]
    assert 255.0 * np.sqrt(np.mean((other - level) ** 2)) == pytest.approx(10.0 * share, rel=0.02)


def test_noise_differs_from_moment_to_moment_and_episode_to_episode(frames):
    shown = [disturbed(frames, "noise:10", *key).rgb for key in (("a", 0), ("a", 200), ("b", 0))]
    for one, other in ((0, 1), (0, 2), (1, 2)):
        assert abs(np.corrcoef((shown[one] - frames.rgb).ravel(), (shown[other] - frames.rgb).ravel())[0, 1]) < 0.05


def seen_at(camera: Camera, point: tuple[float, float, float]) -> tuple[float, float, float]:
    """Pixel and depth of a world point."""
    x, y, z = camera.view[:3, :3] @ np.array(point) + camera.view[:3, 3]
    return camera.focal_px * x / z + 40.0, camera.focal_px * y / z + 30.0, z


def test_a_raised_camera_stands_higher_and_looks_the_same_way():
    raised = moved_camera(CAMERA, parsed_perturbations("camera_height:0.4"))
    assert raised.position == pytest.approx(CAMERA.position + np.array([0.0, 0.0, 0.4]))
    assert np.array_equal(raised.view[:3, :3], CAMERA.view[:3, :3])
    assert (raised.focal_px, raised.width_px, raised.height_px) == (40.0, 80, 60)


def test_a_camera_turned_left_has_what_lies_to_its_left_ahead():
    turned = moved_camera(CAMERA, parsed_perturbations("camera_yaw:20"))
    bearing = 0.3 + math.radians(20.0)
    point = (1.0 + 5.0 * math.cos(bearing), 2.0 + 5.0 * math.sin(bearing), 0.5)
    assert seen_at(CAMERA, point)[0] < 30.0
    assert seen_at(turned, point) == pytest.approx((40.0, 30.0, 5.0))
    assert turned.position == pytest.approx(CAMERA.position)
