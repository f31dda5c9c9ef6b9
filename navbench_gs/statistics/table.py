"""The table of a run: SR, strict SR, RC and CT per task, each with its interval."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Literal, NamedTuple

from navbench_gs.domain.result import Result
from navbench_gs.domain.streams import stream_seed
from navbench_gs.domain.task import TASKS
from navbench_gs.errors import MissingRowsError, RunMismatchError
from navbench_gs.statistics.intervals import clustered_interval

if TYPE_CHECKING:
    import pandas

OVERALL = "overall"
"""Name of the row over all tasks."""
IDENTITY = ("provenance", "task", "perturbation")
"""Columns that say what a row is of."""


class Column(NamedTuple):
    """One number of the table."""

    name: str
    value: Callable[[Result], float]
    kind: Literal["share", "count"]


COLUMNS = (
    Column("sr", lambda row: float(row.success), "share"),
    Column("strict_sr", lambda row: float(row.strict_success), "share"),
    Column("rc", lambda row: row.route_completion, "share"),
    Column("ct", lambda row: float(row.collision_times), "count"),
)


def task_table(
    results: Sequence[Result], planned: Iterable[tuple[str, str, int, str]], *, partial: bool = False
) -> pandas.DataFrame:
    """One row per provenance, perturbation and task, and one over all tasks where there are several.

    Columns: ``provenance``, ``task``, ``perturbation`` (empty: none), ``episodes``, ``scenes``, ``missing`` (planned
    episodes without a row), then ``sr``, ``strict_sr``, ``rc``, ``ct``, each a mean over scenes of scene means with its
    95 % interval beside it (``sr_low``, ``sr_high``, ...; NaN where one scene states none). Scores of procedural and
    captured scenes never share a row, nor do those of different variants of the camera.

    Args:
        results: rows of one run, in any order.
        planned: what the run owes (``RunManifest.planned``).
        partial: give the table of the rows there are, its ``missing`` telling how many lack, instead of refusing.

    Raises:
        MissingRowsError: a planned episode has no row and ``partial`` is not set.
        RunMismatchError: a row is of no planned episode, or an episode has two rows.
    """
    import pandas

    missing = _missing(results, planned)
    if missing and not partial:
        first = "-".join(map(str, missing[0]))
        raise MissingRowsError(
            f"{len(missing)} of {len(missing) + len(results)} planned episodes have no row (first: {first}), and a "
            "mean over the others would flatter or slight the agent; run the same command again to drive them"
        )
    records: list[dict[str, str | int | float | None]] = []
    for group in sorted({(row.provenance, row.perturbation) for row in results}):
        rows = [row for row in results if (row.provenance, row.perturbation) == group]
        tasks = in_table_order({row.task for row in rows})
        for task in tasks:
            lacking = sum(key[1] == task for key in missing)
            records.append(_line(group, task, [row for row in rows if row.task == task], lacking))
        if len(tasks) > 1:
            records.append(_line(group, OVERALL, rows, len(missing)))
    names = [name for column in COLUMNS for name in (column.name, f"{column.name}_low", f"{column.name}_high")]
    table = pandas.DataFrame(records, columns=[*IDENTITY, "episodes", "scenes", "missing", *names])
    return table.astype(dict.fromkeys(names, float))


def _missing(results: Sequence[Result], planned: Iterable[tuple[str, str, int, str]]) -> list[tuple[str, str, int]]:
    """Planned keys without a row, in order."""
    owed = {(scene, task, index): None for scene, task, index, _ in planned}
    for row in results:
        if row.key not in owed:
            raise RunMismatchError(f"{'-'.join(map(str, row.key))} has a second row or none planned; see run.json")
        del owed[row.key]
    return list(owed)


def in_table_order(tasks: set[str]) -> list[str]:
    """Task names in the order of ``TASKS``, unknown ones last."""
    order = list(TASKS)
    return sorted(tasks, key=lambda task: (order.index(task) if task in order else len(order), task))


def _line(
    group: tuple[str, str], task: str, rows: Sequence[Result], missing: int
) -> dict[str, str | int | float | None]:
    scenes = [row.scene for row in rows]
    line: dict[str, str | int | float | None] = {
        "provenance": group[0],
        "task": task,
        "perturbation": group[1],
        "episodes": len(rows),
        "scenes": len(set(scenes)),
        "missing": missing,
    }
    for name, value, kind in COLUMNS:
        interval = clustered_interval(
            [value(row) for row in rows], scenes, seed=stream_seed("task-table", task, name), kind=kind
        )
        line |= {name: interval.mean, f"{name}_low": interval.low, f"{name}_high": interval.high}
    return line
