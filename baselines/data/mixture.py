"""Several data sets as one: which moments a batch is made of."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from baselines.data.drive_set import DriveSet, Numbers


def shares(sets: Sequence[DriveSet]) -> list[float]:
    """How often each data set is drawn: by its number of moments times its weight."""
    amounts = np.array([len(drives.moments) * drives.weight for drives in sets])
    drawn: list[float] = (amounts / amounts.sum()).tolist()
    return drawn


def drawn_windows(
    sets: Sequence[DriveSet], windows: int, length: int, rng: np.random.Generator
) -> Iterator[tuple[DriveSet, Numbers]]:
    """So many windows of ``length`` consecutive moments: frames that its moments share are encoded once."""
    for number in rng.choice(len(sets), size=windows, p=shares(sets)):
        moments = sets[number].moments
        start = int(rng.integers(0, max(1, len(moments) - length + 1)))
        yield sets[number], moments[start : start + length]
