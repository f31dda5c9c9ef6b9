"""Choosing some of a cloud's Gaussians."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from navbench_gs.domain.cloud import GaussianCloud
from navbench_gs.splats.cloud import FIELDS


def chosen(cloud: GaussianCloud, which: NDArray[np.bool_] | NDArray[np.int64]) -> GaussianCloud:
    """The Gaussians of a mask (N,) or of numbers (M,), in order."""
    return GaussianCloud(**{name: getattr(cloud, name)[which] for name in FIELDS})
