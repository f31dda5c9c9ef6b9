"""The constant harmonic: how a plain colour is written as the first spherical-harmonics term."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

CONSTANT_TERM = 0.28209479177387814
"""Value of the harmonic of degree 0: 1 / (2 sqrt(pi))."""


def constant_harmonics(colour: ArrayLike) -> NDArray[np.float32]:
    """Harmonics (N, 1, 3) that show the displayed ``colour`` (N, 3) in [0, 1] from every side."""
    terms = (np.asarray(colour, dtype=np.float64) - 0.5) / CONSTANT_TERM
    return terms[:, None, :].astype(np.float32)
