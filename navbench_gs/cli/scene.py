"""``navbench scene``: the commands about scenes, each in a file of its own."""

from __future__ import annotations

import click

from navbench_gs.cli.lazy_group import LazyGroup

COMMANDS: dict[str, tuple[str, str]] = {
    "fetch": ("navbench_gs.cli.scene_fetch:fetch", "Get published scenes and make them drivable."),
    "check": ("navbench_gs.cli.scene_check:check", "Say what is wrong with a scene, one line each."),
    "view": ("navbench_gs.cli.scene_view:view", "Open a scene in the browser, with a drive through it if wanted."),
    "convert": ("navbench_gs.cli.scene_convert:convert", "Write a splat file as another kind."),
}
"""Name -> (where the command is, its line in the help)."""


@click.group(cls=LazyGroup, table=COMMANDS, plugins="scene")
def scene() -> None:
    """Get scenes, make them of captures, check them, look at them."""
