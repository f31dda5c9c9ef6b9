import numpy as np
import pytest

from navbench_gs.batched.crowd_ground import CrowdGround
from navbench_gs.batched.wall_block import WallBlock

CROWDS = 4


@pytest.fixture(scope="module")
def grounds(yard):
    """Six grounds with something else in the way on each."""
    bench = yard.episode("obstacle").obstacles[0]
    places = [(float(x), -6.0, 0.0) for x in range(-5, 1)]
    crates = [bench.model_copy(update={"pose": pose}) for pose in places]
    return [CrowdGround(yard.terrain.grid, yard.episode("obstacle", obstacles=(crate,))) for crate in crates]


def walls_of(block, row):
    walls = block.walls
    first, size = walls.firsts[row], walls.sizes[row]
    return walls.values[first : first + size.prod()].reshape(size), tuple(walls.origins[row]), walls.cells_m[row]


def test_every_crowd_finds_the_walls_of_its_ground_whatever_came_and_went(grounds):
    block, rng = WallBlock(CROWDS), np.random.default_rng(0)
    stands = [None] * CROWDS
    for _ in range(60):
        row, number = int(rng.integers(CROWDS)), int(rng.integers(len(grounds) + 1))
        stands[row] = grounds[number] if number < len(grounds) else None
        block.put(row, stands[row])
        assert block.grounds == stands
        for crowd, ground in enumerate(stands):
            if ground is not None:
                values, origin, cell_m = walls_of(block, crowd)
                np.testing.assert_array_equal(values, ground.walls.values)
                assert (origin, cell_m) == (tuple(ground.walls.origin), ground.walls.cell_m)
    one = grounds[0].walls.values.size
    assert block.walls.values.size <= 2 * CROWDS * one


def test_a_ground_that_is_known_is_not_copied_again(grounds):
    block = WallBlock(2)
    block.put(0, grounds[0])
    block.put(1, grounds[1])
    values = block.walls.values
    values[0] = 7.0
    block.put(1, grounds[0])
    block.put(0, grounds[1])
    assert block.walls.values is values and values[0] == 7.0
