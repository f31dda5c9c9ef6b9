import math

import pytest
import torch

from s2e_agent.finetune_config import RewardWeights
from s2e_agent.foresight import (
    BODY_M,
    NOWHERE_M,
    PEOPLE,
    PERSON_M,
    SOLID_MARGIN_M,
    Outlook,
    dearest,
    expected_worth,
    gain_on_the_way,
    outlook_of,
    pressed,
    regret,
    worth_of_modes,
)

WEIGHTS = RewardWeights(progress=1.0, contact=8.0)


def test_the_worst_of_a_way_is_its_nearest_touch_faded_by_time():
    # Half the margin of 0.4 m at 2.5 s: 0.5 / e; a touch at 5 s: 1 / e^2, less than that.
    gaps = torch.tensor([[0.2, 0.0], [0.4, 0.0], [9.0, 9.0]])
    expected = [0.5 / math.e, math.exp(-2.0), 0.0]
    assert dearest(gaps, 0.4, 2.5).tolist() == pytest.approx(expected)


def test_a_path_is_worth_what_it_gains_less_what_it_touches():
    told = {
        "points": torch.zeros(1, 2, 1, 2),
        "solid_distance_m": torch.tensor([[[BODY_M], [5.0]]]),
        "gain_m": torch.tensor([[[0.2], [-0.1]]]),
        "pedestrians": torch.zeros(1, 0, 2),
        "touching_solid": torch.tensor([False]),
    }
    outlook = outlook_of(told, WEIGHTS, 0.25)
    assert outlook.worth[0].tolist() == pytest.approx([0.2 - 8.0 * math.exp(-0.1), -0.1])
    assert outlook.people.shape == (1, PEOPLE, 2) and bool((outlook.people == NOWHERE_M).all())


def test_of_ways_that_all_touch_the_one_that_leads_off_is_worth_more():
    gaps = torch.tensor([[-0.25 * BODY_M, 0.1, 0.5], [-0.25 * BODY_M, -0.5 * BODY_M, -BODY_M]])
    assert dearest(gaps, SOLID_MARGIN_M, 0.25)[0] == dearest(gaps, SOLID_MARGIN_M, 0.25)[1]
    assert pressed(gaps).tolist() == pytest.approx([0.25, 1.75])
    told = {
        "points": torch.zeros(1, 2, 3, 2),
        "solid_distance_m": gaps[None] + BODY_M,
        "gain_m": torch.zeros(1, 2, 3),
        "pedestrians": torch.zeros(1, 0, 2),
        "touching_solid": torch.tensor([False]),
    }
    off, deeper = outlook_of(told, WEIGHTS, 0.25).worth[0].tolist()
    assert off - deeper == pytest.approx(0.5 * 1.5)
    touching = {**told, "touching_solid": torch.tensor([True])}
    assert outlook_of(touching, WEIGHTS, 0.25).worth[0].tolist() == pytest.approx([-0.5 * 0.25, -0.5 * 1.75])


def test_nothing_is_gained_behind_what_a_body_cannot_pass():
    gains = torch.tensor([1.0, 2.0, 3.0]).expand(4, 3)
    gaps = torch.tensor([[0.5, 0.5, 0.5], [0.5, -0.2, 0.5], [-0.2, 0.5, 0.5], [-0.05, -0.05, -0.2]])
    assert gain_on_the_way(gains, gaps).tolist() == [3.0, 1.0, 0.0, 2.0]


def test_pressing_on_towards_a_goal_behind_a_wall_is_worth_less_than_leaving_it():
    """A robot at a thin wall: one way leads through it, to where much is gained; the other along it and away."""
    told = {
        "points": torch.zeros(1, 2, 4, 2),
        "solid_distance_m": torch.tensor([[[0.1, 0.0, 0.1, 0.5], [0.3, 0.35, 0.6, 1.0]]]),
        "gain_m": torch.tensor([[[0.2, 5.0, 5.5, 6.0], [0.0, -0.1, -0.2, 0.1]]]),
        "pedestrians": torch.zeros(1, 0, 2),
        "touching_solid": torch.tensor([False]),
    }
    through, away = outlook_of(told, WEIGHTS, 0.25).worth[0]
    assert through < away


def test_no_path_gains_more_than_its_time_allows():
    told = {
        "points": torch.zeros(1, 1, 2, 2),
        "solid_distance_m": torch.full((1, 1, 2), 9.0),
        "gain_m": torch.full((1, 1, 2), math.inf),
        "pedestrians": torch.zeros(1, 0, 2),
        "touching_solid": torch.tensor([False]),
    }
    assert outlook_of(told, WEIGHTS, 0.25).worth.item() == 0.5


