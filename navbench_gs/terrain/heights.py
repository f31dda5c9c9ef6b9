"""Heights of a ground mesh, without a physics engine."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from navbench_gs.terrain.terrain import Mesh


def ground_heights(ground: Mesh, points: NDArray[np.float64]) -> NDArray[np.float64]:
    """Height (N,) of a ground mesh at world points (N, 2), metres: linear within its triangles.

    Beyond the mesh it is the height of the nearest vertex. The mesh must not fold over itself seen from above.
    """
    from scipy.interpolate import LinearNDInterpolator, NearestNDInterpolator

    plan, heights = ground.vertices[:, :2].astype(np.float64), ground.vertices[:, 2].astype(np.float64)
    if not len(points) or np.ptp(heights) == 0.0:
        return np.full(len(points), float(heights[0]))
    found: NDArray[np.float64] = LinearNDInterpolator(plan, heights)(points)
    beyond = np.isnan(found)
    if beyond.any():
        found[beyond] = NearestNDInterpolator(plan, heights)(points[beyond])
    return found
