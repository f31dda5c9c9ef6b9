"""CityWalker's clips: ``videos/<clip>.mp4`` (30 frames a second) and ``poses/<clip>.txt`` (5 rows a second).

A row is ``time tx ty tz qx qy qz qw`` from visual odometry, in camera axes (x right, z ahead) and a scale of its own.
Every fifth row is used: moments are 1 s apart. N frames seen at once, H waypoints.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from navbench_gs.domain.streams import stream_seed
from navbench_gs.drives.splits import Part
from navbench_gs.errors import DamagedFileError
from navbench_gs.geometry import rotation_matrices

ROWS_A_SECOND, COLUMNS = 5, 8
XYZW_TO_WXYZ = [3, 0, 1, 2]
LEAST_STEP = 0.01
"""Clips are divided by their mean step, but never by less than this, in units of their odometry."""
HELD_OUT_OF = 10
MOST_BYTES = 64 << 20

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class CityClip:
    """One clip at 1 Hz."""

    blurred: ClassVar[bool] = True
    """Whether noise is added to past positions in training."""
    foretold: ClassVar[bool] = True
    """Whether what the camera will see is taught."""
    stride: ClassVar[int] = 1
    """Training takes every moment."""

    name: str
    video: Path
    positions: Floats
    """(T, 3) camera positions."""
    rotations: Floats
    """(T, 3, 3) from the camera's axes to the odometry's."""
    step: float
    """Mean distance between moments on the ground."""

    @property
    def times_s(self) -> Floats:
        """(T,) where in the video the moments are."""
        return np.arange(len(self.positions), dtype=np.float64)

    def local(self, moment: int, others: NDArray[np.int64]) -> Floats:
        """Places (P, 2) of other moments in the camera's frame at ``moment``: x right, y ahead, in mean steps."""
        seen = (self.positions[others] - self.positions[moment]) @ self.rotations[moment]
        places: Floats = seen[:, [0, 2]] / self.step
        return places

    def past(self, moment: int, frames: int) -> Floats:
        """Places (N, 2) of the last N moments, oldest first, likewise."""
        return self.local(moment, np.arange(moment - frames + 1, moment + 1))


def read_city_clip(video: Path, poses: Path) -> CityClip:
    """One clip; rows from the first bad one on are left out.

    Raises:
        DamagedFileError: the poses cannot be read or hold no row.
    """
    try:
        if poses.stat().st_size > MOST_BYTES:
            raise DamagedFileError(f"{poses} is larger than {MOST_BYTES >> 20} MiB")
        rows = np.loadtxt(poses, dtype=np.float64, ndmin=2)
    except (OSError, ValueError) as error:
        raise DamagedFileError(f"cannot read poses {poses}: {error}") from error
    if rows.shape[1:] != (COLUMNS,):
        raise DamagedFileError(f"{poses}: rows have {rows.shape[1]} numbers, expected {COLUMNS}")
    good = np.isfinite(rows).all(axis=1) & (np.linalg.norm(rows[:, 4:], axis=1) > 0)
    seconds = rows[: int(np.argmin(np.append(good, False)))][::ROWS_A_SECOND]
    if len(seconds) < 2:
        raise DamagedFileError(f"{poses} holds no second of good rows")
    ground = np.linalg.norm(np.diff(seconds[:, [1, 3]], axis=0), axis=1)
    step = max(float(ground.mean()), LEAST_STEP)
    quaternions = seconds[:, 4:] / np.linalg.norm(seconds[:, 4:], axis=1, keepdims=True)
    return CityClip(video.stem, video, seconds[:, 1:4], rotation_matrices(quaternions[:, XYZW_TO_WXYZ]), step)


def read_city_clips(folder: Path, part: Part) -> list[CityClip]:
    """The clips of one part: a tenth of the clips, by a hash of their names, is held out (at least one).

    Raises:
        DamagedFileError: the folder holds fewer than two clips, or one cannot be read.
    """
    videos = sorted((folder / "videos").glob("*.mp4"))
    if len(videos) < 2:
        raise DamagedFileError(f"{folder} holds {len(videos)} clips under videos/*.mp4; training needs two or more")
    ordered = sorted(videos, key=lambda video: stream_seed("citywalk", video.stem))
    held_out = max(1, len(ordered) // HELD_OUT_OF)
    chosen = ordered[:held_out] if part == "test" else ordered[held_out:]
    return [read_city_clip(video, folder / "poses" / f"{video.stem}.txt") for video in sorted(chosen)]
