import numpy as np

from navbench_gs.terrain.terrain import Grid


def test_a_grid_is_blocked_where_cells_are_occupied_too():
    walkable, blocked = np.array([[True, True], [True, False]]), np.array([[False, True], [False, False]])
    grid = Grid(walkable, blocked, (1.0, 2.0), 0.5).blocked_at(np.array([[True, False], [False, False]]))
    assert grid.walkable.tolist() == [[False, True], [True, False]]
    assert grid.blocked.tolist() == [[True, True], [False, False]]
    assert (grid.origin, grid.cell_m) == ((1.0, 2.0), 0.5)
