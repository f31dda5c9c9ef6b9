import math

import pytest
import torch

from s2e_agent.config.finetuning import RewardWeights
from s2e_agent.rl.path_values import (
    BODY_M,
    PERSON_M,
    SOLID_MARGIN_M,
    dearest,
    expected_worth,
    gain_on_the_way,
    people_gaps,
    pressed,
    regret,
    worth_of_paths,
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
        "pedestrians": torch.zeros(1, 1, 0, 2),
        "touching_solid": torch.tensor([False]),
    }
    worth = worth_of_paths(told, WEIGHTS, 0.25)
    assert worth[0].tolist() == pytest.approx([0.2 - 8.0 * math.exp(-0.1), -0.1])


def test_of_ways_that_all_touch_the_one_that_leads_off_is_worth_more():
    gaps = torch.tensor([[-0.25 * BODY_M, 0.1, 0.5], [-0.25 * BODY_M, -0.5 * BODY_M, -BODY_M]])
    assert dearest(gaps, SOLID_MARGIN_M, 0.25)[0] == dearest(gaps, SOLID_MARGIN_M, 0.25)[1]
    assert pressed(gaps).tolist() == pytest.approx([0.25, 1.75])
    told = {
        "points": torch.zeros(1, 2, 3, 2),
        "solid_distance_m": gaps[None] + BODY_M,
        "gain_m": torch.zeros(1, 2, 3),
        "pedestrians": torch.zeros(1, 3, 0, 2),
        "touching_solid": torch.tensor([False]),
    }
    off, deeper = worth_of_paths(told, WEIGHTS, 0.25)[0].tolist()
    assert off - deeper == pytest.approx(0.5 * 1.5)
    touching = {**told, "touching_solid": torch.tensor([True])}
    assert worth_of_paths(touching, WEIGHTS, 0.25)[0].tolist() == pytest.approx([-0.5 * 0.25, -0.5 * 1.75])


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
        "pedestrians": torch.zeros(1, 4, 0, 2),
        "touching_solid": torch.tensor([False]),
    }
    through, away = worth_of_paths(told, WEIGHTS, 0.25)[0]
    assert through < away


def test_no_path_gains_more_than_its_time_allows():
    told = {
        "points": torch.zeros(1, 1, 2, 2),
        "solid_distance_m": torch.full((1, 1, 2), 9.0),
        "gain_m": torch.full((1, 1, 2), math.inf),
        "pedestrians": torch.zeros(1, 2, 0, 2),
        "touching_solid": torch.tensor([False]),
    }
    assert worth_of_paths(told, WEIGHTS, 0.25).item() == 0.5


def test_paths_meet_pedestrians_where_these_will_be():
    # One walks along x and is at 2, 4 and 6 by the three waypoints; the second path is where it was, the third aside.
    along = torch.tensor([[9.0, 4.0, 9.0], [2.0 - 9.0, 2.0, 4.0], [4.0, 2.0, 9.0]])
    points = torch.stack([along, torch.zeros(3, 3)], dim=-1)[None]
    people = torch.tensor([[[2.0, 0.0]], [[4.0, 0.0]], [[6.0, 0.0]]])[None]
    gaps = people_gaps(points, people)
    assert gaps[0, 0].tolist() == pytest.approx([7.0 - PERSON_M, -PERSON_M, 3.0 - PERSON_M])
    told = {
        "points": points,
        "solid_distance_m": torch.full((1, 3, 3), 9.0),
        "gain_m": torch.zeros(1, 3, 3),
        "pedestrians": people,
        "touching_solid": torch.tensor([False]),
    }
    assert worth_of_paths(told, WEIGHTS, 0.25)[0].tolist() == pytest.approx([-8.0 * math.exp(-0.2), 0.0, 0.0])


def test_the_nearest_of_all_people_counts_and_touching_is_from_body_to_body():
    people = torch.tensor([[[[1e5, 1e5], [PERSON_M + 0.2, 0.0], [3.0, 0.0]]]])
    assert people_gaps(torch.zeros(1, 1, 1, 2), people).item() == pytest.approx(0.2)
    assert people_gaps(torch.zeros(1, 2, 1, 2), torch.zeros(1, 1, 0, 2)).tolist() == [[[math.inf], [math.inf]]]


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
