"""Rank intervals and tie groups of differences drawn by hand."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from navbench_gs.statistics.ranks import RankInterval, rank_intervals, tie_groups


def better_by(scores, gap):
    scores = np.asarray(scores)
    return scores[:, None] - scores[None, :] > gap


def test_a_chain_of_near_neighbours():
    # only the first and the last are surely apart
    better = better_by([0.9, 0.8, 0.7], 0.15)
    assert rank_intervals(better) == [RankInterval(1, 2), RankInterval(1, 3), RankInterval(2, 3)]
    # the middle one ties with the leader; the last is worse than the leader and leads the second group
    assert tie_groups([0.9, 0.8, 0.7], better) == [1, 1, 2]


def test_without_any_real_difference_everyone_may_be_first_or_last():
    better = np.zeros((4, 4), dtype=bool)
    assert set(rank_intervals(better)) == {RankInterval(1, 4)}
    assert tie_groups([0.1, 0.2, 0.3, 0.4], better) == [1, 1, 1, 1]


def test_nobody_is_ranked_among_nobody():
    assert rank_intervals(np.zeros((0, 0), dtype=bool)) == tie_groups([], np.zeros((0, 0), dtype=bool)) == []


@given(st.lists(st.floats(0.0, 1.0), min_size=1, max_size=8), st.floats(0.0, 0.5))
def test_the_place_by_score_lies_in_its_interval_and_groups_follow_the_scores(scores, gap):
    better = better_by(scores, gap)
    order = sorted(range(len(scores)), key=lambda agent: -scores[agent])
    groups = tie_groups(scores, better)
    for place, agent in enumerate(order, start=1):
        ranks = rank_intervals(better)[agent]
        assert 1 <= ranks.best <= place <= ranks.worst <= len(scores)
    assert sorted(groups[agent] for agent in order) == [groups[agent] for agent in order]
