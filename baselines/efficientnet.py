"""EfficientNet-B0's feature stack, as ViNT, NoMaD and MBRA use it: one picture in, one vector out.

Tensor names, their order and the numbers that come out are those of the published files, which were trained with the
package efficientnet_pytorch. Two of its habits matter: padding is worked out once for a picture of 224 pixels, so that
stride-2 layers pad less on the left and top whatever the real size, and an unused classifier ``_fc`` is in every file.
B batch, C channels, H and W pixels.
"""

from __future__ import annotations

from typing import Literal, TypeAlias

import torch
from torch import Tensor, nn
from torch.nn import functional

from baselines.depthwise import depthwise_convolution
from baselines.mobilenet import whole_eighths

FEATURES = 1280
"""Length of the vector a picture becomes."""
CLASSES = 1000
STAGES = (
    (1, 3, 1, 1, 16),
    (2, 3, 2, 6, 24),
    (2, 5, 2, 6, 40),
    (3, 3, 2, 6, 80),
    (3, 5, 1, 6, 112),
    (4, 5, 2, 6, 192),
    (1, 3, 1, 6, 320),
)
"""(blocks, kernel, stride of the first block, expansion, channels), EfficientNet table 1."""
STEM_CHANNELS = 32
BATCH_NORM_EPS, BATCH_NORM_MOMENTUM = 1e-3, 0.01
CHANNELS_PER_GROUP = 16
DROP_CONNECT, DROPOUT = 0.2, 0.2
"""Only while training: share of skipped blocks at the end of the stack, and of features hidden after it."""

Norm: TypeAlias = Literal["batch", "group"]


def normalisation(kind: Norm, channels: int) -> nn.BatchNorm2d | nn.GroupNorm:
    """Batch normalisation, or group normalisation with a group for every 16 channels (NoMaD)."""
    if kind == "group":
        most = max(1, channels // CHANNELS_PER_GROUP)
        return nn.GroupNorm(next(groups for groups in range(most, 0, -1) if channels % groups == 0), channels)
    return nn.BatchNorm2d(channels, eps=BATCH_NORM_EPS, momentum=BATCH_NORM_MOMENTUM)


class StaticallyPaddedConv(nn.Conv2d):
    """A convolution without bias that pads as if its input had an even size, the odd pixel right and below."""

    def __init__(self, inputs: int, outputs: int, kernel: int, *, stride: int = 1, groups: int = 1) -> None:
        super().__init__(inputs, outputs, kernel, stride, groups=groups, bias=False)
        total = kernel - stride if stride > 1 else kernel - 1
        before, after = total // 2, total - total // 2
        self.margins = (before, after, before, after)

    def forward(self, maps: Tensor) -> Tensor:
        """(B, inputs, H, W) -> (B, outputs, ceil(H / stride), ceil(W / stride)) for even H and W."""
        padded = functional.pad(maps, self.margins)
        if self.groups > 1:
            return depthwise_convolution(padded, self.weight, self.stride[0], 0)
        return super().forward(padded)


class MBConv(nn.Module):
    """Widen, filter each channel, weigh the channels (squeeze and excitation), narrow; a skip where shapes agree."""

    def __init__(self, inputs: int, outputs: int, kernel: int, stride: int, expansion: int, norm: Norm) -> None:
        super().__init__()
        hidden, squeezed = inputs * expansion, max(1, inputs // 4)
        self.widens = expansion > 1
        self.skips = stride == 1 and inputs == outputs
        if self.widens:
            self._expand_conv = StaticallyPaddedConv(inputs, hidden, 1)
            self._bn0 = normalisation(norm, hidden)
        self._depthwise_conv = StaticallyPaddedConv(hidden, hidden, kernel, stride=stride, groups=hidden)
        self._bn1 = normalisation(norm, hidden)
        self._se_reduce = nn.Conv2d(hidden, squeezed, 1)
        self._se_expand = nn.Conv2d(squeezed, hidden, 1)
        self._project_conv = StaticallyPaddedConv(hidden, outputs, 1)
        self._bn2 = normalisation(norm, outputs)

    def forward(self, maps: Tensor, drop: float = 0.0) -> Tensor:
        """(B, inputs, H, W) -> (B, outputs, H / stride, W / stride); while training, ``drop`` is how often it skips."""
        inner = functional.silu(self._bn0(self._expand_conv(maps))) if self.widens else maps
        inner = functional.silu(self._bn1(self._depthwise_conv(inner)))
        weights = self._se_expand(functional.silu(self._se_reduce(functional.adaptive_avg_pool2d(inner, 1))))
        changed: Tensor = self._bn2(self._project_conv(torch.sigmoid(weights) * inner))
        if not self.skips:
            return changed
        return maps + drop_connect(changed, drop if self.training else 0.0)


def drop_connect(changed: Tensor, share: float) -> Tensor:
    """Set a random ``share`` of the batch's items to zero and scale the rest, so that the mean stays."""
    if share == 0.0:
        return changed
    keep = torch.rand(len(changed), 1, 1, 1, dtype=changed.dtype, device=changed.device) < 1 - share
    return changed * keep / (1 - share)


class EfficientNet(nn.Module):
    """The stack for pictures of ``channels`` channels; ``width`` scales every layer but the last (published: 1)."""

    def __init__(self, channels: int, *, norm: Norm = "batch", width: float = 1.0) -> None:
        super().__init__()
        before = whole_eighths(STEM_CHANNELS * width)
        self._conv_stem = StaticallyPaddedConv(channels, before, 3, stride=2)
        self._bn0 = normalisation(norm, before)
        self._blocks = nn.ModuleList()
        for blocks, kernel, stride, expansion, full in STAGES:
            outputs = whole_eighths(full * width)
            for block in range(blocks):
                self._blocks.append(MBConv(before, outputs, kernel, stride if block == 0 else 1, expansion, norm))
                before = outputs
        self._conv_head = StaticallyPaddedConv(before, FEATURES, 1)
        self._bn1 = normalisation(norm, FEATURES)
        self._fc = nn.Linear(FEATURES, CLASSES)  # unused, but in every published file

    def forward(self, pictures: Tensor) -> Tensor:
        """(B, C, H, W), ImageNet-normalised -> (B, 1280)."""
        maps = functional.silu(self._bn0(self._conv_stem(pictures)))
        for number, block in enumerate(self._blocks):
            maps = block(maps, drop=DROP_CONNECT * number / len(self._blocks))
        maps = functional.silu(self._bn1(self._conv_head(maps)))
        return functional.dropout(functional.adaptive_avg_pool2d(maps, 1).flatten(1), DROPOUT, self.training)
