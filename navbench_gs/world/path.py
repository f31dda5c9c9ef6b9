"""A polyline that something moves along: how far it has come, and what lies ahead of it."""

from __future__ import annotations

from bisect import bisect_right

import numpy as np
from numpy.typing import NDArray

from navbench_gs.geometry import arc_lengths, nearest_ahead


class Path:
    """A polyline (P, 2) with P >= 2 and the progress along it, which never goes back."""

    def __init__(self, points: NDArray[np.float64]) -> None:
        self._points: list[list[float]] = points.tolist()
        self._lengths: list[float] = arc_lengths(points).tolist()
        self.progress_m = 0.0

    @property
    def length_m(self) -> float:
        """Length of the whole polyline."""
        return self._lengths[-1]

    def follow(self, x: float, y: float, window_m: float) -> float:
        """Move the progress to the point nearest to (x, y) among the next ``window_m`` metres.

        Returns:
            The distance of (x, y) from that point, metres.
        """
        start, end = self.progress_m, min(self.progress_m + window_m, self.length_m)
        first = self.segment_at(start)
        gap, self.progress_m = nearest_ahead(self._points, self._lengths, x, y, first, start, end)
        return gap

    def point(self, distance_m: float) -> tuple[float, float]:
        """The point at ``distance_m`` along the polyline, clamped to its ends."""
        k = self.segment_at(distance_m)
        share = self._share(k, distance_m)
        (ax, ay), (bx, by) = self._points[k], self._points[k + 1]
        return ax + share * (bx - ax), ay + share * (by - ay)

    def index_at(self, distance_m: float) -> float:
        """Fractional number of the polyline's point at ``distance_m``: 1.5 is half way from point 1 to point 2."""
        k = self.segment_at(distance_m)
        return k + self._share(k, distance_m)

    def segment_at(self, distance_m: float) -> int:
        """Number of the segment that holds ``distance_m``."""
        return min(max(bisect_right(self._lengths, distance_m) - 1, 0), len(self._points) - 2)

    def _share(self, segment: int, distance_m: float) -> float:
        span = self._lengths[segment + 1] - self._lengths[segment]
        return 0.0 if span == 0.0 else min(max((distance_m - self._lengths[segment]) / span, 0.0), 1.0)
