"""All metrics of one recording."""

from __future__ import annotations

import numpy as np

from navbench_gs.domain.episode import Episode
from navbench_gs.domain.result import Score
from navbench_gs.domain.rules import Rules
from navbench_gs.domain.trajectory import CONTACT_KINDS, Trajectory
from navbench_gs.errors import DigestMismatchError, EmptyTrajectoryError
from navbench_gs.metrics.collisions import collisions, contact_steps, distinct_actors
from navbench_gs.metrics.failure import failure_class
from navbench_gs.metrics.jerk import mean_jerk_mps3
from navbench_gs.metrics.off_walkable import off_walkable_share
from navbench_gs.metrics.path_length import path_length_m
from navbench_gs.metrics.pedestrian_distance import min_pedestrian_distance_m
from navbench_gs.metrics.personal_space import personal_space_compliance
from navbench_gs.metrics.route_completion import route_completion
from navbench_gs.metrics.spl import soft_spl, spl
from navbench_gs.metrics.success import success
from navbench_gs.metrics.support import support_summary
from navbench_gs.metrics.time_to_collision import min_time_to_collision_s


def score(trajectory: Trajectory, episode: Episode, rules: Rules) -> Score:
    """What the metrics say of a recording: a function of these three and of nothing else.

    Raises:
        EmptyTrajectoryError: there is no pose, or no way to go from the first one.
        DigestMismatchError: the recording is of another episode.
    """
    _require_scorable(trajectory, episode)
    succeeded = success(trajectory, episode, rules)
    onsets = collisions(trajectory, rules)
    of_kind = {kind: sum(onset.kind == kind for onset in onsets) for kind in CONTACT_KINDS}
    return Score(
        success=succeeded,
        strict_success=succeeded and not onsets,
        route_completion=route_completion(trajectory, success=succeeded),
        collision_times=len(onsets),
        collisions_scene=of_kind["scene"],
        collisions_obstacle=of_kind["obstacle"],
        collisions_pedestrian=of_kind["pedestrian"],
        collisions_at_fault=sum(onset.at_fault for onset in onsets),
        contact_steps=contact_steps(trajectory),
        distinct_actors=distinct_actors(trajectory),
        off_walkable_share=off_walkable_share(trajectory),
        spl=spl(trajectory, episode, success=succeeded),
        soft_spl=soft_spl(trajectory, episode, success=succeeded),
        time_s=trajectory.duration_s,
        path_length_m=path_length_m(trajectory),
        min_pedestrian_distance_m=min_pedestrian_distance_m(trajectory, episode, rules),
        psc=personal_space_compliance(trajectory, episode, rules),
        min_ttc_s=min_time_to_collision_s(trajectory, episode, rules),
        mean_jerk_mps3=mean_jerk_mps3(trajectory),
        **support_summary(trajectory),
        ended=trajectory.ended,
        failure=failure_class(trajectory, rules, success=succeeded),
        first_collision=onsets[0].kind if onsets else None,
    )


def _require_scorable(trajectory: Trajectory, episode: Episode) -> None:
    if not len(trajectory.poses):
        raise EmptyTrajectoryError(f"the recording of {episode.name} has no pose; drive the episode again")
    if not (np.isfinite(trajectory.remaining_m[0]) and trajectory.remaining_m[0] > 0.0):
        raise EmptyTrajectoryError(
            f"the recording of {episode.name} begins {trajectory.remaining_m[0]} m from its goal: a route of zero "
            "length cannot be scored; sample the episode again"
        )
    if trajectory.episode != episode.digest():
        raise DigestMismatchError(
            f"the recording of {trajectory.scene}-{trajectory.task}-{trajectory.index} was driven in an episode with "
            f"digest {trajectory.episode}, not in {episode.name} ({episode.digest()}); score it with its own suite"
        )
