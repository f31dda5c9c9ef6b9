import numpy as np
import pytest

from s2e_agent.data.route import route_ahead

BEND = np.array([[0.0, 0.0], [4.0, 0.0], [4.0, 3.0]])


def test_places_lie_at_equal_ways_beyond_the_nearest_point_of_the_line():
    # nearest to (1, 0.5) is (1, 0): 2 m on is (3, 0), 4 m on is (4, 1), 6 m on is (4, 3)
    assert np.allclose(route_ahead(BEND, np.array([1.0, 0.5]), 3, 2.0), [[3, 0], [4, 1], [4, 3]])


def test_beyond_the_end_the_last_place_is_repeated():
    assert np.allclose(route_ahead(BEND, np.array([4.0, 2.5]), 2, 2.0), [[4, 3], [4, 3]])


@pytest.mark.parametrize("line", [np.array([[1.0, 2.0]]), np.array([[1.0, 2.0], [1.0, 2.0]])])
def test_a_line_without_length_gives_its_place(line):
    assert np.allclose(route_ahead(line, np.zeros(2), 2, 2.0), [[1, 2], [1, 2]])
