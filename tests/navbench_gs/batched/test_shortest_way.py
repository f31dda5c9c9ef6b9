import numpy as np
import pytest

from navbench_gs.batched.shortest_way import CLOSED, steps_towards, way_along
from navbench_gs.errors import InfeasibleEpisodeError
from navbench_gs.terrain.routes import cost_to_go, shortest_route

GOAL = (6.0, 8.0)


@pytest.fixture(scope="module")
def cost(yard):
    return cost_to_go(yard.terrain.grid, GOAL, clearance_m=0.4)


def test_ways_are_the_shortest_routes(yard, cost):
    grid = yard.terrain.grid
    moves, origin = steps_towards(cost.values, grid.cell_m), np.array(grid.origin)
    rng = np.random.default_rng(5)
    found = 0
    for start in [*rng.uniform(-9.9, 9.9, (150, 2)), np.array(GOAL) + 0.01]:
        way = way_along(moves, origin, grid.cell_m, start, np.array(GOAL))
        try:
            route = shortest_route(cost, start)
        except InfeasibleEpisodeError:
            assert len(way) == 0
            continue
        np.testing.assert_allclose(way, route, atol=1e-9)
        found += 1
    assert found > 100


def test_there_is_no_way_out_of_a_closed_place(cost):
    moves = np.full((5, 5), CLOSED, np.uint8)
    assert len(way_along(moves, np.zeros(2), 0.1, np.array([0.2, 0.2]), np.array([0.4, 0.4]))) == 0
