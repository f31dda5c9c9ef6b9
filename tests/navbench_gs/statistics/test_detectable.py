"""The minimum detectable difference against statsmodels' exact power of a paired t-test."""

import math

import pytest
from statsmodels.stats.power import TTestPower

from navbench_gs.statistics.detectable import minimum_detectable_difference


@pytest.mark.parametrize(("scenes", "within"), [(12, 0.02), (26, 0.01), (100, 0.005)])
def test_near_the_exact_power_calculation(scenes, within):
    exact = TTestPower().solve_power(nobs=scenes, alpha=0.05, power=0.8)
    assert minimum_detectable_difference(0.3, scenes) == pytest.approx(0.3 * exact, rel=within)


def test_by_hand_for_many_scenes():
    # (1.96 + 0.8416) * 0.4 / sqrt(10000) where t is normal
    assert minimum_detectable_difference(0.4, 10_000) == pytest.approx(2.8016 * 0.004, rel=1e-3)


@pytest.mark.parametrize(("spread", "scenes"), [(0.0, 26), (math.nan, 26), (0.3, 1)])
def test_nothing_is_said_where_nothing_is_known(spread, scenes):
    assert minimum_detectable_difference(spread, scenes) is None
