"""``navbench submit verify``: whether a submission's scores follow from its recordings, and these from the physics."""

from __future__ import annotations

import secrets
from pathlib import Path

import click

from navbench_gs.errors import ExitCode


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--sample", metavar="N", type=click.IntRange(min=1), help="Drive only N rows again.  [default: all]")
@click.option("--sample-seed", type=int, help="Draw the same rows as before.  [default: by chance]")
@click.option("--suite", help="Where the suite lies on this machine, for scenes that are in no shipped one.")
@click.option("--workers", type=click.IntRange(min=1), help="Processes.  [default: cores]")
@click.option("--markdown", type=click.Path(path_type=Path), help="Also write what was found, for a pull request.")
@click.pass_context
def verify(
    ctx: click.Context,
    file: Path,
    sample: int | None,
    sample_seed: int | None,
    suite: str | None,
    workers: int | None,
    markdown: Path | None,
) -> None:
    """Check a submission FILE as the leaderboard will: every digest, every row, every recording.

    All rows are scored again from their recordings, and the recorded commands are driven again in the physics. Each
    row that differs is told; exits with 1 if there is any.
    """
    from rich.console import Console

    from leaderboard.cli.verification import verification
    from leaderboard.submissions.comment import comment_text
    from leaderboard.submissions.submission import opened_submission
    from navbench_gs.cli.table import rich_table
    from navbench_gs.evaluation.executors import cores
    from navbench_gs.statistics.table import task_table
    from navbench_gs.store.files import write_whole

    seed = secrets.randbelow(2**32) if sample_seed is None else sample_seed
    with opened_submission(file) as submission:
        found = verification(submission, suite=suite, sample=sample, seed=seed, workers=workers or cores())
        card, rows = submission.card, submission.run.rows()
        table = task_table(rows, found.plan.manifest.planned, partial=True) if rows and found.holds else None
    for line in found.lines():
        click.echo(line)
    click.echo(f"{card.name} {card.revision}: {found.summary()}")
    if sample is not None:
        click.echo(f"the rows driven again were drawn by --sample-seed {seed}")
    if table is not None:
        Console(soft_wrap=True).print(rich_table(table, f"{card.name} {card.revision}, verified"))
    if markdown is not None:
        write_whole(markdown, comment_text(card, found.lines(), found.summary(), table).encode())
    ctx.exit(ExitCode.DONE if found.holds else ExitCode.FAULTS)
