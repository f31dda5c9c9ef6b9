"""A quaternion as its three smaller components: ``q`` and ``-q`` turn alike, so the largest follows from the others."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

OTHERS = np.array([[1, 2, 3], [0, 2, 3], [0, 1, 3], [0, 1, 2]])
"""Which three components remain beside each largest one."""
LIMIT = np.sqrt(0.5)
"""None of the three is larger in magnitude."""


def smallest_three(quats: NDArray[Any]) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Index (N,) of the largest component of unit quaternions (N, 4), and the others (N, 3), the largest positive."""
    wide = quats.astype(np.float64)
    wide /= np.sqrt(np.sum(wide**2, axis=1, keepdims=True))
    largest = np.argmax(np.abs(wide), axis=1)
    sign = np.where(np.take_along_axis(wide, largest[:, None], axis=1) < 0.0, -1.0, 1.0)
    return largest, sign * np.take_along_axis(wide, OTHERS[largest], axis=1)


def from_smallest_three(largest: NDArray[np.int64], others: NDArray[Any]) -> NDArray[np.float64]:
    """Quaternions (N, 4), the inverse of :func:`smallest_three`; impossible triples are scaled to length one."""
    wide = others.astype(np.float64)
    squares = np.sum(wide**2, axis=1, keepdims=True)
    wide /= np.sqrt(np.maximum(squares, 1.0))
    quats = np.empty((len(wide), 4))
    np.put_along_axis(quats, OTHERS[largest], wide, axis=1)
    np.put_along_axis(quats, largest[:, None], np.sqrt(np.maximum(0.0, 1.0 - squares)), axis=1)
    return quats
