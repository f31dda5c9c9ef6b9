"""First filters of an untrained GNM that see motion: the slope of a picture plus and minus its change in time.

The mean of their rectified answers over the picture tells which way it moved, and how fast. From random filters that
has to be found first, as which way a picture moves is told by no single frame, only by products of slope and change.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from baselines.gnm.model import GNM

ROW_SLOPE = torch.tensor([[-1.0, 0.0, 1.0], [-2.0, 0.0, 2.0], [-1.0, 0.0, 1.0]]) / 8.0
SMOOTH = torch.tensor([[1.0, 2.0, 1.0], [2.0, 4.0, 2.0], [1.0, 2.0, 1.0]]) / 16.0
COLOURS = 3


@torch.no_grad()
def see_motion(network: GNM) -> None:
    """Replace half of the first filters: the frames' net compares the current one with the two before it.

    The goal's net compares it with the one before and with the goal picture.
    """
    current = network.config.frames - 1
    for stack, others in ((network.obs_mobilenet, (-1, -2)), (network.goal_mobilenet, (-1, 1))):
        stem = stack[0][0]
        assert isinstance(stem, nn.Conv2d)
        made = torch.stack([f for by in others for f in motion_filters(stem.in_channels, current, current + by)])
        count = min(len(made), len(stem.weight) // 2)
        stem.weight[:count] = made[:count]


def motion_filters(channels: int, current: int, other: int) -> list[Tensor]:
    """Four filters (channels, 3, 3) over stacked frames: slope along rows and columns, plus and minus the change."""
    filters = []
    for slope in (ROW_SLOPE, ROW_SLOPE.T):
        for change in (SMOOTH, -SMOOTH):
            weights = torch.zeros(channels, 3, 3)
            weights[COLOURS * current : COLOURS * (current + 1)] = (slope / 2.0 + change) / COLOURS
            weights[COLOURS * other : COLOURS * (other + 1)] = (slope / 2.0 - change) / COLOURS
            filters.append(weights)
    return filters
