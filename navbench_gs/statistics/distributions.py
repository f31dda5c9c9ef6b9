"""Beyond the mean: the interquartile mean and the performance profile of a share, with bands clustered by scene."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from navbench_gs.domain.streams import stream
from navbench_gs.statistics.intervals import Interval

Floats = NDArray[np.float64]
RESAMPLES = 2_000
THRESHOLDS: Floats = np.linspace(0.0, 1.0, 51)
"""Where a profile is taken."""


class Profile(NamedTuple):
    """Share of episodes above each of ``THRESHOLDS``, with a pointwise 95 % band (None: one scene states none)."""

    share: Floats
    low: Floats | None
    high: Floats | None


def interquartile_mean(values: Floats) -> Floats:
    """Mean of the middle half along the last axis: the lowest and the highest quarter (rounded down) are left out."""
    ordered = np.sort(values, axis=-1)
    cut = ordered.shape[-1] // 4
    means: Floats = ordered[..., cut : ordered.shape[-1] - cut].mean(axis=-1)
    return means


def iqm_interval(values: Sequence[float], scenes: Sequence[str], *, seed: int) -> Interval:
    """Interquartile mean over episodes (Agarwal et al. 2021), its interval from drawing whole scenes again."""
    groups = _by_scene(values, scenes)
    mean = float(interquartile_mean(np.concatenate(groups)))
    if len(groups) == 1:
        return Interval(mean, None, None)
    drawn = stream("iqm", seed).integers(0, len(groups), size=(RESAMPLES, len(groups)))
    if len({len(group) for group in groups}) == 1:
        means = interquartile_mean(np.array(groups)[drawn].reshape(RESAMPLES, -1))
    else:
        means = np.array([interquartile_mean(np.concatenate([groups[scene] for scene in draw])) for draw in drawn])
    low, high = np.quantile(means, [0.025, 0.975])
    return Interval(mean, float(low), float(high))


def profile(values: Sequence[float], scenes: Sequence[str], *, seed: int) -> Profile:
    """Share of episodes whose value exceeds a threshold, for every threshold; the band from drawing scenes again."""
    groups = _by_scene(values, scenes)
    counts = np.array([(group[:, None] > THRESHOLDS).sum(axis=0) for group in groups])
    sizes = np.array([len(group) for group in groups])
    share = counts.sum(axis=0) / sizes.sum()
    if len(groups) == 1:
        return Profile(share, None, None)
    drawn = stream("profile", seed).integers(0, len(groups), size=(RESAMPLES, len(groups)))
    resampled = counts[drawn].sum(axis=1) / sizes[drawn].sum(axis=1)[:, None]
    low, high = np.quantile(resampled, [0.025, 0.975], axis=0)
    return Profile(share, low, high)


def _by_scene(values: Sequence[float], scenes: Sequence[str]) -> list[Floats]:
    """Values of each scene, in an order that names and order of the scenes do not change."""
    of_scene: dict[str, list[float]] = {}
    for value, scene in zip(values, scenes, strict=True):
        of_scene.setdefault(scene, []).append(value)
    return [np.array(group) for group in sorted(sorted(group) for group in of_scene.values())]
