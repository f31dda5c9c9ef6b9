"""The coarse route map: a few places ahead along a line, at equal distances along it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from navbench_gs.geometry import arc_lengths, way_to_nearest

Floats = NDArray[np.float64]


def route_ahead(line: Floats, place: Floats, count: int, spacing_m: float) -> Floats:
    """``count`` places (R, 2) along ``line`` (N, 2), the first ``spacing_m`` beyond its point nearest to ``place``.

    Beyond the line's end its last point is repeated. All in metres and in one frame.
    """
    lengths = arc_lengths(line)
    done = lengths[-1] if len(line) < 2 else way_to_nearest(place, line)[0]
    wanted = np.minimum(done + spacing_m * np.arange(1, count + 1), lengths[-1])
    return np.stack([np.interp(wanted, lengths, line[:, axis]) for axis in (0, 1)], axis=1)
