"""``navbench submit``: the commands of those who enter an agent, each in a file of its own."""

from __future__ import annotations

import click

from navbench_gs.cli.lazy_group import LazyGroup

COMMANDS: dict[str, tuple[str, str]] = {
    "pack": ("leaderboard.cli.pack:pack", "Put a run and a card into one file."),
    "verify": ("leaderboard.cli.verify:verify", "Drive a submission's commands again and score it anew."),
}
"""Name -> (where the command is, its line in the help)."""


@click.group(cls=LazyGroup, table=COMMANDS)
def submit() -> None:
    """Pack a run for the leaderboard, and prove what is packed."""
