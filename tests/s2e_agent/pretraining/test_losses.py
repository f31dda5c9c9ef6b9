import math

import pytest
import torch

from s2e_agent.config.pretraining import PRESETS
from s2e_agent.models.waypoint_mixture import AssignmentRule
from s2e_agent.pretraining.losses import (
    LossTerms,
    guided_batches,
    mixed_terms,
    people_loss,
    pretraining_loss,
    range_loss,
)
from tests.s2e_agent.examples import one_path, two_modes

RULE = AssignmentRule(0.1, 0.1)


def test_the_three_terms_are_those_worked_by_hand():
    terms = pretraining_loss(two_modes([0.2, 9.0]), torch.eye(2), one_path([[0.5, 0.0], [1.0, 0.0]]), RULE)
    assert terms.modes.tolist() == [0]
    assert float(terms.density) == pytest.approx(1.837877, abs=1e-5)  # log 2 pi: the path is mode 0's mean
    assert float(terms.score) == pytest.approx(1.386294, abs=1e-5)  # -log 0.25
    assert float(terms.velocity) == pytest.approx(0.09, abs=1e-6)  # (0.2 - 0.5)^2
    assert float(terms.total(2.0)) == pytest.approx(1.837877 + 1.386294 + 0.18, abs=1e-5)


def test_a_standing_path_trains_scores_and_velocity_but_no_density():
    terms = pretraining_loss(two_modes([0.2, 0.3]), torch.eye(2), one_path([[0.0, 0.0], [0.0, 0.0]]), RULE)
    assert float(terms.density) == 0.0 and float(terms.score) > 0 and float(terms.velocity) > 0


def test_range_loss_is_the_mean_log_error_over_known_ranges():
    measured = torch.tensor([[1.0, float("nan")], [math.e, 0.01]])
    # errors: |0 - log 1| = 0, unknown, |3 - 1| = 2, and 0.01 m counts as 0.2 m: |log 0.2 - log 0.2| = 0
    guessed = torch.tensor([[0.0, 5.0], [3.0, math.log(0.2)]])
    assert float(range_loss(guessed, measured)) == pytest.approx(2 / 3, abs=1e-6)
    assert float(range_loss(guessed, torch.zeros(2, 0))) == 0.0


def test_people_loss_is_the_cross_entropy_of_nearness_over_known_places():
    # nearness e^-1 at 2.5 m, 0 where nobody is within 8 m; a logit of 0 costs log 2 whatever is true.
    ranges = torch.tensor([[[2.5, 8.0, math.nan]]])
    assert float(people_loss(torch.zeros(1, 1, 3), ranges)) == pytest.approx(math.log(2.0))
    near, odds = math.exp(-1.0), math.log(math.exp(-1.0) / (1.0 - math.exp(-1.0)))
    best = -near * math.log(near) - (1.0 - near) * math.log(1.0 - near)
    told = torch.tensor([[[odds, -50.0, 9.0]]])
    assert float(people_loss(told, ranges)) == pytest.approx(best / 2.0, abs=1e-5)
    assert float(people_loss(told, torch.zeros(1, 0))) == 0.0


def test_goal_dropout_by_weight_takes_both_losses_in_the_shares_of_the_draw():
    config = PRESETS["tiny"].pretrain
    batch = one_path([[0.5, 0.0], [1.0, 0.0]])
    (known, with_goal), (unknown, without) = guided_batches(batch, config)
    assert (with_goal, without) == (pytest.approx(0.45), 0.55)
    assert known is batch and unknown.goals.isnan().all() and torch.equal(unknown.paths, batch.paths)
    drawn = config.model_copy(update={"goal_dropout_by": "draw"})
    assert guided_batches(batch, drawn) == [(batch, 1.0)]


def test_terms_of_several_decodings_are_their_weighted_sum():
    def terms(value, mode):
        return LossTerms(*(torch.tensor(value + k) for k in (0.0, 1.0, 2.0)), torch.tensor([mode]))

    mixed = mixed_terms([(terms(1.0, 3), 0.25), (terms(5.0, 1), 0.75)])
    assert [float(x) for x in (mixed.density, mixed.score, mixed.velocity)] == [4.0, 5.0, 6.0]
    assert mixed.modes.tolist() == [3, 1]
