"""Intervals of a mean over scenes: the scene is the unit that is drawn again, its episodes stay together."""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import NormalDist
from typing import Literal, NamedTuple

import numpy as np

from navbench_gs.domain.streams import stream

RESAMPLES = 10_000
Kind = Literal["share", "count", "share-difference", "count-difference"]
"""What a value is: in [0, 1]; 0 or more; the difference of two of the one, or of the other."""


class Interval(NamedTuple):
    """A mean and its two-sided interval; both ends are None where the data state none."""

    mean: float
    low: float | None
    high: float | None


def clustered_interval(
    values: Sequence[float],
    clusters: Sequence[str],
    *,
    seed: int,
    level: float = 0.95,
    kind: Kind = "share",
) -> Interval:
    """Mean over scenes of scene means, with a percentile bootstrap that draws whole scenes.

    Episodes of one scene share its geometry and are no independent evidence, so scenes are the unit. One scene states
    no interval. Where all scene means agree (an agent that always or never succeeds) every resample is the same and
    the bootstrap would claim [1, 1]; a score interval over the scenes takes its place: Wilson's for a ``share`` in
    [0, 1] (conservative for a value between the ends, whose variance is at most that of a 0/1 outcome), its
    Poisson sibling for a ``count`` without upper bound. Of a ``share-difference`` that is d everywhere, Wilson
    says that at most z^2 / (n + z^2) of all scenes differ from d, and they lie between -1 and 1; a
    ``count-difference`` that is the same everywhere states no interval, for nothing bounds the other scenes.

    Args:
        values: (N,) one number per episode.
        clusters: (N,) scene of each episode.
        seed: of the resampling; equal data and seed give the same interval whatever the order of the rows.
        level: coverage of the interval.
        kind: what the values are; decides only about the case that all scene means agree.
    """
    if len(values) == 0 or len(values) != len(clusters):
        raise ValueError(f"an interval needs as many scenes as values and at least one, not {len(values)} values")
    means = _scene_means(values, clusters)
    mean = math.fsum(means) / len(means)
    if len(means) == 1:
        return Interval(mean, None, None)
    if means[0] == means[-1]:
        z = NormalDist().inv_cdf(0.5 + level / 2.0)
        return Interval(mean, *_ends_of_agreement(mean, len(means), z, kind))
    drawn = stream("clustered-interval", seed).integers(0, len(means), size=(RESAMPLES, len(means)))
    resampled = np.asarray(means)[drawn].mean(axis=1)
    low, high = np.quantile(resampled, [0.5 - level / 2.0, 0.5 + level / 2.0])
    return Interval(mean, float(low), float(high))


def _ends_of_agreement(mean: float, n: int, z: float, kind: Kind) -> tuple[float | None, float | None]:
    """Ends of the interval where all n scene means are equal."""
    if kind == "share":
        return _wilson_ends(mean, n, z)
    if kind == "count":
        return _poisson_score_ends(mean, n, z)
    if kind == "count-difference":
        return None, None
    others = _wilson_ends(0.0, n, z)[1]
    return mean - others * (1.0 + mean), mean + others * (1.0 - mean)


def _scene_means(values: Sequence[float], clusters: Sequence[str]) -> list[float]:
    """Scene means in ascending order, so that neither the order nor the names of the scenes matter."""
    of_scene: dict[str, list[float]] = {}
    for value, scene in zip(values, clusters, strict=True):
        of_scene.setdefault(scene, []).append(float(value))
    return sorted(math.fsum(group) / len(group) for group in of_scene.values())


def _wilson_ends(share: float, n: int, z: float) -> tuple[float, float]:
    """Wilson (1927): the shares p with ``|share - p| <= z * sqrt(p (1 - p) / n)``."""
    centre = share + z * z / (2 * n)
    half = z * math.sqrt(share * (1.0 - share) / n + z * z / (4 * n * n))
    scale = 1.0 + z * z / n
    return max(0.0, (centre - half) / scale), min(1.0, (centre + half) / scale)


def _poisson_score_ends(rate: float, n: int, z: float) -> tuple[float, float]:
    """The rates r with ``|rate - r| <= z * sqrt(r / n)``."""
    centre = rate + z * z / (2 * n)
    half = z * math.sqrt(rate / n + z * z / (4 * n * n))
    return max(0.0, centre - half), centre + half
