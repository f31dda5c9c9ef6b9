import math

import numpy as np
import pytest

from navbench_gs.agents.random import HELD_DECISIONS, RandomAgent
from navbench_gs.agents.still import StillAgent
from navbench_gs.agents.straight import SPEED_MPS, StraightAgent
from navbench_gs.domain.action import Velocity
from navbench_gs.domain.observation import Observation
from navbench_gs.domain.rules import RULES_V0


def seeing(goal: tuple[float, float]) -> Observation:
    return Observation(0.0, np.array(goal, np.float32), np.zeros(2, np.float32), np.zeros(3, np.float32))


def test_still_never_moves():
    agent = StillAgent()
    agent.reset(seeing((5.0, 0.0)), seed=1)
    assert agent.act(seeing((5.0, 0.0))) == Velocity(0.0, 0.0)


def test_straight_drives_at_a_goal_ahead_without_turning():
    assert StraightAgent().act(seeing((7.0, 0.0))) == Velocity(SPEED_MPS, 0.0)


@pytest.mark.parametrize(("goal", "turn"), [((-1.0, 0.1), 1.2), ((0.0, -3.0), -1.2)])
def test_straight_turns_in_place_to_a_goal_far_aside_as_fast_as_the_robot_can(goal, turn):
    assert StraightAgent().act(seeing(goal)) == Velocity(0.0, turn)


def test_straight_turns_at_twice_the_bearing():
    action = StraightAgent().act(seeing((math.cos(0.3), math.sin(0.3))))
    assert action.yaw_rate_rps == pytest.approx(0.6, abs=1e-6)
    assert action.speed_mps == pytest.approx(SPEED_MPS * math.cos(0.3), abs=1e-6)


def drawn(seed: int, count: int = 3 * HELD_DECISIONS) -> list[Velocity]:
    agent = RandomAgent()
    agent.reset(seeing((5.0, 0.0)), seed=seed)
    return [agent.act(seeing((5.0, 0.0))) for _ in range(count)]


def test_random_is_a_function_of_its_seed_alone():
    assert drawn(3) == drawn(3)
    assert drawn(3) != drawn(4)


def test_random_holds_a_velocity_for_a_second_and_keeps_the_limits():
    actions = drawn(3)
    assert len(set(actions)) == 3 and len(set(actions[:HELD_DECISIONS])) == 1
    assert all(0 <= a.speed_mps <= RULES_V0.robot.max_speed_mps for a in actions)
    assert all(abs(a.yaw_rate_rps) <= RULES_V0.robot.max_yaw_rate_rps for a in actions)


def test_an_episode_leaves_nothing_behind_in_a_random_agent():
    agent = RandomAgent()
    for _ in range(2):
        agent.reset(seeing((5.0, 0.0)), seed=9)
        first = agent.act(seeing((5.0, 0.0)))
        agent.act(seeing((5.0, 0.0)))
    assert first == drawn(9)[0]
