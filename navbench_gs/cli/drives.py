"""``navbench drives``: record drives to learn from."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from navbench_gs.evaluation.record import DriveReport


@click.group()
def drives() -> None:
    """Drives to learn from, in the GNM folder layout."""


@drives.command()
@click.option("--out", required=True, type=click.Path(path_type=Path), help="Folder; the same command resumes in it.")
@click.option("--frames", default=20000, show_default=True, type=click.IntRange(min=1), help="At least so many.")
@click.option(
    "--scenes", default=36, show_default=True, type=click.IntRange(min=1), help="Training scenes to drive in."
)
@click.option("--workers", default=1, show_default=True, type=click.IntRange(min=1), help="Processes.")
@click.option("--seed", default=0, show_default=True)
def record(out: Path, frames: int, scenes: int, workers: int, seed: int) -> None:
    """Record drives of the oracle in training scenes: 160 x 120 at 4 Hz, started askew, thrown off and recovered."""
    from navbench_gs.evaluation.record import record_drives

    def tell(drive: DriveReport, total: int) -> None:
        click.echo(f"{drive.name}: {drive.ended}, {drive.frames} frames ({total} of {frames})")

    total = record_drives(out, frames=frames, scenes=scenes, workers=workers, seed=seed, report=tell)
    click.echo(f"{total} frames in {out}")
