"""What is changed at random in a training batch: sides, colours, how much of the past is seen."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from s2e_agent.config.pretraining import PretrainConfig
from s2e_agent.data.batch import Batch


def augmented(batch: Batch, window: int, config: PretrainConfig, rng: np.random.Generator) -> Batch:
    """Mirroring and colours per window (a window's frames and samples lie together), context per sample."""
    samples, frames = len(batch.history), batch.frames.float()
    ranges, people = batch.ranges.clone(), batch.people.clone()
    lowest = batch.history.min(dim=1).values
    present = batch.present.clone()
    goals, paths, steady, routes = (t.clone() for t in (batch.goals, batch.paths, batch.steady, batch.routes))
    device = frames.device
    present[torch.from_numpy(rng.random(samples) < config.context_dropout).to(device), :-1] = False
    mirror = torch.tensor([1.0, -1.0], device=device)
    for start, end in _frame_spans(batch, window):
        frames[start:end] = _jittered(frames[start:end], config.colour_jitter, rng)
        if rng.random() < config.mirror_share:
            mine = (lowest >= start) & (lowest < end)
            frames[start:end] = frames[start:end].flip(2)
            ranges[start:end] = ranges[start:end].flip(1)
            people[mine] = people[mine].flip(-1)
            for points in (goals, paths, steady, routes):
                points[mine] = points[mine] * mirror
    return Batch(frames, batch.history, present, goals, paths, batch.valid, ranges, people, steady, routes)


def _frame_spans(batch: Batch, window: int) -> list[tuple[int, int]]:
    groups = batch.history.cpu().split(window)
    return [(int(group.min()), int(group.max()) + 1) for group in groups]


def _jittered(frames: Tensor, strength: float, rng: np.random.Generator) -> Tensor:
    """Brightness, contrast, saturation and a gain per channel, each within ``strength`` of one."""
    brightness, contrast, saturation = 1.0 + strength * rng.uniform(-1, 1, 3)
    gains = torch.from_numpy(1.0 + 0.3 * strength * rng.uniform(-1, 1, 3)).float().to(frames.device)
    looks = frames.unflatten(-1, (-1, 3))
    grey = looks.mean(dim=-1, keepdim=True)
    looks = grey + (looks - grey) * saturation
    middle = looks.mean()
    jittered: Tensor = ((looks - middle) * contrast + middle * brightness).mul(gains).clamp(0, 255).flatten(-2)
    return jittered
