"""Numbers that the trainings of the published networks have in common."""

from __future__ import annotations

from typing import Any

from navbench_gs.training.loop import LoopConfig


def published_loop(*, steps: int, warmup_steps: int, learning_rate: float, **more: Any) -> LoopConfig:
    """As published: AdamW with torch's own numbers, a cosine down to nothing, neither clipping nor an average.

    An epoch counts as a million moments. ``more`` replaces any of these.
    """
    common: dict[str, Any] = {
        "final_share": 0.0,
        "betas": (0.9, 0.999),
        "weight_decay": 0.01,
        "clip_norm": None,
        "ema_decay": 0.0,
        "validate_every": max(1, steps // 100),
    }
    return LoopConfig(steps=steps, warmup_steps=warmup_steps, learning_rate=learning_rate, **(common | more))


def small_loop(*, learning_rate: float, steps: int = 4_000, **more: Any) -> LoopConfig:
    """For one core of a laptop: AdamW, a short warm-up, clipping, the average of about the last hundred steps."""
    common: dict[str, Any] = {"warmup_steps": 100, "ema_decay": 0.99, "validate_every": 250}
    return LoopConfig(steps=steps, learning_rate=learning_rate, **(common | more))
