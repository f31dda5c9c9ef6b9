"""``navbench agent``: the commands about agents, each in a file of its own."""

from __future__ import annotations

import click

from navbench_gs.cli.lazy_group import LazyGroup

COMMANDS: dict[str, tuple[str, str]] = {
    "new": ("navbench_gs.cli.agent_new:new", "Begin a package with an agent of your own."),
    "check": ("navbench_gs.cli.agent_check:check", "Say whether an agent keeps what agents owe."),
    "serve": ("navbench_gs.cli.agent_serve:serve", "Answer for an agent in this process to runs in others."),
    "fetch": ("navbench_gs.cli.agent_fetch:fetch", "Get published weights."),
    "convert": ("navbench_gs.cli.agent_convert:convert", "Write a published weights file as safetensors."),
}
"""Name -> (where the command is, its line in the help)."""


@click.group(cls=LazyGroup, table=COMMANDS)
def agent() -> None:
    """Write agents, check them, serve them; get the weights of published ones."""
