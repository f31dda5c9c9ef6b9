import numpy as np
import pytest
import torch

from navbench_gs.batched.surroundings import REACH_M, SKIN_M, Surroundings
from navbench_gs.batched.training_ground import place_of, training_episode
from navbench_gs.domain.rules import RULES_V0

ROBOTS = 500
EVERYONE = torch.arange(ROBOTS)


@pytest.fixture(scope="module")
def around(yard):
    episode = training_episode(yard.episode("obstacle"), place_of(yard.scene, RULES_V0), RULES_V0)
    around = Surroundings(ROBOTS, RULES_V0, "cpu")
    around.load([episode])
    around.enter(EVERYONE, [episode] * ROBOTS)
    return around


def scattered(places):
    """Poses (N, 3) of robots within 0.7 m of one of the places (P, 2), turned at random."""
    rng = np.random.default_rng(2)
    near = np.array(places)[rng.integers(len(places), size=ROBOTS)] + rng.uniform(-0.7, 0.7, (ROBOTS, 2))
    return torch.tensor(np.column_stack([near, rng.uniform(-3.0, 3.0, ROBOTS)]), dtype=torch.float32)


def gaps_to_bodies(around, poses):
    """(N, B) from the deepest disc of each robot to each thing."""
    count = around._low.shape[1]
    rows, numbers = EVERYONE.repeat_interleave(count), torch.arange(count).repeat(ROBOTS)
    return around._body_gaps(rows, numbers, around._discs, poses).amin(dim=1).view(ROBOTS, count)


def test_nobody_who_touches_structure_is_passed_over(around):
    poses = scattered([(0.0, 0.0), (0.0, 3.0), (0.0, -3.0)])
    touching = torch.nonzero(around._disc_gaps(EVERYONE, poses).amin(dim=1) < SKIN_M)[:, 0]
    assert 20 < len(touching) < ROBOTS - 20
    assert around.in_structure(poses).rows.equal(touching)


def test_nobody_who_touches_things_is_passed_over_and_distances_are_to_the_nearest(around, yard):
    poses = scattered([obstacle.pose[:2] for obstacle in yard.episode("obstacle").obstacles])
    gaps = gaps_to_bodies(around, poses)
    touching = torch.nonzero(gaps < SKIN_M)
    assert len(touching) > 20 and not around._low.any()
    around._look_left = 0
    around.look_around(poses)
    rows, obstacles, deepest = around.in_bodies(poses, low=False)
    assert torch.stack([rows, obstacles], dim=1).equal(touching)  # a crate and a bin, one body each
    assert deepest.rows.equal(touching[:, 0].unique())
    nearest = torch.minimum(gaps.amin(dim=1), around._disc_gaps(EVERYONE, poses).amin(dim=1))
    torch.testing.assert_close(around.solid_clearances(poses), nearest.clamp(0.0, REACH_M))


def test_where_nothing_is_near_nobody_touches(around):
    poses = scattered([(-8.0, 7.0)])
    around._look_left = 0
    around.look_around(poses)
    assert around.in_structure(poses) is around.in_bodies(poses, low=False) is around.in_bodies(poses, low=True) is None
