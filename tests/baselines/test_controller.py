"""The controller of the published deployments, against values worked out by hand."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baselines.controller import SLOW_ROBOT, VelocityLimits, limited_on_the_arc, waypoint_velocity

FAST = VelocityLimits(100.0, 100.0)


def test_a_waypoint_is_reached_in_a_quarter_second():
    """dx / dt = 0.1 / 0.25, atan(dy / dx) / dt = (pi / 4) / 0.25."""
    assert waypoint_velocity((0.1, 0.1), FAST) == pytest.approx((0.4, math.pi))


def test_velocities_are_clipped_and_never_backwards():
    assert waypoint_velocity((0.1, 0.1), SLOW_ROBOT) == (0.2, 0.4)
    assert waypoint_velocity((-0.1, 0.05), SLOW_ROBOT) == (0.0, -0.4)


def test_a_waypoint_abreast_turns_on_the_spot():
    assert waypoint_velocity((0.0, -0.2), FAST) == pytest.approx((0.0, -math.pi / 0.5))
    assert waypoint_velocity((0.0, -0.2, 1.0, 0.0), FAST) == pytest.approx((0.0, -math.pi / 0.5))


def test_the_heading_counts_only_on_the_own_place():
    assert waypoint_velocity((0.0, 0.0, 0.0, 1.0), FAST) == pytest.approx((0.0, math.pi / 2 / 0.25))
    assert waypoint_velocity((0.0, 0.0, -1.0, 0.0), FAST) == pytest.approx((0.0, -math.pi / 0.25))
    assert waypoint_velocity((0.0, 0.0), FAST) == (0.0, 0.0)


@pytest.mark.parametrize(
    ("asked", "given_back"),
    [
        ((0.1, -0.2), (0.1, -0.2)),
        ((0.2, 0.6), (0.1, 0.3)),
        ((0.5, 0.0005), (0.3, 0.0)),
        ((0.5, 0.1), (0.3, 0.06)),
        ((0.4, -1.0), (0.12, -0.3)),
    ],
)
def test_limits_keep_the_arc(asked, given_back):
    assert limited_on_the_arc(*asked, VelocityLimits(0.3, 0.3)) == pytest.approx(given_back)


@given(st.floats(0, 2), st.floats(-3, 3))
def test_limited_velocities_are_within_the_limits(speed, yaw_rate):
    limits = VelocityLimits(0.3, 0.2)
    limited = limited_on_the_arc(speed, yaw_rate, limits)
    assert limited[0] <= limits.speed_mps + 1e-12
    assert abs(limited[1]) <= limits.yaw_rate_rps + 1e-12
