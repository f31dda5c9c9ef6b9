"""Between what trainers store (logits, any quaternion) and what a cloud holds (opacities, unit quaternions)."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

OPACITY_MARGIN = 1e-6
"""Opacities are stored this far inside (0, 1), where the logit is finite."""
UNIT_TOLERANCE = 1e-6
"""Quaternions this close to length one are kept bit for bit, so that files of unit quaternions are read exactly."""


def opacities_of(logits: NDArray[Any]) -> NDArray[np.float32]:
    """Opacities (N,) in [0, 1] of logits (N,); NaN stays NaN."""
    with np.errstate(over="ignore"):
        return (1.0 / (1.0 + np.exp(-logits.astype(np.float64)))).astype(np.float32)


def logits_of(opacities: NDArray[np.float32]) -> NDArray[np.float64]:
    """Logits (N,) of opacities (N,), held within :data:`OPACITY_MARGIN` of 0 and 1."""
    inside = np.clip(opacities.astype(np.float64), OPACITY_MARGIN, 1.0 - OPACITY_MARGIN)
    logits: NDArray[np.float64] = np.log(inside / (1.0 - inside))
    return logits


def scales_of(logarithms: NDArray[Any]) -> NDArray[np.float32]:
    """Standard deviations of their natural logarithms; infinite where float32 ends."""
    with np.errstate(over="ignore"):
        return np.exp(logarithms.astype(np.float32))


def unit_quaternions(quats: NDArray[Any]) -> NDArray[np.float32]:
    """Quaternions (N, 4) at length one; a zero quaternion stays zero, for the cloud's own check to refuse."""
    wide = quats.astype(np.float64)
    norm = np.sqrt(np.sum(wide**2, axis=1, keepdims=True))
    as_is = (np.abs(norm - 1.0) <= UNIT_TOLERANCE) | (norm == 0.0)
    return np.where(as_is, wide, wide / np.where(as_is, 1.0, norm)).astype(np.float32)
