import math

import pytest
import torch

from s2e_agent.models.waypoint_mixture import (
    AssignmentRule,
    Mixture,
    assigned_modes,
    mean_angles,
    mode_usage,
    path_log_density,
    path_scale,
    score_entropy,
    step_log_density,
)

RULE = AssignmentRule(tie_rad=0.1, short_path_m=0.1)
STRAIGHT = [[1.0, 0.0], [2.0, 0.0]]
LEFT = [[0.0, 1.0], [0.0, 2.0]]


def mixture(means, sigma=1.0, rho=0.0):
    means = torch.tensor([means])
    return Mixture(
        log_scores=torch.log_softmax(torch.zeros(1, means.shape[1]), dim=-1),
        means=means,
        sigmas=torch.full(means.shape, sigma),
        rhos=torch.full(means.shape[:-1], rho),
        scales=torch.full(means.shape[:2], 0.25),
    )


def everything(paths):
    return torch.ones(1, len(paths), dtype=torch.bool)


def test_step_density_is_the_bivariate_formula_worked_by_hand():
    # z = (0.5, -1), rho = 0.6: square = (0.25 + 1 + 0.6) / 0.64 = 2.890625; |Sigma|^(1/2) = 2 * 1 * 0.8
    density = step_log_density(
        torch.tensor([2.0, 1.0]), torch.tensor([1.0, 2.0]), torch.tensor([2.0, 1.0]), torch.tensor(0.6)
    )
    assert float(density) == pytest.approx(-0.5 * 2.890625 - math.log(2 * math.pi * 1.6), abs=1e-6)


def test_path_density_is_the_mean_over_valid_steps():
    path = torch.tensor([[[1.0, 0.0], [5.0, 5.0]]])
    at_mean = -math.log(2 * math.pi)
    both = path_log_density(mixture([STRAIGHT]), path, torch.tensor([[True, True]]))
    first = path_log_density(mixture([STRAIGHT]), path, torch.tensor([[True, False]]))
    assert float(first) == pytest.approx(at_mean, abs=1e-6)
    assert float(both) == pytest.approx(at_mean - 0.25 * (9 + 25), abs=1e-5)


def test_scale_is_the_mean_step_length_in_metres():
    path = torch.tensor([[[0.3, 0.4], [0.3, 0.5], [9.0, 9.0]]])
    assert float(path_scale(path, torch.tensor([[True, True, False]]))) == pytest.approx((0.5 + 0.1) / 2)


def test_angles_between_straight_and_left_are_a_quarter_turn():
    angles = mean_angles(torch.tensor([[STRAIGHT, LEFT]]), torch.tensor([STRAIGHT]), everything(STRAIGHT))
    assert angles[0].tolist() == pytest.approx([0.0, math.pi / 2])


def test_a_path_belongs_to_the_mode_that_turns_least_from_it_wherever_its_anchor_is():
    far_but_aligned, near_but_askew = torch.tensor([[9.0, 9.0]]), torch.tensor([[0.0, 2.0]])
    modes, short = assigned_modes(
        mixture([STRAIGHT, LEFT]),
        torch.cat([near_but_askew, far_but_aligned]),
        torch.tensor([LEFT]),
        everything(LEFT),
        RULE,
    )
    assert modes.tolist() == [1] and short.tolist() == [False]


def test_near_ties_go_to_the_nearer_anchor():
    nearly = [[1.0, 0.05], [2.0, 0.1]]
    anchors = torch.tensor([[0.5, 0.0], [2.0, 0.1]])
    modes, _ = assigned_modes(
        mixture([STRAIGHT, nearly]), anchors, torch.tensor([STRAIGHT]), everything(STRAIGHT), RULE
    )
    assert modes.tolist() == [1]


def test_short_paths_go_to_the_nearest_anchor_of_all():
    still = [[0.02, 0.0], [0.03, 0.0]]
    anchors = torch.tensor([[2.0, 0.0], [0.0, 0.05]])
    modes, short = assigned_modes(mixture([STRAIGHT, LEFT]), anchors, torch.tensor([still]), everything(still), RULE)
    assert modes.tolist() == [1] and short.tolist() == [True]


def test_half_a_horizon_is_compared_to_half_the_way_to_an_anchor():
    half = torch.tensor([[[1.0, 0.0], [1.0, 0.0]]])
    anchors = torch.tensor([[1.0, 0.0], [2.0, 0.0]])
    modes, _ = assigned_modes(mixture([STRAIGHT, STRAIGHT]), anchors, half, torch.tensor([[True, False]]), RULE)
    assert modes.tolist() == [1]


def test_assignment_carries_no_gradient():
    means = torch.tensor([[STRAIGHT, LEFT]], requires_grad=True)
    mix = Mixture(torch.zeros(1, 2), means, torch.ones(1, 2, 2, 2), torch.zeros(1, 2, 2), torch.ones(1, 2))
    modes, _ = assigned_modes(mix, torch.ones(2, 2), torch.tensor([LEFT]), everything(LEFT), RULE)
    assert not modes.requires_grad


def test_usage_counts_modes():
    assert mode_usage(torch.tensor([0, 2, 2, 2]), 4).tolist() == [0.25, 0.0, 0.75, 0.0]


def test_paths_in_metres_are_means_times_scale():
    assert mixture([STRAIGHT]).paths()[0, 0].tolist() == [[0.25, 0.0], [0.5, 0.0]]


def test_the_entropy_of_scores_is_that_of_a_loaded_coin():
    mix = mixture([STRAIGHT, LEFT])
    loaded = Mixture(torch.log(torch.tensor([[0.25, 0.75]])), mix.means, mix.sigmas, mix.rhos, mix.scales)
    assert float(score_entropy(mix)) == pytest.approx(math.log(2))
    assert float(score_entropy(loaded)) == pytest.approx(0.25 * math.log(4) + 0.75 * math.log(4 / 3))
