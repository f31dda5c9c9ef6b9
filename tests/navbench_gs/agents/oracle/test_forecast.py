import numpy as np
import pytest

from navbench_gs.agents.oracle.forecast import PedestrianForecast
from navbench_gs.domain.episode import PedestrianPlacement, Point, Pose
from navbench_gs.domain.state import WorldState
from navbench_gs.terrain.terrain import Grid


@pytest.fixture
def floor() -> Grid:
    return Grid(np.ones((200, 200), bool), np.zeros((200, 200), bool), (-10.0, -10.0), 0.1)


def walker(start: Pose, *goals: Point, speed: float = 1.0, wait: float = 0.0) -> PedestrianPlacement:
    return PedestrianPlacement(
        look="student", start=start, goals=goals, speed_mps=speed, radius_m=0.28, behaviour="blind", wait_s=wait
    )


def world(pedestrians: list[Pose], velocities: list[Point], time_s: float = 0.0) -> WorldState:
    return WorldState(time_s, np.zeros(3), np.zeros(2), np.array(pedestrians), np.array(velocities))


def test_one_who_walks_alone_goes_straight_to_its_goal_at_its_speed(floor):
    forecast = PedestrianForecast([walker((0.0, 0.0, 0.0), (8.0, 0.0), speed=1.2)], floor)
    places = forecast.places(world([(0.0, 0.0, 0.0)], [(1.2, 0.0)]), 10, 0.2)
    assert places.shape == (10, 1, 2)
    assert places[-1, 0] == pytest.approx((2.4, 0.0), abs=0.05)


def test_one_who_waits_stands_until_then(floor):
    forecast = PedestrianForecast([walker((0.0, 0.0, 0.0), (8.0, 0.0), wait=5.0)], floor)
    places = forecast.places(world([(0.0, 0.0, 0.0)], [(0.0, 0.0)], time_s=4.0), 10, 0.2)
    assert places[4, 0] == pytest.approx((0.0, 0.0))
    assert places[-1, 0, 0] == pytest.approx(1.0, abs=0.05)


def test_one_at_its_goal_turns_to_the_next(floor):
    forecast = PedestrianForecast([walker((0.0, 0.0, 0.0), (0.3, 0.0), (0.0, 6.0))], floor)
    places = forecast.places(world([(0.0, 0.0, 0.0)], [(0.0, 0.0)]), 10, 0.2)
    assert places[-1, 0, 1] > 1.5


def test_a_wall_in_between_is_walked_round(floor):
    floor.blocked[120:123, 60:140] = True  # x 2..2.3, y -4..4
    forecast = PedestrianForecast([walker((0.0, 3.0, 0.0), (5.0, 3.0))], floor)
    places = forecast.places(world([(0.0, 3.0, 0.0)], [(0.0, 0.0)]), 25, 0.2)
    assert places[:, 0, 1].max() > 4.2 and places[-1, 0, 0] > 3.0
    assert not floor.holds(floor.blocked, places[:, 0], outside=True).any()


def test_two_who_meet_step_aside_for_each_other(floor):
    pair = [walker((-2.0, 0.0, 0.0), (6.0, 0.0)), walker((2.0, 0.05, 3.1), (-6.0, 0.0))]
    places = PedestrianForecast(pair, floor).places(
        world([(-2.0, 0.0, 0.0), (2.0, 0.05, 3.1)], [(1.0, 0.0), (-1.0, 0.0)]), 20, 0.2
    )
    assert np.hypot(*(places[:, 0] - places[:, 1]).T).min() > 0.5
    assert places[-1, 0, 0] > 0.5 and places[-1, 1, 0] < -0.5
