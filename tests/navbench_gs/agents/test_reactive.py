import math

import numpy as np
import pytest

from navbench_gs.agents.reactive import ReactiveAgent, points_in_the_way
from navbench_gs.domain.observation import Observation
from navbench_gs.domain.rules import RULES_V0
from navbench_gs.errors import AgentCardError

OPEN = np.full((120, 160), np.inf, np.float32)


def seeing(depth: np.ndarray | None, goal: tuple[float, float] = (8.0, 0.0)) -> Observation:
    return Observation(
        0.0, np.array(goal, np.float32), np.array([0.5, 0.0], np.float32), np.zeros(3, np.float32), depth=depth
    )


def decided(depth: np.ndarray, goal: tuple[float, float] = (8.0, 0.0)):
    agent = ReactiveAgent()
    agent.reset(seeing(depth, goal), seed=0)
    return agent.act(seeing(depth, goal))


def test_a_flat_surface_ahead_becomes_points_at_its_distance_from_the_robots_centre():
    depth = np.full((120, 160), 2.0, np.float32)
    points = points_in_the_way(depth, RULES_V0.camera)
    assert points[:, 0] == pytest.approx(2.0 + RULES_V0.camera.forward_m)
    # 90 degrees wide: at 2 m the outermost pixel centres looked at lie 79.5 and 78.5 px of 80 to the sides
    assert points[:, 1].max() == pytest.approx(2.0 * 79.5 / 80.0)
    assert points[:, 1].min() == pytest.approx(-2.0 * 78.5 / 80.0)


def test_the_ground_is_not_in_the_way():
    below = (np.arange(120) + 0.5 - 60.0) / 80.0
    ground = np.where(below > 0, RULES_V0.camera.height_m / np.maximum(below, 1e-9), np.inf)
    assert len(points_in_the_way(np.repeat(ground[:, None], 160, axis=1).astype(np.float32), RULES_V0.camera)) == 0


def test_open_ground_is_driven_straight_ahead():
    action = decided(OPEN)
    assert action.speed_mps == pytest.approx(1.0) and abs(action.yaw_rate_rps) <= 0.3


def test_it_turns_towards_a_goal_on_the_left():
    assert decided(OPEN, (4.0, 4.0)).yaw_rate_rps > 0


@pytest.mark.parametrize(("columns", "sign"), [(slice(60, 160), 1.0), (slice(0, 100), -1.0)])
def test_it_turns_away_from_a_thing_that_covers_the_middle_and_one_side(columns, sign):
    depth = OPEN.copy()
    depth[40:110, columns] = 1.0
    assert math.copysign(1.0, decided(depth).yaw_rate_rps) == sign


def test_it_does_not_drive_on_into_a_wall():
    assert decided(np.full((120, 160), 0.5, np.float32)).speed_mps <= 0.25


def test_it_refuses_to_drive_without_depth():
    with pytest.raises(AgentCardError, match="depth"):
        ReactiveAgent().act(seeing(None))
