"""``navbench leaderboard add``: check a submission and keep it with the badge it earned."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from navbench_gs.errors import DigestMismatchError, RunMismatchError

if TYPE_CHECKING:
    from leaderboard.submissions.submission import Submission


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--no-replay", is_flag=True, help="Do not drive its commands again: the entry stays self-reported.")
@click.option("--rerun", type=click.Path(path_type=Path), help="Your own run of the same agent, which then counts.")
@click.option("--suite", help="Where the suite lies on this machine, for scenes that are in no shipped one.")
@click.option("--workers", type=click.IntRange(min=1), help="Processes.  [default: cores]")
@click.option("--submissions", type=click.Path(path_type=Path), help="[default: leaderboard/submissions]")
def add(
    file: Path, no_replay: bool, rerun: Path | None, suite: str | None, workers: int | None, submissions: Path | None
) -> None:
    """Check the submission FILE and store it below leaderboard/submissions.

    Badges are earned, not given: 'self-reported' if every row follows from its recording (--no-replay stops here),
    'replayed' if every recording follows from the physics, 're-run' if you drove the agent yourself (--rerun RUN); then
    the rows of your run are the ones that are kept.
    """
    if no_replay and rerun is not None:
        raise click.UsageError("--rerun keeps what was replayed: leave --no-replay out")

    from leaderboard.cli.verification import verification
    from leaderboard.submissions.storage import SHELF, Badge, store_submission
    from leaderboard.submissions.submission import opened_submission
    from navbench_gs import __version__
    from navbench_gs.evaluation.executors import cores
    from navbench_gs.store import RunFolder

    with opened_submission(file) as submission:
        sample = 0 if no_replay else None
        found = verification(submission, suite=suite, sample=sample, seed=0, workers=workers or cores())
        for line in found.lines():
            click.echo(line)
        if not found.holds:
            raise DigestMismatchError(f"{file} was not added: {found.summary()}")
        level, kept, equal = "self-reported" if no_replay else "replayed", submission, None
        if rerun is not None:
            kept = replace(submission, run=RunFolder.open(rerun))
            level, equal = "re-run", repeated_rows(submission, kept)
        badge = Badge.model_validate(
            {"badge": level, "rows": len(found.audits), "replayed": found.replayed, "equal": equal}
            | {"version": __version__, "submission_sha256": submission.sha256}
        )
        folder = store_submission(kept, badge, submissions or SHELF)
    click.echo(f"added {folder}, {level}: {found.summary()}" + ("" if equal is None else f", {equal} repeated"))


def repeated_rows(submission: Submission, own: Submission) -> int:
    """How many rows of a submission the maintainers' own run repeats outside ``timing``.

    Raises:
        RunMismatchError: that run is of another agent, of other episodes, or not whole.
    """
    from leaderboard.submissions.submission import submission_faults
    from navbench_gs.store import comparable

    theirs, ours = submission.run.manifest, own.run.manifest
    if (theirs.card, theirs.rules, theirs.planned) != (ours.card, ours.rules, ours.planned):
        raise RunMismatchError(f"{own.run.path} is not a run of the same agent, rules and episodes")
    for fault in submission_faults(own.card, own.run):
        raise RunMismatchError(f"{own.run.path}: {fault}")
    rows = {row.key: comparable(row) for row in own.run.rows()}
    return sum(rows[row.key] == comparable(row) for row in submission.run.rows())
