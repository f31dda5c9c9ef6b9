import pytest

from navbench_gs.domain.rules import ClockRules
from navbench_gs.errors import AgentCardError


@pytest.mark.parametrize(("period_s", "ticks"), [(0.05, 1), (0.2, 4), (0.35, 7), (0.1 + 0.2, 6), (60.0, 1200)])
def test_a_decision_lasts_whole_ticks(period_s, ticks):
    assert ClockRules().ticks_per_decision(period_s) == ticks


@pytest.mark.parametrize(("period_s", "nearest"), [(0.12, "0.1"), (0.13, "0.15"), (0.0, "0.05"), (0.02, "0.05")])
def test_another_period_is_refused_with_the_nearest_possible(period_s, nearest):
    with pytest.raises(AgentCardError, match=rf"^decision period {period_s} s .* 0\.05 s; nearest: {nearest} s$"):
        ClockRules().ticks_per_decision(period_s)
