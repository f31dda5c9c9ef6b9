"""Holm's correction against the original's arithmetic and statsmodels."""

from unittest import mock

import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.multitest import multipletests

from navbench_gs.statistics.holm import holm


def test_by_hand():
    # sorted: .01 x 3, .02 x 2, .04 x 1; none below one before it
    assert holm([0.04, 0.01, 0.02]) == pytest.approx([0.04, 0.03, 0.04])
    assert holm([]) == []


@given(st.lists(st.floats(0.0, 1.0), min_size=1, max_size=12))
def test_as_statsmodels(p_values):
    with mock.patch("gc.collect"):  # multipletests collects all garbage at every call: a minute for these
        expected = multipletests(p_values, method="holm")[1].tolist()
    assert holm(p_values) == pytest.approx(expected)
