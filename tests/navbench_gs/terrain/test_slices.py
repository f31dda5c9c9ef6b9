"""Slices and heights of meshes, and the reach of a disc, on shapes with known answers."""

from __future__ import annotations

import numpy as np
import pytest

from navbench_gs.terrain import slices
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


def test_halves_meet_at_the_middle_of_the_longest_edge_and_nothing_is_lost():
    """A right triangle with legs 4 and 3, cut until no edge is longer than 2.6: areas add up to 6."""
    triangle = np.array([[[0.0, 0, 0], [4, 0, 0], [0, 3, 0]]])
    once = slices._halves(triangle, np.array([1]))  # its longest edge runs from corner 1 to corner 2
    np.testing.assert_allclose(once, [[[4, 0, 0], [2, 1.5, 0], [0, 0, 0]], [[2, 1.5, 0], [0, 3, 0], [0, 0, 0]]])
    pieces = slices._pieces(triangle, 2.6, lambda corners: np.ones(len(corners), dtype=bool))
    sides = pieces[:, 1:] - pieces[:, :1]
    assert 0.5 * np.linalg.norm(np.cross(sides[:, 0], sides[:, 1]), axis=1).sum() == pytest.approx(6.0)
    assert np.linalg.norm(pieces - np.roll(pieces, 1, axis=1), axis=2).max() <= 2.6


def test_of_a_tall_wall_only_pieces_near_the_band_are_kept():
    wall = quad((0, 1, 0), (8, 1, 0), (8, 1, 30), (0, 1, 30))
    seen = []

    def wanted(corners):
        low = corners[..., 2].min(axis=1) <= 0.6
        seen.append(int(low.sum()))
        return low

    pieces = slices._pieces(wall.vertices.astype(float)[wall.faces], 1.6, wanted)
    assert pieces[..., 2].max() <= 0.6 + 1.6 and sum(seen) < 200
