import math

import numpy as np
import pytest

from navbench_gs.agents.oracle.rollouts import HULL_DISC_M, Candidates, RouteAhead, hull_discs, roll_out
from navbench_gs.domain.rules import RobotRules

ROBOT = RobotRules()


def arcs(*pairs: tuple[float, float]) -> Candidates:
    speeds, turns = np.array(pairs).T
    return Candidates(speeds, turns, np.zeros(len(pairs)))


def test_a_robot_at_speed_that_keeps_it_drives_straight_on():
    drives = roll_out(
        np.array([1.0, 2.0, math.pi / 2]), np.array([1.0, 0.0]), arcs((1.0, 0.0)), ROBOT, steps=10, step_s=0.2
    )
    assert drives.poses[-1, 0] == pytest.approx((1.0, 4.0, math.pi / 2))


def test_speed_grows_no_faster_than_the_robot_can():
    drives = roll_out(np.zeros(3), np.zeros(2), arcs((1.2, 0.0)), ROBOT, steps=4, step_s=0.2)
    # 2 m/s2: 0.4, 0.8, 1.2, 1.2 m/s for 0.2 s each
    assert drives.poses[:, 0, 0] == pytest.approx([0.08, 0.24, 0.48, 0.72])


def test_turning_in_place_does_not_move_the_centre():
    drives = roll_out(np.zeros(3), np.array([0.0, 1.0]), arcs((0.0, 1.0)), ROBOT, steps=5, step_s=0.2)
    assert drives.poses[-1, 0] == pytest.approx((0.0, 0.0, 1.0))


def test_a_drive_along_a_route_ends_on_it_and_one_beside_it_ends_beside():
    route = RouteAhead(np.array([(0.0, 0.0), (20.0, 0.0)]))
    beside = Candidates(np.ones(3), np.full(3, np.nan), np.array([0.0, 0.8, -0.8]))
    drives = roll_out(np.zeros(3), np.array([1.0, 0.0]), beside, ROBOT, steps=30, step_s=0.2, route=route)
    assert drives.poses[-1, :, 1] == pytest.approx([0.0, 0.8, -0.8], abs=0.05)
    assert drives.poses[-1, :, 0].min() > 5.0


def test_the_nearest_point_of_a_route_is_a_foot_of_the_perpendicular():
    route = RouteAhead(np.array([(0.0, 0.0), (4.0, 0.0), (4.0, 4.0)]))
    assert route.nearest(3.0, -0.5) == pytest.approx((3.0, 0.5))
    assert route.nearest(5.0, 1.0) == pytest.approx((5.0, 1.0))


def test_two_discs_cover_the_corners_of_the_robot():
    discs = hull_discs(np.array([[[3.0, 1.0, 0.7]]]))[0, 0]
    corners = np.array([(sx * ROBOT.length_m / 2, sy * ROBOT.width_m / 2) for sx in (1, -1) for sy in (1, -1)])
    turned = corners @ np.array([[math.cos(0.7), math.sin(0.7)], [-math.sin(0.7), math.cos(0.7)]]) + (3.0, 1.0)
    apart = np.linalg.norm(turned[:, None] - discs[None], axis=2).min(axis=1)
    assert (apart <= HULL_DISC_M).all()
