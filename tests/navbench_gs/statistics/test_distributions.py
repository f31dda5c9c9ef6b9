"""Interquartile mean and performance profile against rliable's formulas."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rliable import metrics

from navbench_gs.statistics.distributions import THRESHOLDS, interquartile_mean, iqm_interval, profile

shares = st.lists(st.floats(0.0, 1.0), min_size=4, max_size=40)


def test_by_hand():
    # a quarter of 8 is 2: (3 + 4 + 5 + 6) / 4
    assert interquartile_mean(np.array([1, 2, 3, 4, 5, 6, 7, 100.0])) == 4.5


@given(shares)
def test_the_interquartile_mean_is_rliables(values):
    assert interquartile_mean(np.array(values)) == pytest.approx(metrics.aggregate_iqm(np.array(values)[:, None]))


@given(shares)
def test_a_profile_is_rliables_run_score_distribution(values):
    # rliable.library.run_score_deviation: the mean of (scores > tau), for each tau
    expected = [float(np.mean(np.array(values) > tau)) for tau in THRESHOLDS]
    assert profile(values, [str(i % 3) for i in range(len(values))], seed=0).share.tolist() == pytest.approx(expected)


def test_whole_scenes_are_drawn_again():
    values, scenes = [0.0, 0.0, 1.0, 1.0], ["a", "a", "b", "b"]
    found = profile(values, scenes, seed=0)
    # two scenes of which one is always above: the band reaches from none to all
    assert (found.low[10], found.share[10], found.high[10]) == (0.0, 0.5, 1.0)
    interval = iqm_interval(values, scenes, seed=0)
    assert (interval.low, interval.mean, interval.high) == (0.0, 0.5, 1.0)


def test_one_scene_states_no_interval_and_order_changes_nothing():
    assert iqm_interval([0.2, 0.4], ["a", "a"], seed=0).low is None
    assert profile([0.2, 0.4], ["a", "a"], seed=0).low is None
    values, scenes = [0.1, 0.9, 0.4, 0.8], ["a", "b", "c", "b"]
    assert iqm_interval(values, scenes, seed=5) == iqm_interval(values[::-1], scenes[::-1], seed=5)
