"""``navbench agent new``: begin a package with an agent of your own."""

from __future__ import annotations

from pathlib import Path

import click


@click.command()
@click.argument("name")
@click.option("--into", default=".", type=click.Path(path_type=Path), help="Where its folder goes.  [default: here]")
def new(name: str, into: Path) -> None:
    """Write a package NAME with an agent NAME: entry point, card, tests, README. It drives as it is."""
    from navbench_gs.agents.scaffold import new_package

    folder = new_package(name, into)
    click.echo(f"wrote {folder}; now: pip install -e {folder} && navbench agent check {name}")
