"""Chunks are culled only if nothing in them can be seen; projected splats are the reference's."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from navbench_gs.domain.cloud import GaussianCloud
from navbench_gs.render.cpu_project import BUFFER_SIZE, SPLAT_FIELDS, project, room_for, view_of
from navbench_gs.render.cpu_scene import CHUNK, chunks_in_order
from navbench_gs.render.picture import PictureRules

from . import reference
from .clouds import camera, cloud_around


def clusters(count: int, *, spread_m: float, sigma: float) -> GaussianCloud:
    """``count`` balls of 128 Gaussians each, centred all around the frustum of :func:`camera` (focal length: 40 px)."""
    rng = np.random.default_rng(2)
    ahead = rng.uniform(-1.0, 8.0, (count, 1))
    middles = np.concatenate([ahead, 1.6 * ahead * rng.uniform(-1, 1, (count, 2))], axis=1) + np.array([0.0, 0.0, 0.5])
    around = rng.normal(size=(count, CHUNK, 3))
    around *= spread_m / np.linalg.norm(around, axis=-1, keepdims=True)
    total = count * CHUNK
    return GaussianCloud(
        means=(middles[:, None] + around).reshape(total, 3).astype(np.float32),
        quats=np.tile(np.array([1, 0, 0, 0], dtype=np.float32), (total, 1)),
        scales=np.full((total, 3), sigma, dtype=np.float32),
        opacities=np.ones(total, dtype=np.float32),
        sh=np.zeros((total, 1, 3), dtype=np.float32),
    )


def projected(chunks, view):
    splats = room_for(len(chunks.bounds) * CHUNK)
    count = project(chunks, 0, view, 0, splats, np.empty(BUFFER_SIZE, dtype=np.float32))
    return count, splats


@pytest.mark.parametrize(("spread_m", "sigma"), [(0.001, 0.001), (0.001, 0.3), (1.0, 0.001), (1.0, 0.3)])
def test_culling_loses_no_splat_and_is_tight(spread_m, sigma):
    cloud = clusters(1000, spread_m=spread_m, sigma=sigma)
    chunks = chunks_in_order(cloud, np.arange(len(cloud), dtype=np.int32))
    everywhere = np.array([5.0, 0.0, 0.5, 1e4, 0.0], dtype=np.float32)
    never_culled = chunks._replace(bounds=np.tile(everywhere, (len(chunks.bounds), 1)))
    view = view_of(camera(), PictureRules(antialiased=False))
    count, splats = projected(chunks, view)
    assert count == projected(never_culled, view)[0]
    kept = len(np.unique(splats.ranks[:count] // CHUNK))
    assert 100 < kept < 900


def test_projected_splats_are_the_references():
    cloud, view = cloud_around(np.random.default_rng(4), 500, sigma=(0.3, 0.1, 0.01), degree=3), camera()
    count, splats = projected(
        chunks_in_order(cloud, np.arange(500, dtype=np.int32)), view_of(view, PictureRules(antialiased=True))
    )
    assert count > 200
    x, y, along, skew, across, opacity, *colour, depth, _, _ = splats.records.reshape(-1, SPLAT_FIELDS)[:count].T
    ours, which = reference.project(cloud, view), splats.ranks[:count]
    np.testing.assert_allclose(np.stack([x, y], axis=1) + 0.5, ours.means[which], rtol=1e-5, atol=1e-4)
    np.testing.assert_allclose(depth, ours.depths[which], rtol=1e-5)
    np.testing.assert_allclose(opacity, cloud.opacities[which] * ours.compensations[which].numpy(), rtol=1e-4)
    np.testing.assert_allclose(np.stack(colour, axis=1), reference.view_colours(cloud, view)[which], atol=1e-5)
    # sigma = along (dx + skew dy)^2 + across dy^2, half of the precision's quadratic form
    half = torch.linalg.inv(ours.covariances)[which].numpy() / 2
    np.testing.assert_allclose(along, half[:, 0, 0], rtol=1e-4)
    np.testing.assert_allclose(along * skew, half[:, 0, 1], rtol=1e-3, atol=1e-6)
    np.testing.assert_allclose(along * skew**2 + across, half[:, 1, 1], rtol=1e-4)
