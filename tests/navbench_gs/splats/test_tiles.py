"""Tiles: cells cut where features are, smaller towards edges, facing outward."""

import numpy as np
import pytest

from navbench_gs.splats.tiles import TILE_SIGMA, crisp_box, graded, panel, tiled


def test_graded_cuts_shrink_towards_both_ends():
    cuts = graded(1.0, 0.25, border=0.01)
    assert cuts[0] == 0.0 and cuts[-1] == 1.0
    steps = np.diff(cuts)
    assert steps[:2] == pytest.approx([0.01, 0.02]) and steps[-2:] == pytest.approx([0.02, 0.01])
    assert (steps[2:-2] <= 0.25).all() and (steps > 0).all()


def test_a_short_length_is_cut_evenly():
    assert graded(0.06, 0.03, border=0.01) == pytest.approx([0.0, 0.03, 0.06])


def test_each_cell_is_one_surfel_of_its_size_and_colour():
    made = tiled(
        (0, 0, 1),
        (2, 0, 0),
        (0, 3, 0),
        [0.0, 0.5, 2.0],
        [0.0, 3.0],
        lambda u, v: np.stack([u / 2, v / 3, 0 * u], axis=1),
    )
    assert made.centres == pytest.approx(np.array([[0.25, 1.5, 1.0], [1.25, 1.5, 1.0]]))
    assert made.sizes[:, :2] == pytest.approx(TILE_SIGMA * np.array([[0.5, 3.0], [1.5, 3.0]]))
    assert made.albedo == pytest.approx(np.array([[0.125, 0.5, 0.0], [0.625, 0.5, 0.0]]))
    assert made.normals == pytest.approx(np.tile([0.0, 0.0, 1.0], (2, 1)))


def test_a_slanted_panel_keeps_orthonormal_axes():
    made = panel((0, 0, 0), (1, 0, 0), (0.5, 0, 1), (0.2, 0.2, 0.2), spacing=0.2)
    assert np.sum(made.tangents * made.bitangents, axis=1) == pytest.approx(0.0, abs=1e-12)
    assert np.sum(made.bitangents**2, axis=1) == pytest.approx(1.0)


def test_a_box_faces_outward_and_stays_inside_itself():
    made = crisp_box((0, 0, 0.5), (0.3, 0.2, 0.5), (0.5, 0.5, 0.5), spacing=0.1, bottom=True)
    outward = made.centres - np.array([0, 0, 0.5])
    assert (np.sum(outward * made.normals, axis=1) > 0).all()
    assert np.abs(outward).max(axis=0) == pytest.approx([0.3, 0.2, 0.5])
