"""Paired comparisons against values worked out by hand, scipy's permutation test and the exact binomial test."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from navbench_gs.statistics.paired import compared, scene_differences, sign_flip_p_value


def test_scenes_are_the_units_and_their_names_do_not_matter():
    means = scene_differences([1.0, 0.0, -1.0, 0.25], ["b", "b", "a", "c"])
    assert means.tolist() == [-1.0, 0.25, 0.5]


def test_three_scenes_that_agree_leave_two_of_eight_patterns():
    # +++ and --- are as extreme as what was seen: 2 of 8
    assert sign_flip_p_value(np.array([0.1, 0.2, 0.3]), seed=0) == 0.25


def test_equal_agents_have_a_p_value_of_one():
    assert sign_flip_p_value(np.zeros(5), seed=0) == 1.0


@settings(max_examples=25, deadline=None)
@given(st.lists(st.sampled_from([-1.0, -0.4, -0.1, 0.0, 0.1, 0.3, 0.7]), min_size=2, max_size=8))
def test_few_scenes_are_tried_exhaustively_as_scipy_does(values):
    if not any(values):
        return
    # scipy tries all patterns, those of scenes without a difference twice over: the same share
    expected = stats.permutation_test(
        (np.array(values),), np.mean, permutation_type="samples", n_resamples=np.inf, vectorized=True
    ).pvalue
    assert sign_flip_p_value(np.array(values), seed=0) == pytest.approx(expected, abs=1e-9)


def test_one_episode_a_scene_is_mcnemars_exact_test():
    # 9 scenes only the first agent reached, 2 only the second, 5 the same
    means = np.array([1.0] * 9 + [-1.0] * 2 + [0.0] * 5)
    assert sign_flip_p_value(means, seed=0) == pytest.approx(stats.binomtest(9, 11, 0.5).pvalue)


def test_many_scenes_are_sampled_near_the_exact_value_and_never_zero():
    means = np.array([1.0] * 14 + [-1.0] * 6)
    exact = stats.binomtest(14, 20, 0.5).pvalue
    assert sign_flip_p_value(means, seed=1) == pytest.approx(exact, abs=0.01)
    assert 0.0 < sign_flip_p_value(np.ones(26), seed=1) < 1e-4
    assert sign_flip_p_value(means, seed=1) == sign_flip_p_value(-means[::-1], seed=1)


def test_a_comparison_tells_difference_interval_and_spread():
    found = compared([1.0, 0.0, 0.0, 0.0], ["a", "a", "b", "b"], seed=3, kind="share-difference")
    assert found.difference.mean == 0.25
    assert found.scenes == 2
    assert found.scene_sd == pytest.approx(math.sqrt(0.125))
    assert found.p_value == 1.0
