"""Our EfficientNet-B0 gives the numbers of efficientnet_pytorch, the package the published files were trained with."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from baselines.efficientnet import EfficientNet, StaticallyPaddedConv, drop_connect, normalisation
from tests.baselines.models import package_features, settled


@pytest.mark.parametrize("size", [(64, 85), (96, 96), (71, 93)], ids=str)
def test_features_equal_those_of_the_package(size):
    torch.manual_seed(0)
    pictures = torch.randn(2, 3, *size)
    ours = settled(EfficientNet(3), pictures)
    with torch.no_grad():
        features = ours(pictures)
        expected = package_features(ours, 3)(pictures)
    assert features.std() > 0.1, "the comparison would say little"
    torch.testing.assert_close(features, expected, atol=1e-4, rtol=0)


def test_a_goal_encoder_equals_the_package_with_six_channels():
    torch.manual_seed(1)
    pictures = torch.randn(2, 6, 64, 85)
    ours = settled(EfficientNet(6), pictures)
    with torch.no_grad():
        torch.testing.assert_close(ours(pictures), package_features(ours, 6)(pictures), atol=1e-4, rtol=0)


def test_group_normalisation_replaces_every_batch_normalisation():
    torch.manual_seed(2)
    ours = EfficientNet(3, norm="group").eval()
    pictures = torch.randn(1, 3, 96, 96)
    with torch.no_grad():
        expected = package_features(ours, 3, groups=True)(pictures)
        torch.testing.assert_close(ours(pictures), expected, atol=1e-4, rtol=0)


def test_a_stride_of_two_pads_right_and_below_even_where_the_size_is_odd():
    """Kernel 3, stride 2, a zero after: sums of three of 0 1 2 3 4 are 0+1+2 and 2+3+4."""
    layer = StaticallyPaddedConv(1, 1, 3, stride=2)
    nn.init.zeros_(layer.weight)
    layer.weight.data[0, 0, 0, :] = 1.0
    row = torch.arange(5.0).view(1, 1, 1, 5).expand(1, 1, 3, 5)
    assert layer(row)[0, 0, 0].tolist() == [3.0, 9.0]
    assert StaticallyPaddedConv(1, 1, 5, stride=2).margins == (1, 2, 1, 2)
    assert StaticallyPaddedConv(1, 1, 5).margins == (2, 2, 2, 2)


def test_dropped_blocks_keep_the_mean():
    """Kept items are divided by the share kept: 1 / (1 - 0.2)."""
    torch.manual_seed(3)
    kept = drop_connect(torch.ones(2000, 1, 1, 1), 0.2).flatten()
    assert set(kept.tolist()) == {0.0, 1.25}
    assert kept.mean() == pytest.approx(1.0, abs=0.05)


def test_groups_divide_the_channels_at_any_width():
    assert normalisation("group", 56).num_groups == 2
    assert EfficientNet(3, norm="group", width=0.5)._fc.in_features == 1280
