"""``navbench scene``: the commands about scenes, each in a file of its own."""

from __future__ import annotations

import click

from navbench_gs.cli.scene_view import view


@click.group()
def scene() -> None:
    """Look at scenes."""


scene.add_command(view)
