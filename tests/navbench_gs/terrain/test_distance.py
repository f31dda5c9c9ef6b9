import numpy as np
import pytest

from navbench_gs.terrain.distance import clearance_field, interpolated, interpolated_at, occupied_by
from navbench_gs.terrain.terrain import Grid


def open_grid(nx: int = 10, ny: int = 8, cell_m: float = 0.5) -> Grid:
    return Grid(np.ones((nx, ny), bool), np.zeros((nx, ny), bool), (-1.0, 2.0), cell_m)


def test_distance_is_measured_from_a_cell_centre_to_the_edge_of_the_nearest_closed_cell():
    grid = open_grid()
    grid.blocked[9, :] = True
    values = clearance_field(grid).values
    # centre of column 6 lies 2.5 cells from the edge between columns 8 and 9; the border in y is further away
    assert values[6, 4] == pytest.approx(2.5 * 0.5)
    assert values[9, 4] == pytest.approx(-0.5 * 0.5)


def test_beyond_the_grid_is_not_free():
    assert clearance_field(open_grid()).values[0, 4] == pytest.approx(0.25)


def test_distance_is_zero_on_the_edge_of_a_wall_and_grows_linearly_from_it():
    grid = open_grid()
    grid.blocked[9, :] = True
    field = clearance_field(grid)
    wall_x = -1.0 + 9 * 0.5
    points = np.array([[wall_x, 4.0], [wall_x - 0.3, 4.0], [wall_x + 0.2, 4.0]])
    assert field.at(points) == pytest.approx([0.0, 0.3, -0.2], abs=1e-6)


def test_points_outside_the_grid_read_the_border():
    field = clearance_field(open_grid())
    assert field.at((-50.0, 4.0)) == pytest.approx(field.at((-0.75, 4.0)))


def test_unwalkable_ground_and_occupied_cells_close_a_cell_like_walls_do():
    grid = open_grid()
    occupied = np.zeros_like(grid.walkable)
    occupied[3, 3] = True
    grid.walkable[6, 6] = False
    values = clearance_field(grid, occupied=occupied).values
    assert values[3, 3] < 0 and values[6, 6] < 0 and values[4, 4] > 0


def test_a_disc_occupies_the_cells_whose_centres_lie_within_its_radius_and_half_a_cell():
    grid = Grid(np.ones((7, 7), bool), np.zeros((7, 7), bool), (0.0, 0.0), 1.0)
    layer = occupied_by(grid, [(3.5, 3.5, 0.5)])
    assert set(map(tuple, np.argwhere(layer))) == {(3, 3), (2, 3), (4, 3), (3, 2), (3, 4)}


def test_a_disc_smaller_than_a_cell_occupies_the_cell_it_stands_in():
    grid = Grid(np.ones((7, 7), bool), np.zeros((7, 7), bool), (0.0, 0.0), 1.0)
    assert occupied_by(grid, [(3.4, 3.6, 0.01)]).sum() == 1


def test_a_layer_read_at_one_point_is_what_arrays_give_to_the_bit():
    rng = np.random.default_rng(4)
    for shape in ((1, 1), (1, 5), (7, 4)):
        values = rng.normal(size=shape).astype(np.float32)
        for x, y in rng.uniform(-3.0, 6.0, (200, 2)).tolist():
            assert interpolated_at(values, (-1.0, 0.7), 0.3, x, y) == interpolated(values, (-1.0, 0.7), 0.3, (x, y))
