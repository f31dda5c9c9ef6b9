"""A moved cloud looks from a moved camera as it did before."""

from __future__ import annotations

import numpy as np
import pytest

from navbench_gs.domain.cloud import GaussianCloud
from navbench_gs.errors import InvalidRecordError
from navbench_gs.render.camera import Camera, look
from navbench_gs.render.cpu import CpuRenderer
from navbench_gs.splats.harmonics import harmonic_rotation, harmonic_values
from navbench_gs.splats.transform import Similarity, transformed

from .clouds import FIELDS, random_cloud

QUARTER_LEFT = np.array([[0.0, -1.0, 0.0], [1.0, 0.0, 0.0], [0.0, 0.0, 1.0]])
"""A quarter turn about z: x to y, y to -x."""


def random_rotation(seed: int) -> np.ndarray:
    matrix = np.linalg.qr(np.random.default_rng(seed).normal(size=(3, 3)))[0]
    return matrix * np.sign(np.linalg.det(matrix))


def similarity(seed: int) -> Similarity:
    rng = np.random.default_rng(seed)
    return Similarity(float(rng.uniform(0.2, 5.0)), random_rotation(seed), rng.normal(size=3) * 4.0)


def assert_same(found: GaussianCloud, expected: GaussianCloud, tolerance: float = 2e-5) -> None:
    sign = np.sign(np.sum(found.quats * expected.quats, axis=1, keepdims=True))
    np.testing.assert_allclose(found.quats * sign, expected.quats, atol=tolerance)
    for name in ("means", "scales", "opacities", "sh"):
        np.testing.assert_allclose(getattr(found, name), getattr(expected, name), rtol=tolerance, atol=tolerance)


def test_a_quarter_turn_worked_out_by_hand():
    sh = np.zeros((1, 16, 3))
    sh[0, 0] = 0.7  # the same from every side
    sh[0, 3] = 1.0  # bright seen along -x: the harmonic is -0.489 x
    sh[0, 2] = 0.3  # along z
    sh[0, 8] = 0.2  # x^2 - y^2
    cloud = GaussianCloud(
        means=np.array([[1.0, 0.0, 2.0]], np.float32),
        quats=np.array([[1.0, 0.0, 0.0, 0.0]], np.float32),
        scales=np.array([[0.1, 0.2, 0.3]], np.float32),
        opacities=np.array([0.5], np.float32),
        sh=sh.astype(np.float32),
    )
    moved = transformed(cloud, Similarity(2.0, QUARTER_LEFT, np.array([0.0, 0.0, 1.0])))
    np.testing.assert_allclose(moved.means, [[0.0, 2.0, 5.0]], atol=1e-7)
    np.testing.assert_allclose(moved.scales, [[0.2, 0.4, 0.6]], rtol=1e-6)
    np.testing.assert_allclose(moved.quats, [[np.sqrt(0.5), 0.0, 0.0, np.sqrt(0.5)]], atol=1e-7)
    expected = np.zeros(16)
    expected[[0, 1, 2, 8]] = 0.7, 1.0, 0.3, -0.2  # -0.489 y in place of -0.489 x; x^2 - y^2 changes its sign
    np.testing.assert_allclose(moved.sh[0, :, 0], expected, atol=1e-6)


@pytest.mark.parametrize("degree", [0, 1, 2, 3])
@pytest.mark.parametrize("seed", range(5))
def test_the_turned_colour_at_a_turned_direction_is_the_colour_before(degree, seed):
    rng, rotation = np.random.default_rng(seed), random_rotation(seed)
    directions = rng.normal(size=(50, 3))
    directions /= np.linalg.norm(directions, axis=1, keepdims=True)
    coefficients = rng.normal(size=(degree + 1) ** 2)
    before = harmonic_values(directions, degree) @ coefficients
    turned = harmonic_values(directions @ rotation.T, degree) @ (harmonic_rotation(rotation, degree) @ coefficients)
    np.testing.assert_allclose(turned, before, atol=1e-12)


def test_the_harmonics_are_orthonormal_over_the_sphere():
    np.testing.assert_allclose(harmonic_rotation(np.eye(3), 3), np.eye(16), atol=1e-12)


@pytest.mark.parametrize("terms", [1, 4, 16])
@pytest.mark.parametrize("seed", range(3))
def test_a_moved_scene_looks_the_same_from_a_moved_camera(terms, seed):
    rng, move = np.random.default_rng(seed), similarity(seed)
    cloud = random_cloud(400, terms, seed=seed)
    cloud.means[:] = rng.uniform([1.0, -4.0, -2.0], [9.0, 4.0, 3.0], (400, 3))
    cloud.scales[:] = rng.uniform(0.02, 0.4, (400, 3))
    view = look((0.0, 0.0, 0.5), 0.1)
    moved_view = np.eye(4)
    moved_view[:3, :3] = view[:3, :3] @ move.rotation.T
    eye = move.applied_to(Camera(view, 1.0, 1, 1).position)
    moved_view[:3, 3] = -moved_view[:3, :3] @ eye
    renderer = CpuRenderer()
    before = picture(renderer, cloud, view)
    after = picture(renderer, transformed(cloud, move), moved_view)
    error = np.sqrt(np.mean((after - before) ** 2))
    assert before.std() > 0.05
    assert error < 1e-3
    if terms > 1:  # the same without turning the harmonics is far off
        naive = GaussianCloud(**{name: getattr(transformed(cloud, move), name) for name in FIELDS[:-1]}, sh=cloud.sh)
        assert np.sqrt(np.mean((picture(renderer, naive, moved_view) - before) ** 2)) > 10 * error


def picture(renderer: CpuRenderer, cloud: GaussianCloud, view: np.ndarray) -> np.ndarray:
    frames = renderer.render(renderer.prepare(cloud), [Camera(view, 60.0, 120, 90)])
    return np.asarray(frames.rgb[0], dtype=np.float64)


@pytest.mark.parametrize("seed", range(3))
def test_one_move_after_another_is_their_composition(seed):
    cloud, first, second = random_cloud(50, 16), similarity(seed), similarity(seed + 10)
    assert_same(transformed(transformed(cloud, first), second), transformed(cloud, first.then(second)), 1e-4)


@pytest.mark.parametrize("seed", range(3))
def test_the_inverse_restores(seed):
    cloud, move = random_cloud(50, 16), similarity(seed)
    assert_same(transformed(transformed(cloud, move), move.inverse()), cloud, 1e-4)
    points = np.random.default_rng(0).normal(size=(4, 3))
    np.testing.assert_allclose(move.inverse().applied_to(move.applied_to(points)), points, atol=1e-12)


def test_staying_put_changes_no_bit():
    cloud = random_cloud(50, 16)
    moved = transformed(cloud, Similarity())
    for name in FIELDS:
        np.testing.assert_array_equal(getattr(moved, name), getattr(cloud, name))


@pytest.mark.parametrize(
    "numbers, message",
    [
        ({"scale": 0.0}, "is positive"),
        ({"scale": float("nan")}, "finite scale"),
        ({"rotation": np.diag([1.0, 1.0, -1.0])}, "no mirror"),
        ({"rotation": 2 * np.eye(3)}, "orthonormal"),
        ({"rotation": np.eye(2)}, "3 x 3 rotation"),
        ({"translation": np.zeros(2)}, "shift of three"),
    ],
)
def test_what_is_no_similarity_is_refused(numbers, message):
    with pytest.raises(InvalidRecordError, match=message):
        Similarity(**numbers)
