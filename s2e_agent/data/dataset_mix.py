"""Which data sets train, in which shares, and in whose metres.

Robots of published drives are larger or smaller, faster or slower than the benchmark's. So that one policy learns from
all, every length of such a data set is scaled until its typical step equals the reference's: that of the drives
recorded here, which say where they were bound for and keep their metres, or else of the first data set named.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from navbench_gs.domain.clip import Clip
from navbench_gs.drives.layout import read_clip
from navbench_gs.drives.splits import Part, read_split
from navbench_gs.errors import DamagedFileError, InvalidRecordError

STANDING_STEP_M = 0.005
"""Shorter steps are no driving."""


@dataclass(frozen=True)
class DataSet:
    """A folder of drives, its weight in a batch (None: not said) and the scale of its lengths."""

    name: str
    folder: Path
    weight: float | None
    scale: float = 1.0


@dataclass(frozen=True)
class Mix:
    """Data sets that train together."""

    data_sets: tuple[DataSet, ...]
    step_m: float
    """The typical step that every data set is scaled to, metres."""

    @property
    def weights(self) -> list[float] | None:
        """Of the data sets in a batch; None: as many samples as each has."""
        given = [data_set.weight for data_set in self.data_sets if data_set.weight is not None]
        return given or None

    def clips(self, part: Part, period_s: float) -> dict[str, list[Clip]]:
        """The clips of one part of every data set's split, scaled, by its name.

        Raises:
            DamagedFileError: a data set has none.
        """
        return {
            data_set.name: [scaled(clip, data_set.scale) for clip in _clips(data_set.folder, part, period_s)]
            for data_set in self.data_sets
        }


def read_mix(texts: Sequence[str | Path], *, normalised: bool, period_s: float, step_m: float | None = None) -> Mix:
    """The mix that ``DIR`` or ``DIR:WEIGHT`` name; ``step_m``: of the reference, if it is known from elsewhere.

    Raises:
        InvalidRecordError: a weight is not positive, or some data sets have one and others none.
        DamagedFileError: a folder holds no drives.
    """
    named = [_named(str(text)) for text in texts]
    if len({weight is None for _, weight in named}) > 1:
        raise InvalidRecordError("some data sets have a weight and others none: give DIR:WEIGHT for all or for none")
    training = [_clips(folder, "train", period_s) for folder, _ in named]
    steps = [typical_step(clips) for clips in training]
    known = [any(clip.goal is not None for clip in clips) for clips in training]
    reference = step_m or steps[known.index(True) if True in known else 0]
    names = _distinct([folder.resolve().name for folder, _ in named])
    scales = [1.0 if keeps or not normalised else reference / step for keeps, step in zip(known, steps, strict=True)]
    sets = [DataSet(name, *found, scale) for name, found, scale in zip(names, named, scales, strict=True)]
    return Mix(tuple(sets), reference)


def typical_step(clips: Sequence[Clip]) -> float:
    """Median length in metres of the steps of clips that are no standing.

    Raises:
        DamagedFileError: they never move.
    """
    steps = np.concatenate([np.hypot(*np.diff(clip.positions, axis=0).T) for clip in clips])
    moving = steps[steps > STANDING_STEP_M]
    if not len(moving):
        raise DamagedFileError(f"the {len(clips)} drives never move")
    return float(np.median(moving))


def scaled(clip: Clip, scale: float) -> Clip:
    """The clip with every length that was driven times ``scale``; ranges are the world's and stay."""
    if scale == 1.0:
        return clip
    goal, plans = (None if array is None else array * scale for array in (clip.goal, clip.plans))
    return replace(clip, positions=clip.positions * scale, goal=goal, plans=plans)


def _clips(folder: Path, part: Part, period_s: float) -> list[Clip]:
    names = read_split(folder).get(part, ())
    if not names:
        raise DamagedFileError(f"no {part} drives in {folder}; record drives of two scenes")
    return [read_clip(folder / name, period_s) for name in names]


def _named(text: str) -> tuple[Path, float | None]:
    folder, colon, weight = text.rpartition(":")
    if not colon or Path(text).exists():
        return Path(text), None
    try:
        value = float(weight)
    except ValueError:
        value = 0.0
    if not 0.0 < value < float("inf"):
        raise InvalidRecordError(f"'{text}': the weight '{weight}' is no positive number; write DIR or DIR:WEIGHT")
    return Path(folder), value


def _distinct(names: Sequence[str]) -> list[str]:
    return [name if names.index(name) == at else f"{name}-{at + 1}" for at, name in enumerate(names)]
