"""Robustness: one agent's run with the Rules' camera beside its runs with disturbed ones, episode by episode."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Literal

from navbench_gs.domain.result import Result
from navbench_gs.domain.streams import stream_seed
from navbench_gs.errors import MissingRowsError
from navbench_gs.statistics.intervals import Interval, Kind, clustered_interval
from navbench_gs.statistics.table import COLUMNS, OVERALL, Column, in_table_order

if TYPE_CHECKING:
    import pandas

DIFFERENCES: dict[Literal["share", "count"], Kind] = {"share": "share-difference", "count": "count-difference"}
Cell = str | int | float | None


def robustness_table(clean: Sequence[Result], variants: Mapping[str, Sequence[Result]]) -> pandas.DataFrame:
    """A row per provenance, task and variant, the clean run (variant empty) first.

    Columns: ``provenance``, ``task``, ``perturbation``, ``episodes``, ``scenes``, then for each of ``sr``,
    ``strict_sr``, ``rc``, ``ct`` the mean over scenes of scene means, and ``<name>_change``: the mean over scenes of
    what the perturbation changed in the same episodes, with its 95 % interval (``_change_low``, ``_change_high``; NaN
    where none is stated). Whole scenes are drawn again, each with all differences of its episodes.

    Args:
        clean: rows of the run without perturbation.
        variants: name of a variant -> rows of its run.

    Raises:
        MissingRowsError: a run lacks an episode that another has.
    """
    import pandas

    records = []
    for provenance in sorted({row.provenance for row in clean}):
        tasks = in_table_order({row.task for row in clean if row.provenance == provenance})
        for task in [*tasks, OVERALL] if len(tasks) > 1 else tasks:
            before = {
                row.key: row for row in clean if row.provenance == provenance and (task == OVERALL or row.task == task)
            }
            records.append(_line(provenance, task, "", before, before))
            for name, rows in variants.items():
                records.append(_line(provenance, task, name, before, _of_same_episodes(before, rows, name)))
    table = pandas.DataFrame(records)
    numbers = [name for name in table.columns if name.startswith(tuple(column.name for column in COLUMNS))]
    return table.astype(dict.fromkeys(numbers, float))


Rows = Mapping[tuple[str, str, int], Result]


def _of_same_episodes(before: Rows, rows: Sequence[Result], variant: str) -> Rows:
    found = {row.key: row for row in rows}
    lacking = [key for key in before if key not in found]
    if lacking:
        raise MissingRowsError(
            f"the run with {variant} lacks {len(lacking)} episodes of the run without (first: "
            f"{'-'.join(map(str, lacking[0]))}); finish it with the command that began it"
        )
    return {key: found[key] for key in before}


def _line(provenance: str, task: str, variant: str, before: Rows, after: Rows) -> dict[str, Cell]:
    scenes = [key[0] for key in before]
    line: dict[str, Cell] = {
        "provenance": provenance,
        "task": task,
        "perturbation": variant,
        "episodes": len(scenes),
        "scenes": len(set(scenes)),
    }
    for column in COLUMNS:
        seed = stream_seed("task-table", task, column.name)
        line[column.name] = clustered_interval([column.value(row) for row in after.values()], scenes, seed=seed).mean
        change = paired_change(column, before, after, seed) if variant else Interval(0.0, None, None)
        line |= {
            f"{column.name}_change": change.mean if variant else None,
            f"{column.name}_change_low": change.low,
            f"{column.name}_change_high": change.high,
        }
    return line


def paired_change(column: Column, before: Rows, after: Rows, seed: int) -> Interval:
    """Mean over scenes of (after - before) in the same episodes, with its interval clustered by scene."""
    changes = [column.value(after[key]) - column.value(row) for key, row in before.items()]
    return clustered_interval(changes, [key[0] for key in before], seed=seed, kind=DIFFERENCES[column.kind])
