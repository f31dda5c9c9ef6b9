"""``navbench submit pack``: a run and a card in one file."""

from __future__ import annotations

from pathlib import Path

import click


@click.command()
@click.argument("run", type=click.Path(path_type=Path))
@click.option("--card", required=True, type=click.Path(path_type=Path), help="Who stands behind it (docs/submit.md).")
@click.option("--out", type=click.Path(path_type=Path), help="NAME.navbench.zip.  [default: beside the run]")
def pack(run: Path, card: Path, out: Path | None) -> None:
    """Pack the rows, recordings and manifest of the RUN with a card into one file.

    Nothing is scored here: 'navbench submit verify' says what others will find.
    """
    from leaderboard.submissions.submission import pack_run

    packed = pack_run(run, card, out)
    click.echo(f"packed {packed} ({packed.stat().st_size / 1e6:.1f} MB); now: navbench submit verify {packed}")
