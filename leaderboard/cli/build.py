"""``navbench leaderboard build``: runs in, tables and a page out."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from leaderboard.ranking.sources import Source
    from leaderboard.site.maps import Places
    from navbench_gs.domain.episode import Episode
    from navbench_gs.domain.scene import Scene
    from navbench_gs.store.shards import Key


@click.command()
@click.argument("runs", type=click.Path(path_type=Path), nargs=-1, required=True)
@click.option("--out", type=click.Path(path_type=Path), required=True, help="Folder to write the board into.")
@click.option("--figures", is_flag=True, help="Also draw figures (PDF, PNG) and a LaTeX table for papers.")
def build(runs: tuple[Path, ...], out: Path, figures: bool) -> None:
    """Make a board of RUNS: run folders, stored submissions, or folders that hold such.

    Writes leaderboard.html with its replays, leaderboard.csv, pairwise.csv and episodes.parquet. Runs of one agent are
    put together; tracks are never mixed; a row that lacks episodes has no mean.
    """
    from leaderboard.ranking.sources import read_sources
    from leaderboard.site.build import build as build_board

    sources = read_sources(runs)
    places, notes = places_of(sources)
    built = build_board(sources, out, places=places, suites=suite_sizes(), figures=figures)
    for note in [*notes, *built.notes]:
        click.echo(f"note: {note}")
    for board in built.boards:
        click.echo(f"{board.board.title}: {len(board.entries)} entries, {len(board.scenes)} scenes")
    click.echo(f"board: {built.page}")


def suite_sizes() -> dict[str, int]:
    """How many scenes each shipped suite has."""
    from navbench_gs.suite.catalog import scene_ids, suite_names

    return {name: len(scene_ids(name)) for name in suite_names()}


def places_of(sources: Sequence[Source]) -> tuple[Places, list[str]]:
    """Scenes and episodes of all runs, and a line for each suite that this machine does not have as they drove it."""
    from leaderboard.site.maps import Places
    from navbench_gs.errors import NavBenchError
    from navbench_gs.verification.rescore import plan_of

    scenes: dict[str, Scene] = {}
    episodes: dict[Key, Episode] = {}
    notes: list[str] = []
    for source in sources:
        manifest = source.run.manifest
        if {tuple(entry[:3]) for entry in manifest.planned} <= set(episodes):
            continue
        try:
            plan = plan_of(manifest)
        except NavBenchError as error:
            note = f"replays of suite '{manifest.config.suite}' have no map: {' '.join(str(error).split())}"
            notes += [note] if note not in notes else []
            continue
        scenes |= plan.scenes
        episodes |= plan.episodes
    return Places(scenes, episodes), notes
