"""Entries: all runs of one agent under the same conditions, put together; nothing counted twice, nothing forgotten."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from leaderboard.ranking.sources import Source
from leaderboard.ranking.tracks import SANITY, Board, Track, board_of, track_of
from leaderboard.submissions.storage import BADGES
from navbench_gs.domain.agent import AgentCard
from navbench_gs.domain.record import text_digest
from navbench_gs.domain.result import Result
from navbench_gs.errors import RunMismatchError
from navbench_gs.store.files import whole_lines
from navbench_gs.store.folder import INCIDENTS_FILE
from navbench_gs.store.rows import comparable
from navbench_gs.store.shards import Key

Drive = tuple[int, Key]
"""Agent seed and episode."""


@dataclass(eq=False)
class Entry:
    """One agent on one board; grows while runs are taken in."""

    board: Board
    track: Track
    card: AgentCard
    renderer: str
    """Name of the picture rules, ``none`` if it sees no picture."""
    submission: Mapping[str, str]
    submitted: bool
    badges: set[str] = field(default_factory=set)
    planned: dict[Key, str] = field(default_factory=dict)
    """Episode -> its digest; what the entry owes, once for every seed."""
    seeds: set[int] = field(default_factory=set)
    rows: dict[Drive, Result] = field(default_factory=dict)
    recordings: dict[Drive, Path] = field(default_factory=dict)
    """Where the recording of each row should lie."""
    incidents: int = 0

    @property
    def slug(self) -> str:
        """A name fit for files and links, never that of another entry."""
        word = "".join(c if c.isascii() and (c.isalnum() or c == "_") else "-" for c in self.card.name)[:32]
        identity = (
            *self.board,
            *self.track,
            self.card.canonical_json(),
            self.renderer,
            sorted(self.submission.items()),
        )
        return f"{word}-{text_digest(repr(identity))[:8]}"

    @property
    def badge(self) -> str:
        """The least that was done about any of its runs."""
        return min(self.badges, key=BADGES.index)

    @property
    def is_reference(self) -> bool:
        """Whether this is a sanity row; a stranger's agent of such a name is none."""
        return self.card.name in SANITY and not self.submitted

    @property
    def drives_owed(self) -> list[Drive]:
        """Every seed of every planned episode."""
        return [(seed, key) for seed in sorted(self.seeds) for key in self.planned]

    def rows_of(self, tasks: Iterable[str]) -> list[Result]:
        """Its rows of these tasks, by seed and in planned order."""
        wanted = set(tasks)
        return [self.rows[drive] for drive in self.drives_owed if drive in self.rows and drive[1][1] in wanted]


def gather(sources: Sequence[Source]) -> list[Entry]:
    """Put the runs together by agent and conditions.

    Raises:
        RunMismatchError: two runs hold different rows of one drive, or an episode differs between runs of a board.
    """
    entries: dict[tuple[object, ...], Entry] = {}
    for source in sources:
        rows = source.run.rows()
        if not rows:
            raise RunMismatchError(f"{source.run.path} has no row yet; finish it with the command that began it")
        first, card = rows[0], source.run.manifest.card
        identity = (board_of(first), card.canonical_json(), first.renderer, tuple(sorted(source.card.items())))
        entry = entries.setdefault(
            identity,
            Entry(board_of(first), track_of(card, source.card), card, first.renderer, source.card, source.submitted),
        )
        _take_in(entry, source, rows)
    _require_same_episodes(entries.values())
    return sorted(entries.values(), key=lambda entry: (entry.card.name, entry.slug))


def _take_in(entry: Entry, source: Source, rows: list[Result]) -> None:
    run, seed = source.run, source.run.manifest.config.agent_seed if entry.card.stochastic else 0
    entry.badges.add(source.badge)
    entry.seeds.add(seed)
    for scene, task, index, digest in run.manifest.planned:
        entry.planned.setdefault((scene, task, index), digest)
    for row in rows:
        if board_of(row) != entry.board or row.renderer != entry.renderer:
            raise RunMismatchError(
                f"{run.path} holds rows of {entry.board.title} ({entry.renderer}) and of {board_of(row).title} "
                f"({row.renderer}); such numbers never share a table, run each apart"
            )
        drive = (seed, row.key)
        known = entry.rows.setdefault(drive, row)
        if known is not row and _without_seed(known) != _without_seed(row):
            name = "-".join(map(str, row.key))
            raise RunMismatchError(
                f"{run.path} and {entry.recordings[drive].parents[1]} hold different rows of {name} by "
                f"{entry.card.name}, seed {seed}; name one of the two"
            )
        entry.recordings.setdefault(drive, run.recording_path(row.key))
    entry.incidents += sum(1 for _ in whole_lines(run.path / INCIDENTS_FILE))


def _without_seed(row: Result) -> str:
    return comparable(row.model_copy(update={"agent_seed": 0, "version": ""}))


def _require_same_episodes(entries: Iterable[Entry]) -> None:
    """Refuse a board on which one name means two episodes."""
    known: dict[tuple[Board, Key], str] = {}
    for entry in entries:
        for key, digest in entry.planned.items():
            if known.setdefault((entry.board, key), digest) != digest:
                raise RunMismatchError(
                    f"{'-'.join(map(str, key))} of suite '{entry.board.suite}' is not the same episode for "
                    f"{entry.card.name} as for others (digest {digest}, not {known[entry.board, key]}); drive one anew"
                )
