"""Losses against values worked out by hand, and their gradients against differences."""

from __future__ import annotations

import math

import pytest
import torch

from baselines.citywalker.loss import CityWalkerLabels, citywalker_loss
from baselines.citywalker.model import CityWalkerPrediction
from baselines.gnm.loss import ACTION_DISTANCES, GoalLabels, countable_actions, goal_loss
from baselines.masked_mean import masked_mean
from baselines.mbra.clearance import DepthPoints, clearance_loss
from baselines.mbra.loss import RelabellerLabels, logonav_loss, pose_error, relabeller_loss
from baselines.mbra.model import VelocityPlan
from baselines.nomad.loss import nomad_loss
from baselines.waypoints import GoalPrediction


def drawn(*shape: int, seed: int = 0) -> torch.Tensor:
    """Standard normal numbers in double precision that gradients are asked of."""
    return torch.randn(*shape, dtype=torch.float64, generator=torch.Generator().manual_seed(seed)).requires_grad_()


def test_the_masked_mean_divides_by_the_share_that_counts_and_a_hundredth():
    """Items' means 1, 2, 6, the last two count: ((2 + 6) / 3) / (2 / 3 + 0.01)."""
    losses = torch.tensor([[0.0, 2.0], [2.0, 2.0], [4.0, 8.0]])
    mean = masked_mean(losses, torch.tensor([0.0, 1.0, 1.0]))
    assert float(mean) == pytest.approx((8 / 3) / (2 / 3 + 0.01))


def test_goal_loss_by_hand():
    """Distances off by 1 and 3: mean square 5. Actions off by 2 in the one of two that counts: 4 / 2 / (1/2 + .01)."""
    prediction = GoalPrediction(distance=torch.tensor([[1.0], [7.0]]), actions=torch.full((2, 5, 4), 2.0))
    labels = GoalLabels(torch.tensor([2.0, 10.0]), torch.zeros(2, 5, 4), torch.tensor([0.0, 1.0]))
    assert float(goal_loss(prediction, labels)) == pytest.approx(0.005 * 5 + 0.5 * 2 / 0.51)


def test_actions_count_inside_the_window_without_its_ends():
    assert countable_actions(torch.tensor([0, 2, 3, 9, 10, 20]), ACTION_DISTANCES).tolist() == [0, 0, 1, 1, 0, 0]


def test_nomad_loss_by_hand():
    """Distances: mean square (1 + 9) / 2 = 5, times 1/2 / (1/2 + .01). Noise off by 1 in both, one counts: .5 / .51."""
    loss = nomad_loss(
        torch.ones(2, 8, 2),
        torch.zeros(2, 8, 2),
        torch.tensor([[1.0], [3.0]]),
        torch.zeros(2),
        action_counts=torch.tensor([1.0, 0.0]),
        goal_hidden=torch.tensor([False, True]),
    )
    assert float(loss) == pytest.approx(1e-4 * 5 * 0.5 / 0.51 + (1 - 1e-4) * 0.5 / 0.51)


def test_citywalker_loss_by_hand():
    """Waypoint (1, 0) for (0, 1): mean absolute error 1, cosine 0. Arrival logit 0: ln 2. Features off by 1: 1."""
    prediction = CityWalkerPrediction(torch.tensor([[[1.0, 0.0]]]), torch.zeros(1, 1), torch.ones(1, 5, 4))
    labels = CityWalkerLabels(torch.tensor([[[0.0, 1.0]]]), torch.ones(1), torch.zeros(1, 5, 4))
    assert float(citywalker_loss(prediction, labels)) == pytest.approx(1 + math.log(2) + 5 + 0.1, abs=1e-6)


def test_logonav_loss_is_the_plain_mean_square():
    assert float(logonav_loss(torch.tensor([[[1.0, 2.0]]]), torch.zeros(1, 1, 2))) == pytest.approx(2.5)


def test_pose_error_by_hand():
    """Half a turn: (2 * (1 + 1)^2) of nine; a metre ahead: (2 * 1)^2 of nine."""
    goal = torch.zeros(3)
    assert float(pose_error(torch.tensor([0.0, 0.0, math.pi]), goal)) == pytest.approx(8 / 9)
    assert float(pose_error(torch.tensor([1.0, 0.0, 0.0]), goal)) == pytest.approx(4 / 9)


def relabeller_labels(depth: DepthPoints | None = None, *, kind: torch.dtype = torch.float32) -> RelabellerLabels:
    return RelabellerLabels(
        goal_pose=torch.tensor([[0.333, 0.0, 0.0], [9.0, 9.0, 1.0]], dtype=kind),
        goal_counts=torch.tensor([True, False]),
        distance=torch.tensor([4.0, 20.0], dtype=kind),
        radius_m=torch.full((2, 1), 0.5, dtype=kind),
        lead_speed_mps=torch.zeros(2, 1, dtype=kind),
        lead_yaw_rate_rps=torch.zeros(2, 1, dtype=kind),
        depth=depth,
    )


