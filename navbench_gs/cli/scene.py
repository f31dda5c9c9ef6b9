"""``navbench scene``: get scenes, make them, look at them. A file per command."""

from __future__ import annotations

import click

from navbench_gs.cli.scene_convert import convert
from navbench_gs.cli.scene_fetch import fetch


@click.group()
def scene() -> None:
    """Fetch scenes, and convert splat files."""


scene.add_command(convert)
scene.add_command(fetch)
