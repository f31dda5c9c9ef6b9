"""Shapes: normals point outward, points lie where geometry puts them."""

import numpy as np
import pytest

from navbench_gs.domain.streams import stream
from navbench_gs.splats.shapes import (
    bent_rod,
    disc,
    ellipsoid,
    hoop,
    kept,
    linear_rgb,
    loft,
    painted,
    plank,
    rods,
    tube,
    turned,
    weathered,
)

RED = (0.5, 0.1, 0.1)


def rng():
    return stream("test", "shapes")


def test_hex_colours_become_linear():
    assert linear_rgb("#ffffff") == (1.0, 1.0, 1.0)
    assert linear_rgb("#000080")[2] == pytest.approx((128 / 255) ** 2.2)


def test_an_ellipsoid_lies_on_its_surface_with_outward_normals():
    shape = ellipsoid(rng(), (1.0, 2.0, 3.0), (0.5, 0.3, 0.2), RED, spacing=0.05)
    offset = (shape.centres - [1.0, 2.0, 3.0]) / [0.5, 0.3, 0.2]
    assert np.sqrt(np.sum(offset**2, axis=1)) == pytest.approx(np.ones(len(shape)), abs=0.04)
    assert (np.sum(shape.normals * offset, axis=1) > 0).all()


def test_a_square_loft_reaches_further_into_its_corners_than_a_round_one():
    rows = [(0.0, 0.5, 0.5), (1.0, 0.5, 0.5)]
    round_one, square = (loft(rng(), rows, RED, spacing=0.05, squareness=n) for n in (2.0, 8.0))
    assert np.hypot(*round_one.centres[:, :2].T).max() == pytest.approx(0.5, abs=1e-6)
    assert np.hypot(*square.centres[:, :2].T).max() > 0.62


def test_a_tube_keeps_its_radius_and_looks_outward():
    shape = tube(rng(), [(0, 0, 0), (0, 0, 1), (0, 0, 2)], 0.1, RED, spacing=0.05)
    assert np.hypot(shape.centres[:, 0], shape.centres[:, 1]) == pytest.approx(np.full(len(shape), 0.1))
    assert (np.sum(shape.normals[:, :2] * shape.centres[:, :2], axis=1) > 0).all()


def test_a_hoop_stands_in_the_xz_plane_with_outward_normals():
    shape = hoop(rng(), 0.35, 0.05, RED, spacing=0.05)
    reach = np.hypot(shape.centres[:, 0], shape.centres[:, 2])
    assert reach.max() <= 0.3501
    assert reach.min() >= 0.2999
    core = shape.centres * (0.325 / reach)[:, None] * [1, 0, 1]
    assert (np.sum((shape.centres - core) * shape.normals, axis=1) > 0).mean() > 0.97


def test_a_disc_faces_up():
    assert (disc(rng(), 0.3, RED, spacing=0.05).normals[:, 2] > 0.999).all()


def test_turning_about_z_moves_x_to_y():
    shape = turned(rods([(0.5, 0, 0)], [(1.5, 0, 0)], 0.01, RED), 2, np.pi / 2)
    assert shape.centres[0] == pytest.approx([0.0, 1.0, 0.0])
    assert np.abs(shape.tangents[0]) == pytest.approx([0.0, 1.0, 0.0])


def test_a_bent_rod_is_cut_into_pieces_no_longer_than_its_spacing():
    shape = bent_rod([(0, 0, 0), (1, 0, 0), (1, 0.5, 0)], 0.01, RED, spacing=0.25)
    assert len(shape) == 4 + 2
    assert len(bent_rod([(0, 0, 0), (1, 0, 0), (1, 1, 0)], 0.01, RED, spacing=1.5, closed=True)) == 3


def test_a_plank_is_a_few_long_surfels_with_outward_normals():
    shape = plank(rng(), (0, 0, 1.0), (0.9, 0.05, 0.02), RED, pieces=3)
    assert len(shape) == 4 * 3 + 2
    assert (np.sum(shape.normals * (shape.centres - [0, 0, 1.0]), axis=1) > 0).all()
    assert (shape.centres.min(axis=0) >= [-0.9, -0.05, 0.98]).all()


def test_paint_and_weather_change_albedo_only():
    shape = ellipsoid(rng(), (0, 0, 1), (0.5, 0.5, 0.5), RED, spacing=0.2)
    blue = painted(shape, lambda p: np.array([0.0, 0.0, 1.0]))
    assert (blue.albedo == [0.0, 0.0, 1.0]).all()
    worn = weathered(rng(), shape, grain=0.1, dirt=0.0)
    assert np.abs(worn.albedo / shape.albedo - 1.0).max() <= 0.1 + 1e-9
    assert worn.centres is shape.centres
    assert len(kept(shape, shape.centres[:, 2] > 1.0)) < len(shape)
