import math

import numpy as np
import pytest

from navbench_gs.domain.action import Velocity, Waypoints
from navbench_gs.domain.rules import RULES_V0
from navbench_gs.world.follower import Follower, limited

HERE = np.array([1.0, 2.0, math.pi / 2])
"""A pose that is not the origin, so that mixed up frames show."""


def command(points, *, period_s=0.2, pose=HERE, waited_s=0.0):
    follower = Follower(RULES_V0)
    follower.follow(Waypoints(np.array(points, dtype=float), period_s), HERE, 5.0)
    return follower.command(pose, 5.0 + waited_s)


def straight(speed, count=10, period_s=0.2):
    return [(speed * period_s * (i + 1), 0.0) for i in range(count)]


def driven(points, *, period_s, seconds, start=(0.0, 0.0, 0.0)):
    """Poses of an ideal robot that obeys the follower, the plan given once a second in the world frame."""
    pose, poses = np.array(start, dtype=float), []
    follower = Follower(RULES_V0)
    follower.follow(Waypoints(np.array(points, dtype=float), period_s), pose, 0.0)
    for tick in range(round(seconds / 0.05)):
        move = follower.command(pose, tick * 0.05)
        pose = pose + 0.05 * np.array(
            [move.speed_mps * math.cos(pose[2]), move.speed_mps * math.sin(pose[2]), move.yaw_rate_rps]
        )
        poses.append(pose)
    return np.array(poses)


def test_speed_is_spacing_over_time_step():
    assert command(straight(0.8)) == Velocity(pytest.approx(0.8), pytest.approx(0.0))
    assert command(straight(0.8, period_s=0.5), period_s=0.5).speed_mps == pytest.approx(0.8)


def test_speed_and_yaw_rate_keep_the_limits():
    assert command(straight(5.0)).speed_mps == 1.2
    assert limited(Velocity(-3.0, 9.0), RULES_V0) == Velocity(0.0, 1.2)
    assert limited(Velocity(3.0, -9.0), RULES_V0) == Velocity(1.2, -1.2)


def test_curvature_is_that_of_the_circle_through_the_lookahead_point():
    # a quarter circle of radius 1 m to the left at 0.5 m/s: the robot turns at 0.5 rad/s
    arc = [(math.sin(a), 1.0 - math.cos(a)) for a in np.linspace(0.0, math.pi / 2, 32)[1:]]
    move = command(arc, period_s=math.pi / 2 / 31 / 0.5)
    assert move.speed_mps == pytest.approx(0.5, rel=0.01)
    assert move.yaw_rate_rps == pytest.approx(0.5, rel=0.03)


@pytest.mark.parametrize(("bearing_deg", "turns_in_place"), [(50.0, False), (70.0, True), (-100.0, True)])
def test_beyond_sixty_degrees_the_robot_turns_in_place(bearing_deg, turns_in_place):
    bearing = math.radians(bearing_deg)
    points = [(0.1 * i * math.cos(bearing), 0.1 * i * math.sin(bearing)) for i in range(1, 11)]
    move = command(points)
    assert (move.speed_mps == 0.0) == turns_in_place
    assert math.copysign(1.0, move.yaw_rate_rps) == math.copysign(1.0, bearing)


def test_a_plan_is_held_for_a_second_then_the_robot_stops():
    assert command(straight(0.5), waited_s=0.95).speed_mps == pytest.approx(0.5)
    assert command(straight(0.5), waited_s=1.0) == Velocity(0.0, 0.0)


def test_without_a_plan_the_robot_stands():
    follower = Follower(RULES_V0)
    assert follower.command(HERE, 0.0) == Velocity(0.0, 0.0)
    follower.follow(Waypoints(np.array(straight(1.0)), 0.2), HERE, 0.0)
    follower.reset()
    assert follower.command(HERE, 0.0) == Velocity(0.0, 0.0)


def test_a_plan_that_stays_here_stands():
    assert command([(0.0, 0.0)] * 8) == Velocity(0.0, 0.0)


def test_the_path_is_anchored_where_the_agent_decided():
    # the robot has moved on by 0.3 m, facing +y: the path's end at (1, 2 + 0.4) is 0.1 m ahead of it
    follower = Follower(RULES_V0)
    follower.follow(Waypoints(np.array([(0.2, 0.0), (0.4, 0.0)]), 0.2), HERE, 0.0)
    moved = HERE + np.array([0.0, 0.3, 0.0])
    assert follower.command(moved, 0.1).speed_mps == pytest.approx(1.0)
    assert follower.command(HERE + np.array([0.0, 0.4, 0.0]), 0.2) == Velocity(0.0, 0.0)


def test_an_ideal_robot_ends_on_the_path_it_was_given():
    points = [(0.2 * i, 0.3) for i in range(1, 11)]
    poses = driven(points, period_s=0.2, seconds=1.0)
    assert abs(poses[-1, 1] - 0.3) < 0.08
    assert abs(poses[-1, 2]) < 0.25
