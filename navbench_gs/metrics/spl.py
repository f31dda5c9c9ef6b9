"""SPL and SoftSPL: success weighted by the shortest geodesic path over the driven one."""

from __future__ import annotations

from navbench_gs.domain.episode import Episode
from navbench_gs.domain.trajectory import Trajectory
from navbench_gs.metrics.path_length import path_length_m


def spl(trajectory: Trajectory, episode: Episode, *, success: bool) -> float:
    """``S * l / max(p, l)``: l the episode's geodesic distance, p the driven path, both in metres.

    Source: Anderson et al. 2018, arXiv 1807.06757, with the geodesic and never the Euclidean l.
    """
    return _path_efficiency(trajectory, episode) if success else 0.0


def soft_spl(trajectory: Trajectory, episode: Episode, *, success: bool) -> float:
    """``max(0, 1 - d_T / d_0) * l / max(p, l)`` with d the cost-to-go; the progress is 1 at success.

    Source: Habitat's SoftSPL. There a success keeps its last metre as missing progress; here it does not, as in RC,
    so that SoftSPL is never below SPL.
    """
    progress = 1.0 if success else max(0.0, 1.0 - trajectory.remaining_m[-1] / trajectory.remaining_m[0])
    return float(progress * _path_efficiency(trajectory, episode))


def _path_efficiency(trajectory: Trajectory, episode: Episode) -> float:
    return episode.geodesic_m / max(path_length_m(trajectory), episode.geodesic_m)
