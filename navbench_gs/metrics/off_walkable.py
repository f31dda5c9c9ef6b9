"""Share of time off the walkable area."""

from __future__ import annotations

from navbench_gs.domain.trajectory import Trajectory


def off_walkable_share(trajectory: Trajectory) -> float:
    """Share of the recorded moments with the robot's centre off the walkable area."""
    return float(1.0 - trajectory.on_walkable.mean())
