"""Watcher: whoever shows a user how a run goes."""

from __future__ import annotations

from typing import Protocol

from navbench_gs.domain.result import Result


class Watcher(Protocol):
    """Whoever shows a user how the run goes."""

    def begins(self, phase: str, done: int, total: int) -> None:
        """A phase (``scenes``, ``driving``, ``video``) begins with ``done`` of ``total`` jobs done before."""
        ...

    def advances(self, phase: str) -> None:
        """One more job of that phase is over."""
        ...

    def row(self, result: Result) -> None:
        """A row was written."""
        ...

    def incident(self, name: str, reason: str) -> None:
        """An episode has no row, for the reason given."""
        ...
