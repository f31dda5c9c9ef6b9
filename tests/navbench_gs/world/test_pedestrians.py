import math
from itertools import pairwise

import numpy as np
import pytest

from navbench_gs.domain.episode import ObstaclePlacement, PedestrianPlacement
from navbench_gs.domain.rules import RULES_V0
from navbench_gs.terrain.terrain import Grid
from navbench_gs.world.pedestrians import ARRIVED_M, Crowd, _coarser, planning_grid

AWAY = np.array([9.0, 9.0, 0.0])
STILL = np.zeros(2)


def walker(start, *goals, behaviour="share", speed_mps=1.0, wait_s=0.0):
    return PedestrianPlacement(
        look="student",
        start=(*start, 0.0),
        goals=goals,
        speed_mps=speed_mps,
        radius_m=0.28,
        behaviour=behaviour,
        wait_s=wait_s,
    )


def walk(crowd, seconds, robot=AWAY, velocity=STILL, start_s=0.0):
    """Poses (T, P, 3) after each decision; the robot stands, or drives straight on at its speed."""
    poses = []
    for step in range(round(seconds / 0.1)):
        time_s = start_s + 0.1 * step
        ahead = velocity[0] * 0.1 * step * np.array([math.cos(robot[2]), math.sin(robot[2]), 0.0])
        crowd.decide(time_s, robot + ahead, velocity)
        poses.append(crowd.poses(time_s + 0.1))
    return np.array(poses)


def crowd_of(yard, *pedestrians, obstacles=()):
    return Crowd(yard.terrain.grid, yard.episode("ped", pedestrians=pedestrians, obstacles=obstacles), RULES_V0)


def test_a_pedestrian_walks_round_a_wall_to_its_goal_at_its_speed(yard):
    crowd = crowd_of(yard, walker((-3.0, 0.0), (3.0, 0.0), speed_mps=1.2))
    poses = walk(crowd, 12.0)[:, 0]
    reached = int(np.argmax(np.hypot(*(poses[:, :2] - [3.0, 0.0]).T) < ARRIVED_M))
    # the shortest way round the wall's end, 4.33 m up and down, is about 10.6 m
    assert 10.0 / 1.2 - 0.5 < 0.1 * reached < 10.6 / 1.2 * 1.2
    assert abs(poses[: reached + 1, 1]).max() > 4.2


def test_goals_are_taken_in_turn_for_ever(yard):
    goals = ((-4.0, -8.0), (-4.0, -6.0))
    poses = walk(crowd_of(yard, walker((-6.0, -8.0), *goals, speed_mps=1.5)), 20.0)[:, 0, :2]
    near = [[np.hypot(*(place - goal)) < ARRIVED_M + 0.2 for goal in goals] for place in poses]
    visits = [pair.index(True) for pair in near if any(pair)]
    turns = sum(a != b for a, b in pairwise(visits))
    assert turns >= 5


def test_at_its_only_goal_a_pedestrian_stays(yard):
    poses = walk(crowd_of(yard, walker((-6.0, -8.0), (-4.0, -8.0))), 4.0)[:, 0]
    assert np.hypot(*(poses[-1, :2] - [-4.0, -8.0])) < ARRIVED_M
    assert np.abs(poses[-5:] - poses[-1]).max() < 1e-9


def test_a_pedestrian_waits_before_it_walks(yard):
    poses = walk(crowd_of(yard, walker((-6.0, -8.0), (6.0, -8.0), wait_s=2.0)), 4.0)[:, 0]
    assert np.hypot(*(poses[18, :2] - [-6.0, -8.0])) < 1e-9
    assert np.hypot(*(poses[-1, :2] - [-6.0, -8.0])) > 1.5


def test_it_faces_where_it_walks(yard):
    poses = walk(crowd_of(yard, walker((-6.0, -8.0), (-6.0, 8.0))), 5.0)[:, 0]
    assert poses[-1, 2] == pytest.approx(math.pi / 2, abs=0.15)


def test_a_crowd_stays_on_walkable_ground_apart_and_finite_for_a_minute(yard):
    rng = np.random.default_rng(3)
    places = []
    while len(places) < 36:
        place = rng.uniform(-9.0, 9.0, 2)
        if yard.terrain.grid.holds(yard.terrain.grid.walkable, place, outside=False):
            places.append((float(place[0]), float(place[1])))
    people = [walker(*places[3 * i : 3 * i + 3], speed_mps=0.6 + 0.07 * i) for i in range(12)]
    poses = walk(crowd_of(yard, *people), 60.0)
    assert np.isfinite(poses).all()
    assert yard.terrain.grid.holds(yard.terrain.grid.walkable, poses[..., :2], outside=False).all()
    first, second = np.triu_indices(12, 1)
    gaps = np.linalg.norm(poses[:, first, :2] - poses[:, second, :2], axis=-1)
    assert gaps.min() > 0.5, "radii sum to 0.56 m"


@pytest.mark.parametrize(("behaviour", "touches"), [("blind", True), ("share", False), ("yield", False)])
def test_only_the_blind_walk_into_a_standing_robot(yard, behaviour, touches):
    crowd = crowd_of(yard, walker((-4.0, -6.0), (4.0, -6.0), behaviour=behaviour))
    poses = walk(crowd, 10.0, robot=np.array([0.0, -6.0, math.pi / 2]))[:, 0]
    closest = np.hypot(*(poses[:, :2] - [0.0, -6.0]).T).min()
    assert (closest < 0.3) == touches
    if not touches:
        assert closest > RULES_V0.robot.radius_m + 0.28 - 0.05
        assert poses[-1, 0] > 3.0, "it has come past"


