"""Clip: one stretch of a real or simulated drive; what training reads."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class Clip:
    """Frames and poses at equal time steps."""

    name: str
    frames: tuple[str, ...]
    """(T,) paths of the pictures, oldest first."""
    positions: NDArray[np.float64]
    """(T, 2) metres, the drive's own world frame."""
    yaws: NDArray[np.float64]
    """(T,) radians."""
    disturbed: NDArray[np.bool_]
    """(T,) moments that were pushed off the driver's plan: inputs, never labels."""
    period_s: float
    goal: NDArray[np.float64] | None = None
    """(2,) metres, where the driver was bound for; None in published drives, which do not say."""
    ranges: NDArray[np.float64] | None = None
    """(T, R) metres to the first solid thing or person in R columns, left to right across the picture.

    Measured by the simulator, recorded drives only.
    """
    plans: NDArray[np.float64] | None = None
    """(T, H, 2) metres, robot frame: what the oracle would have done from each frame on, one place a period.

    Recorded drives only; NaN where it does not count.
    """
    people: NDArray[np.float64] | None = None
    """(T, K, R) metres to the first person in R columns, now and at K - 1 later moments, as seen from this one.

    Recorded drives only; NaN beyond their end.
    """
