"""FrodoBots-2K as MBRA's training reads it: ``frodobots_dataset/dataset_cache.zarr`` and ``videos`` beside it.

One row per frame at 10 Hz. A step of the networks is three frames. Episodes are found in the cache itself, however many
there are. B samples, N frames seen at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from baselines.data.drive_set import Numbers
from baselines.data.video import frames_at
from baselines.preprocess import resized
from navbench_gs.domain.streams import stream_seed
from navbench_gs.drives.splits import Part
from navbench_gs.errors import DamagedFileError, MissingPackageError

FRAMES_A_STEP = 3
CACHE = Path("frodobots_dataset") / "dataset_cache.zarr"
POSITION, HEADING = "observation.filtered_position", "observation.filtered_heading"
VIDEO, VIDEO_TIME = "observation.images.front.path", "observation.images.front.timestamp"
HELD_OUT_OF = 10
"""Every so many-th episode, by a hash of its number, is held out."""

Floats = NDArray[np.float64]


def is_frodobots(folder: Path) -> bool:
    """Whether a data set is in this layout."""
    return (folder / CACHE).exists()


@dataclass(frozen=True, eq=False)
class FrodoBots:
    """One part of the data set: poses in memory, pictures read from the videos when asked for."""

    folder: Path
    cache: Any
    """The zarr group."""
    positions: Floats
    """(T, 2) metres, east and north."""
    yaws: Floats
    """(T,) radians from the east, counter-clockwise."""
    last: Numbers
    """(T,) number of the last frame of the same episode."""
    moments: Numbers
    """(S,) frames with a whole history behind and a step ahead."""

    def poses(self, moments: Numbers, frames: Numbers) -> Floats:
        """Poses (B, 3) at ``frames`` (B,), each in the robot frame of its moment: x ahead, y left, heading."""
        offset, turned = self.positions[frames] - self.positions[moments], self.yaws[moments]
        cos, sin = np.cos(turned), np.sin(turned)
        x, y = cos * offset[:, 0] + sin * offset[:, 1], cos * offset[:, 1] - sin * offset[:, 0]
        return np.stack([x, y, self.yaws[frames] - turned], axis=1)

    def pictures(self, frames: Numbers, width_px: int, height_px: int) -> NDArray[np.uint8]:
        """Pictures (F, height_px, width_px, 3) of rising frame numbers of one episode.

        Raises:
            DamagedFileError: a video is absent or cannot be read.
        """
        rows = [int(frame) for frame in frames]
        video = self.folder / "frodobots_dataset" / _text(self.cache[VIDEO][rows[0]])
        times = [float(self.cache[VIDEO_TIME][row]) for row in rows]
        return np.stack([resized(picture, width_px, height_px) for picture in frames_at(video, times)])


def read_frodobots(folder: Path, part: Part, context: int) -> FrodoBots:
    """One part of a data set; ``context`` steps lie behind every moment.

    Raises:
        MissingPackageError: zarr is absent.
        DamagedFileError: the cache lacks an array, arrays do not fit together, or no episode is long enough.
    """
    cache = _opened(folder / CACHE)
    episodes, positions, yaws = (np.asarray(cache[name]) for name in ("episode_index", POSITION, HEADING))
    yaws = yaws.reshape(-1).astype(np.float64)
    if positions.shape != (len(episodes), 2) or yaws.shape != episodes.shape:
        raise DamagedFileError(f"{folder / CACHE}: {POSITION} {positions.shape} and {HEADING} {yaws.shape} do not fit")
    starts = np.flatnonzero(np.diff(episodes, prepend=episodes[:1] - 1))
    ends = np.append(starts[1:], len(episodes)) - 1
    counts = ends - starts + 1
    moments = [
        np.arange(start + context * FRAMES_A_STEP, end - FRAMES_A_STEP + 1)
        for start, end in zip(starts, ends, strict=True)
        if _part_of(int(episodes[start])) == part
    ]
    usable = np.concatenate([np.zeros(0, dtype=np.int64), *moments]).astype(np.int64)
    usable = usable[np.isfinite(yaws[usable]) & np.isfinite(positions[usable]).all(axis=1)]
    if not len(usable):
        raise DamagedFileError(f"{folder}: no {part} episode has {(context + 1) * FRAMES_A_STEP + 1} frames")
    return FrodoBots(folder, cache, positions.astype(np.float64), yaws, np.repeat(ends, counts), usable)


def _part_of(episode: int) -> Part:
    return "test" if stream_seed("frodobots", episode) % HELD_OUT_OF == 0 else "train"


def _opened(path: Path) -> Any:
    try:
        import zarr
    except ImportError as error:
        raise MissingPackageError("FrodoBots data need the package 'zarr': pip install 'navbench-gs[train]'") from error
    cache = zarr.open_group(str(path), mode="r")
    for name in ("episode_index", POSITION, HEADING, VIDEO, VIDEO_TIME):
        if name not in cache:
            raise DamagedFileError(f"{path} lacks '{name}'")
    return cache


def _text(value: Any) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)
