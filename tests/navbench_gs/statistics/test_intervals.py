"""The intervals against values worked out by hand and against scipy."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from navbench_gs.statistics.intervals import clustered_interval

SCENES = [f"plaza_{n:02d}" for n in range(26)]


def test_the_mean_is_over_scenes_not_over_episodes():
    # scene means 1 and 0: mean 0.5, although three of the four episodes are won
    interval = clustered_interval([1, 1, 1, 0], ["a_00", "a_00", "a_00", "b_00"], seed=0)
    assert interval.mean == 0.5


def test_two_scenes_give_the_quantiles_of_the_three_possible_resamples():
    # resampled means 0, 1/2, 1 with odds 1/4, 1/2, 1/4: the 2.5 % and 97.5 % quantiles are 0 and 1
    assert clustered_interval([0, 1], ["a_00", "b_00"], seed=0) == (0.5, 0.0, 1.0)
    # at a level of 40 % the quantiles at 0.3 and 0.7 are both 1/2
    assert clustered_interval([0, 1], ["a_00", "b_00"], seed=0, level=0.4) == (0.5, 0.5, 0.5)


def test_agrees_with_scipys_bootstrap_of_scene_means():
    from scipy.stats import bootstrap

    rng = np.random.default_rng(7)
    values = rng.random((26, 5))
    theirs = bootstrap((values.mean(axis=1),), np.mean, method="percentile", n_resamples=20_000, rng=rng)
    ours = clustered_interval(values.ravel().tolist(), [scene for scene in SCENES for _ in range(5)], seed=1)
    assert ours.low == pytest.approx(theirs.confidence_interval.low, abs=0.003)
    assert ours.high == pytest.approx(theirs.confidence_interval.high, abs=0.003)


def test_episodes_of_one_scene_do_not_narrow_the_interval():
    once = clustered_interval([0.0, 1.0] * 13, SCENES, seed=3)
    ten_times = clustered_interval([0.0, 1.0] * 130, [scene for _ in range(10) for scene in SCENES], seed=3)
    assert ten_times == once


def test_always_winning_does_not_claim_certainty():
    # Wilson at 26 of 26: low end n / (n + z^2) = 26 / (26 + 3.8415) = 0.8713
    mean, low, high = clustered_interval([1.0] * 26, SCENES, seed=0)
    assert (mean, high) == (1.0, 1.0)
    assert low == pytest.approx(0.8713, abs=1e-4)


def test_never_winning_does_not_claim_certainty():
    mean, low, high = clustered_interval([0.0] * 26, SCENES, seed=0)
    assert (mean, low) == (0.0, 0.0)
    assert high == pytest.approx(1 - 0.8713, abs=1e-4)


def test_no_collision_anywhere_still_admits_some():
    # Poisson score interval at rate 0: high end z^2 / n = 3.8415 / 26 = 0.1478
    mean, low, high = clustered_interval([0.0] * 26, SCENES, seed=0, kind="count")
    assert (mean, low) == (0.0, 0.0)
    assert high == pytest.approx(0.1478, abs=1e-4)


def test_a_count_may_exceed_one():
    mean, low, high = clustered_interval([3.0] * 4, SCENES[:4], seed=0, kind="count")
    assert mean == 3.0
    assert low < 3.0 < high


def test_one_scene_states_no_interval():
    assert clustered_interval([1, 0, 1, 1], ["plaza_00"] * 4, seed=0) == (0.75, None, None)


def test_no_value_is_refused():
    with pytest.raises(ValueError, match="at least one"):
        clustered_interval([], [], seed=0)


@settings(max_examples=20, deadline=None)
@given(rows=st.lists(st.tuples(st.floats(0, 1), st.sampled_from(SCENES[:5])), min_size=1, max_size=20), data=st.data())
def test_the_order_of_rows_does_not_matter_and_the_mean_lies_inside(rows, data):
    shuffled = data.draw(st.permutations(rows))
    first, second = (clustered_interval(*map(list, zip(*part, strict=True)), seed=5) for part in (rows, shuffled))
    assert first == second
    if first.low is not None:
        assert first.low - 1e-9 <= first.mean <= first.high + 1e-9
