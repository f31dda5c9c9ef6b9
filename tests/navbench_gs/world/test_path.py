import numpy as np
import pytest

from navbench_gs.world.path import Path

CORNER = np.array([(0.0, 0.0), (2.0, 0.0), (2.0, 0.0), (2.0, 3.0)])


def test_progress_is_the_nearest_point_ahead():
    path = Path(CORNER)
    assert path.follow(1.5, -0.4, window_m=5.0) == pytest.approx(0.4)
    assert path.progress_m == pytest.approx(1.5)
    assert path.follow(2.3, 1.0, window_m=5.0) == pytest.approx(0.3)
    assert path.progress_m == pytest.approx(3.0)


def test_progress_never_goes_back():
    path = Path(CORNER)
    path.follow(2.0, 2.0, window_m=5.0)
    path.follow(0.0, 0.0, window_m=5.0)
    assert path.progress_m == pytest.approx(4.0)


def test_progress_does_not_jump_beyond_the_window():
    hairpin = Path(np.array([(0.0, 0.0), (5.0, 0.0), (5.0, 0.2), (0.0, 0.2)]))
    hairpin.follow(1.0, 0.2, window_m=2.0)
    assert hairpin.progress_m == pytest.approx(1.0)


def test_points_are_clamped_to_the_ends():
    path = Path(CORNER)
    assert path.point(-1.0) == (0.0, 0.0)
    assert path.point(9.0) == (2.0, 3.0)
    assert path.point(3.5) == (2.0, 1.5)


def test_index_counts_points_and_the_share_between_them():
    path = Path(np.array([(0.0, 0.0), (2.0, 0.0), (2.0, 3.0)]))
    assert path.index_at(1.0) == pytest.approx(0.5)
    assert path.index_at(3.5) == pytest.approx(1.5)
