import math

import pytest
import torch

from s2e_agent.config.finetuning import RewardWeights
from s2e_agent.rl import rewards

WEIGHTS = RewardWeights()


def infos(**changes):
    calm = {
        "progress_m": 0.2,
        "success": False,
        "contact": False,
        "touching": False,
        "solid_clearance_m": 2.0,
        "edge_clearance_m": 2.0,
        "off_walkable": False,
        "pedestrian_gap_m": math.inf,
    }
    return {name: torch.tensor([value]) for name, value in (calm | changes).items()}


def test_a_calm_step_earns_its_progress_alone():
    terms = rewards.goal_terms(infos(), WEIGHTS) | rewards.rule_terms(infos(), WEIGHTS)
    assert rewards.total(terms).tolist() == pytest.approx([0.2])
    assert all(abs(value.item()) == 0 for name, value in terms.items() if name != "progress")


def test_arrival_pays_once_and_a_contact_costs_its_onset_and_every_step_of_it():
    arrived = rewards.goal_terms(infos(success=True), WEIGHTS)
    assert rewards.total(arrived).item() == pytest.approx(0.2 + WEIGHTS.arrival)
    hit = rewards.goal_terms(infos(contact=True, touching=True, progress_m=0.0), WEIGHTS)
    assert rewards.total(hit).item() == pytest.approx(-WEIGHTS.contact - WEIGHTS.touching)


def test_nearness_rises_from_the_margin_to_the_thing():
    assert rewards.nearness(torch.tensor([math.inf, 0.8, 0.4, 0.0, -0.1]), 0.8).tolist() == [0.0, 0.0, 0.5, 1.0, 1.0]


def test_half_a_margin_costs_half_a_weight():
    half = infos(
        solid_clearance_m=WEIGHTS.clearance_margin_m / 2,
        edge_clearance_m=WEIGHTS.edge_margin_m / 2,
        pedestrian_gap_m=WEIGHTS.social_margin_m / 2,
    )
    terms = rewards.rule_terms(half, WEIGHTS)
    expected = {"clearance": WEIGHTS.clearance, "centring": WEIGHTS.centring, "social": WEIGHTS.social}
    assert {name: value.item() for name, value in terms.items()} == pytest.approx(
        {name: -0.5 * weight for name, weight in expected.items()}
    )


def test_off_the_walkway_is_worse_than_any_place_on_it():
    off = rewards.rule_terms(infos(off_walkable=True), WEIGHTS)
    assert off["centring"].item() == pytest.approx(-WEIGHTS.centring)


def test_smoothness_is_the_mean_square_of_the_shares_of_the_hardest_changes():
    # In 0.25 s at most 2 m/s^2 * 0.25 = 0.5 m/s and 4 rad/s^2 * 0.25 = 1 rad/s: shares 0.5 and 1.
    before, after = torch.tensor([[0.5, 0.0]]), torch.tensor([[0.75, -1.0]])
    assert rewards.smoothness(before, after, 0.25).item() == pytest.approx(-(0.25 + 1.0) / 2)
    assert rewards.smoothness(before, before, 0.25).item() == 0.0


def test_likeness_falls_with_the_density_of_the_pretrained_policy_down_to_a_floor():
    assert rewards.likeness(torch.tensor([0.3, 0.0, -2.5, -50.0]), 5.0).tolist() == [0.0, 0.0, -0.5, -1.0]


def test_the_reward_of_people_is_the_weighted_sum():
    still = torch.zeros(1, 2)
    terms = rewards.human_terms(still, torch.tensor([[0.5, 1.0]]), 0.25, torch.tensor([-5.0]), WEIGHTS)
    assert rewards.total(terms).item() == pytest.approx(-WEIGHTS.smoothness - WEIGHTS.likeness)
