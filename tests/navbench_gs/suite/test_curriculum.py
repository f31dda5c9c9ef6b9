import numpy as np
import pytest

from navbench_gs.geometry import arc_lengths
from navbench_gs.suite.curriculum import Curriculum, eased

EASY = Curriculum(goal_m=4.0, crowding=0.5)


@pytest.mark.parametrize(
    ("progress", "left_m", "obstacles", "pedestrians"), [(0.0, 4.0, 1, 1), (0.5, 8.0, 1, 2), (0.999, 11.992, 2, 2)]
)
def test_starts_move_back_along_the_route_and_the_way_fills(yard, progress, left_m, obstacles, pedestrians):
    episode = yard.episode("obstacle_ped")  # 12 m straight on, two obstacles, two pedestrians
    made = eased(episode, EASY, progress, np.random.default_rng(0))
    assert made.goal == episode.goal and made.start[0] == pytest.approx(6.0 - left_m, abs=1e-6)
    assert arc_lengths(made.route)[-1] == pytest.approx(left_m, abs=1e-6)
    assert made.geodesic_m == pytest.approx(left_m, abs=1e-6)
    assert (len(made.obstacles), len(made.pedestrians)) == (obstacles, pedestrians)


def test_at_the_end_episodes_are_as_they_were(yard):
    episode = yard.episode("obstacle_ped")
    assert eased(episode, EASY, 1.0, np.random.default_rng(0)) is episode


def test_what_stands_at_the_new_start_is_left_out(yard):
    episode = yard.episode("obstacle")
    all_there = Curriculum(goal_m=4.0, crowding=1.0)
    made = eased(episode, all_there, 0.0, np.random.default_rng(0))
    # the start is (2, -6): the bin at (2.5, -4.8) stands 1.3 m from it
    assert [one.kind for one in made.obstacles] == ["crate"]
