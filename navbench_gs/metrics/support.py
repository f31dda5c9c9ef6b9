"""How well the scene's capture supported what the agent saw."""

from __future__ import annotations

from navbench_gs.domain.trajectory import Trajectory


def support_summary(trajectory: Trajectory) -> dict[str, float]:
    """Mean and worst support over the pictures that decisions were made on; nothing of what was not seen or known."""
    summary: dict[str, float] = {}
    if len(trajectory.support):
        summary["support_mean"] = float(trajectory.support.mean())
        summary["support_min"] = float(trajectory.support.min())
    if len(trajectory.camera_distance_m):
        summary["camera_distance_mean_m"] = float(trajectory.camera_distance_m.mean())
        summary["camera_distance_max_m"] = float(trajectory.camera_distance_m.max())
    return summary
