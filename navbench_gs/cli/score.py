"""``navbench score``: score the recordings of a run again, and say what changed."""

from __future__ import annotations

from pathlib import Path

import click


@click.command()
@click.argument("folder", type=click.Path(path_type=Path))
def score(folder: Path) -> None:
    """Score the recordings of the run in FOLDER again, without driving.

    Each row that comes out differently is shown; nothing is written. Exits with 1 if any row changed.
    """
    from rich.console import Console

    from navbench_gs.cli.table import rich_table
    from navbench_gs.statistics.table import task_table
    from navbench_gs.store import RunFolder
    from navbench_gs.verification.rescore import changes, plan_of, rescored_rows

    run, console = RunFolder.open(folder), Console(soft_wrap=True)
    plan, now = plan_of(run.manifest), []
    if run.manifest.rules != plan.rules.digest():
        click.echo(f"driven under rules {run.manifest.rules}, scored now under {plan.rules.digest()}")
    changed = 0
    for before, after in rescored_rows(run, plan):
        now.append(after)
        told = [f"{name} {_text(old)} -> {_text(new)}" for name, (old, new) in changes(before, after).items()]
        if told:
            changed += 1
            click.echo(f"{after.scene} {after.task} {after.index}: {', '.join(told)}")
    click.echo(f"{len(now)} recordings scored, {changed} differ from their row, {len(run.missing())} rows are missing")
    if now:
        console.print(rich_table(task_table(now, run.manifest.planned, partial=True), f"{folder.name}, scored again"))
    if changed:
        click.get_current_context().exit(1)


def _text(value: object) -> str:
    return f"{value:.6g}" if isinstance(value, float) else str(value)
