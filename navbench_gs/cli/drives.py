"""``navbench drives``: record drives to learn from."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from navbench_gs.recording.dataset_recorder import DriveReport


@click.group()
def drives() -> None:
    """Drives to learn from, in the GNM folder layout."""


@drives.command()
@click.option("--out", required=True, type=click.Path(path_type=Path), help="Folder; the same command resumes in it.")
@click.option("--frames", default=20000, show_default=True, type=click.IntRange(min=1), help="At least so many.")
@click.option(
    "--scenes", default=36, show_default=True, type=click.IntRange(min=1), help="Training scenes to drive in."
)
@click.option("--first-scene", default=0, show_default=True, type=click.IntRange(min=0), help="Number of the first.")
@click.option("--task", "tasks", help="Tasks by turns, comma separated; without it half are obstacle_ped.")
@click.option("--driver", default="", help="A waypoint agent that drives while the oracle says what it would do.")
@click.option("--weights", "checkpoint", metavar="FILE", help="Weights of the driver.")
@click.option("--workers", default=1, show_default=True, type=click.IntRange(min=1), help="Processes.")
@click.option("--seed", default=0, show_default=True)
@click.option("--draw/--no-draw", default=True, show_default=True, help="Pictures at once, or later by `drives draw`.")
def record(
    out: Path,
    frames: int,
    scenes: int,
    first_scene: int,
    tasks: str | None,
    driver: str,
    checkpoint: str | None,
    workers: int,
    seed: int,
    draw: bool,
) -> None:
    """Record drives in training scenes: 160 x 120 at 4 Hz, started askew, thrown off and recovered."""
    from navbench_gs.domain.task import task_named
    from navbench_gs.recording.dataset_recorder import TASK_CYCLE, Recording, record_drives
    from navbench_gs.suite.training_episodes import training_scenes

    def tell(drive: DriveReport, total: int) -> None:
        click.echo(f"{drive.name}: {drive.ended}, {drive.frames} frames ({total} of {frames})")

    chosen = tuple(task_named(name).name for name in tasks.split(",")) if tasks else TASK_CYCLE
    recording = Recording(training_scenes(scenes, first=first_scene), chosen, seed, driver, checkpoint, draw)
    total = record_drives(out, recording, frames=frames, workers=workers, report=tell)
    click.echo(f"{total} frames in {out}")


@drives.command()
@click.argument("data_set", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option(
    "--size",
    default=(160, 120),
    show_default=True,
    type=(click.IntRange(8, 640), click.IntRange(8, 480)),
    help="Width and height of the pictures, pixels.",
)
@click.option("--renderer", default="auto", show_default=True, help="auto, cpu or gsplat.")
@click.option("--workers", default=1, show_default=True, type=click.IntRange(min=1), help="Processes.")
def draw(data_set: Path, size: tuple[int, int], renderer: str, workers: int) -> None:
    """Draw the pictures of drives recorded with --no-draw; the same command goes on where it stopped."""
    from navbench_gs.domain.agent import CameraNeed
    from navbench_gs.recording.rendering import draw_drives

    def tell(name: str, done: int, of: int) -> None:
        click.echo(f"{name} ({done} of {of})")

    need = CameraNeed(width_px=size[0], height_px=size[1])
    count = draw_drives(data_set, need, renderer, workers=workers, report=tell)
    click.echo(f"drew {count} drives in {data_set}")
