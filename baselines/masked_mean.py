"""The mean over the items of a batch that count, as visualnav-transformer takes it."""

from __future__ import annotations

from torch import Tensor

FLOOR = 1e-2
"""Added to the share of items that count, so that a batch without any gives 0."""


def masked_mean(losses: Tensor, counts: Tensor) -> Tensor:
    """Mean over the batch of ``losses`` (B, ...), each item's own mean first, where ``counts`` (B,) is 1."""
    each = losses.flatten(1).mean(dim=1)
    return (each * counts).mean() / (counts.mean() + FLOOR)
