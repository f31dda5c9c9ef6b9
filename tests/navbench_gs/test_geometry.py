from itertools import pairwise

import numpy as np
import pytest

from navbench_gs.geometry import (
    arc_lengths,
    distances_to_polyline,
    nearest_ahead,
    nearest_on_polyline,
    rotation_matrices,
    way_to_nearest,
)

CORNER = np.array([(0.0, 0.0), (4.0, 0.0), (4.0, 3.0)])


def test_distance_to_a_polyline_is_to_its_segments_not_their_lines():
    points = np.array([(2.0, 1.0), (-3.0, 4.0), (5.0, 1.0), (4.0, 3.0)])
    assert distances_to_polyline(points, CORNER) == pytest.approx([1.0, 5.0, 1.0, 0.0])


def test_the_nearest_place_is_told_by_its_segment_and_the_share_of_it():
    numbers, shares, gaps = nearest_on_polyline(np.array([(1.0, -2.0), (6.0, 1.5), (9.0, 9.0)]), CORNER)
    assert numbers.tolist() == [0, 1, 1]
    assert shares == pytest.approx([0.25, 0.5, 1.0])
    assert gaps == pytest.approx([2.0, 2.0, np.hypot(5.0, 6.0)])


def test_the_way_to_the_nearest_place_leads_along_the_polyline():
    assert way_to_nearest((3.0, -0.5), CORNER) == pytest.approx((3.0, 0.5))
    assert way_to_nearest((5.0, 1.0), CORNER) == pytest.approx((5.0, 1.0))
    assert way_to_nearest((-1.0, 0.0), CORNER) == pytest.approx((0.0, 1.0))


def test_a_segment_without_length_is_a_point():
    twice = np.array([(0.0, 0.0), (2.0, 0.0), (2.0, 0.0), (2.0, 3.0)])
    assert way_to_nearest((2.5, 0.0), twice) == pytest.approx((2.0, 0.5))
    assert distances_to_polyline(np.array([(1.0, 1.0)]), twice[1:3]) == pytest.approx([np.sqrt(2.0)])


def test_random_points_are_as_far_as_the_nearest_of_many_places_along_the_polyline():
    rng = np.random.default_rng(3)
    for _ in range(20):
        line = np.cumsum(rng.normal(size=(7, 2)), axis=0)
        share = np.linspace(0.0, 1.0, 2001)[:, None]
        places = np.concatenate([a + share * (b - a) for a, b in pairwise(line)])
        point = rng.normal(scale=3.0, size=2)
        gaps = np.hypot(*(places - point).T)
        along, gap = way_to_nearest(point, line)
        assert gap == pytest.approx(gaps.min(), abs=1e-4)
        assert along == pytest.approx(arc_lengths(places)[gaps.argmin()], abs=2e-3)


@pytest.mark.parametrize("listed", [False, True])
def test_the_nearest_place_ahead_lies_on_the_stretch(listed):
    points, lengths = (value.tolist() if listed else value for value in (CORNER, arc_lengths(CORNER)))
    assert nearest_ahead(points, lengths, 3.0, 1.0, 0, 1.0, 6.0) == pytest.approx((1.0, 3.0))
    assert nearest_ahead(points, lengths, 0.0, 1.0, 0, 1.0, 6.0) == pytest.approx((np.sqrt(2.0), 1.0))
    assert nearest_ahead(points, lengths, 4.0, 3.0, 0, 1.0, 6.0) == pytest.approx((1.0, 6.0))


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_quaternion_turns_about_its_axis(dtype):
    half = np.sqrt(0.5)
    quarters = np.array([[half, 0, 0, half], [half, half, 0, 0], [1, 0, 0, 0]], dtype=dtype)
    about_z, about_x, none = rotation_matrices(quarters)
    assert about_z.dtype == dtype
    assert about_z @ [1, 0, 0] == pytest.approx([0, 1, 0], abs=1e-6)
    assert about_x @ [0, 1, 0] == pytest.approx([0, 0, 1], abs=1e-6)
    assert none == pytest.approx(np.eye(3))
