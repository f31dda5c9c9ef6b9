"""Executors: jobs done in worker processes that may hang or die without taking anything else along.

The parent gives each worker one job at a time and is the only one that writes. Every worker runs single-threaded, so
that an answer does not depend on how many workers there are.
"""

from __future__ import annotations

import ctypes
import multiprocessing
import os
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from typing import Any, Generic, Protocol, TypeVar

from navbench_gs.errors import Incident, NavBenchError, one_line
from navbench_gs.evaluation.clock import SharedNumber
from navbench_gs.processes import SHUTDOWN_TIMEOUT_S, WorkerProcess

Job = TypeVar("Job")
Answer = TypeVar("Answer")
JobIn = TypeVar("JobIn", contravariant=True)
AnswerOut = TypeVar("AnswerOut", covariant=True)
POLL_S = 0.2


def cores() -> int:
    """Number of cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class Duty(Protocol[JobIn, AnswerOut]):
    """What workers do; picklable, and opened once in every worker process."""

    def open(self, since: SharedNumber) -> Callable[[JobIn], AnswerOut]:
        """Load what every job needs; the callable returned does one job.

        Whatever the callable does under a time limit, it marks by setting ``since`` to the monotonic time of its
        beginning, and to zero at its end.
        """
        ...


@dataclass(frozen=True)
class Finished(Generic[Job, Answer]):
    """A job that is over: with an answer, or lost for the reason given."""

    job: Job
    answer: Answer | None = None
    lost: str = ""


def work_through(
    duty: Duty[Job, Answer],
    jobs: Sequence[Job],
    *,
    workers: int,
    group: Callable[[Job], str] = str,
    time_limit_s: float = float("inf"),
) -> Iterator[Finished[Job, Answer]]:
    """Do all ``jobs`` in ``workers`` processes and yield each as it ends, in no fixed order.

    A worker keeps to jobs of one group while there are any, so that it prepares what they share once. A worker that
    dies, or stays longer than ``time_limit_s`` in what its duty marks, loses its job and is replaced.

    Raises:
        Incident: a worker could not open its duty.
    """
    queue = _Queue(jobs, group)
    crew = [_Worker(duty) for _ in range(min(workers, len(jobs)))]
    try:
        while queue or any(worker.busy for worker in crew):
            for worker in crew:
                if queue and not worker.busy:
                    worker.give(*queue.next(worker.group, {other.group for other in crew if other is not worker}))
            wait([source for worker in crew if worker.busy for source in worker.sources], timeout=POLL_S)
            for worker in crew:
                if worker.busy and (finished := worker.finished(time_limit_s)) is not None:
                    yield finished
    finally:
        for worker in crew:
            worker.dismiss()


class _Queue(Generic[Job]):
    """Jobs that nobody has begun, by group."""

    def __init__(self, jobs: Iterable[Job], group: Callable[[Job], str]) -> None:
        self._groups: dict[str, deque[Job]] = {}
        for job in jobs:
            self._groups.setdefault(group(job), deque()).append(job)

    def __bool__(self) -> bool:
        return bool(self._groups)

    def next(self, last: str | None, taken: set[str | None]) -> tuple[Job, str]:
        """A job of the group last worked on, else of one that nobody works on, else of the longest; and its group."""
        if last not in self._groups:
            free = [name for name in self._groups if name not in taken]
            last = free[0] if free else max(self._groups, key=lambda name: len(self._groups[name]))
        jobs = self._groups[last]
        job = jobs.popleft()
        if not jobs:
            del self._groups[last]
        return job, last


class _Worker(Generic[Job, Answer]):
    """One worker process, seen from the parent; replaced by a fresh process when it is lost."""

    def __init__(self, duty: Duty[Job, Answer]) -> None:
        self.duty = duty
        self.group: str | None = None
        self.busy = False
        self._job: Job | None = None
        self._start()

    def _start(self) -> None:
        self._since: SharedNumber = multiprocessing.RawValue(ctypes.c_double, 0.0)
        self._process = WorkerProcess(_work, self.duty, self._since)

    @property
    def sources(self) -> tuple[Connection[Any, Any] | int, ...]:
        """What becomes ready when the worker answers or dies."""
        return self._process.sources

    def give(self, job: Job, group: str) -> None:
        self._job, self.group, self.busy = job, group, True
        self._process.send(job)

    def finished(self, time_limit_s: float) -> Finished[Job, Answer] | None:
        """How the job ended, None while it is under way."""
        began = self._since.value
        if self._process.has_answered:
            return self._answered()
        if not self._process.alive:
            return self._died()
        if began and time.monotonic() - began > time_limit_s:
            return self._lost(f"a decision took longer than {time_limit_s:g} s")
        return None

    def _answered(self) -> Finished[Job, Answer]:
        try:
            kind, content = self._process.receive()
        except EOFError:
            return self._died()
        if kind == "unopened":
            raise Incident(f"a worker could not start: {content}")
        self.busy = False
        assert self._job is not None
        return Finished(self._job, answer=content) if kind == "answer" else Finished(self._job, lost=content)

    def _died(self) -> Finished[Job, Answer]:
        return self._lost(f"the worker process {self._process.ended()}")

    def _lost(self, reason: str) -> Finished[Job, Answer]:
        self._process.ended(0.0)
        self._process.close()
        self.busy = False
        self._start()
        assert self._job is not None
        return Finished(self._job, lost=reason)

    def dismiss(self) -> None:
        """An idle worker sees its line closed and goes; a busy one is killed."""
        self._process.close()
        self._process.ended(0.0 if self.busy else SHUTDOWN_TIMEOUT_S)


def _work(line: Connection[Any, Any], duty: Duty[Any, Any], since: SharedNumber) -> None:
    """Life of a worker process: open the duty, then answer job after job until the line is closed."""
    threading.Thread(target=_end_with_parent, daemon=True).start()
    try:
        do = duty.open(since)
    except Exception as error:
        line.send(("unopened", one_line(error)))
        return
    while True:
        try:
            job = line.recv()
        except EOFError:
            return
        try:
            message = ("answer", do(job))
        except NavBenchError as error:
            message = ("lost", str(error))
        except Exception as error:
            message = ("lost", one_line(error))
        line.send(message)


def _end_with_parent() -> None:
    """A parent that was killed cannot dismiss its workers."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
