import numpy as np
import pytest

from navbench_gs.terrain.sight import crosses, line_of_sight
from navbench_gs.terrain.terrain import Grid


@pytest.fixture
def wall() -> Grid:
    """10 x 10 cells of 1 m with one blocked cell at x 5..6, y 5..6."""
    grid = Grid(np.ones((10, 10), bool), np.zeros((10, 10), bool), (0.0, 0.0), 1.0)
    grid.blocked[5, 5] = True
    return grid


@pytest.mark.parametrize(
    ("a", "b", "seen"),
    [
        ((0.5, 5.5), (9.5, 5.5), False),  # straight through
        ((0.5, 4.5), (9.5, 4.5), True),  # one row beside
        ((5.5, 9.5), (5.5, 0.5), False),  # along the other axis, backwards
        ((4.2, 5.4), (5.4, 6.9), True),  # passes the corner (5, 6) on its outer side, at (5, 6.4)
        ((4.0, 4.4), (6.0, 5.4), False),  # clips the corner (6, 5) at (5.2..6, 5..5.4)
        ((1.0, 1.0), (1.0, 1.0), True),  # no length
        ((-5.0, 5.5), (20.0, 5.5), False),  # from outside the grid to outside it
        ((-5.0, 15.5), (20.0, 15.5), True),  # wholly outside
    ],
)
def test_sight_is_blocked_exactly_when_the_segment_passes_through_a_blocked_cell(wall, a, b, seen):
    assert line_of_sight(wall, a, b) is seen
    assert line_of_sight(wall, b, a) is seen


def test_ground_that_is_not_walkable_does_not_block_sight(wall):
    wall.walkable[:, 2] = False
    assert line_of_sight(wall, (2.5, 0.5), (2.5, 4.5))
    assert crosses(wall, ~wall.walkable, (2.5, 0.5), (2.5, 4.5))


def test_a_segment_inside_one_blocked_cell_is_blocked(wall):
    assert not line_of_sight(wall, (5.2, 5.2), (5.4, 5.3))
