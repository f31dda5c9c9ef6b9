import numpy as np
import pytest
import torch

from s2e_agent.config.pretraining import PRESETS
from s2e_agent.data.dataset_mix import read_mix
from s2e_agent.data.drive_samples import read_samples
from s2e_agent.models.policy import Policy
from s2e_agent.pretraining.validation import METRICS, displacement_errors, held_out_batches, open_loop
from tests.s2e_agent.examples import one_path, two_modes

DEBUG = PRESETS["debug"]


def held_out(*folders):
    mix = read_mix(folders, normalised=True, period_s=0.25)
    return read_samples(mix, "test", DEBUG.policy, DEBUG.pretrain.min_labels)


def test_displacement_errors_are_those_worked_by_hand():
    errors = displacement_errors(two_modes([0.5, 0.5]), one_path([[0.5, 0.0], [1.0, 0.0]]))
    assert float(errors["minADE"]) == float(errors["minFDE"]) == float(errors["constant_velocity_ADE"]) == 0.0
    # the likelier mode goes left: sqrt(0.5) and sqrt(2) away
    assert float(errors["ADE"]) == pytest.approx((0.5**0.5 + 2**0.5) / 2)
    assert float(errors["FDE"]) == pytest.approx(2**0.5)


def test_every_second_moment_is_held_out_with_a_goal(drives):
    samples = held_out(drives)
    batches = [batch for batch, _ in held_out_batches(samples, DEBUG.policy, DEBUG.pretrain)]
    assert sum(len(batch.goals) for batch in batches) == -(-len(samples) // 2)
    assert all(batch.goals.isfinite().all() for batch in batches)


def test_the_mean_over_two_data_sets_is_that_of_all_their_samples(drives):
    torch.manual_seed(0)
    policy = Policy(DEBUG.policy).eval()
    found = open_loop(policy, held_out(drives, drives), DEBUG.pretrain)
    first, second = held_out(drives).names[0], held_out(drives, drives).names[1]
    assert set(METRICS) <= found.keys() and np.isfinite(list(found.values())).all()
    assert found["ADE"] == pytest.approx((found[f"ADE/{first}"] + found[f"ADE/{second}"]) / 2, rel=0.02)
