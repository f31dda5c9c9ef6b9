"""Two agents in the same episodes: the difference of their means, its interval, and whether chance explains it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from navbench_gs.domain.streams import stream
from navbench_gs.statistics.intervals import Interval, Kind, clustered_interval

MOST_SCENES_ENUMERATED = 14
"""Up to so many scenes every one of the 2^n sign patterns is tried; beyond, ``PATTERNS`` drawn ones."""
PATTERNS = 20_000
SAME = 1e-9
"""Sums closer than this are one sum: rounding must not decide what is as extreme as the data."""


class Comparison(NamedTuple):
    """The mean over scenes of scene mean differences (first agent minus second), and what is known of it."""

    difference: Interval
    p_value: float
    """Two-sided, of the sign-flip test over scenes; not yet corrected for other comparisons."""
    scene_sd: float
    """Standard deviation of the scene differences; NaN with one scene."""
    scenes: int


def compared(differences: Sequence[float], scenes: Sequence[str], *, seed: int, kind: Kind) -> Comparison:
    """Compare two agents by their differences in the same episodes.

    Args:
        differences: (N,) one per episode that both drove.
        scenes: (N,) scene of each episode.
        seed: of the resampling.
        kind: of the interval.
    """
    means = scene_differences(differences, scenes)
    return Comparison(
        clustered_interval(differences, scenes, seed=seed, kind=kind),
        sign_flip_p_value(means, seed=seed),
        float(np.std(means, ddof=1)) if len(means) > 1 else math.nan,
        len(means),
    )


def scene_differences(differences: Sequence[float], scenes: Sequence[str]) -> NDArray[np.float64]:
    """(S,) mean difference of each scene, ascending, so that neither order nor names of the scenes matter."""
    of_scene: dict[str, list[float]] = {}
    for value, scene in zip(differences, scenes, strict=True):
        of_scene.setdefault(scene, []).append(value)
    return np.array(sorted(math.fsum(values) / len(values) for values in of_scene.values()))


def sign_flip_p_value(means: NDArray[np.float64], *, seed: int) -> float:
    """Two-sided p-value of Fisher's sign-flip test with whole scenes as units.

    If neither agent were better, a scene's difference could as well have had the other sign. The p-value is the share
    of sign patterns whose mean is at least as far from 0 as the data's: all patterns for few scenes, else drawn ones
    with the data counted among them (Phipson and Smyth 2010), so that it is never 0. With one 0/1 episode a scene this
    is McNemar's exact test.

    Args:
        means: (S,) mean difference of each scene.
        seed: of the drawn patterns.
    """
    sizes = np.sort(np.abs(means))
    sizes = sizes[sizes > SAME]
    if len(sizes) == 0:
        return 1.0
    seen = abs(math.fsum(means))
    if len(sizes) <= MOST_SCENES_ENUMERATED:
        patterns = np.arange(2 ** len(sizes))[:, None] >> np.arange(len(sizes)) & 1
        return _count_as_extreme(patterns, sizes, seen) / len(patterns)
    patterns = stream("sign-flips", seed).integers(0, 2, size=(PATTERNS, len(sizes)))
    return (1 + _count_as_extreme(patterns, sizes, seen)) / (1 + PATTERNS)


def _count_as_extreme(patterns: NDArray[np.int64], sizes: NDArray[np.float64], seen: float) -> int:
    """How many of the sign patterns (P, S), of 0 and 1, put on sizes (S,) give a sum as far from 0 as was seen."""
    sums = np.where(patterns == 1, sizes, -sizes).sum(axis=1)
    return int(np.count_nonzero(np.abs(sums) >= seen - SAME))
