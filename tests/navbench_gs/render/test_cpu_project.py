"""Chunks are culled only if nothing in them can be seen; projected splats are the reference's."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from navbench_gs.domain.cloud import GaussianCloud
from navbench_gs.render.cpu_cull import find_chunks, room_for_chunks
from navbench_gs.render.cpu_order import unpacked
from navbench_gs.render.cpu_project import SPLAT_FIELDS, new_bench, project_chunk, room_for_splats
from navbench_gs.render.cpu_scene import CHUNK, actor_chunks
from navbench_gs.render.cpu_view import Window, view_of
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
    splats, bench = room_for_splats(len(chunks.boxes) * CHUNK), new_bench()
    found = room_for_chunks(len(chunks.boxes))
    count = 0
    for chunk in found.chunks[: find_chunks(chunks, 0, view, 0, found)]:
        count = project_chunk(chunks, np.int64(chunk), np.int64(0), view, np.int64(count), splats, bench)
    return count, splats


@pytest.mark.parametrize(("spread_m", "sigma"), [(0.001, 0.001), (0.001, 0.3), (1.0, 0.001), (1.0, 0.3)])
def test_culling_loses_no_splat_and_is_tight(spread_m, sigma):
    cloud = clusters(1000, spread_m=spread_m, sigma=sigma)
    chunks = actor_chunks(cloud)
    everywhere = np.array([5.0, 0.0, 0.5, 1e4, 1e4, 1e4, 0.0], dtype=np.float32)
    never_culled = chunks._replace(boxes=np.tile(everywhere, (len(chunks.boxes), 1)))
    for window, fewest, most in ((Window(0, 10), 100, 900), (Window(0, 3), 50, 650), (Window(7, 10), 50, 650)):
        view = view_of(camera(), PictureRules(antialiased=False), window)
        count, splats = projected(chunks, view)
        assert count == projected(never_culled, view)[0]
        kept = len(np.unique(splats.ranks[:count] // CHUNK))
        assert fewest < kept < most
        found = find_chunks(chunks, 0, view, 0, room_for_chunks(len(chunks.boxes)))
        assert found < 1.4 * kept


def test_the_tiles_and_the_depth_of_a_chunk_hold_all_its_splats():
    cloud = clusters(300, spread_m=0.5, sigma=0.05)
    chunks, view = actor_chunks(cloud), view_of(camera(), PictureRules())
    found = room_for_chunks(len(chunks.boxes))
    bench, splats = new_bench(), room_for_splats(CHUNK)
    checked = 0
    for place in range(find_chunks(chunks, 0, view, 0, found)):
        count = project_chunk(chunks, np.int64(found.chunks[place]), np.int64(0), view, np.int64(0), splats, bench)
        for number in range(count):
            left, wider, top, taller = unpacked(splats.spans[number])
            assert found.columns[place] & 0xFFFF <= left and left + wider <= found.columns[place] >> 16
            assert found.rows[place] & 0xFFFF <= top and top + taller <= found.rows[place] >> 16
            assert splats.depths[number] >= found.nearest[place]
        checked += count
    assert checked > 1000


def test_projected_splats_are_the_references():
    cloud, view = cloud_around(np.random.default_rng(4), 500, sigma=(0.3, 0.1, 0.01), degree=3), camera()
    count, splats = projected(actor_chunks(cloud), view_of(view, PictureRules(antialiased=True)))
    assert count > 200
    x, y, along, skew, across, opacity, *colour, depth, _, _ = splats.records.reshape(-1, SPLAT_FIELDS)[:count].T
    ours, which = reference.project(cloud, view), splats.ranks[:count]
    np.testing.assert_allclose(np.stack([x, y], axis=1) + 0.5, ours.means[which], rtol=1e-5, atol=1e-4)
    np.testing.assert_allclose(depth, ours.depths[which], rtol=1e-5)
    np.testing.assert_allclose(opacity, cloud.opacities[which] * ours.compensations[which].numpy(), rtol=1e-4)
    np.testing.assert_allclose(np.stack(colour, axis=1), reference.view_colours(cloud, view)[which], atol=5e-5)
    # s = along (dx + skew dy)^2 + across dy^2, half of the precision's quadratic form in powers of two
    half = torch.linalg.inv(ours.covariances)[which].numpy() / 2 / np.log(2)
    np.testing.assert_allclose(along, half[:, 0, 0], rtol=1e-4)
    np.testing.assert_allclose(along * skew, half[:, 0, 1], rtol=1e-3, atol=1e-6)
    np.testing.assert_allclose(along * skew**2 + across, half[:, 1, 1], rtol=1e-4)
