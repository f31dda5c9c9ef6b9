"""Personal space compliance (PSC)."""

from __future__ import annotations

from navbench_gs.domain.episode import Episode
from navbench_gs.domain.rules import Rules
from navbench_gs.domain.trajectory import Trajectory
from navbench_gs.metrics.pedestrian_distance import surface_distances


def personal_space_compliance(trajectory: Trajectory, episode: Episode, rules: Rules) -> float | None:
    """Share of the recorded moments with every pedestrian at least ``psc_distance_m`` away; None without pedestrians.

    The distance is from surface to surface (iGibson's is from centre to centre).
    """
    gaps = surface_distances(trajectory, episode, rules)
    if not gaps.size:
        return None
    return float((gaps >= rules.contact.psc_distance_m).all(axis=1).mean())
