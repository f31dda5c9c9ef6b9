"""Paired differences between a clean run and a disturbed one, against values worked out by hand."""

import math

import pytest

from navbench_gs.errors import MissingRowsError
from navbench_gs.statistics.intervals import clustered_interval
from navbench_gs.statistics.robustness import robustness_table

FAILED = {"success": False, "strict_success": False, "route_completion": 0.5, "collision_times": 2}


@pytest.fixture
def runs(row, manifest):
    """A clean run, one won everywhere; and one that fails in episode 1 of two of the three scenes."""
    keys = [entry[:3] for entry in manifest().planned]
    return [row(key) for key in keys], [row(key, **(FAILED if key[2] and key[0] != "park_02" else {})) for key in keys]


def test_the_change_is_the_mean_over_scenes_of_the_differences_in_the_same_episodes(runs):
    table = robustness_table(runs[0], {"haze:0.1": runs[1]})
    assert table.task.tolist() == ["empty", "empty", "ped", "ped", "overall", "overall"]
    assert table.perturbation.tolist() == ["", "haze:0.1"] * 3
    # scene means of the differences: -1/2, -1/2, 0
    assert table.sr.tolist() == pytest.approx([1.0, 2 / 3] * 3)
    assert table.sr_change.tolist()[1::2] == pytest.approx([-1 / 3] * 3)
    assert table.rc_change.tolist()[1::2] == pytest.approx([-1 / 6] * 3)
    assert table.ct_change.tolist()[1::2] == pytest.approx([2 / 3] * 3)
    # three scenes: all draws the same has odds 1/27 > 2.5 %, so the ends are 0 and -1/2 (-1/2 has odds 8/27)
    assert (table.sr_change_low[1], table.sr_change_high[1]) == pytest.approx((-0.5, 0.0))
    assert all(math.isnan(table[name][0]) for name in ("sr_change", "sr_change_low", "ct_change_high"))


def test_rows_are_paired_by_episode_not_by_place(runs):
    straight, shuffled = (robustness_table(runs[0], {"blur:1": rows}) for rows in (runs[1], runs[1][::-1]))
    assert straight.equals(shuffled)


def test_no_change_anywhere_does_not_claim_that_there_can_be_none(runs):
    table = robustness_table(runs[0], {"blur:1": runs[0]})
    # Wilson at 0 of 3 scenes: z^2 / (n + z^2) = 3.8415 / 6.8415 = 0.5615
    assert table.sr_change[1] == 0.0
    assert (table.sr_change_low[1], table.sr_change_high[1]) == pytest.approx((-0.5615, 0.5615), abs=1e-4)
    assert table.ct_change[1] == 0.0 and math.isnan(table.ct_change_low[1])


@pytest.mark.parametrize(("change", "low", "high"), [(-1.0, -1.0, -0.7425), (1.0, 0.7425, 1.0), (0.5, 0.3069, 0.5644)])
def test_a_share_that_changes_alike_everywhere_stays_between_minus_one_and_one(change, low, high):
    # 26 scenes: at most 3.8415 / 29.8415 = 0.1287 of all differ, by at most to -1 or 1
    interval = clustered_interval([change] * 26, [f"s_{n}" for n in range(26)], seed=0, kind="share-difference")
    assert interval == pytest.approx((change, low, high), abs=2e-4)


def test_a_run_that_lacks_an_episode_is_refused(runs):
    with pytest.raises(MissingRowsError, match=r"blur:1 lacks 1 episodes .*plaza_00-empty-0"):
        robustness_table(runs[0], {"blur:1": runs[1][1:]})