def test_the_nearest_pedestrians_are_kept():
    places = torch.arange(20.0)[None, :, None].expand(1, 20, 2)
    told = {
        "points": torch.full((1, 1, 1, 2), 19.0),
        "solid_distance_m": torch.full((1, 1, 1), 9.0),
        "gain_m": torch.zeros(1, 1, 1),
        "pedestrians": places,
        "touching_solid": torch.tensor([False]),
    }
    kept = outlook_of(told, WEIGHTS, 0.25).people[0, :, 0]
    assert kept.tolist() == [19.0 - number for number in range(PEOPLE)]


def outlook(place, ways):
    """One robot; a pedestrian at (place, 0); modes whose waypoints lie at the x given."""
    points = torch.tensor(ways)[None, :, :, None] * torch.tensor([1.0, 0.0])
    people = torch.full((1, PEOPLE, 2), NOWHERE_M)
    people[0, 0] = torch.tensor([place, 0.0])
    return Outlook(torch.zeros(1, len(ways)), points, people)


def test_modes_meet_pedestrians_where_these_will_be():
    # The pedestrian walks 0, 2, 4, 6; the first mode of moment 0 is at 4 when it is there, the second is never near.
    outlooks = [outlook(2.0 * t, [[9.0, 4.0], [9.0, 11.0]]) for t in range(4)]
    never = torch.zeros(4, 1, dtype=torch.bool)
    worth = worth_of_modes(outlooks, never, WEIGHTS, 0.25)[:, 0]
    assert worth[0].tolist() == pytest.approx([-8.0 * math.exp(-0.5 / 2.5), 0.0])
    assert worth[1].tolist() == [0.0, 0.0]


def test_what_lies_beyond_the_last_moment_or_an_end_is_not_known():
    outlooks = [outlook(float(t), [[2.0, 2.0]]) for t in range(4)]
    never = torch.zeros(4, 1, dtype=torch.bool)
    assert worth_of_modes(outlooks, never, WEIGHTS, 0.25).isnan()[:, 0, 0].tolist() == [False, False, True, True]
    ended = never.clone()
    ended[1] = True
    assert worth_of_modes(outlooks, ended, WEIGHTS, 0.25).isnan()[:, 0, 0].tolist() == [True, True, True, True]


def test_where_nobody_is_to_be_met_all_is_known():
    outlooks = [outlook(100.0, [[2.0, 2.0]]) for _ in range(3)]
    ended = torch.ones(3, 1, dtype=torch.bool)
    assert worth_of_modes(outlooks, ended, WEIGHTS, 0.25).tolist() == [[[0.0]]] * 3


def test_moments_of_unknown_worth_teach_nothing():
    log_scores = torch.log(torch.tensor([[0.5, 0.5], [0.25, 0.75]])).requires_grad_()
    worth = torch.tensor([[math.nan, math.nan], [1.0, -1.0]])
    gain = expected_worth(log_scores, worth)
    assert gain.item() == pytest.approx(-0.5) and regret(log_scores, worth).item() == 2.0
    gain.backward()
    assert log_scores.grad[0].tolist() == [0.0, 0.0] and log_scores.grad[1].abs().sum() > 0
    assert expected_worth(log_scores, torch.full((2, 2), math.nan)).item() == 0.0


def test_touching_distance_is_from_body_to_pedestrian():
    outlooks = [outlook(0.0, [[PERSON_M + 0.2]]), outlook(0.0, [[9.0]])]
    worth = worth_of_modes(outlooks, torch.zeros(2, 1, dtype=torch.bool), WEIGHTS, 0.25)
    assert worth[0].item() == pytest.approx(-8.0 * 0.5 * math.exp(-0.1), abs=1e-5)


def test_the_gradient_raises_the_score_of_the_better_mode():
    scores = torch.zeros(1, 2, requires_grad=True)
    found = expected_worth(torch.log_softmax(scores, dim=-1), torch.tensor([[1.0, -1.0]]))
    found.backward()
    # q = 1/2 each: d/ds sum q w = q (w - mean) = 1/2, -1/2.
    assert found.item() == 0.0 and scores.grad.tolist() == [[0.5, -0.5]]


def test_regret_is_what_the_best_mode_was_worth_more_than_the_likeliest():
    scores = torch.tensor([[0.1, 0.2], [0.7, 0.1]])
    worth = torch.tensor([[3.0, 1.0], [5.0, -4.0]])
    assert regret(scores, worth).item() == pytest.approx((2.0 + 0.0) / 2)
