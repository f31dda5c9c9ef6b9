"""Everything the board says, before anything is drawn: boards, their tracks, a ranking for each task."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from leaderboard.ranking.aggregate import Line, line_of
from leaderboard.ranking.entries import Entry
from leaderboard.ranking.rank import Ranking, ranking
from leaderboard.ranking.tracks import SANITY, Board, Track, board_order, track_order
from navbench_gs.domain.task import TASKS
from navbench_gs.statistics.table import OVERALL


@dataclass(frozen=True, eq=False)
class BoardStandings:
    """One board: numbers that may be compared, track by track."""

    board: Board
    entries: list[Entry]
    scenes: list[str]
    lines: dict[tuple[str, str], Line]
    """(slug of an entry, task) -> its line."""
    rankings: list[Ranking]
    """Track by track, overall before single tasks."""

    @property
    def tasks(self) -> list[str]:
        """Overall if anyone drove all four, then the tasks in their order."""
        shown = {task for _, task in self.lines}
        return [task for task in (OVERALL, *TASKS) if task in shown]

    @property
    def slugs(self) -> list[str]:
        """All entries, sanity rows last: what colours go by."""
        return [entry.slug for entry in sorted(self.entries, key=lambda entry: entry.is_reference)]

    @property
    def absent_sanity(self) -> list[str]:
        """Sanity agents of which a task that others drove has no row."""
        have = {(entry.card.name, task) for entry in self.entries if entry.is_reference for task in _tasks(entry)}
        return [name for name in SANITY if any((name, task) not in have for task in self.tasks if task != OVERALL)]


def standings(entries: Sequence[Entry], suites: Mapping[str, int]) -> list[BoardStandings]:
    """Sort entries into boards and tracks and rank each task of each; ``suites``: how many scenes a suite has."""
    boards = sorted({entry.board for entry in entries}, key=board_order)
    return [_board(board, [entry for entry in entries if entry.board == board], suites) for board in boards]


def _board(board: Board, entries: list[Entry], suites: Mapping[str, int]) -> BoardStandings:
    scenes = sorted({key[0] for entry in entries for key in entry.planned})
    lines = {
        (entry.slug, task): line
        for entry in entries
        for task in (OVERALL, *TASKS)
        if (line := line_of(entry, task, scenes, suites.get(board.suite))) is not None
    }
    found = BoardStandings(board, entries, scenes, lines, [])
    tracks: list[Track | None] = list(_tracks(entries)) or [None]
    for track in tracks:
        members = [entry for entry in entries if entry.is_reference or entry.track == track]
        for task in found.tasks:
            of_task = [lines[entry.slug, task] for entry in members if (entry.slug, task) in lines]
            if of_task:
                found.rankings.append(ranking(track, task, of_task))
    return found


def _tracks(entries: Sequence[Entry]) -> list[Track]:
    """Tracks that somebody else than a sanity agent entered."""
    return sorted({entry.track for entry in entries if not entry.is_reference}, key=track_order)


def _tasks(entry: Entry) -> set[str]:
    return {key[1] for key in entry.planned}
