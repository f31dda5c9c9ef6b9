"""``navbench merge``: put the shards of a run together."""

from __future__ import annotations

from pathlib import Path

import click


@click.command()
@click.argument("folders", type=click.Path(path_type=Path), nargs=-1, required=True)
@click.option("--out", type=click.Path(path_type=Path), required=True, help="New folder for the whole run.")
def merge(folders: tuple[Path, ...], out: Path) -> None:
    """Join the FOLDERS that the shards of one run left, and print the table.

    The rows are those of the run driven in one piece. A missing or doubled row is refused.
    """
    from rich.console import Console

    from navbench_gs.cli.run import conclude
    from navbench_gs.store import merge_runs
    from navbench_gs.verification.rescore import plan_of

    run = merge_runs(folders, out)
    conclude(plan_of(run.manifest), run, Console())
