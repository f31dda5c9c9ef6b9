import math

import pytest
import torch
from torch.distributions import Categorical, Independent, MixtureSameFamily, Normal

from s2e_agent.models.action_mixture import (
    CommandMixture,
    PathMixture,
    entropy_bound,
    kl_bound,
    log_density,
    sample,
    sharpened,
    waypoints_of,
)
from s2e_agent.models.waypoint_mixture import Mixture


def commands(scores, means, sigma=(0.5, 2.0)):
    return CommandMixture(torch.tensor([scores]).log(), torch.tensor([means]), torch.tensor(sigma))


TWO = commands([0.25, 0.75], [[0.0, 0.0], [1.0, 0.0]])


def test_density_is_the_log_of_the_weighted_sum_worked_by_hand():
    # At a = (0.5, 2): z = (1, 1) for the first mode and (-1, 1) for the second: both N = exp(-1) / (2 pi 0.5 2).
    density = log_density(TWO, torch.tensor([[0.5, 2.0]]))
    assert density.item() == pytest.approx(-1.0 - math.log(2 * math.pi), abs=1e-6)


def test_density_is_that_of_torchs_own_mixture():
    drawn = torch.randn(1, 2, generator=torch.Generator().manual_seed(3))
    theirs = MixtureSameFamily(Categorical(TWO.log_scores.exp()), Independent(Normal(TWO.means, TWO.sigma), 1))
    assert torch.allclose(log_density(TWO, drawn), theirs.log_prob(drawn), atol=1e-5)


def test_the_entropy_bound_worked_by_hand():
    # H(q) of (1/4, 3/4) = 0.5623 nats; each mode log(2 pi e 0.5 2).
    scores = -(0.25 * math.log(0.25) + 0.75 * math.log(0.75))
    assert entropy_bound(TWO).item() == pytest.approx(scores + 1.0 + math.log(2 * math.pi), abs=1e-6)


@pytest.mark.parametrize("apart", [0.0, 0.3, 1.0, 30.0])
def test_the_bound_is_never_below_the_entropy_and_meets_it_far_apart(apart):
    mixture = commands([0.5, 0.5], [[0.0, 0.0], [apart, 0.0]], (1.0, 1.0))
    many = CommandMixture(*(t.expand(20000, *t.shape[1:]) for t in (mixture.log_scores, mixture.means)), mixture.sigma)
    drawn = sample(many, torch.Generator().manual_seed(0))
    entropy, bound = -log_density(many, drawn).mean().item(), entropy_bound(mixture).item()
    assert entropy <= bound + 0.03
    assert apart < 30.0 or entropy == pytest.approx(bound, abs=0.03)


def test_divergence_of_one_mode_worked_by_hand():
    # Means 1 apart in units of sigma' = 2, sigma 1: log 2 + (1 + 4 ... ) : log(2/1) + (1 + 2^2) / (2 * 4) - 1/2.
    here, there = commands([1.0], [[2.0, 0.0]], (1.0, 1.0)), commands([1.0], [[0.0, 0.0]], (2.0, 1.0))
    assert kl_bound(here, there).item() == pytest.approx(math.log(2) + (1 + 4) / 8 - 0.5, abs=1e-6)


def test_divergence_is_zero_from_itself_and_counts_scores():
    assert kl_bound(TWO, TWO).item() == pytest.approx(0.0, abs=1e-6)
    even = commands([0.5, 0.5], TWO.means[0].tolist())
    expected = 0.25 * math.log(0.25 / 0.5) + 0.75 * math.log(0.75 / 0.5)
    assert kl_bound(TWO, even).item() == pytest.approx(expected, abs=1e-6)


def test_samples_have_the_means_spreads_and_shares_of_their_modes():
    far = commands([0.25, 0.75], [[0.0, 0.0], [100.0, 5.0]])
    many = CommandMixture(far.log_scores.expand(20000, 2), far.means.expand(20000, 2, 2), far.sigma)
    drawn = sample(many, torch.Generator().manual_seed(0))
    second = drawn[:, 0] > 50
    assert second.float().mean().item() == pytest.approx(0.75, abs=0.02)
    assert drawn[second].mean(dim=0).tolist() == pytest.approx([100.0, 5.0], abs=0.1)
    assert drawn[second].std(dim=0).tolist() == pytest.approx([0.5, 2.0], abs=0.05)


def test_the_middle_of_the_likeliest_mode_is_its_mean_command():
    assert TWO.middle(TWO.log_scores.argmax(dim=-1)).tolist() == [[1.0, 0.0]]


def paths(rho=0.6):
    return Mixture(
        log_scores=torch.zeros(1, 1),
        means=torch.zeros(1, 1, 2, 2),
        sigmas=torch.full((1, 1, 2, 2), 2.0),
        rhos=torch.full((1, 1, 2), rho),
        scales=torch.full((1, 1), 0.25),
    )


def test_the_density_of_a_path_has_all_its_waypoints_and_its_scale():
    # At the means: 2 x -log(2 pi 2 2 0.8); the scale is one sigma off: -1/2 - log(0.1) - log(2 pi) / 2.
    action = torch.tensor([[0.0, 0.0, 0.0, 0.0, 0.35]])
    steps = -2 * math.log(2 * math.pi * 3.2)
    scale = -0.5 - math.log(0.1) - 0.5 * math.log(2 * math.pi)
    density = log_density(PathMixture(paths(), torch.tensor(0.1)), action)
    assert density.item() == pytest.approx(steps + scale, abs=1e-4)


def test_the_entropy_of_a_path_is_the_mean_of_minus_its_log_density():
    one = PathMixture(paths(), torch.tensor(0.1))
    many = PathMixture(Mixture(*(t.expand(20000, *t.shape[1:]) for t in vars(one.paths).values())), one.sigma_m)
    drawn = sample(many, torch.Generator().manual_seed(0))
    assert -log_density(many, drawn).mean().item() == pytest.approx(entropy_bound(one).item(), abs=0.05)


def test_the_waypoints_of_a_path_action_are_in_metres():
    action = torch.tensor([[1.0, 0.0, 2.0, 1.0, 0.25], [1.0, 0.0, 2.0, 1.0, -3.0]])
    assert waypoints_of(action)[0].tolist() == [[0.25, 0.0], [0.5, 0.25]]
    assert waypoints_of(action)[1].abs().max().item() == pytest.approx(0.02)  # a negative scale does not turn back


def test_sharpening_squares_the_odds_at_half_the_temperature():
    mixture = paths()
    mixture = Mixture(torch.tensor([[0.25, 0.75]]).log(), *list(vars(mixture).values())[1:])
    assert sharpened(mixture, 0.5).log_scores.exp()[0].tolist() == pytest.approx([0.1, 0.9])
    assert torch.allclose(sharpened(mixture, 1.0).log_scores, mixture.log_scores)
