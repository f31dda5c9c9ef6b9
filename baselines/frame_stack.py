"""Frames stacked along the channels, as the published networks are given them, and one by one."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
from torch import Tensor


def stacked(frames: Sequence[Tensor]) -> Tensor:
    """N frames (3, H, W), oldest first -> (1, 3 N, H, W), a network's input for a batch of one."""
    return torch.cat(list(frames), dim=0).unsqueeze(0)


def unstacked(frames: Tensor) -> Tensor:
    """(B, 3 N, H, W) -> (B, N, 3, H, W)."""
    batch, channels, height, width = frames.shape
    return frames.reshape(batch, channels // 3, 3, height, width)


def encoded_one_by_one(encode: Callable[[Tensor], Tensor], frames: Tensor) -> Tensor:
    """(B, N, 3, H, W) -> the tokens (B, N, D) that ``encode`` makes of (B N, 3, H, W)."""
    return encode(frames.flatten(0, 1)).reshape(*frames.shape[:2], -1)
