import copy

import numpy as np
import pytest
import torch
from PIL import Image

from navbench_gs.errors import DamagedFileError, WeightsError
from s2e_agent.config.pretraining import PRESETS
from s2e_agent.evaluation.feature_drift import (
    chosen_moments,
    drift,
    mean_shift,
    path_distance,
    picture_sequences,
    score_variation,
)
from s2e_agent.models.waypoint_mixture import Mixture

from ..small import random_policy

DEBUG = PRESETS["debug"].policy


@pytest.fixture(scope="module")
def pictures(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pictures")
    rng = np.random.Generator(np.random.PCG64(0))
    for index in range(11):
        frame = rng.integers(0, 256, (24, 32, 3)).astype(np.uint8)
        path = folder / "walk" / f"{index}.png"
        path.parent.mkdir(exist_ok=True)
        Image.fromarray(frame).save(path)
    return folder


def test_the_shift_of_a_mean_is_its_euclidean_distance():
    assert mean_shift(np.array([1.0, 2.0]), np.array([4.0, 6.0])) == 5.0
    with pytest.raises(WeightsError, match="sizes 2 and 3"):
        mean_shift(np.zeros(2), np.zeros(3))


def test_variation_and_path_distance_are_those_worked_by_hand():
    def mixture(scores, scale):
        means = torch.tensor([[[[1.0, 0.0], [2.0, 0.0]], [[0.0, 1.0], [0.0, 2.0]]]])
        return Mixture(
            torch.log(torch.tensor([scores])),
            means,
            torch.ones_like(means),
            torch.zeros(1, 2, 2),
            torch.full((1, 2), scale),
        )

    ahead, left = mixture([0.75, 0.25], 1.0), mixture([0.25, 0.75], 2.0)
    assert float(score_variation(ahead, left)) == pytest.approx(0.5)
    # (1, 0) to (0, 2) and (2, 0) to (0, 4)
    assert float(path_distance(ahead, left)) == pytest.approx((5**0.5 + 20**0.5) / 2)


def test_a_policy_has_not_drifted_from_itself(pictures):
    policy = random_policy()
    found = drift(policy, copy.deepcopy(policy), pictures)
    assert found.pop("pictures") == 11 and set(found.values()) == {0.0}


def test_a_change_of_the_decoder_shows_in_the_anchors_and_not_in_the_encoder(pictures):
    policy, changed = random_policy(), random_policy()
    with torch.no_grad():
        changed.decoder[0].feed_forward[3].bias += 0.5
    found = drift(policy, changed, pictures)
    assert found["encoder"] == 0.0 and found["anchors"] == pytest.approx(0.5 * (DEBUG.anchors * DEBUG.width) ** 0.5)
    assert found["anchors_share"] > 0 and found["scores_variation"] > 0 and found["path_m"] > 0


def test_a_shift_of_the_encoder_is_that_of_its_tokens(pictures):
    policy, changed = random_policy(), random_policy()
    with torch.no_grad():
        changed.encoder.column.bias += 1.0
    tokens = policy.encoder.tokens * DEBUG.width
    assert drift(policy, changed, pictures, most=3)["encoder"] == pytest.approx(tokens**0.5, rel=1e-5)


def test_pictures_are_taken_in_the_order_of_their_numbers_each_with_those_before(pictures):
    (sequence,) = picture_sequences(pictures)
    assert [path.stem for path in sequence] == [str(index) for index in range(11)]
    moments = chosen_moments([sequence], 3)
    assert [(len(seen), seen[-1].stem) for seen in moments] == [(1, "0"), (6, "5"), (11, "10")]


def test_a_folder_without_pictures_and_another_network_are_one_line(pictures, tmp_path):
    with pytest.raises(DamagedFileError, match="no pictures"):
        drift(random_policy(), random_policy(), tmp_path)
    with pytest.raises(WeightsError, match="cannot be compared"):
        drift(random_policy(), random_policy(width=32), pictures)
