import math

import pytest
import torch

from s2e_agent.config.finetuning import PpoConfig
from s2e_agent.models.action_mixture import CommandMixture
from s2e_agent.rl.ppo import LossTerms, clipped_gain, imitation_error, standardised, step_divergence, value_error


def test_the_clipped_gain_worked_by_hand():
    # Ratios 2 and 0.5, clip 0.2. A = 1: min(2, 1.2) = 1.2. A = -1: min(-0.5, -0.8) = -0.8. Mean 0.2.
    log_ratio = torch.tensor([2.0, 0.5]).log()
    assert clipped_gain(log_ratio, torch.tensor([1.0, -1.0]), 0.2).item() == pytest.approx(0.2)


def test_beyond_the_clip_there_is_nothing_more_to_gain_but_all_to_lose():
    log_ratio = torch.tensor([math.log(2.0), math.log(2.0)], requires_grad=True)
    clipped_gain(log_ratio, torch.tensor([1.0, -1.0]), 0.2).backward()
    assert log_ratio.grad.tolist() == pytest.approx([0.0, -1.0])


def test_the_value_error_is_half_the_mean_square():
    assert value_error(torch.tensor([1.0, 2.0]), torch.tensor([3.0, 2.0])).item() == pytest.approx(1.0)


def test_the_divergence_estimate_is_ratio_less_one_less_its_log():
    assert step_divergence(torch.tensor([math.log(2.0)])).item() == pytest.approx(1.0 - math.log(2.0))
    assert step_divergence(torch.zeros(3)).item() == 0.0


def test_standardised_advantages_have_no_mean_and_unit_spread():
    found = standardised(torch.tensor([1.0, 2.0, 6.0]))
    assert found.mean().item() == pytest.approx(0.0, abs=1e-6) and found.std().item() == pytest.approx(1.0)


def test_the_loss_is_minus_policy_plus_alpha_value_less_beta_entropy():
    terms = LossTerms(*(torch.tensor(value) for value in (1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 0.0, 0.0)))
    plain = PpoConfig(value_weight=0.5, entropy_weight=0.1, prior_weight=0.0)
    assert terms.total(plain, warming_up=False).item() == pytest.approx(-1.0 + 0.5 * 2 - 0.1 * 3)
    config = PpoConfig(value_weight=0.5, entropy_weight=0.1, prior_weight=0.25, gain_weight=0.0, imitation_weight=2.0)
    assert terms.total(config, warming_up=False).item() == pytest.approx(0.5 * 2 - 0.1 * 3 + 0.25 * 4 + 2.0 * 5)
    foreseeing = plain.model_copy(update={"foresight_weight": 0.5})
    assert terms.total(foreseeing, warming_up=False).item() == pytest.approx(-1.0 + 0.5 * 2 - 0.1 * 3 - 0.5 * 6)
    assert terms.total(config, warming_up=True).item() == pytest.approx(1.0)


def test_the_imitation_error_counts_taught_samples_alone():
    commands = CommandMixture(torch.zeros(2, 1), torch.zeros(2, 1, 2), torch.ones(2))
    taught = torch.tensor([[1.0, 0.0], [math.nan, math.nan]])
    assert imitation_error(commands, taught).item() == pytest.approx(0.5 + math.log(2 * math.pi))
    assert imitation_error(commands, torch.full((2, 2), math.nan)).item() == 0.0
