"""Curriculum: episodes made easier, from near goals and open ground to the episodes as they were sampled."""

from __future__ import annotations

import math

import numpy as np
from pydantic import Field

from navbench_gs.domain.episode import Episode
from navbench_gs.domain.record import Record
from navbench_gs.domain.rules import RULES_V0, SamplingRules
from navbench_gs.geometry import arc_lengths, point_along

LEVELS = 4
"""Into how many steps crowding is divided."""


class Curriculum(Record):
    """Where training begins. At progress 0 episodes are this easy, at 1 as sampled; in between they change linearly."""

    goal_m: float = Field(5.0, gt=1.0)
    """Distance to the goal along the reference route, metres."""
    crowding: float = Field(0.0, ge=0.0, le=1.0)
    """Share of the obstacles, and of the pedestrians, that are there."""


def eased(episode: Episode, curriculum: Curriculum, progress: float, rng: np.random.Generator) -> Episode:
    """The episode as it is at ``progress``: begun farther along its route, with a share of what is in the way.

    What comes too near to the new start is left out.
    """
    if progress >= 1.0:
        return episode
    rules = RULES_V0.sampling
    length = float(arc_lengths(episode.route)[-1])
    left_m = min(length, curriculum.goal_m + progress * max(length - curriculum.goal_m, 0.0))
    x, y, heading = point_along(episode.route, length - left_m)
    turn = rng.uniform(-rules.start_heading_rad, rules.start_heading_rad)
    start = (x, y, (heading + turn + math.pi) % (2.0 * math.pi) - math.pi)
    share = curriculum.crowding + progress * (1.0 - curriculum.crowding)
    share = math.floor(share * LEVELS + 1e-9) / LEVELS
    return episode.model_copy(
        update={
            "start": start,
            "route": ((x, y), *_route_ahead(episode, length - left_m)),
            "geodesic_m": max(left_m, 1e-3),
            **_in_the_way(episode, (x, y), share, rules),
        }
    )


def _route_ahead(episode: Episode, from_m: float) -> tuple[tuple[float, float], ...]:
    """The points of the route beyond ``from_m`` along it; at least the last."""
    lengths = arc_lengths(episode.route)
    ahead = tuple(point for point, at in zip(episode.route, lengths, strict=True) if at > from_m + 1e-6)
    return ahead or (episode.goal,)


def _in_the_way(
    episode: Episode, start: tuple[float, float], share: float, rules: SamplingRules
) -> dict[str, tuple[object, ...]]:
    """The first ``share`` of the obstacles and of the pedestrians, less those that are too near to ``start``."""
    obstacles = episode.obstacles[: round(share * len(episode.obstacles))]
    pedestrians = episode.pedestrians[: round(share * len(episode.pedestrians))]
    obstacle_m, pedestrian_m = rules.obstacle_start_clear_m, rules.pedestrian_start_clear_m
    return {
        "obstacles": tuple(one for one in obstacles if math.dist(one.pose[:2], start) >= obstacle_m),
        "pedestrians": tuple(one for one in pedestrians if math.dist(one.start[:2], start) >= pedestrian_m),
    }
