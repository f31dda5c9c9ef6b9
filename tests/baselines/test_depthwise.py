"""Gradients summed by taps are those of torch's convolution."""

from __future__ import annotations

import pytest
import torch
from torch.nn import functional

from baselines.depthwise import FEW_PIXELS, DepthwiseConv, depthwise_convolution


@pytest.mark.parametrize("kernel", [3, 5])
@pytest.mark.parametrize("stride", [1, 2])
@pytest.mark.parametrize(("height", "width"), [(1, 1), (2, 2), (1, 3), (3, 2)])
def test_output_and_gradients_equal_torchs(kernel, stride, height, width):
    generator = torch.Generator().manual_seed(kernel * 10 + stride)
    maps = torch.randn(3, 4, height, width, generator=generator, dtype=torch.float64, requires_grad=True)
    weight = torch.randn(4, 1, kernel, kernel, generator=generator, dtype=torch.float64, requires_grad=True)
    ours = depthwise_convolution(maps, weight, stride, kernel // 2)
    torchs = functional.conv2d(maps, weight, None, stride, kernel // 2, groups=4)
    assert torch.equal(ours, torchs)
    asked = torch.randn(ours.shape, generator=generator, dtype=torch.float64)
    for mine, theirs in zip(*(torch.autograd.grad(out, (maps, weight), asked) for out in (ours, torchs)), strict=True):
        torch.testing.assert_close(mine, theirs)


def test_only_few_pixels_go_by_taps():
    layer = DepthwiseConv(2, 3, padding=1)
    ways = [layer(torch.ones(1, 2, 1, width)).grad_fn.name() for width in (FEW_PIXELS, FEW_PIXELS + 1)]
    assert "SummedByTaps" in ways[0] and "Convolution" in ways[1]


def test_a_convolution_by_hand():
    """A row [1, 2] under [[0, 0, 0], [1, 10, 100], [0, 0, 0]]: 10 + 200, 1 + 20."""
    layer = DepthwiseConv(1, 3, padding=1)
    layer.weight.data = torch.tensor([[[[0.0, 0, 0], [1, 10, 100], [0, 0, 0]]]])
    assert layer(torch.tensor([[[[1.0, 2.0]]]])).flatten().tolist() == [210.0, 21.0]