def test_one_that_yields_gives_way_to_a_robot_that_drives_at_it(yard):
    crowd = crowd_of(yard, walker((4.0, -6.05), (-8.0, -6.05), behaviour="yield"))
    robot = np.array([-4.0, -6.0, 0.0])
    poses = walk(crowd, 7.0, robot=robot, velocity=np.array([1.0, 0.0]))[:, 0]
    driven = robot[:2] + np.outer(0.1 * np.arange(1, len(poses) + 1), [1.0, 0.0])
    assert np.hypot(*(poses[:, :2] - driven).T).min() > RULES_V0.robot.radius_m + 0.28 - 0.15


def test_a_touched_pedestrian_stands_for_a_second_and_then_steps_round_the_robot(yard):
    crowd = crowd_of(yard, walker((-1.0, -6.0), (6.0, -6.0), behaviour="blind"))
    robot = np.array([0.0, -6.0, 0.0])
    walk(crowd, 0.4, robot=robot)
    crowd.touched(0, 0.4)
    before = crowd.poses(0.4)[0]
    standing = walk(crowd, 1.0, robot=robot, start_s=0.4)[:, 0]
    assert np.abs(standing[:9] - before).max() < 1e-9
    after = walk(crowd, 8.0, robot=robot, start_s=1.4)[:, 0]
    assert after[-1, 0] > 4.0, "it has come past the robot"
    assert np.hypot(*(after[10:, :2] - robot[:2]).T).min() > 0.5


def test_contacts_while_stepping_round_do_not_stop_it_again_at_once(yard):
    crowd = crowd_of(yard, walker((-1.0, -6.0), (6.0, -6.0)))
    crowd.decide(0.0, AWAY, STILL)
    crowd.touched(0, 0.1)
    crowd.touched(0, 1.2)
    crowd.decide(1.2, AWAY, STILL)
    assert np.hypot(*crowd.velocities[0]) > 0.5
    crowd.touched(0, 2.2)
    assert (crowd.velocities[0] == 0.0).all()


def test_obstacles_are_walls_for_pedestrians(yard):
    crate = ObstaclePlacement(kind="crate", pose=(0.0, -6.0, 0.0))
    poses = walk(crowd_of(yard, walker((-4.0, -6.0), (4.0, -6.0)), obstacles=(crate,)), 9.0)[:, 0]
    assert np.hypot(*(poses[:, :2] - [0.0, -6.0]).T).min() > 0.298 + 0.25
    assert poses[-1, 0] > 3.0


def test_whose_way_is_barred_turns_to_the_next_goal(yard):
    walkable = np.zeros((120, 40), dtype=bool)
    walkable[:, 14:26] = True
    corridor = Grid(walkable, ~walkable, (-6.0, -2.0), 0.1)
    walkers = (walker((-3.0, 0.0), (3.0, 0.0), (-5.0, 0.0)),)
    crowd = Crowd(corridor, yard.episode("ped", pedestrians=walkers), RULES_V0)
    poses = walk(crowd, 12.0, robot=np.array([0.0, 0.0, math.pi / 2]))[:, 0]
    assert -1.2 < poses[:, 0].max() < -0.5, "it came up to the robot, which fills the corridor 1.2 m wide"
    assert poses[-1, 0] < -3.5, "and went back"


def test_without_a_way_to_its_goal_a_pedestrian_stands(yard):
    poses = walk(crowd_of(yard, walker((-6.0, -8.0), (40.0, 0.0))), 2.0)[:, 0]
    assert np.abs(poses[:, :2] - [-6.0, -8.0]).max() < 1e-9


def test_the_same_crowd_walks_the_same_way_twice(yard):
    people = (walker((-6.0, -8.0), (6.0, -8.0)), walker((6.0, -8.0), (-6.0, -8.0), behaviour="yield"))
    assert np.array_equal(walk(crowd_of(yard, *people), 8.0), walk(crowd_of(yard, *people), 8.0))


def test_an_empty_crowd_has_no_poses(yard):
    assert crowd_of(yard).poses(0.0).shape == (0, 3)


def test_a_coarser_cell_is_walkable_only_if_all_of_it_is_and_blocked_if_any_of_it_is():
    walkable = np.ones((3, 4), dtype=bool)
    walkable[0, 1] = False
    blocked = np.zeros((3, 4), dtype=bool)
    blocked[1, 3] = True
    coarse = _coarser(Grid(walkable, blocked, (1.0, 2.0), 0.1), 2)
    assert coarse.walkable.tolist() == [[False, True], [False, False]], "cells beyond the grid are not walkable"
    assert coarse.blocked.tolist() == [[False, True], [False, False]]
    assert (coarse.origin, coarse.cell_m) == ((1.0, 2.0), 0.2)


def test_pedestrians_plan_round_the_obstacles_of_their_episode(yard):
    episode = yard.episode("obstacle_ped", obstacles=(ObstaclePlacement(kind="crate", pose=(3.0, 3.0, 0.0)),))
    grid = planning_grid(yard.terrain.grid, episode)
    assert grid.cell_m == pytest.approx(0.2)
    places = np.array([(3.0, 3.0), (3.0, 5.0)])
    assert grid.holds(grid.blocked, places, outside=True).tolist() == [True, False]
    assert grid.holds(grid.walkable, places, outside=False).tolist() == [False, True]
