"""Surfels close the shapes they are sampled into, face outward, and move with their frames."""

from __future__ import annotations

import math

import numpy as np
import pytest

from navbench_gs.splats.surfels import box, cylinder, flat_colour, join_surfels, rectangle, strips

GREY = flat_colour(0.5, 0.5, 0.5)


@pytest.fixture
def rng():
    return np.random.default_rng(0)


def assert_orthonormal(surfels) -> None:
    for vectors in (surfels.tangents, surfels.bitangents, surfels.normals):
        np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-6)
    np.testing.assert_allclose(np.sum(surfels.tangents * surfels.bitangents, axis=1), 0.0, atol=1e-6)


def test_a_rectangle_is_covered_by_one_surfel_per_cell_and_faces_its_edges_cross_product(rng):
    flat = rectangle(rng, (1, 2, 3), (2, 0, 0), (0, 1, 0), GREY, spacing=0.1)
    assert len(flat) == 20 * 10
    np.testing.assert_allclose(flat.normals, np.tile([0.0, 0.0, 1.0], (200, 1)))
    cells = np.floor((flat.centres[:, :2] - [1, 2]) / 0.1 + 1e-9).astype(int)
    assert len(np.unique(cells, axis=0)) == 200
    np.testing.assert_allclose(flat.sizes[:, :2], 0.062)


def test_border_surfels_stay_inside_the_rectangle(rng):
    flat = rectangle(rng, (0, 0, 0), (1, 0, 0), (0, 1, 0), GREY, spacing=0.1, inset=0.65)
    assert flat.centres[:, :2].min() >= 0.065 - 1e-12
    assert flat.centres[:, :2].max() <= 1 - 0.065 + 1e-12


def test_a_material_sees_metres_and_the_offset(rng):
    seen = {}

    def material(u, v):
        seen.update(u=u, v=v)
        return np.stack([u, v, u], axis=1) / 10

    rectangle(rng, (0, 0, 0), (0, 4, 0), (0, 0, 2), material, spacing=0.5, offset=(3.0, 1.0))
    assert seen["u"].min() >= 3.0 and seen["u"].max() <= 7.0
    assert seen["v"].min() >= 1.0 and seen["v"].max() <= 3.0


@pytest.mark.parametrize("yaw", [0.0, 0.7])
def test_a_box_faces_outward_and_closes_its_bottom_only_if_asked(rng, yaw):
    centre, half = np.array([1.0, -2.0, 0.5]), np.array([0.4, 0.3, 0.5])
    body = box(rng, centre, half, GREY, spacing=0.1, yaw=yaw, bottom=True)
    assert_orthonormal(body)
    assert (np.sum((body.centres - centre) * body.normals, axis=1) > 0.29).all()
    assert (body.normals[:, 2] < -0.9).any()
    assert not (box(rng, centre, half, GREY, spacing=0.1, yaw=yaw).normals[:, 2] < -0.9).any()


def test_a_cylinder_lies_on_its_radius_and_faces_outward(rng):
    post = cylinder(rng, (0, 0, 1), 0.2, 1.0, GREY, spacing=0.05, capped=True)
    assert_orthonormal(post)
    side = np.abs(post.normals[:, 2]) < 0.5
    np.testing.assert_allclose(np.hypot(*post.centres[side, :2].T), 0.2, atol=1e-9)
    assert (np.sum(post.centres[side, :2] * post.normals[side, :2], axis=1) > 0).all()
    assert (post.normals[~side, 2] > 0.9).all()
    np.testing.assert_allclose(post.centres[~side, 2], 2.0)


def test_moved_surfels_turn_about_the_origin_and_then_shift(rng):
    flat = rectangle(rng, (1, 0, 0), (1, 0, 0), (0, 0, 1), GREY, spacing=0.5)
    moved = flat.moved(10.0, 0.0, 2.0, math.pi / 2)
    np.testing.assert_allclose(moved.centres, flat.centres[:, [1, 0, 2]] + [10.0, 0.0, 2.0], atol=1e-12)
    np.testing.assert_allclose(flat.normals, np.tile([0.0, -1.0, 0.0], (len(flat), 1)), atol=1e-12)
    np.testing.assert_allclose(moved.normals, np.tile([1.0, 0.0, 0.0], (len(flat), 1)), atol=1e-12)
    assert_orthonormal(moved)


def test_a_strip_lies_along_its_segment_lifted_along_the_normal():
    line = strips([[0, 0, 0]], [[2, 0, 0]], 0.05, (1, 1, 1), lift=0.1)
    np.testing.assert_allclose(line.centres, [[1.0, 0.0, 0.1]])
    np.testing.assert_allclose(np.abs(line.tangents), [[1, 0, 0]])
    np.testing.assert_allclose(line.sizes[0, :2], [0.72, 0.05])


def test_joined_surfels_keep_their_order(rng):
    first = strips([[0, 0, 0]], [[1, 0, 0]], 0.05, (1, 0, 0), kind=1)
    second = strips([[0, 1, 0]], [[1, 1, 0]], 0.05, (0, 1, 0), kind=2)
    both = join_surfels([first, second])
    assert both.kind.tolist() == [1, 2]
    np.testing.assert_array_equal(both.albedo, [[1, 0, 0], [0, 1, 0]])
