"""The shared transformer equals torch's own, and narrows its tokens as published."""

from __future__ import annotations

import math

import pytest
import torch
from torch import nn

from baselines.attention import PositionalEncoding, TokenDecoder, TokenMixer, TransformerLayer, TransformerStack


@pytest.fixture
def _no_fused_kernels():
    """Torch's fused path moves the last digits."""
    before = torch.backends.mha.get_fastpath_enabled()
    torch.backends.mha.set_fastpath_enabled(False)
    yield
    torch.backends.mha.set_fastpath_enabled(before)


@pytest.mark.usefixtures("_no_fused_kernels")
@pytest.mark.parametrize("hide_last", [False, True])
def test_a_stack_equals_torchs_encoder(hide_last):
    torch.manual_seed(0)
    layer = nn.TransformerEncoderLayer(32, 4, 64, activation="gelu", batch_first=True, norm_first=True)
    reference = nn.TransformerEncoder(layer, 3, enable_nested_tensor=False).eval()
    for parameter in reference.parameters():
        nn.init.normal_(parameter, std=0.3)
    ours = TransformerStack(TransformerLayer(32, 4, 64), 3).eval()
    ours.load_state_dict(reference.state_dict(), strict=True)
    tokens = torch.randn(2, 5, 32)
    hidden = torch.zeros(2, 5, dtype=torch.bool)
    hidden[1, -1] = hide_last
    with torch.no_grad():
        expected = reference(tokens, src_key_padding_mask=hidden if hide_last else None)
        torch.testing.assert_close(ours(tokens, hidden if hide_last else None), expected, atol=1e-5, rtol=1e-5)


def test_positions_are_sines_and_cosines_by_turns():
    """Place 2 of width 4: sin 2, cos 2, sin(2 / 100), cos(2 / 100)."""
    table = PositionalEncoding(3, 4).pos_enc
    expected = [math.sin(2), math.cos(2), math.sin(0.02), math.cos(0.02)]
    assert table[0, 2].tolist() == pytest.approx(expected, abs=1e-6)


def test_the_decoder_has_a_relu_after_every_layer_also_the_last():
    torch.manual_seed(1)
    decoder = TokenDecoder(3, 16, layers=1, heads=2, feed_forward=32).eval()
    nn.init.constant_(decoder.output_layers[-1].bias, -100.0)
    with torch.no_grad():
        assert decoder(torch.randn(2, 3, 16)).tolist() == [[0.0] * 32] * 2


def test_the_template_layer_takes_no_part():
    torch.manual_seed(2)
    mixer = TokenMixer(3, 16, layers=2, heads=2, feed_forward=32).eval()
    mixer(torch.randn(2, 3, 16)).sum().backward()
    assert all(parameter.grad is None for parameter in mixer.sa_layer.parameters())
    assert all(parameter.grad is not None for parameter in mixer.sa_decoder.parameters())
