"""Moments of drives as samples: frames in memory, true waypoints ahead, what they were bound for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from navbench_gs.domain.clip import Clip
from navbench_gs.drives.frames import read_frame
from navbench_gs.drives.splits import Part
from navbench_gs.errors import DamagedFileError
from navbench_gs.geometry import to_robot_frame
from s2e_agent.config.pretraining import PolicyConfig
from s2e_agent.data.dataset_mix import Mix

Floats = NDArray[np.float64]


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
    people: NDArray[np.float32]
    """(N, K, R) as in the clips, NaN where they do not say."""
    drive_goals: Floats
    """(N, 2) world frame, NaN where the drive does not say."""
    moments: NDArray[np.int64]
    """(S,) frame number at which each sample decides."""
    paths: NDArray[np.float32]
    """(S, H, 2)."""
    valid: NDArray[np.bool_]
    """(S, H)."""
    names: tuple[str, ...]
    """D names of data sets."""
    bounds: NDArray[np.int64]
    """(D + 1,) the samples of data set d are those from ``bounds[d]`` to below ``bounds[d + 1]``."""
    shares: Floats
    """(D,) share of each data set in a batch, summing to one."""

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


def samples_of_clips(
    clip_sets: Mapping[str, Sequence[Clip]], policy: PolicyConfig, least: int, weights: Sequence[float] | None = None
) -> DriveSamples:
    """Read the pictures of the clips of named data sets and cut them into samples.

    Args:
        clip_sets: clips by the name of their data set.
        policy: sizes of pictures and horizon.
        least: a moment with fewer labels is no sample.
        weights: of the data sets in a batch; None: as many samples as each has.

    Raises:
        DamagedFileError: a picture cannot be read, or a data set has no moment with labels enough.
    """
    clips = [clip for found in clip_sets.values() for clip in found]
    counts = np.array([len(clip.frames) for clip in clips])
    starts = np.concatenate([[0], np.cumsum(counts)[:-1]]).astype(np.int64)
    labels = [clip_labels(clip, policy.horizon, least) for clip in clips]
    bounds = _bounds(clip_sets, [len(found[0]) for found in labels], least)
    shares = np.diff(bounds).astype(float) if weights is None else np.array(weights, dtype=float)
    nowhere = np.full(2, np.nan)
    return DriveSamples(
        frames=_pictures(clips, policy.encoder.width_px, policy.encoder.height_px),
        positions=np.concatenate([clip.positions for clip in clips]),
        yaws=np.concatenate([clip.yaws for clip in clips]),
        last=np.repeat(starts + counts - 1, counts),
        first=np.repeat(starts, counts),
        ranges=_told([clip.ranges for clip in clips], counts),
        people=_told([clip.people for clip in clips], counts),
        drive_goals=np.repeat([nowhere if clip.goal is None else clip.goal for clip in clips], counts, axis=0),
        moments=np.concatenate([start + found[0] for start, found in zip(starts, labels, strict=True)]),
        paths=np.concatenate([found[1] for found in labels]),
        valid=np.concatenate([found[2] for found in labels]),
        names=tuple(clip_sets),
        bounds=bounds,
        shares=shares / shares.sum(),
    )


def _bounds(clip_sets: Mapping[str, Sequence[Clip]], samples: Sequence[int], least: int) -> NDArray[np.int64]:
    """(D + 1,) where the samples of each data set begin and end, from the number of samples of each clip."""
    drives = np.cumsum([0, *(len(found) for found in clip_sets.values())])
    bounds: NDArray[np.int64] = np.concatenate([[0], np.cumsum(samples)])[drives].astype(np.int64)
    for name, clips, count in zip(clip_sets, clip_sets.values(), np.diff(bounds), strict=True):
        if not count:
            raise DamagedFileError(
                f"no moment of {len(clips)} drives of {name} has {least} undisturbed waypoints ahead"
            )
    return bounds


def _pictures(clips: Sequence[Clip], width_px: int, height_px: int) -> NDArray[np.uint8]:
    paths = [frame for clip in clips for frame in clip.frames]
    frames = np.empty((len(paths), height_px, width_px, 3), dtype=np.uint8)
    with ThreadPoolExecutor() as pool:
        for index, frame in enumerate(pool.map(lambda path: read_frame(Path(path), width_px, height_px), paths)):
            frames[index] = frame
    return frames


def _told(arrays: Sequence[Floats | None], counts: NDArray[np.int64]) -> NDArray[np.float32]:
    """(N, ...) what clips of ``counts`` frames tell, NaN for those that tell nothing; (N, 0) if none does."""
    shapes = {array.shape[1:] for array in arrays if array is not None}
    if len(shapes) > 1:
        raise DamagedFileError(
            f"drives that tell of different columns {sorted(shapes)} cannot be mixed: record them alike"
        )
    shape = next(iter(shapes), (0,))
    parts = [
        np.full((count, *shape), np.nan) if array is None else array
        for array, count in zip(arrays, counts, strict=True)
    ]
    return np.concatenate(parts).astype(np.float32)


def read_samples(mix: Mix, part: Part, policy: PolicyConfig, least: int) -> DriveSamples:
    """All samples of one part of the splits of a mix of data sets."""
    return samples_of_clips(mix.clips(part, policy.period_s), policy, least, mix.weights)
