"""Small GNM and ViNT begin straight ahead and alive."""

import pytest
import torch

from baselines.first_weights import begin_ahead
from baselines.gnm.model import GNM
from baselines.vint.model import ViNT
from tests.baselines.tiny_networks import TINY


@pytest.fixture(params=["gnm", "vint"])
def begun(request):
    """A tiny network at its beginning, and its rectified layers."""
    torch.manual_seed(0)
    network = (GNM if request.param == "gnm" else ViNT)(TINY[request.param].config)
    rectified = network.linear_layers if request.param == "gnm" else network.decoder.output_layers
    begin_ahead(network, 5.0, rectified)
    return network, rectified


def pictures(samples=16, frames=3):
    """Noise for frames and goals."""
    return torch.randn(samples, 3 * frames, 36, 48), torch.randn(samples, 3, 36, 48)


def test_the_first_answer_is_straight_ahead_whatever_is_seen(begun):
    answer = begun[0](*pictures())
    ahead = torch.arange(1.0, 6.0)
    assert torch.equal(answer.distance, torch.full((16, 1), 5.0))
    assert torch.allclose(answer.actions[..., 0], ahead.expand(16, 5)) and (answer.actions[..., 1] == 0.0).all()


def test_most_numbers_that_the_answer_is_read_from_differ_between_pictures(begun):
    network, _ = begun
    seen = []
    network.dist_predictor.register_forward_pre_hook(lambda _, inputs: seen.append(inputs[0]))
    network(*pictures())
    assert (seen[0].std(dim=0) > 1e-3).float().mean() > 0.5
