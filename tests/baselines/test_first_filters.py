"""An untrained GNM or ViNT tells at which shift two pictures match."""

import pytest
import torch
from torch.nn import functional

from baselines.efficientnet import EfficientNet
from baselines.first_filters import (
    GOAL_SHIFTS_PX,
    Comparison,
    compare,
    opening_of_efficientnet,
    opening_of_mobilenet,
    shifted,
)
from baselines.gnm.model import GNM, GNMConfig
from baselines.gnm.training import compare_pictures as compare_in_gnm
from baselines.mobilenet import mobilenet_features
from baselines.vint.model import LATE_FUSION, ViNT
from baselines.vint.training import compare_pictures as compare_in_vint

PICTURES = 2


@pytest.fixture(params=["mobilenet", "efficientnet"])
def net(request):
    """A net for two pictures, the opening of it, and how to run its first three layers."""
    torch.manual_seed(0)
    if request.param == "mobilenet":
        stack = mobilenet_features(3 * PICTURES, 0.5)
        return opening_of_mobilenet(stack), lambda pictures: stack[:3](pictures)
    encoder = EfficientNet(3 * PICTURES, width=0.5)

    def first_layers(pictures):
        maps = functional.silu(encoder._bn0(encoder._conv_stem(pictures)))
        return encoder._blocks[1](encoder._blocks[0](maps))

    return opening_of_efficientnet(encoder), first_layers


def textures(samples=48):
    """Smooth noise (B, 3, 32, 64), wide enough to be moved."""
    return functional.avg_pool2d(torch.randn(samples, 3, 36, 68), 5, stride=1) * 5.0


def moved(pictures, shift_px):
    """The middle 32 columns, and those with what they show moved to the right."""
    return torch.cat([pictures[..., 16:48], pictures[..., 16 - shift_px : 48 - shift_px]], dim=1)


@pytest.mark.parametrize("number", range(len(GOAL_SHIFTS_PX)))
def test_pictures_differ_least_in_the_channel_of_their_shift(net, number):
    opening, first_layers = net
    compare(opening, shifted(0, 1, GOAL_SHIFTS_PX))
    told, shift = [], GOAL_SHIFTS_PX[number]
    opening.join.register_forward_hook(lambda _, __, maps: told.append(maps[:, :8, 1:-1, 2:-2].mean((2, 3))))
    pictures = textures()
    with torch.no_grad():
        first_layers(torch.cat([moved(pictures, shift), moved(pictures, 12)]))
    alike, unlike = told[0].split(len(pictures))
    less = (alike.mean(0) - unlike.mean(0)) / unlike.std(0)
    assert less[number] < -2.0 and less[number] < less.min() + 0.3  # a pixel aside is hardly worse


def test_a_shift_that_no_layer_reaches_is_refused(net):
    with pytest.raises(ValueError, match="at most 6 px"):
        compare(net[0], [Comparison(0, 1, 7)])


def test_nets_too_narrow_to_compare_stay_as_they_were():
    torch.manual_seed(0)
    stack = mobilenet_features(6, 0.25)
    before = [weight.clone() for weight in stack.parameters()]
    compare(opening_of_mobilenet(stack), shifted(0, 1, GOAL_SHIFTS_PX))
    assert all(torch.equal(old, new) for old, new in zip(before, stack.parameters(), strict=True))


def test_gnm_compares_the_current_frame_with_the_one_before_and_with_the_goal():
    network = GNM(GNMConfig(context=2, encoder_width=0.5))
    compare_in_gnm(network)
    for stack, pictures in ((network.obs_mobilenet, [2, 1]), (network.goal_mobilenet, [2, 3])):
        used = stack[0][0].weight[:2].abs().sum((2, 3)).reshape(2, -1, 3).sum(2)
        assert used.argmax(dim=1).tolist() == pictures and (used > 0).sum() == 2


def test_the_late_fusion_network_has_no_two_pictures_to_compare():
    with torch.device("meta"):
        network = ViNT(LATE_FUSION)
    compare_in_vint(network)
    assert network.goal_encoder._conv_stem.in_channels == 3