def test_relabeller_loss_by_hand():
    """Speeds 0.5 then 0.5, straight: at 0.1665 and 0.333 m. Last pose right; all poses (2 * 0.1665)^2 / 9 / 2."""
    plan = VelocityPlan(torch.full((2, 2), 0.5), torch.zeros(2, 2), torch.tensor([[4.0], [18.0]]))
    expected = 0.4 * (2 * 0.1665) ** 2 / 9 / 2 + 0.001 * (2.0**2 / 2)
    assert float(relabeller_loss(plan, relabeller_labels())) == pytest.approx(expected, abs=1e-7)


def test_relabeller_smoothness_by_hand():
    """Speeds 0.5 then 0.3 cost 0.5 * 0.2^2 above their poses."""
    plan = VelocityPlan(torch.tensor([[0.5, 0.3]] * 2), torch.zeros(2, 2), torch.tensor([[4.0], [20.0]]))
    first, last = 2 * (0.1665 - 0.333), 2 * (0.8 * 0.333 - 0.333)
    expected = 4 * last**2 / 9 + 0.4 * (first**2 + last**2) / 9 / 2 + 0.5 * 0.04
    assert float(relabeller_loss(plan, relabeller_labels())) == pytest.approx(expected, abs=1e-6)


def wall(ahead_m: float, *, height_m: float = -0.1, kind: torch.dtype = torch.float32) -> DepthPoints:
    """One column of points in the picture's middle at that distance ahead, every patch larger than the cap."""
    points = torch.zeros(1, 3, 2, 41, dtype=kind)
    points[:, 2] = 50.0
    points[:, 0] = torch.arange(41, dtype=kind) * 10
    points[:, 1] = torch.tensor([[height_m], [height_m - 5.0]], dtype=kind)
    points[:, 0, :, 20], points[:, 2, :, 20] = 0.0, ahead_m
    return DepthPoints(points=points, heights=torch.tensor([[0.0, -0.3]], dtype=kind))


def test_clearance_by_hand():
    """Pose 0.6 m ahead, wall at 0.9 m, radius 0.5 m: one point of weight 0.01 lies 0.2 m inside: 2000 * 0.01 * 0.04."""
    loss = clearance_loss(wall(0.9), torch.tensor([[[0.6, 0.0, 0.3]]]), torch.tensor([[0.5]]))
    assert float(loss) == pytest.approx(2000 * 0.01 * 0.04, rel=1e-4)


def test_points_above_or_below_the_band_cost_nothing():
    loss = clearance_loss(wall(0.9, height_m=0.1), torch.tensor([[[0.6, 0.0, 0.0]]]), torch.tensor([[0.5]]))
    assert float(loss) == 0.0


def test_the_gradient_of_every_loss_equals_differences():
    double = torch.float64
    ones, hidden = torch.tensor([1.0, 0.0], dtype=double), torch.tensor([True, False])
    labels = GoalLabels(drawn(2, seed=1).detach(), drawn(2, 3, 4, seed=2).detach(), ones)
    assert torch.autograd.gradcheck(lambda d, a: goal_loss(GoalPrediction(d, a), labels), (drawn(2, 1), drawn(2, 3, 4)))
    noise, distance = drawn(2, 4, 2, seed=3).detach(), drawn(2, seed=4).detach()
    assert torch.autograd.gradcheck(
        lambda n, d: nomad_loss(n, noise, d, distance, action_counts=ones, goal_hidden=hidden),
        (drawn(2, 4, 2), drawn(2, 1)),
    )
    assert torch.autograd.gradcheck(lambda w: logonav_loss(w, noise), (drawn(2, 4, 2),))
    city = CityWalkerLabels(drawn(2, 3, 2, seed=5).detach(), ones, drawn(2, 5, 4, seed=6).detach())
    assert torch.autograd.gradcheck(
        lambda w, a, f: citywalker_loss(CityWalkerPrediction(w, a, f), city),
        (drawn(2, 3, 2), drawn(2, 1), drawn(2, 5, 4)),
    )
    seen = wall(0.4, kind=double)
    both = DepthPoints(points=seen.points.expand(2, -1, -1, -1), heights=seen.heights.expand(2, -1))
    plan = relabeller_labels(both, kind=double)
    assert torch.autograd.gradcheck(
        lambda v, w, d: relabeller_loss(VelocityPlan(v.sigmoid() / 2, w, d), plan),
        (drawn(2, 3), drawn(2, 3), drawn(2, 1)),
    )
