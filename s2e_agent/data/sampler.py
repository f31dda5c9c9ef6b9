"""Batches of windows of consecutive moments, in which each frame is encoded once for the moments that share it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray

from navbench_gs.drives.frames import history_indices
from s2e_agent.config.pretraining import PolicyConfig, PretrainConfig
from s2e_agent.data.augmentation import augmented
from s2e_agent.data.batch import Batch
from s2e_agent.data.drive_samples import DriveSamples
from s2e_agent.data.goals import drawn_goals, drawn_routes, local_points

Floats = NDArray[np.float64]


def training_batch(
    samples: DriveSamples,
    policy: PolicyConfig,
    config: PretrainConfig,
    rng: np.random.Generator,
    device: torch.device | str = "cpu",
) -> Batch:
    """A random batch of windows, augmented on ``device``: mirrored, jittered; context, goals and routes dropped."""
    length = min(config.window, *np.diff(samples.bounds))
    chosen = rng.choice(len(samples.shares), size=config.windows, p=samples.shares)
    starts = rng.integers(samples.bounds[chosen], samples.bounds[chosen + 1] - length + 1)
    windows = [start + np.arange(length) for start in starts]
    moments = samples.moments[np.concatenate(windows)]
    goals = drawn_goals(samples, moments, config, rng)
    routes = drawn_routes(samples, moments, policy, config, rng)
    plain = window_batch(samples, windows, policy, goals, routes).to(torch.device(device))
    return augmented(plain, length, config, rng)


def window_batch(
    samples: DriveSamples,
    windows: Sequence[NDArray[np.int64]],
    policy: PolicyConfig,
    goals: Floats,
    routes: Floats | None = None,
) -> Batch:
    """A plain batch of windows of sample numbers; goals (B, 2), routes (B, R, 2) robot frame, in the windows' order.

    Frames are shared inside a window, never between windows, so that each window can be augmented on its own.
    """
    frames, history, ranges, offset = [], [], [], 0
    for window in windows:
        moments = samples.moments[window]
        wanted = np.stack(
            [np.array(history_indices(int(m - samples.first[m]), policy.context)) + samples.first[m] for m in moments]
        )
        distinct, numbers = np.unique(wanted, return_inverse=True)
        frames.append(_looks(samples, distinct, policy.encoder.looks))
        ranges.append(samples.ranges[distinct])
        history.append(numbers.reshape(wanted.shape) + offset)
        offset += len(distinct)
    chosen = np.concatenate(windows)
    numbers = np.concatenate(history)
    return Batch(
        frames=torch.from_numpy(np.concatenate(frames)),
        history=torch.from_numpy(numbers),
        present=torch.ones(numbers.shape, dtype=torch.bool),
        goals=torch.from_numpy(goals.astype(np.float32)),
        paths=torch.from_numpy(samples.paths[chosen]),
        valid=torch.from_numpy(samples.valid[chosen]),
        ranges=torch.from_numpy(np.concatenate(ranges)),
        people=torch.from_numpy(samples.people[samples.moments[chosen]]),
        steady=torch.from_numpy(_steady_steps(samples, samples.moments[chosen])),
        routes=torch.from_numpy((np.empty((len(chosen), 0, 2)) if routes is None else routes).astype(np.float32)),
    )


def _looks(samples: DriveSamples, frames: NDArray[np.int64], looks: int) -> NDArray[np.uint8]:
    """(F, H, W, 3 looks) of numbered frames, each with the one before it in its drive if the policy wants it."""
    before = np.maximum(frames - 1, samples.first[frames])
    pictures = samples.frames[frames]
    return pictures if looks == 1 else np.concatenate([pictures, samples.frames[before]], axis=-1)


def _steady_steps(samples: DriveSamples, moments: NDArray[np.int64]) -> NDArray[np.float32]:
    before = np.maximum(moments - 1, samples.first[moments])
    return -local_points(samples, moments, samples.positions[before]).astype(np.float32)
