"""Moments of drives as samples: frames in memory, true waypoints ahead, goals, and augmented batches of windows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from navbench_gs.domain.clip import Clip
from navbench_gs.drives.frames import history_indices, read_frame
from navbench_gs.drives.layout import read_clip
from navbench_gs.drives.splits import Part, read_split
from navbench_gs.errors import DamagedFileError
from navbench_gs.geometry import to_robot_frame
from s2e_agent.config import PolicyConfig, PretrainConfig

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Batch:
    """B samples over F distinct frames."""

    frames: Tensor
    """(F, H, W, 3), values in [0, 255]."""
    history: Tensor
    """(B, k) number of each sample's frames, oldest first."""
    present: Tensor
    """(B, k) frames that may be looked at."""
    goals: Tensor
    """(B, 2) robot frame, metres; NaN: no goal."""
    paths: Tensor
    """(B, H, 2) true waypoints in the robot frame, metres."""
    valid: Tensor
    """(B, H) waypoints that are labels: the leading ones, up to a disturbance or the end of the drive."""
    ranges: Tensor
    """(F, R) metres to solid things, left to right; NaN where the drive does not say."""
    steady: Tensor
    """(B, 2) the last step before the moment, in the robot frame: what constant velocity would repeat."""


@dataclass(frozen=True, eq=False)
class DriveSamples:
    """All samples of some clips. N frames, S samples in order of drive and time."""

    frames: NDArray[np.uint8]
    """(N, H, W, 3)."""
    positions: Floats
    """(N, 2) each in its drive's world frame."""
    yaws: Floats
    """(N,)."""
    last: NDArray[np.int64]
    """(N,) number of the last frame of the same drive."""
    first: NDArray[np.int64]
    """(N,) number of the first."""
    ranges: NDArray[np.float32]
    """(N, R) as in the clips, NaN where they do not say."""
    drive_goals: Floats
    """(N, 2) world frame, NaN where the drive does not say."""
    moments: NDArray[np.int64]
    """(S,) frame number at which each sample decides."""
    paths: NDArray[np.float32]
    """(S, H, 2)."""
    valid: NDArray[np.bool_]
    """(S, H)."""

    def __len__(self) -> int:
        return len(self.moments)

    @property
    def ends(self) -> Floats:
        """(E, 2) where the paths with a whole horizon of labels end, metres in the robot frame."""
        ends: Floats = self.paths[self.valid.all(axis=1), -1].astype(np.float64)
        return ends


def true_path(positions: Floats, yaws: Floats, disturbed: NDArray[np.bool_], moment: int, horizon: int) -> Floats:
    """Labels (n, 2), n <= ``horizon``: places after ``moment`` in its robot frame, until one was reached disturbed."""
    ahead = slice(moment + 1, moment + 1 + horizon)
    until = int(np.argmax(np.append(disturbed[ahead], True)))
    pose = np.array([*positions[moment], yaws[moment]])
    return to_robot_frame(positions[ahead][:until], pose)


def clip_labels(
    clip: Clip, horizon: int, least: int
) -> tuple[NDArray[np.int64], NDArray[np.float32], NDArray[np.bool_]]:
    """Moments (S,) of a clip that have at least ``least`` labels, their paths (S, H, 2), which are valid (S, H).

    Where the drive itself is not a label the whole horizon long, the plan of who watched over it is, if it says.
    """
    moments, paths, valid = [], [], []
    for moment in range(len(clip.frames)):
        path = true_path(clip.positions, clip.yaws, clip.disturbed, moment, horizon)
        if len(path) < horizon and clip.plans is not None and np.isfinite(clip.plans[moment, :horizon]).all():
            path = clip.plans[moment, :horizon]
        if len(path) >= least:
            moments.append(moment)
            valid.append(np.arange(horizon) < len(path))
            paths.append(np.concatenate([path, np.repeat(path[-1:], horizon - len(path), axis=0)]))
    return (
        np.array(moments, dtype=np.int64),
        np.array(paths, dtype=np.float32).reshape(-1, horizon, 2),
        np.array(valid, dtype=bool).reshape(-1, horizon),
    )


def samples_of_clips(clips: Sequence[Clip], policy: PolicyConfig, least: int) -> DriveSamples:
    """Read the pictures of clips and cut them into samples.

    Raises:
        DamagedFileError: a picture cannot be read, or no moment has labels enough.
    """
    size = policy.encoder.width_px, policy.encoder.height_px
    counts = np.array([len(clip.frames) for clip in clips])
    starts = np.concatenate([[0], np.cumsum(counts)[:-1]]).astype(np.int64)
    labels = [clip_labels(clip, policy.horizon, least) for clip in clips]
    moments = np.concatenate([start + found[0] for start, found in zip(starts, labels, strict=True)])
    if not len(moments):
        raise DamagedFileError(f"no moment of {len(clips)} drives has {least} undisturbed waypoints ahead")
    nowhere, columns = np.full(2, np.nan), _columns(clips)
    return DriveSamples(
        frames=np.stack([read_frame(Path(frame), *size) for clip in clips for frame in clip.frames]),
        positions=np.concatenate([clip.positions for clip in clips]),
        yaws=np.concatenate([clip.yaws for clip in clips]),
        last=np.repeat(starts + counts - 1, counts),
        first=np.repeat(starts, counts),
        ranges=np.concatenate([_ranges_of(clip, columns) for clip in clips]),
        drive_goals=np.repeat([nowhere if clip.goal is None else clip.goal for clip in clips], counts, axis=0),
        moments=moments,
        paths=np.concatenate([found[1] for found in labels]),
        valid=np.concatenate([found[2] for found in labels]),
    )


