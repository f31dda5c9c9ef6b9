import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from navbench_gs.domain.action import Waypoints
from navbench_gs.domain.rules import RULES_V0
from navbench_gs.world.follower import SHORTEST_M, TURN_S, Follower
from s2e_agent.models import controller
from s2e_agent.models.controller import command_of_paths, limit

STEP = 0.25


def judged(points, period_s=STEP):
    follower = Follower(RULES_V0)
    follower.follow(Waypoints(np.asarray(points, dtype=float), period_s), np.zeros(3), 0.0)
    command = follower.command(np.zeros(3), 0.0)
    return command.speed_mps, command.yaw_rate_rps


def ours(points, period_s=STEP):
    return command_of_paths(torch.tensor(points, dtype=torch.float64), period_s)


def straight(step, count=10):
    return [[step * (k + 1), 0.0] for k in range(count)]


def test_the_constants_are_the_followers():
    assert (controller.TURN_S, controller.SHORTEST_M) == (TURN_S, SHORTEST_M)


def test_speed_is_spacing_over_period():
    assert ours(straight(0.2)).tolist() == pytest.approx([0.8, 0.0])


def test_a_quarter_circle_is_driven_with_its_curvature():
    # Carrot at arc 0.5 m of a circle of radius 1 m: chord 2 sin(0.25), bearing 0.25, curvature 1 / radius.
    arc = [[math.sin(0.1 * k), 1.0 - math.cos(0.1 * k)] for k in range(1, 11)]
    speed, yaw_rate = ours(arc).tolist()
    assert yaw_rate / speed == pytest.approx(1.0, rel=1e-3)


def test_a_path_to_the_side_turns_in_place_and_a_point_stands():
    assert ours([[0.0, 0.1 * (k + 1)] for k in range(10)]).tolist() == [0.0, 1.2]
    assert ours(straight(0.0019)).tolist() == [0.0, 0.0]


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.tuples(st.integers(-40, 40), st.integers(-40, 40)), min_size=2, max_size=10),
    st.sampled_from([0.1, 0.25]),
)
def test_any_path_gets_the_command_of_the_judges_follower(steps, period_s):
    points = np.cumsum(np.array(steps) * 0.01, axis=0)
    assert ours(points, period_s).tolist() == pytest.approx(judged(points, period_s), abs=1e-6)


def test_many_paths_at_once_get_what_each_gets_alone():
    paths = torch.randn(4, 3, 10, 2, generator=torch.Generator().manual_seed(0)).cumsum(dim=-2) * 0.1
    together = command_of_paths(paths, STEP)
    assert together.shape == (4, 3, 2)
    assert torch.equal(together[2, 1], command_of_paths(paths[2, 1], STEP))


@pytest.mark.parametrize(
    "points",
    [
        straight(0.0),
        straight(1e-9),
        straight(0.001),
        straight(0.6),
        [[-0.2 * k, 0.0] for k in range(1, 11)],
        [[0.0, 0.2 * k] for k in range(1, 11)],
        [[0.1, 0.0]] * 10,
    ],
    ids=["zero", "nearly zero", "stands", "too fast", "behind", "beside", "stops"],
)
def test_gradients_are_finite_where_the_command_is_cut(points):
    path = torch.tensor(points, dtype=torch.float32, requires_grad=True)
    command_of_paths(path, STEP).sum().backward()
    assert path.grad.isfinite().all()


def test_speeding_can_be_unlearned_but_not_learned_further():
    path = torch.tensor(straight(0.5), requires_grad=True)
    command_of_paths(path, STEP)[0].backward()  # descent lowers the speed
    assert path.grad[:, 0].sum() > 0
    path.grad = None
    (-command_of_paths(path, STEP)[0]).backward()  # descent would raise it
    assert path.grad.abs().sum() == 0


def test_standing_can_be_unlearned():
    path = torch.tensor(straight(0.0015), requires_grad=True)
    (-command_of_paths(path, STEP)[0]).backward()
    assert (path.grad[:, 0].sum() < 0) and command_of_paths(path, STEP)[0] == 0


def test_a_limit_passes_gradients_only_inwards():
    values = torch.tensor([-2.0, 0.5, 2.0], requires_grad=True)
    limit(values, 0.0, 1.0).sum().backward()
    assert values.grad.tolist() == [0.0, 1.0, 1.0]
