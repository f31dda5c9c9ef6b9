import numpy as np
import pytest

from navbench_gs.batched.crowds import FAR_M, Crowds
from navbench_gs.batched.training_ground import place_of, training_episode
from navbench_gs.domain.episode import PedestrianPlacement
from navbench_gs.domain.rules import RULES_V0
from navbench_gs.world.pedestrians import Crowd

PERIOD_S = 0.1


def walker(start, *goals, behaviour="share", speed_mps=1.0, wait_s=0.0):
    return PedestrianPlacement(
        look="student", start=(*start, 0.0), goals=goals, speed_mps=speed_mps, radius_m=0.28, behaviour=behaviour,
        wait_s=wait_s,
    )  # fmt: skip


@pytest.fixture(scope="module")
def episodes(yard):
    """Walkers who meet, who go round the wall, who have one goal, who have no way; and nobody."""
    meeting = (walker((-6.0, 6.0), (6.0, 6.3)), walker((6.0, 6.2), (-6.0, 6.0), (6.0, 6.0), behaviour="blind"))
    round_it = (walker((-3.0, 0.0), (3.0, 0.0), (-3.0, 1.0), speed_mps=1.4), walker((-3.0, 2.0), (3.0, 2.0)))
    walled_in = (walker((2.0, 2.0), (5.0, -3.0)), walker((-8.0, -8.0), (-6.0, -8.0), wait_s=2.0, behaviour="yield"))
    crowds = (meeting, round_it, (), walled_in)
    place = place_of(yard.scene, RULES_V0)
    tasks = ("obstacle_ped", "ped", "empty", "obstacle_ped")
    made = [yard.episode(task, pedestrians=crowd) for task, crowd in zip(tasks, crowds, strict=True)]
    return [training_episode(episode, place, RULES_V0) for episode in made]


def test_many_crowds_walk_as_each_does_alone_robot_and_contacts_included(episodes):
    crowds = Crowds(len(episodes), RULES_V0)
    crowds.resize(2)
    alone = [Crowd(one.place.grid, one.episode, RULES_V0) for one in episodes]
    for row, episode in enumerate(episodes):
        crowds.begin(row, episode)
    moved = np.zeros(len(episodes))
    for step in range(300):
        time_s = PERIOD_S * step
        robots = np.tile([-6.0 + 0.8 * (time_s % 15.0), 6.1, 0.0], (len(episodes), 1))
        if step in (20, 25, 90):
            for row in (0, 3):
                crowds.touched(row, 1, time_s)
                alone[row].touched(1, time_s)
        times = np.full(len(episodes), time_s)
        crowds.decide(np.ones(len(episodes), bool), times, robots, np.tile([0.8, 0.1], (len(episodes), 1)))
        poses = crowds.poses(times + PERIOD_S)
        for row, crowd in enumerate(alone):
            if not episodes[row].episode.pedestrians:
                continue
            before = crowd.positions(time_s)
            crowd.decide(time_s, robots[row], np.array([0.8, 0.1]))
            expected = crowd.poses(time_s + PERIOD_S)
            np.testing.assert_allclose(poses[row, : len(expected)], expected, atol=1e-9)
            moved[row] += np.abs(expected[:, :2] - before).sum()
    assert (moved[[0, 1, 3]] > 1.0).all()
    assert (poses[2, :, :2] == FAR_M).all()


def test_a_crowd_that_is_not_due_walks_straight_on(episodes):
    crowds = Crowds(2, RULES_V0)
    crowds.resize(2)
    for row in range(2):
        crowds.begin(row, episodes[0])
    away, still = np.full((2, 3), 9.0), np.zeros((2, 2))
    crowds.decide(np.array([True, True]), np.zeros(2), away, still)
    decided = crowds.velocities.copy()
    crowds.decide(np.array([True, False]), np.full(2, PERIOD_S), away, still)
    np.testing.assert_array_equal(crowds.velocities[1], decided[1])
    later = crowds.positions(np.full(2, 0.5))[1]
    np.testing.assert_allclose(later, crowds.positions(np.zeros(2))[1] + 0.5 * decided[1], atol=1e-12)
