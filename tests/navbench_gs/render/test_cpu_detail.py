"""Merged Gaussians have the moments of those they stand for, and a picture of them is close to the whole one."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from navbench_gs.domain.cloud import GaussianCloud
from navbench_gs.render.cpu import CpuRenderer
from navbench_gs.render.cpu_detail import merge_neighbours
from navbench_gs.render.cpu_ellipsoids import ellipsoids_of
from navbench_gs.render.cpu_scene import MATT_BELOW, scene_chunks, view_dependence
from navbench_gs.render.select import DETAIL_PX
from navbench_gs.splats.harmonics import CONSTANT_TERM
from navbench_gs.suite.catalog import load_scene, scene_ids
from navbench_gs.suite.clouds import load_cloud

from . import reference
from .clouds import camera, cloud_around, clouds_of_every_shape, street
from .views import views_along_routes


def discs(x: list[float], opacity: float) -> GaussianCloud:
    """Discs of 1 m that face z, in a row along x."""
    count = len(x)
    return GaussianCloud(
        means=np.stack([x, np.zeros(count), np.zeros(count)], axis=1).astype(np.float32),
        quats=np.tile(np.array([1, 0, 0, 0], dtype=np.float32), (count, 1)),
        scales=np.tile(np.array([1.0, 1.0, 0.01], dtype=np.float32), (count, 1)),
        opacities=np.full(count, opacity, dtype=np.float32),
        sh=np.arange(3 * count, dtype=np.float32).reshape(count, 1, 3),
    )


def merged(cloud: GaussianCloud):
    return merge_neighbours(ellipsoids_of(cloud, np.arange(len(cloud), dtype=np.int32)))[0]


def test_four_equal_discs_become_one_of_the_same_moments():
    one = merged(discs([-3.0, -1.0, 1.0, 3.0], 0.4))
    axes = one.axes.reshape(3, 3)
    np.testing.assert_allclose(one.means, [[0, 0, 0]], atol=1e-6)
    # variance along x: 1 of each disc and (9 + 1 + 1 + 9) / 4 of their places
    np.testing.assert_allclose(axes @ axes.T, np.diag([6.0, 1.0, 1e-4]), atol=1e-5)
    assert one.sizes[0] == pytest.approx(np.sqrt(6.0))
    assert one.opacities[0] == pytest.approx(4 * 0.4 / np.sqrt(6.0))  # opacity times area is kept
    np.testing.assert_allclose(one.sh[0, 0], [4.5, 5.5, 6.5], rtol=1e-6)


def test_a_rest_of_fewer_than_four_and_coincident_ones_are_merged_too():
    five = merged(discs([0.0, 0.0, 0.0, 0.0, 7.0], 0.2))
    np.testing.assert_allclose(five.means[:, 0], [0.0, 7.0], atol=1e-6)
    np.testing.assert_allclose(five.opacities, [0.8, 0.2], rtol=1e-5)
    np.testing.assert_allclose(five.sizes, [1.0, 1.0], rtol=1e-5)
    assert merged(discs([0.0] * 4, 0.9)).opacities[0] <= 1.0


def test_largest_axes_are_those_of_the_matrix():
    cloud = cloud_around(np.random.default_rng(0), 400, sigma=(0.5, 0.1, 0.01))
    coarse = merged(cloud)
    covariances = coarse.axes.reshape(-1, 3, 3) @ coarse.axes.reshape(-1, 3, 3).transpose(0, 2, 1)
    np.testing.assert_allclose(coarse.sizes, np.sqrt(np.linalg.eigvalsh(covariances)[:, 2]), rtol=1e-4)


@pytest.mark.parametrize("degree", [0, 1, 3])
def test_the_forest_stands_for_every_gaussian_once(degree):
    cloud = street(20_000, degree=degree)
    flat, chunks = scene_chunks(cloud), scene_chunks(cloud, levels=3)
    leaves, queue = [], list(chunks.roots)
    while queue:
        chunk = queue.pop()
        if chunks.children[chunk] == 0:
            leaves.append(chunk)
        first = chunks.first_child[chunk]
        queue += range(first, first + chunks.children[chunk])
    assert sorted(leaves) == np.flatnonzero(chunks.children == 0).tolist()
    assert len(leaves) == len(flat.terms) and len(chunks.roots) < len(leaves) / 8
    inside = [set(chunks.source[128 * leaf : 128 * leaf + 128].tolist()) for leaf in leaves]
    assert set.union(*inside) >= set(np.flatnonzero(cloud.opacities >= 1 / 255).tolist())


def decibels(one: np.ndarray, other: np.ndarray) -> float:
    return float(-10 * np.log10(max(np.mean((one.astype(np.float64) - other) ** 2), 1e-30)))


def worst_of(scene_id: str, width: int, height: int) -> float:
    """The least PSNR of merged pictures along the routes of a scene."""
    scene = load_scene(scene_id)
    cloud, views = load_cloud(scene), views_along_routes(scene, width, height)
    whole, detail = CpuRenderer(), CpuRenderer(detail_px=DETAIL_PX)
    exact, close = (drawer.render(drawer.prepare(cloud), views, depth=False) for drawer in (whole, detail))
    return min(decibels(one, other) for one, other in zip(exact.rgb, close.rgb, strict=True))


@pytest.mark.parametrize("scene_id", ["crossing_00", "sidewalk_51"])
def test_merged_pictures_along_the_routes_of_a_scene_are_within_40_db(scene_id):
    assert 40.0 <= worst_of(scene_id, 96, 72) < 100.0  # 100: then nothing was merged


@pytest.mark.slow
@pytest.mark.parametrize("size", [(96, 72), (160, 120)], ids=["96x72", "160x120"])
@pytest.mark.parametrize("scene_id", scene_ids("embedded") + scene_ids("dev"))
def test_merged_pictures_of_every_scene_are_within_40_db(scene_id, size):
    assert worst_of(scene_id, *size) >= 40.0


def test_what_a_coarse_chunk_stands_for_lies_in_its_box():
    chunks = scene_chunks(street(20_000), levels=3)
    low, high = chunks.boxes[:, :3] - chunks.boxes[:, 3:6], chunks.boxes[:, :3] + chunks.boxes[:, 3:6]
    coarse = np.flatnonzero(chunks.children)
    assert len(coarse) > 10
    for chunk in coarse:
        inside = slice(chunks.first_child[chunk], chunks.first_child[chunk] + chunks.children[chunk])
        assert (low[inside] >= low[chunk] - 1e-4).all() and (high[inside] <= high[chunk] + 1e-4).all()
        assert (chunks.boxes[inside, 6] <= chunks.boxes[chunk, 6]).all()


def test_one_colour_counts_half_its_size_and_contrast_more():
    grey = discs([-3.0, -1.0, 1.0, 3.0], 0.4)
    harmonics = np.repeat([0.0, 0.0, 1.0, 1.0], 3).reshape(4, 1, 3) / CONSTANT_TERM
    black_and_white = replace(grey, sh=harmonics.astype(np.float32))
    for cloud, share in ((replace(grey, sh=np.ones_like(grey.sh)), 0.5), (black_and_white, np.hypot(0.5, 0.5 / 0.1))):
        coarse, judged = merge_neighbours(ellipsoids_of(cloud, np.arange(4, dtype=np.int32)))
        assert judged == pytest.approx(coarse.sizes * share, rel=1e-5)


def test_detail_zero_draws_the_whole_cloud():
    cloud, view = street(20_000), camera()
    whole, detail = CpuRenderer(), CpuRenderer(detail_px=1.0)
    chunks = detail.prepare(cloud)
    detail.detail_px = 0.0
    np.testing.assert_array_equal(detail.render(chunks, [view]).rgb, whole.render(whole.prepare(cloud), [view]).rgb)


def test_view_dependence_bounds_what_directions_change():
    directions = np.random.default_rng(1).normal(size=(4000, 3))
    basis = reference.harmonics(reference.torch.as_tensor(directions / np.linalg.norm(directions, axis=1)[:, None]))
    for degree in (1, 2, 3):
        cloud = clouds_of_every_shape()[f"degree {degree}"]
        change = np.einsum("dk,nkc->ndc", basis[:, 1 : cloud.sh.shape[1]].numpy(), cloud.sh[:, 1:])
        largest = np.abs(change).max(axis=(1, 2))
        bound = view_dependence(cloud.sh)
        assert (largest <= bound * 1.0001).all() and (largest > 0.3 * bound).mean() > 0.9


def test_a_matt_cloud_keeps_no_directions_and_looks_the_same():
    cloud, view = street(5000, degree=3), camera()
    faint = cloud.sh * np.concatenate([np.ones(1), np.full(15, MATT_BELOW / 2.0)])[None, :, None].astype(np.float32)
    cloud = GaussianCloud(cloud.means, cloud.quats, cloud.scales, cloud.opacities, faint.astype(np.float32))
    renderer = CpuRenderer()
    chunks = renderer.prepare(cloud)
    assert len(chunks.harmonics) == 0 and (chunks.terms == 1).all()
    picture = reference.draw(cloud, view, renderer.rules).rgb.numpy()
    assert np.abs(renderer.render(chunks, [view]).rgb[0] - picture).max() < 1.2 * MATT_BELOW