def _columns(clips: Sequence[Clip]) -> int:
    return max((clip.ranges.shape[1] for clip in clips if clip.ranges is not None), default=0)


def _ranges_of(clip: Clip, columns: int) -> NDArray[np.float32]:
    unknown = np.full((len(clip.frames), columns), np.nan)
    return (unknown if clip.ranges is None else clip.ranges).astype(np.float32)


def read_samples(data_sets: Sequence[Path], part: Part, policy: PolicyConfig, least: int) -> DriveSamples:
    """All samples of one part of the splits of folders of drives."""
    clips = [
        read_clip(folder / name, policy.period_s) for folder in data_sets for name in read_split(folder).get(part, ())
    ]
    if not clips:
        raise DamagedFileError(f"no {part} drives in {', '.join(map(str, data_sets))}; record drives of two scenes")
    return samples_of_clips(clips, policy, least)


def window_batch(samples: DriveSamples, windows: Sequence[NDArray[np.int64]], context: int, goals: Floats) -> Batch:
    """A plain batch of windows of sample numbers; ``goals`` (B, 2) robot frame, in the order of the windows.

    Frames are shared inside a window, never between windows, so that each window can be augmented on its own.
    """
    frames, history, ranges, offset = [], [], [], 0
    for window in windows:
        moments = samples.moments[window]
        wanted = np.stack(
            [np.array(history_indices(int(m - samples.first[m]), context)) + samples.first[m] for m in moments]
        )
        distinct, numbers = np.unique(wanted, return_inverse=True)
        frames.append(samples.frames[distinct])
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
        steady=torch.from_numpy(_steady_steps(samples, samples.moments[chosen])),
    )


def _steady_steps(samples: DriveSamples, moments: NDArray[np.int64]) -> NDArray[np.float32]:
    before = np.maximum(moments - 1, samples.first[moments])
    return -local_points(samples, moments, samples.positions[before]).astype(np.float32)


def local_points(samples: DriveSamples, moments: NDArray[np.int64], points: Floats) -> Floats:
    """World points (B, 2), each in the robot frame of its own moment (B,)."""
    offset, yaw = points - samples.positions[moments], samples.yaws[moments]
    cos, sin = np.cos(yaw), np.sin(yaw)
    return np.stack([cos * offset[:, 0] + sin * offset[:, 1], cos * offset[:, 1] - sin * offset[:, 0]], axis=1)


def drawn_goals(
    samples: DriveSamples, moments: NDArray[np.int64], config: PretrainConfig, rng: np.random.Generator
) -> Floats:
    """Goals (B, 2) in robot frames: the drive's own, or in hindsight a later place of it; NaN where dropped."""
    count = len(moments)
    reach = np.minimum(samples.last[moments] - moments, config.hindsight_steps)
    later = moments + 1 + (rng.random(count) * reach).astype(np.int64).clip(0, np.maximum(reach - 1, 0))
    goals = samples.drive_goals[moments].copy()
    hindsight = np.isnan(goals).any(axis=1) | (rng.random(count) < config.hindsight_share)
    goals[hindsight] = samples.positions[np.minimum(later, samples.last[moments])][hindsight]
    goals[rng.random(count) < config.goal_dropout] = np.nan
    return local_points(samples, moments, goals)


def training_batch(
    samples: DriveSamples, policy: PolicyConfig, config: PretrainConfig, rng: np.random.Generator
) -> Batch:
    """A random batch of windows, augmented: mirrored, colours jittered, context and goals dropped."""
    length = min(config.window, len(samples))
    windows = [start + np.arange(length) for start in rng.integers(0, len(samples) - length + 1, config.windows)]
    goals = drawn_goals(samples, samples.moments[np.concatenate(windows)], config, rng)
    plain = window_batch(samples, windows, policy.context, goals)
    return _augmented(plain, length, config, rng)


def _augmented(batch: Batch, window: int, config: PretrainConfig, rng: np.random.Generator) -> Batch:
    """Mirroring and colours per window (a window's frames and samples lie together), context per sample."""
    samples, frames, ranges = len(batch.history), batch.frames.float(), batch.ranges.clone()
    lowest = batch.history.min(dim=1).values
    present, goals, paths, steady = (t.clone() for t in (batch.present, batch.goals, batch.paths, batch.steady))
    present[torch.from_numpy(rng.random(samples) < config.context_dropout), :-1] = False
    for start, end in _frame_spans(batch, window):
        frames[start:end] = _jittered(frames[start:end], config.colour_jitter, rng)
        if rng.random() < config.mirror_share:
            mine = (lowest >= start) & (lowest < end)
            frames[start:end] = frames[start:end].flip(2)
            ranges[start:end] = ranges[start:end].flip(1)
            for points in (goals, paths, steady):
                points[mine] = points[mine] * torch.tensor([1.0, -1.0])
    return Batch(frames, batch.history, present, goals, paths, batch.valid, ranges, steady)


def _frame_spans(batch: Batch, window: int) -> list[tuple[int, int]]:
    groups = batch.history.split(window)
    return [(int(group.min()), int(group.max()) + 1) for group in groups]


def _jittered(frames: Tensor, strength: float, rng: np.random.Generator) -> Tensor:
    """Brightness, contrast, saturation and a gain per channel, each within ``strength`` of one."""
    brightness, contrast, saturation = 1.0 + strength * rng.uniform(-1, 1, 3)
    gains = torch.from_numpy(1.0 + 0.3 * strength * rng.uniform(-1, 1, 3)).float()
    grey = frames.mean(dim=-1, keepdim=True)
    frames = grey + (frames - grey) * saturation
    middle = frames.mean()
    return ((frames - middle) * contrast + middle * brightness).mul(gains).clamp(0, 255)
