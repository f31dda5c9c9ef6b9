import json
import math

import pytest
import torch

from navbench_gs.errors import WeightsError
from navbench_gs.training.loop import Training
from s2e_agent.checkpoint import load_policy, save_policy
from s2e_agent.config import PRESETS
from s2e_agent.dataset import Batch, read_samples
from s2e_agent.mixture import AssignmentRule, Mixture
from s2e_agent.policy import Policy
from s2e_agent.pretrain import (
    Pretraining,
    displacement_errors,
    pretrain,
    pretraining_loss,
    range_loss,
    start_from,
)


def one_path(path):
    count = len(path)
    return Batch(
        frames=torch.zeros(1, 1, 1, 3),
        history=torch.zeros(1, 1, dtype=torch.long),
        present=torch.ones(1, 1, dtype=torch.bool),
        goals=torch.zeros(1, 2),
        paths=torch.tensor([path]),
        valid=torch.ones(1, count, dtype=torch.bool),
        ranges=torch.zeros(1, 0),
        steady=torch.tensor([[0.5, 0.0]]),
    )


def two_modes(scales):
    means = torch.tensor([[[[1.0, 0.0], [2.0, 0.0]], [[0.0, 1.0], [0.0, 2.0]]]])
    log_scores = torch.log(torch.tensor([[0.25, 0.75]]))
    return Mixture(log_scores, means, torch.ones_like(means), torch.zeros(1, 2, 2), torch.tensor([scales]))


def test_the_three_terms_are_those_worked_by_hand():
    terms = pretraining_loss(
        two_modes([0.2, 9.0]), torch.eye(2), one_path([[0.5, 0.0], [1.0, 0.0]]), AssignmentRule(0.1, 0.1)
    )
    assert terms.modes.tolist() == [0]
    assert float(terms.density) == pytest.approx(1.837877, abs=1e-5)  # log 2 pi: the path is mode 0's mean
    assert float(terms.score) == pytest.approx(1.386294, abs=1e-5)  # -log 0.25
    assert float(terms.velocity) == pytest.approx(0.09, abs=1e-6)  # (0.2 - 0.5)^2


def test_a_standing_path_trains_scores_and_velocity_but_no_density():
    terms = pretraining_loss(
        two_modes([0.2, 0.3]), torch.eye(2), one_path([[0.0, 0.0], [0.0, 0.0]]), AssignmentRule(0.1, 0.1)
    )
    assert float(terms.density) == 0.0 and float(terms.score) > 0 and float(terms.velocity) > 0


def test_displacement_errors_are_those_worked_by_hand():
    errors = displacement_errors(two_modes([0.5, 0.5]), one_path([[0.5, 0.0], [1.0, 0.0]]))
    assert float(errors["minADE"]) == 0.0 and float(errors["constant_velocity_ADE"]) == 0.0
    # the likelier mode goes left: sqrt(0.5) and sqrt(2) away
    assert float(errors["ADE"]) == pytest.approx((0.5**0.5 + 2**0.5) / 2) and float(errors["FDE"]) == pytest.approx(
        2**0.5
    )


def test_range_loss_is_the_mean_log_error_over_known_ranges():
    measured = torch.tensor([[1.0, float("nan")], [math.e, 0.01]])
    # errors: |0 - log 1| = 0, unknown, |3 - 1| = 2, and 0.01 m counts as 0.2 m: |log 0.2 - log 0.2| = 0
    guessed = torch.tensor([[0.0, 5.0], [3.0, math.log(0.2)]])
    assert float(range_loss(guessed, measured)) == pytest.approx(2 / 3, abs=1e-6)
    assert float(range_loss(guessed, torch.zeros(2, 0))) == 0.0


def test_training_starts_from_given_weights_and_refuses_another_network(drives, tmp_path):
    policy = Policy(PRESETS["debug"].policy)
    save_policy(tmp_path / "p.safetensors", policy, {})
    fresh = Policy(PRESETS["debug"].policy)
    start_from(fresh, tmp_path / "p.safetensors")
    assert torch.allclose(fresh.head.score[0].weight, policy.head.score[0].weight, atol=1e-3)
    with pytest.raises(WeightsError, match="another network"):
        start_from(Policy(PRESETS["tiny"].policy), tmp_path / "p.safetensors")


def test_debug_pretraining_learns_and_its_file_loads_strictly(drives, tmp_path):
    policy, trained, data = pretrain(PRESETS["debug"], [drives], tmp_path / "run")
    rows = [json.loads(line) for line in (tmp_path / "run" / "log.jsonl").read_text().splitlines()]
    assert [row["step"] for row in rows] == [10, 20] and rows[1]["train_loss"] < rows[0]["train_loss"]
    assert data["training_frames"] + data["held_out_frames"] == 240
    sha256 = save_policy(tmp_path / "p.safetensors", policy, {"metrics": trained.metrics})
    loaded, facts, found = load_policy(tmp_path / "p.safetensors")
    assert found == sha256 and facts["metrics"] == trained.metrics
    for name, value in policy.state_dict().items():
        assert torch.allclose(value, loaded.state_dict()[name], atol=2e-3, rtol=2e-3)


def test_a_resumed_run_equals_an_uninterrupted_one(drives, tmp_path):
    preset = PRESETS["debug"]
    training, held_out = (
        read_samples([drives], part, preset.policy, preset.pretrain.min_labels) for part in ("train", "test")
    )

    def run(folder, until=None):
        return Training(Pretraining(preset, training, held_out), preset.pretrain.loop, folder).run(until)

    whole = run(tmp_path / "whole")
    run(tmp_path / "parts", until=10)
    resumed = run(tmp_path / "parts")
    assert resumed.metrics == whole.metrics
    assert all(torch.equal(value, resumed.weights[name]) for name, value in whole.weights.items())
