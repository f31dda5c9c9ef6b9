"""``navbench agent``: the commands about agents, each in a file of its own."""

from __future__ import annotations

import click

from navbench_gs.cli.lazy_group import LazyGroup

COMMANDS: dict[str, tuple[str, str]] = {
    "fetch": ("navbench_gs.cli.agent_fetch:fetch", "Get published weights."),
    "convert": ("navbench_gs.cli.agent_convert:convert", "Write a published weights file as safetensors."),
}
"""Name -> (where the command is, its line in the help)."""


@click.group(cls=LazyGroup, table=COMMANDS)
def agent() -> None:
    """Get the weights of published agents."""
