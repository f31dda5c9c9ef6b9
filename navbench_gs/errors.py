"""Every error NavBench-GS raises for a mistake that a user can mend, each named for the mistake.

The command line prints the message of a :class:`NavBenchError` as one line and exits with ``exit_code``.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from enum import IntEnum

LONGEST_LINE = 300


class ExitCode(IntEnum):
    """Every exit code of the command lines."""

    DONE = 0
    FAULTS = 1
    INVALID = 2
    INCIDENT = 3
    INTERNAL = 70
    INTERRUPTED = 130

    @property
    def meaning(self) -> str:
        """A few words for the help."""
        return _MEANINGS[self]


_MEANINGS = {
    ExitCode.DONE: "done",
    ExitCode.FAULTS: "a check found faults",
    ExitCode.INVALID: "bad input",
    ExitCode.INCIDENT: "episodes are missing, the same command resumes",
    ExitCode.INTERNAL: "internal error",
    ExitCode.INTERRUPTED: "interrupted",
}


def one_line(error: BaseException) -> str:
    """``Type: first line`` of any exception, without memory addresses, which differ from process to process."""
    lines = str(error).strip().splitlines()
    text = f"{type(error).__name__}: {lines[0]}" if lines else type(error).__name__
    return re.sub(r"0x[0-9a-fA-F]+", "0x", text)[:LONGEST_LINE]


def printable(text: str, longest: int = LONGEST_LINE) -> str:
    """A stranger's text for a terminal: one line, without control characters."""
    return "".join(letter if letter.isprintable() else " " for letter in text[:longest])


class NavBenchError(Exception):
    """Base of all errors whose message is meant for the user."""

    exit_code = ExitCode.INVALID


class UnknownNameError(NavBenchError, ValueError):
    """A name that is not registered; the message offers the closest one."""

    def __init__(self, noun: str, name: str, known: Iterable[str], listing: str | None = None) -> None:
        known = sorted(known)
        close = difflib.get_close_matches(name, known, n=1, cutoff=0.5)
        hint = f"did you mean '{close[0]}'?" if close else f"known: {', '.join(known[:12]) or 'none'}"
        more = f" ('{listing}' lists them)" if listing else ""
        super().__init__(f"unknown {noun} '{name}': {hint}{more}")
        self.noun, self.name, self.known = noun, name, tuple(known)


class InvalidRecordError(NavBenchError, ValueError):
    """A file or option does not fit its record (missing, unknown or impossible fields)."""


class DamagedFileError(NavBenchError):
    """A file cannot be read as what it should be: truncated, not finite, wrong magic."""


class DigestMismatchError(NavBenchError):
    """A file's content is not the content its manifest names."""


class SceneUnavailableError(NavBenchError):
    """A scene is known but its files are not on this machine; the message says how to get them."""


class InfeasibleEpisodeError(NavBenchError):
    """The written geometric rules admit no episode here (no goal in range, no free path, ...)."""


class EmptyTrajectoryError(NavBenchError, ValueError):
    """A recording without any pose, or a route of zero length, cannot be scored."""


class MissingRowsError(NavBenchError):
    """A table was asked of a run that lacks planned episodes; means over missing rows are refused."""


class RunMismatchError(NavBenchError):
    """A run folder belongs to another run (agent, rules, suite or options differ)."""


class StoreError(NavBenchError):
    """A run folder cannot be written (read-only, full, not a folder)."""


class AgentCardError(NavBenchError, ValueError):
    """An agent's card asks for something impossible or unavailable."""


class AgentFailure(NavBenchError):
    """An agent's own repeatable failure (raised, NaN, wrong shape): becomes a failed row."""


class Incident(NavBenchError):
    """A time-out, a lost connection or a simulator fault: no row, driven again on resume."""

    exit_code = ExitCode.INCIDENT


class AgentUnreachableError(Incident):
    """No agent answers at an address, or another one than before."""


class WireError(NavBenchError):
    """A message between a run and an agent's server does not keep the protocol."""


class MissingPackageError(NavBenchError, ImportError):
    """An optional package is needed and absent; the message has the install line."""


class RendererUnavailableError(NavBenchError):
    """The asked-for renderer cannot run on this machine; the message says why and what to use."""


class WeightsError(NavBenchError):
    """Weights cannot be used: absent, another model's, or not matching their recorded hash."""
