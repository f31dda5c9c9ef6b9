"""``navbench leaderboard``: the commands about the board, each in a file of its own."""

from __future__ import annotations

import click

from navbench_gs.cli.lazy_group import LazyGroup

COMMANDS: dict[str, tuple[str, str]] = {
    "build": ("leaderboard.cli.build:build", "Make tables and a page of runs and submissions."),
    "add": ("leaderboard.cli.add:add", "Check a submission and keep it."),
}
"""Name -> (where the command is, its line in the help)."""


@click.group(cls=LazyGroup, table=COMMANDS)
def leaderboard() -> None:
    """Rank runs and submissions, with how sure that is."""
