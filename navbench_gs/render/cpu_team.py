"""A few threads that work through a list of jobs together with the thread that asks."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Job = TypeVar("Job")


class Team:
    """``size`` threads, the asking one among them. Lives on in a forked process, with threads of its own there.

    The others are kept between calls; a call costs some ten microseconds.
    """

    def __init__(self, size: int) -> None:
        self._others = size - 1
        self._pool: ThreadPoolExecutor | None = None
        self._process = 0

    def do(self, work: Callable[[Job], None], jobs: Sequence[Job]) -> None:
        """Call ``work`` with every job; whoever is free takes the next. Raises what a job raises."""
        remaining = iter(jobs)

        def take_jobs() -> None:
            for job in remaining:  # one step of a list's iterator is atomic
                work(job)

        helpers = min(self._others, len(jobs) - 1)
        pending = [self._threads().submit(take_jobs) for _ in range(helpers)]
        try:
            take_jobs()
        finally:
            for helper in pending:
                helper.result()

    def _threads(self) -> ThreadPoolExecutor:
        if self._pool is None or self._process != os.getpid():  # a fork takes no threads along
            self._pool = ThreadPoolExecutor(self._others, thread_name_prefix="render")
            self._process = os.getpid()
        return self._pool
