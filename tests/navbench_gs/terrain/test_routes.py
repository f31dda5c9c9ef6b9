import math

import numpy as np
import pytest

from navbench_gs.errors import InfeasibleEpisodeError
from navbench_gs.geometry import arc_lengths
from navbench_gs.terrain.distance import clearance_field, occupied_by
from navbench_gs.terrain.routes import cost_to_go, resampled, shortest_route
from navbench_gs.terrain.terrain import Grid


@pytest.fixture
def hall() -> Grid:
    """20 x 10 m of 0.1 m cells, cut at x 10..10.5 by a wall that leaves 3 m open at the top."""
    grid = Grid(np.ones((200, 100), bool), np.zeros((200, 100), bool), (0.0, 0.0), 0.1)
    grid.blocked[100:105, :70] = True
    return grid


def test_cost_along_an_axis_is_the_straight_distance(hall):
    cost = cost_to_go(hall, (1.05, 5.05), clearance_m=0.3)
    assert cost.at((8.05, 5.05)) == pytest.approx(7.0)
    assert cost.at((1.05, 5.05)) == pytest.approx(0.0)


def test_cost_counts_diagonal_moves_as_root_two(hall):
    cost = cost_to_go(hall, (1.05, 1.05), clearance_m=0.3)
    assert cost.at((5.05, 5.05)) == pytest.approx(4.0 * math.sqrt(2.0))


def test_the_route_goes_round_the_wall_at_the_asked_clearance(hall):
    start, goal, clearance = (8.05, 5.05), (12.45, 5.05), 0.5
    route = shortest_route(cost_to_go(hall, goal, clearance_m=clearance), start)
    assert tuple(route[0]) == start and tuple(route[-1]) == goal
    assert clearance_field(hall).at(route).min() >= clearance - 0.05
    # a taut string: from the start a tangent to the circle of 0.5 m about the corner (10, 7), an arc up to its top,
    # 0.5 m over the wall, and the same again down; the corner lies 1.95 m off in x and in y, so at 45 degrees
    corner = math.hypot(1.95, 1.95)
    tangent = math.sqrt(corner**2 - clearance**2)
    arc = clearance * (math.pi * 3 / 4 - math.acos(clearance / corner))
    assert arc_lengths(route)[-1] == pytest.approx(2.0 * (tangent + arc) + 0.5, rel=0.03)


def test_no_step_of_a_route_is_longer_than_half_a_metre(hall):
    route = shortest_route(cost_to_go(hall, (18.0, 1.0), clearance_m=0.4), (1.0, 1.0))
    assert np.diff(arc_lengths(route)).max() <= 0.5 + 1e-9


def test_a_start_off_the_clear_cells_is_led_to_the_nearest_of_them_first(hall):
    route = shortest_route(cost_to_go(hall, (9.25, 5.05), clearance_m=0.5), (0.15, 5.05))
    # the first clear cell's centre is at 0.55; the one before lies only 0.45 m from the border
    assert tuple(route[0]) == (0.15, 5.05)
    assert route[1] == pytest.approx((0.55, 5.05), abs=0.06)


def test_a_route_over_open_ground_is_one_straight_line(hall):
    route = shortest_route(cost_to_go(hall, (8.05, 6.05), clearance_m=0.3), (1.05, 2.05))
    assert arc_lengths(route)[-1] == pytest.approx(math.hypot(7.0, 4.0), abs=1e-6)


def test_off_free_cells_the_cost_is_that_of_the_nearest_free_cell_plus_the_distance_to_it(hall):
    cost = cost_to_go(hall, (1.05, 5.05), clearance_m=0.3)
    assert math.isinf(cost.values[102, 20])
    # the last open column before the wall has its centre at 9.65 (clearance 0.35); 10.05 lies 0.4 m beyond
    assert cost.at((10.05, 5.05)) == pytest.approx(cost.at((9.65, 5.05)) + 0.4)
    assert np.isfinite(cost.at(np.array([[-9.0, -9.0], [99.0, 3.0]]))).all()


def test_obstacles_lengthen_the_way_only_on_the_grid_that_knows_them(hall):
    occupied = occupied_by(hall, [(5.0, 5.0, 1.0)])
    free = cost_to_go(hall, (8.05, 5.05), clearance_m=0.4)
    taken = cost_to_go(hall, (8.05, 5.05), clearance_m=0.4, occupied=occupied)
    assert free.at((2.05, 5.05)) == pytest.approx(6.0)
    assert taken.at((2.05, 5.05)) > 6.3


def test_a_closed_wall_makes_the_route_infeasible(hall):
    hall.blocked[100:105, :] = True
    with pytest.raises(InfeasibleEpisodeError, match="no route"):
        shortest_route(cost_to_go(hall, (15.0, 5.0), clearance_m=0.3), (5.0, 5.0))


def test_a_route_of_no_length_is_infeasible(hall):
    with pytest.raises(InfeasibleEpisodeError, match="no length"):
        shortest_route(cost_to_go(hall, (5.0, 5.0), clearance_m=0.3), (5.0, 5.0))


def test_a_goal_inside_a_thick_wall_is_infeasible(hall):
    hall.blocked[60:140, :] = True
    with pytest.raises(InfeasibleEpisodeError, match="no free disc"):
        cost_to_go(hall, (10.0, 5.0), clearance_m=0.3)


def test_resampling_keeps_corners_and_bounds_steps():
    points = resampled([(0.0, 0.0), (1.2, 0.0), (1.2, 0.4)], 0.5)
    assert points == pytest.approx(np.array([(0, 0), (0.4, 0), (0.8, 0), (1.2, 0), (1.2, 0.4)]))
