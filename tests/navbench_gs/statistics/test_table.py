"""The table of a run against means worked out by hand."""

import math

import pytest

from navbench_gs.errors import MissingRowsError, RunMismatchError
from navbench_gs.statistics.table import task_table


@pytest.fixture
def rows(row, manifest):
    """12 rows: of each scene and task, episode 1 fails with half the route and two collisions."""
    failed = {"success": False, "strict_success": False, "route_completion": 0.5, "collision_times": 2}
    return [row(entry[:3], **(failed if entry[2] else {})) for entry in manifest().planned]


def test_each_task_and_the_whole_have_a_line(rows, manifest):
    table = task_table(rows, manifest().planned)
    assert table.task.tolist() == ["empty", "ped", "overall"]
    assert table.episodes.tolist() == [6, 6, 12]
    assert table.scenes.tolist() == [3, 3, 3]
    assert table.sr.tolist() == table.strict_sr.tolist() == [0.5, 0.5, 0.5]
    assert table.rc.tolist() == [0.75, 0.75, 0.75]
    assert table.ct.tolist() == [1.0, 1.0, 1.0]
    assert table.missing.tolist() == [0, 0, 0]


def test_a_strict_success_needs_more_than_a_success(row, manifest):
    planned = manifest(tasks=("ped",)).planned
    table = task_table([row(entry[:3], strict_success=False, collision_times=1) for entry in planned], planned)
    assert (table.sr[0], table.strict_sr[0]) == (1.0, 0.0)
    assert table.sr_low[0] < 1.0
    assert table.strict_sr_high[0] > 0.0


def test_rows_of_different_variants_are_never_averaged(row, manifest):
    planned = manifest(tasks=("ped",)).planned
    rows = [row(entry[:3], perturbation="haze:0.1" if entry[2] else "", success=not entry[2]) for entry in planned]
    table = task_table(rows, planned)
    assert table.perturbation.tolist() == ["", "haze:0.1"]
    assert table.sr.tolist() == [1.0, 0.0]


def test_the_order_of_rows_changes_nothing(rows, manifest):
    planned = manifest().planned
    assert task_table(rows[::-1], planned).equals(task_table(rows, planned))


def test_one_task_has_no_line_over_all_and_one_scene_no_interval(row, manifest):
    planned = manifest(scenes=("plaza_00",), tasks=("ped",)).planned
    table = task_table([row(entry[:3]) for entry in planned], planned)
    assert table.task.tolist() == ["ped"]
    assert math.isnan(table.sr_low[0])


def test_missing_rows_are_refused_with_their_count_and_the_mend(rows, manifest):
    with pytest.raises(MissingRowsError, match=r"2 of 12 .*plaza_00-empty-0.*same command"):
        task_table(rows[2:], manifest().planned)


def test_a_partial_table_says_how_many_rows_lack(rows, manifest):
    table = task_table(rows[1:], manifest().planned, partial=True)
    assert table.missing.tolist() == [1, 0, 1]
    assert table.episodes.tolist() == [5, 6, 11]


def test_an_unplanned_or_doubled_row_is_refused(rows, row, manifest):
    for extra in (row(("plaza_09", "ped", 0)), rows[0]):
        with pytest.raises(RunMismatchError):
            task_table([*rows, extra], manifest().planned)


def test_captured_and_procedural_scenes_never_share_a_line(row, manifest):
    planned = manifest(tasks=("ped",)).planned
    rows = [row(entry[:3], provenance="captured" if entry[0] == "park_02" else "procedural") for entry in planned]
    table = task_table(rows, planned)
    assert list(zip(table.provenance, table.episodes, strict=True)) == [("captured", 2), ("procedural", 4)]
