"""One data set in the GNM folder layout, ready to be sampled: frames, poses, and the moments that may be learned from.

N frames of all drives one after the other, S moments, H waypoints, B of them at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from baselines.data.frame_store import stored_frames
from navbench_gs.domain.clip import Clip
from navbench_gs.drives.layout import read_clip
from navbench_gs.drives.splits import Part, read_split
from navbench_gs.errors import DamagedFileError

Floats = NDArray[np.float64]
Numbers = NDArray[np.int64]
END_SLACK = {"go_stanford": 0, "seattle": 0, "scand": 0}
"""Moments at the end of a drive that are not learned from; in the published configuration 3 unless named here."""
USUAL_END_SLACK = 3


@dataclass(frozen=True)
class DataFolder:
    """A data set on disk and how it counts."""

    path: Path
    spacing_m: float
    """Metres of one unit of its waypoints."""
    weight: float = 1.0
    """How often its moments are drawn, beside those of other data sets."""

    @property
    def name(self) -> str:
        """The folder's."""
        return self.path.resolve().name


@dataclass(frozen=True, eq=False)
class DriveSet:
    """One part of a data set in memory (frames mapped from disk)."""

    name: str
    spacing_m: float
    weight: float
    frames: NDArray[np.uint8]
    """(N, height, width, 3)."""
    positions: Floats
    """(N, 2) metres, each in its drive's world frame."""
    yaws: Floats
    """(N,) radians."""
    disturbed: NDArray[np.bool_]
    """(N,) moments that were pushed off the driver's plan: inputs, never labels."""
    first: Numbers
    """(N,) number of the first frame of the same drive."""
    last: Numbers
    """(N,) number of the last."""
    moments: Numbers
    """(S,) frames with a whole history behind and all waypoints ahead."""

    def local(self, moments: Numbers, frames: Numbers) -> Floats:
        """Places of ``frames`` (B, H), each row in the robot frame (x ahead, y left) of its moment (B,): (B, H, 2)."""
        offset = self.positions[frames] - self.positions[moments][:, None]
        cos, sin = np.cos(self.yaws[moments])[:, None], np.sin(self.yaws[moments])[:, None]
        x, y = offset[..., 0], offset[..., 1]
        return np.stack([cos * x + sin * y, cos * y - sin * x], axis=-1)

    def actions(self, moments: Numbers, horizon: int) -> Floats:
        """Labels (B, H, 4): waypoints in units of the spacing, cosine and sine of the turn until then."""
        ahead = moments[:, None] + np.arange(1, horizon + 1)
        turns = self.yaws[ahead] - self.yaws[moments][:, None]
        places = self.local(moments, ahead) / self.spacing_m
        return np.concatenate([places, np.cos(turns)[..., None], np.sin(turns)[..., None]], axis=-1)

    def goal_poses(self, moments: Numbers, goals: Numbers) -> Floats:
        """Poses (B, 4) of the frames ``goals`` (B,): x ahead, y left in units, cosine and sine of the turn."""
        turns = self.yaws[goals] - self.yaws[moments]
        places = self.local(moments, goals[:, None])[:, 0] / self.spacing_m
        return np.concatenate([places, np.cos(turns)[:, None], np.sin(turns)[:, None]], axis=1)

    def undisturbed(self, moments: Numbers, horizon: int) -> NDArray[np.bool_]:
        """(B,) whether all ``horizon`` frames ahead were reached as the driver wanted."""
        ahead: NDArray[np.bool_] = ~self.disturbed[moments[:, None] + np.arange(1, horizon + 1)]
        return np.asarray(ahead.all(axis=1))

    def steady(self, moments: Numbers) -> Floats:
        """(B, 2) the last step before each moment in its robot frame, in units: what constant velocity repeats."""
        before = np.maximum(moments - 1, self.first[moments])
        return -self.local(moments, before[:, None])[:, 0] / self.spacing_m


def learnable_moments(counts: Sequence[int], context: int, horizon: int, slack: int) -> Numbers:
    """Frame numbers with ``context`` frames behind and ``horizon + slack`` ahead, in drives of ``counts`` frames."""
    starts = np.concatenate([[0], np.cumsum(counts)[:-1]])
    spans = [
        np.arange(start + context, start + count - slack - horizon) for start, count in zip(starts, counts, strict=True)
    ]
    return np.concatenate(spans).astype(np.int64)


def read_drive_set(
    folder: DataFolder, part: Part, *, width_px: int, height_px: int, context: int, horizon: int, prepared: Path
) -> DriveSet:
    """One part of the split of a data set; frames at the network's size go to the folder ``prepared``.

    Raises:
        DamagedFileError: a file cannot be read, or no drive of the part is long enough.
    """
    clips = [read_clip(folder.path / name) for name in read_split(folder.path)[part]]
    counts = [len(clip.frames) for clip in clips]
    slack = END_SLACK.get(folder.name, USUAL_END_SLACK)
    moments = learnable_moments(counts, context, horizon, slack) if clips else np.zeros(0, dtype=np.int64)
    if not len(moments):
        raise DamagedFileError(
            f"{folder.path}: none of {len(clips)} {part} drives has {context + horizon + slack + 1} frames"
        )
    return _joined(folder, clips, stored_frames(_paths(clips), width_px, height_px, prepared), moments)


def _paths(clips: Sequence[Clip]) -> list[Path]:
    return [Path(frame) for clip in clips for frame in clip.frames]


def _joined(folder: DataFolder, clips: Sequence[Clip], frames: NDArray[np.uint8], moments: Numbers) -> DriveSet:
    counts = np.array([len(clip.frames) for clip in clips])
    starts = np.concatenate([[0], np.cumsum(counts)[:-1]]).astype(np.int64)
    return DriveSet(
        name=folder.name,
        spacing_m=folder.spacing_m,
        weight=folder.weight,
        frames=frames,
        positions=np.concatenate([clip.positions for clip in clips]),
        yaws=np.concatenate([clip.yaws for clip in clips]),
        disturbed=np.concatenate([clip.disturbed for clip in clips]),
        first=np.repeat(starts, counts),
        last=np.repeat(starts + counts - 1, counts),
        moments=moments,
    )
