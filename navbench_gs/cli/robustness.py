"""``navbench robustness``: what perturbations of the camera do to one agent."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    import pandas
    from rich.table import Table

    from navbench_gs.store import RunFolder

COMPARABLE = frozenset({"config.perturbation"})
"""Fields of a manifest that may differ between the runs of one table."""


@click.command()
@click.argument("folders", type=click.Path(path_type=Path), nargs=-1, required=True)
@click.option("--csv", "csv_path", type=click.Path(path_type=Path), help="Also write the table to this file.")
def robustness(folders: tuple[Path, ...], csv_path: Path | None) -> None:
    """Put the clean and the perturbed runs in FOLDERS side by side.

    All are runs of one agent in the same episodes, one of them without --perturb. Shown under each mean is the change
    in the same episodes with its 95 % interval over scenes.
    """
    from rich.console import Console

    from navbench_gs.statistics.robustness import robustness_table
    from navbench_gs.store import RunFolder
    from navbench_gs.store.files import writing

    clean, variants = clean_and_perturbed([RunFolder.open(folder) for folder in folders])
    table = robustness_table(clean.rows(), {name: run.rows() for name, run in variants.items()})
    if csv_path is not None:
        with writing(csv_path):
            table.to_csv(csv_path, index=False)
    title = f"{clean.manifest.card.name} · {clean.manifest.config.suite}"
    Console(soft_wrap=True).print(rich_robustness(table, title), crop=False)


def clean_and_perturbed(runs: list[RunFolder]) -> tuple[RunFolder, dict[str, RunFolder]]:
    """The run without perturbation, and the others by the name of their variant, sorted.

    Raises:
        RunMismatchError: the runs differ in more than the perturbation, or two are of one variant, or none is clean.
        MissingRowsError: a run is not finished.
    """
    from navbench_gs.errors import MissingRowsError, RunMismatchError
    from navbench_gs.store.shards import differences

    found: dict[str, RunFolder] = {}
    for run in runs:
        told_apart = differences(run.manifest, runs[0].manifest, but=COMPARABLE)
        if told_apart:
            raise RunMismatchError(f"{run.path} is no variant of the run {runs[0].path}: {'; '.join(told_apart)}")
        if run.missing():
            raise MissingRowsError(
                f"{run.path} lacks {len(run.missing())} planned episodes; finish it with the command that began it"
            )
        variant = run.manifest.config.perturbation
        if variant in found:
            raise RunMismatchError(f"{found[variant].path} and {run.path} are both of '{variant or 'no perturbation'}'")
        found[variant] = run
    if "" not in found or len(found) < 2:
        raise RunMismatchError(
            "name one run without --perturb and at least one with it, of the same agent and episodes"
        )
    return found.pop(""), dict(sorted(found.items()))


def rich_robustness(table: pandas.DataFrame, title: str) -> Table:
    """A :func:`navbench_gs.statistics.robustness.robustness_table` for the terminal; shares in percent."""
    from rich.table import Table

    from navbench_gs.cli.table import TITLES

    shown = Table(title=title, title_justify="left", box=None, pad_edge=False, padding=(0, 1, 0, 0))
    shown.caption = "below each mean the change in the same episodes and its 95 % interval over scenes"
    shown.caption_justify = "left"
    shown.add_column("task\ncamera", overflow="fold")
    for heading in TITLES.values():
        shown.add_column(heading, justify="right", no_wrap=True)
    several = table["provenance"].nunique() > 1
    for _, line in table.iterrows():
        title = f"[bold]{line['task']}[/] [dim]x{line['episodes']}[/]" + (f" {line['provenance']}" if several else "")
        camera = f"  {line['perturbation']}".replace(",", "\n  ") if line["perturbation"] else f"{title}\n  clean"
        changes = [
            (line[name], *(line[f"{name}_change{end}"] for end in ("", "_low", "_high")), name != "ct")
            for name in TITLES
        ]
        shown.add_row(camera, *(_cell(*change, new_task=not line["perturbation"]) for change in changes))
    return shown


def _cell(mean: float, change: float, low: float, high: float, share: bool, *, new_task: bool) -> str:
    """``61.5``, ``-12.3`` and ``[-20.1, -4.6]`` below each other, in percent for a share; of a clean run the first."""
    scale, digits = (100.0, 1) if share else (1.0, 2)
    lines = ["", f"{scale * mean:.{digits}f}"] if new_task else [f"{scale * mean:.{digits}f}"]
    if not math.isnan(change):
        lines.append(f"[dim]{scale * change:+.{digits}f}[/]")
    if not math.isnan(low):
        lines.append(f"[dim]\\[{scale * low:.{digits}f}, {scale * high:.{digits}f}][/]")
    return "\n".join(lines)
