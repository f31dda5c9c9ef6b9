"""Route completion (RC): how far along the way to the goal the robot ever was."""

from __future__ import annotations

import numpy as np

from navbench_gs.domain.trajectory import Trajectory


def route_completion(trajectory: Trajectory, *, success: bool) -> float:
    """1 at success, else the maximum over time of ``1 - D(x_t) / D(x_0)``, clipped to [0, 1].

    D is the geodesic cost-to-go on the obstacle-free grid, recorded in ``trajectory.remaining_m``; unlike the arc
    length of a projection on the route it cannot jump to a later stretch of the route that passes close by.
    """
    if success:
        return 1.0
    return float(np.clip(1.0 - trajectory.remaining_m.min() / trajectory.remaining_m[0], 0.0, 1.0))
