"""Ranks that admit what they do not know: the ranks an agent can have, and who cannot be told from whom."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray


class RankInterval(NamedTuple):
    """Best and worst rank an agent can have, from 1."""

    best: int
    worst: int


def rank_intervals(better: NDArray[np.bool_]) -> list[RankInterval]:
    """The ranks each of N agents can have, given which differences are real.

    As many agents as are surely better stand before it, as many as are surely worse behind it. With differences that
    hold together with 95 % (Holm), so do all these intervals (Mogstad, Romano, Shaikh and Wilhelm 2024).

    Args:
        better: (N, N) whether agent i is significantly better than agent j.
    """
    count = len(better)
    return [RankInterval(1 + int(better[:, agent].sum()), count - int(better[agent].sum())) for agent in range(count)]


def tie_groups(scores: Sequence[float], better: NDArray[np.bool_]) -> list[int]:
    """The group of each agent, from 1: a group is its best agent and all that are not significantly worse than it.

    Groups are anchored to their leader: two agents of one group may differ from one another, and two of different
    groups need not. Equal scores are taken in the order given.

    Args:
        scores: (N,) what agents are ranked by, higher is better.
        better: (N, N) whether agent i is significantly better than agent j.
    """
    groups, number = [0] * len(scores), 0
    for leader in sorted(range(len(scores)), key=lambda agent: -scores[agent]):
        if groups[leader]:
            continue
        number += 1
        for agent in range(len(scores)):
            if not groups[agent] and not better[leader, agent]:
                groups[agent] = number
    return groups
