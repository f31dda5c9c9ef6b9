"""Slices and heights of meshes, and the reach of a disc, on shapes with known answers."""

from __future__ import annotations

import numpy as np

from navbench_gs.terrain.heights import ground_heights
from navbench_gs.terrain.reach import roamed
from navbench_gs.terrain.slices import cells_in_band
from navbench_gs.terrain.terrain import Mesh


def quad(a, b, c, d):
    return Mesh(np.array([a, b, c, d], np.float32), np.array([[0, 1, 2], [0, 2, 3]], np.int32))


def test_an_upright_wall_takes_the_cells_it_stands_in():
    wall = quad((1.05, 1.05, 0), (1.05, 3.95, 0), (1.05, 3.95, 2), (1.05, 1.05, 2))
    cells = cells_in_band(wall, (50, 50), (0.0, 0.0), 0.1)
    expected = np.zeros((50, 50), dtype=bool)
    expected[10, 10:40] = True
    np.testing.assert_array_equal(cells, expected)


def test_only_what_lies_in_the_band_above_the_ground_counts():
    table = quad((0, 0, 0.8), (2, 0, 0.8), (2, 2, 0.8), (0, 2, 0.8))
    assert not cells_in_band(table, (20, 20), (0.0, 0.0), 0.1).any()
    assert cells_in_band(table, (20, 20), (0.0, 0.0), 0.1, ground_z=0.5).all()
    ramp = quad((0, 0, 0), (2, 0, 1), (2, 2, 1), (0, 2, 0))
    cells = cells_in_band(ramp, (20, 20), (0.0, 0.0), 0.1)
    assert cells[2:12].all() and not cells[13:].any()


def test_a_mesh_beside_the_grid_touches_nothing():
    far = quad((90, 0, 0), (90, 5, 0), (90, 5, 1), (90, 0, 1))
    assert not cells_in_band(far, (50, 50), (0.0, 0.0), 0.1).any()
    assert not cells_in_band(Mesh(np.zeros((0, 3), np.float32), np.zeros((0, 3), np.int32)), (5, 5), (0, 0), 0.1).any()


def test_heights_are_linear_within_triangles_and_those_of_the_nearest_vertex_beyond():
    ramp = quad((0, 0, 0), (2, 0, 1), (2, 2, 1), (0, 2, 0))
    np.testing.assert_allclose(ground_heights(ramp, np.array([[0.5, 1.0], [1.5, 0.2], [9.0, 1.0]])), [0.25, 0.75, 1.0])
    flat = quad((0, 0, 0.3), (2, 0, 0.3), (2, 2, 0.3), (0, 2, 0.3))
    np.testing.assert_allclose(ground_heights(flat, np.array([[50.0, 50.0]])), [0.3], rtol=1e-6)


def test_ground_behind_a_gap_too_narrow_for_the_disc_is_not_roamed():
    free = np.ones((60, 20), dtype=bool)
    free[40] = False
    free[40, 8:14] = True  # a gap of 0.6 m
    assert not roamed(free, 0.1, 0.5)[41:].all()
    assert not roamed(free, 0.1, 0.5)[50:].any()
    assert roamed(free, 0.1, 0.25)[50:].all()
