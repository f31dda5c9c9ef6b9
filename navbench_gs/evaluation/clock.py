"""The clock that runs while an agent decides."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Protocol, TypeVar

Answer = TypeVar("Answer")


class SharedNumber(Protocol):
    """A float in memory that another process can read, such as a ``multiprocessing`` value."""

    value: float


@dataclass
class DecisionClock:
    """Times every decision of one episode."""

    since: SharedNumber | None = None
    """Monotonic time at which the running decision began, 0 between decisions: what a watchdog reads."""
    durations_s: list[float] = field(default_factory=list)
    """Of the calls of ``act``, in order."""

    @contextmanager
    def running(self) -> Iterator[None]:
        """Marks the time in which the agent has the floor."""
        if self.since is not None:
            self.since.value = time.monotonic()
        try:
            yield
        finally:
            if self.since is not None:
                self.since.value = 0.0

    def timed(self, act: Callable[[], Answer]) -> Answer:
        """Runs one call of ``act`` and keeps its duration."""
        started = time.perf_counter()
        answer = act()
        self.durations_s.append(time.perf_counter() - started)
        return answer
