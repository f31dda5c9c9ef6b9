"""What ``submit verify`` and ``leaderboard add`` share: a submission held against rules, recordings and physics."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from leaderboard.submissions.submission import Submission
    from navbench_gs.evaluation.plan import Plan
    from navbench_gs.verification.audit import RowAudit


@dataclass(frozen=True, eq=False)
class Verification:
    """What was found."""

    plan: Plan
    faults: tuple[str, ...]
    """Of the submission as a whole."""
    audits: tuple[RowAudit, ...]
    """In planned order."""

    @property
    def wrong(self) -> tuple[RowAudit, ...]:
        """Rows with a fault."""
        return tuple(audit for audit in self.audits if audit.faults)

    @property
    def replayed(self) -> int:
        """Rows whose commands were driven again and led where they should."""
        return sum(audit.replayed and not audit.faults for audit in self.audits)

    @property
    def holds(self) -> bool:
        """Whether nothing is wrong."""
        return not self.faults and not self.wrong

    def lines(self) -> tuple[str, ...]:
        """Every fault, one line each, what is wrong with the whole first."""
        rows = (f"{' '.join(map(str, audit.key))}: {'; '.join(audit.faults)}" for audit in self.wrong)
        return (*self.faults, *rows)

    def summary(self) -> str:
        """One line."""
        return f"{len(self.audits)} rows: {len(self.wrong)} differ, {self.replayed} driven again"


def verification(
    submission: Submission, *, suite: str | None, sample: int | None, seed: int, workers: int
) -> Verification:
    """Hold a submission against everything that can be known without its agent.

    Args:
        submission: opened.
        suite: where its suite lies here; None takes the shipped one it names.
        sample: how many rows are driven again; None: all.
        seed: which these are.
        workers: processes.

    Raises:
        DigestMismatchError: it was driven under other rules, or an episode is not the one it claims to be.
        UnknownNameError: its suite is not known.
    """
    from leaderboard.submissions.submission import submission_faults
    from navbench_gs.verification.audit import audited_rows, sampled_keys
    from navbench_gs.verification.audit_plan import plan_faults, trusted_plan

    plan = trusted_plan(submission.run.manifest, suite=suite)
    faults = (*submission_faults(submission.card, submission.run), *plan_faults(plan))
    again = sampled_keys([row.key for row in submission.run.rows()], sample, seed)
    order = {key: number for number, key in enumerate(plan.episodes)}
    with progress(len(order)) as advance:
        audits = []
        for audit in audited_rows(submission.run, plan, again, workers=workers):
            audits.append(audit)
            advance()
    return Verification(plan, faults, tuple(sorted(audits, key=lambda audit: order[audit.key])))


@contextmanager
def progress(total: int) -> Iterator[Callable[[], object]]:
    """A bar on a terminal, nothing elsewhere; what is yielded moves it by one."""
    from rich.console import Console
    from rich.progress import Progress

    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=not console.is_terminal) as bar:
        yield partial(bar.advance, bar.add_task("checking rows", total=total))
