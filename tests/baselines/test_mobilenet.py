"""Our MobileNetV2 gives the numbers of another implementation with the same tensors."""

from __future__ import annotations

import pytest
import torch

from baselines.mobilenet import mobilenet_features, pooled, whole_eighths
from tests.baselines.models import settled


def test_features_equal_those_of_transformers():
    transformers = pytest.importorskip("transformers")
    torch.manual_seed(0)
    frames = torch.randn(2, 18, 64, 85)
    ours = settled(mobilenet_features(18), frames)
    config = transformers.MobileNetV2Config(num_channels=18, tf_padding=False, layer_norm_eps=1e-5)
    reference = transformers.MobileNetV2Model(config).eval()
    target = reference.state_dict()
    # Both lists run from the stem to the last layer, so tensors correspond by place.
    assert [value.shape for value in target.values()] == [value.shape for value in ours.state_dict().values()]
    reference.load_state_dict(dict(zip(target, ours.state_dict().values(), strict=True)))
    with torch.no_grad():
        features = pooled(ours(frames))
        assert features.std() > 0.1, "the comparison would say little"
        torch.testing.assert_close(features, reference(frames).pooler_output, atol=1e-4, rtol=0)


def test_channels_are_rounded_to_eighths_but_never_by_a_tenth():
    """12 -> 16 (the nearest, half up); 18 -> 16 would lose more than a tenth, so 24; 20 -> 24."""
    assert [whole_eighths(channels) for channels in (32, 12, 18, 20, 3)] == [32, 16, 24, 24, 8]
