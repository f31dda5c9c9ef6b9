"""Progress of a run in the terminal: a bar per phase, a live tally, the time left; plain lines where there is none."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.markup import escape
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from navbench_gs.domain.result import Result

TITLES = {"scenes": "preparing scenes", "driving": "driving", "video": "drawing videos"}


class RunProgress:
    """Watches a run and shows it; a :class:`navbench_gs.evaluation.evaluate.Watcher`."""

    def __init__(self, console: Console, rows: list[Result]) -> None:
        self.console = console
        self.rows = list(rows)
        self.incidents = 0
        self._bars: dict[str, TaskID] = {}
        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(bar_width=28),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TimeRemainingColumn(),
            TextColumn("{task.fields[tally]}"),
            console=console,
            disable=not console.is_terminal,
        )

    @contextmanager
    def shown(self) -> Iterator[RunProgress]:
        """Keeps the bars on the screen meanwhile."""
        with self._progress:
            yield self

    def begins(self, phase: str, done: int, total: int) -> None:
        """Adds the bar of a phase."""
        tally = self._tally() if phase == "driving" else ""
        self._bars[phase] = self._progress.add_task(TITLES[phase], completed=done, total=total, tally=tally)
        if not self.console.is_terminal:
            self.console.print(f"{TITLES[phase]}: {total - done} to do, {done} done before")

    def advances(self, phase: str) -> None:
        """Moves the bar of a phase."""
        self._progress.advance(self._bars[phase])

    def row(self, result: Result) -> None:
        """Counts a row; a line of its own where no bar can be drawn."""
        self.rows.append(result)
        self._progress.update(self._bars["driving"], tally=self._tally())
        if not self.console.is_terminal:
            outcome = "success" if result.success else result.error or str(result.failure)
            self.console.print(
                f"{result.scene} {result.task} {result.index}: {outcome}, route {result.route_completion:.0%}, "
                f"{result.collision_times} collisions ({len(self.rows)} rows)",
                markup=False,
                soft_wrap=True,
            )

    def incident(self, name: str, reason: str) -> None:
        """Tells of an episode without a row, above the bars."""
        self.incidents += 1
        self.console.print(f"[yellow]incident[/] {name}: {escape(reason)}", highlight=False, soft_wrap=True)

    def _tally(self) -> str:
        won = sum(row.success for row in self.rows)
        hits = sum(row.collision_times for row in self.rows)
        lost = f", [yellow]{self.incidents} incidents[/]" if self.incidents else ""
        return f"[green]{won} reached[/], [red]{len(self.rows) - won} failed[/], {hits} collisions{lost}"
