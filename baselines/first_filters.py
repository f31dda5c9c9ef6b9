"""First filters of an untrained GNM or ViNT that compare two of the pictures they are given, at several shifts.

Where a goal picture was taken is told by the shift at which it matches the current frame, and how the robot turns by
that of the frame before. From random filters such a match is found late, if at all: they mix all pictures in every
channel. So one channel is made for each shift; the mean of its map is how ill the pictures match there. What these
filters become is left to training.

Both nets begin alike: a convolution with stride 2, a block that filters each channel and mixes them, and one that
widens, filters each channel with stride 2, and mixes. Shifts are in pixels of the picture.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from baselines.efficientnet import EfficientNet, MBConv

COLOURS = 3
ALONG_A_COLUMN = torch.tensor([0.25, 0.5, 0.25])
ALONG_A_ROW = {
    -1.0: torch.tensor([1.0, 0.0, 0.0]),
    -0.5: torch.tensor([0.5, 0.5, 0.0]),
    0.0: torch.tensor([0.25, 0.5, 0.25]),
    0.5: torch.tensor([0.0, 0.5, 0.5]),
    1.0: torch.tensor([0.0, 0.0, 1.0]),
}
"""Weights of three neighbours in a row that look so many pixels to the right."""
ABOVE_ZERO = 3.0
"""Bias of normalised brightness: nearly all of it then passes ReLU6, and SiLU nearly unchanged."""
CELL_PX, MOST_CELLS = 2, 2
"""After the stem a cell is two pixels; both pictures may be looked at one cell aside."""
FARTHEST = 6
"""Pixels: both pictures looked at one cell and one pixel aside."""


@dataclass(frozen=True)
class Comparison:
    """Two pictures of a stack, which match if the second is the first moved to the right by the shift."""

    first: int
    second: int
    shift_px: int


GOAL_SHIFTS_PX = (-2, 2, -4, 4, -1, 1, -6, 6)
"""At which a goal picture of 24 or 32 columns is compared with the current frame; as many as there is room for."""


def shifted(first: int, second: int, shifts_px: Sequence[int]) -> list[Comparison]:
    """A comparison of two pictures for every shift."""
    return [Comparison(first, second, shift) for shift in shifts_px]


@dataclass(frozen=True)
class Opening:
    """The layers a net begins with."""

    stem: nn.Conv2d
    stem_norm: Any
    filters: nn.Conv2d
    """Each channel by itself; stride 1."""
    filters_norm: Any
    difference: nn.Conv2d
    """Mixes channels; linear."""
    widen: nn.Conv2d
    pool: nn.Conv2d
    """Each channel by itself; stride 2."""
    join: nn.Conv2d
    """Mixes channels; linear."""
    skips: bool
    """Whether the first block only adds to what it is given, as in a net too narrow to compare anything."""

    @property
    def room(self) -> int:
        """How many comparisons fit."""
        if self.skips:
            return 0
        outputs = self.difference.out_channels, self.join.out_channels
        return min(self.stem.out_channels // 2, self.widen.out_channels // 2, *outputs)


def opening_of_mobilenet(stack: nn.Sequential) -> Opening:
    """The first layers of :func:`baselines.mobilenet.mobilenet_features`."""
    layers: Any = stack
    stem, first, second = layers[0], layers[1].conv, layers[2].conv
    return Opening(
        stem[0],
        stem[1],
        first[0][0],
        first[0][1],
        first[1],
        second[0][0],
        second[1][0],
        second[2],
        layers[1].skips,
    )


def opening_of_efficientnet(net: EfficientNet) -> Opening:
    """The first layers of an EfficientNet, whose weighing of channels is made even in its first two blocks."""
    first, second, *_ = net._blocks
    assert isinstance(first, MBConv) and isinstance(second, MBConv)
    for block in (first, second):
        for parameter in block._se_expand.parameters():
            nn.init.zeros_(parameter)
    return Opening(
        net._conv_stem,
        net._bn0,
        first._depthwise_conv,
        first._bn1,
        first._project_conv,
        second._expand_conv,
        second._depthwise_conv,
        second._project_conv,
        first.skips,
    )


@torch.no_grad()
def compare(opening: Opening, comparisons: Sequence[Comparison]) -> None:
    """Let the opening's last layer tell how ill pictures match: a channel for each comparison, as many as fit.

    Raises:
        ValueError: a shift of more than ``FARTHEST`` pixels.
    """
    comparisons = comparisons[: opening.room]
    if any(abs(comparison.shift_px) > FARTHEST for comparison in comparisons):
        raise ValueError(f"pictures are compared at shifts of at most {FARTHEST} px")
    for mixing in (opening.difference, opening.join) if comparisons else ():
        nn.init.zeros_(mixing.weight)
    for number, comparison in enumerate(comparisons):
        first, second = 2 * number, 2 * number + 1
        cells = max(-MOST_CELLS, min(MOST_CELLS, int(comparison.shift_px / CELL_PX)))
        rest_px = comparison.shift_px - CELL_PX * cells
        _pick(opening, first, comparison.first, -rest_px / 2, -(cells // 2))
        _pick(opening, second, comparison.second, rest_px / 2, cells - cells // 2)
        _absolute_difference(opening, number, first, second)


def _pick(opening: Opening, channel: int, picture: int, pixels: float, cells: int) -> None:
    """Let a channel be the brightness of a picture, looked at so many pixels and cells to the right."""
    kernel = ALONG_A_COLUMN[:, None] * ALONG_A_ROW[pixels][None] / COLOURS
    opening.stem.weight[channel] = 0.0
    opening.stem.weight[channel, COLOURS * picture : COLOURS * (picture + 1)] = kernel
    opening.filters.weight[channel] = 0.0
    opening.filters.weight[channel, 0, 1, 1 + cells] = 1.0
    for norm in (opening.stem_norm, opening.filters_norm):
        norm.bias[channel] = ABOVE_ZERO


def _absolute_difference(opening: Opening, number: int, first: int, second: int) -> None:
    """Let a channel be the difference of two, and one of the last layer's its absolute value, smoothed."""
    opening.difference.weight[number, first], opening.difference.weight[number, second] = 1.0, -1.0
    for channel, sign in ((first, 1.0), (second, -1.0)):
        opening.widen.weight[channel] = 0.0
        opening.widen.weight[channel, number] = sign
        opening.pool.weight[channel] = _smooth(opening.pool.weight.shape[-1])
        opening.join.weight[number, channel] = 1.0


def _smooth(size: int) -> Tensor:
    """A kernel (size, size) whose middle three by three smooth."""
    kernel, margin = torch.zeros(size, size), (size - len(ALONG_A_COLUMN)) // 2
    kernel[margin : size - margin, margin : size - margin] = ALONG_A_COLUMN[:, None] * ALONG_A_COLUMN[None]
    return kernel
