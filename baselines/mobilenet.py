"""MobileNetV2's feature stack, as GNM uses it: any number of stacked frames in, one vector out.

Tensor names and their order are those of the published files. B batch, C channels, H and W pixels.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from baselines.depthwise import DepthwiseConv

FEATURES = 1280
"""Length of the vector a picture becomes, whatever the width."""
STAGES = ((1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1))
"""(expansion, channels, blocks, stride of the first block), MobileNetV2 table 2."""
STEM_CHANNELS = 32


def whole_eighths(channels: float) -> int:
    """The multiple of 8 nearest to ``channels``, but never less than 90 % of it."""
    nearest = max(8, int(channels + 4) // 8 * 8)
    return nearest + 8 if nearest < 0.9 * channels else nearest


def rectified(convolution: nn.Conv2d) -> nn.Sequential:
    """Convolution, batch normalisation, ReLU6."""
    return nn.Sequential(convolution, nn.BatchNorm2d(convolution.out_channels), nn.ReLU6(inplace=True))


def convolution(inputs: int, outputs: int, kernel: int, *, stride: int = 1) -> nn.Sequential:
    """The same of all channels together; padded evenly on all sides."""
    return rectified(nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, bias=False))


class InvertedResidual(nn.Module):
    """Widen, filter each channel, narrow; with a skip where input and output are alike."""

    def __init__(self, inputs: int, outputs: int, expansion: int, stride: int) -> None:
        super().__init__()
        hidden = inputs * expansion
        widen = [convolution(inputs, hidden, 1)] if expansion > 1 else []
        self.conv = nn.Sequential(
            *widen,
            rectified(DepthwiseConv(hidden, 3, stride=stride, padding=1)),
            nn.Conv2d(hidden, outputs, 1, bias=False),
            nn.BatchNorm2d(outputs),
        )
        self.skips = stride == 1 and inputs == outputs

    def forward(self, maps: Tensor) -> Tensor:
        """(B, inputs, H, W) -> (B, outputs, H / stride, W / stride)."""
        changed: Tensor = self.conv(maps)
        return maps + changed if self.skips else changed


def mobilenet_features(channels: int, width: float = 1.0) -> nn.Sequential:
    """The stack for pictures of ``channels`` channels; ``width`` scales every layer but the last (published: 1)."""
    before = whole_eighths(STEM_CHANNELS * width)
    layers: list[nn.Module] = [convolution(channels, before, 3, stride=2)]
    for expansion, full, blocks, stride in STAGES:
        outputs = whole_eighths(full * width)
        for block in range(blocks):
            layers.append(InvertedResidual(before, outputs, expansion, stride if block == 0 else 1))
            before = outputs
    stack = nn.Sequential(*layers, convolution(before, FEATURES, 1))
    for layer in stack.modules():
        if isinstance(layer, nn.Conv2d):
            nn.init.kaiming_normal_(layer.weight, mode="fan_out")
    return stack


def pooled(maps: Tensor) -> Tensor:
    """(B, C, H, W) -> (B, C): the mean over the picture."""
    return torch.flatten(functional.adaptive_avg_pool2d(maps, 1), 1)
