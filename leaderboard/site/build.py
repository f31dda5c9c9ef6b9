"""Build: runs and submissions in, a folder with the board out."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from leaderboard.ranking.entries import gather
from leaderboard.ranking.sources import Source
from leaderboard.ranking.standings import BoardStandings, standings
from leaderboard.site.maps import Places
from leaderboard.site.page import PAGE, page_html
from leaderboard.site.replays import write_replays
from leaderboard.site.tables import write_tables
from navbench_gs.domain.task import TASKS
from navbench_gs.store.files import write_whole, writing


@dataclass(frozen=True, eq=False)
class Built:
    """What was built, and what there is to say about it."""

    page: Path
    boards: list[BoardStandings]
    notes: list[str]


def build(
    sources: Sequence[Source], out: Path, *, places: Places, suites: Mapping[str, int], figures: bool = False
) -> Built:
    """Write ``leaderboard.csv``, ``pairwise.csv``, ``episodes.parquet``, ``leaderboard.html`` and ``replays/``.

    Args:
        sources: runs, in any order; the files do not depend on it.
        out: folder to write into; files of an earlier build are replaced.
        places: scenes and episodes for the replays' maps.
        suites: name of a suite -> how many scenes it has.
        figures: also write ``figures/`` for papers.

    Raises:
        RunMismatchError: runs contradict each other.
        StoreError: the folder cannot be written.
    """
    boards = standings(gather(sources), suites)
    with writing(out):
        out.mkdir(parents=True, exist_ok=True)
        write_tables(boards, out)
        replays = write_replays(boards, places, out)
        if figures:
            from leaderboard.site.figures import write_figures

            write_figures(boards, out)
    write_whole(out / PAGE, page_html(boards, replays).encode())
    return Built(out / PAGE, boards, [note for board in boards for note in _notes(board)])


def _notes(board: BoardStandings) -> list[str]:
    """What is missing from a board, one line each, with the command that mends it."""
    notes = []
    if board.absent_sanity:
        commands = "; ".join(sanity_command(board, name) for name in board.absent_sanity)
        absent = ", ".join(board.absent_sanity)
        notes.append(f"{board.board.title}: sanity rows missing: {absent}; drive them: {commands}")
    for entry in board.entries:
        missing = len(entry.drives_owed) - len(entry.rows)
        if missing:
            notes.append(
                f"{board.board.title}: {entry.card.name} lacks {missing} of {len(entry.drives_owed)} drives, so it has "
                "no mean and no rank; finish its runs with the commands that began them"
            )
    return notes


def sanity_command(board: BoardStandings, name: str) -> str:
    """The command that drives a sanity agent through what others of this board drove."""
    keys = {key for entry in board.entries for key in entry.planned}
    tasks = ",".join(task for task in TASKS if any(key[1] == task for key in keys))
    words = ["navbench", "run", "--agent", name, "--task", tasks, "--suite", board.board.suite]
    words += ["--episodes", str(1 + max(key[2] for key in keys))]
    if board.board.perturbation:
        words += [word for part in board.board.perturbation.split(",") for word in ("--perturb", part)]
    return shlex.join(words)
