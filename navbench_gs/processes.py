"""Processes: what ctrl-C may cut short in this one, and the workers that it starts and asks over a line."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from multiprocessing import resource_tracker
from multiprocessing.connection import Connection
from types import FrameType
from typing import Any

SHUTDOWN_TIMEOUT_S = 5.0
"""How long a worker may take to end by itself once its line is closed."""
THREAD_VARIABLES = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS")


@contextmanager
def interrupted_later() -> Iterator[None]:
    """Ctrl-C waits until the block is over, then interrupts: nothing stays half written.

    In a thread that ctrl-C does not reach the block just runs.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    pending: list[int] = []

    def remember(number: int, frame: FrameType | None) -> None:
        pending.append(number)

    before = signal.signal(signal.SIGINT, remember)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
    if pending:
        raise KeyboardInterrupt


@contextmanager
def deaf_children() -> Iterator[None]:
    """Processes started in the block never hear ctrl-C, which reaches the whole group: only the parent answers it.

    The parent answers one that comes within the block when the block is over: the signal is held back, not ignored,
    and processes begin with the signals held back that their parent holds back. Only this thread holds it back; another
    of the process may still take it, so it waits in `interrupted_later` as well.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    resource_tracker.ensure_running()  # starting it lets the signal through again
    with interrupted_later():
        before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        try:
            yield
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)


@contextmanager
def single_threaded() -> Iterator[None]:
    """Processes started meanwhile use one thread each in every numerical library."""
    before = {name: os.environ.get(name) for name in THREAD_VARIABLES}
    os.environ.update(dict.fromkeys(THREAD_VARIABLES, "1"))
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def one_torch_thread() -> None:
    """Let torch use one thread in this process, if it is loaded: what it answers then does not depend on the cores."""
    torch = sys.modules.get("torch")
    if torch is not None:
        torch.set_num_threads(1)


class WorkerProcess:
    """A process that works for this one, and the line to it.

    It is spawned, never forked (torch and numba keep threads). It uses one thread in every numerical library, does not
    hear ctrl-C, and is killed when this process exits.

    Args:
        work: a function that can be pickled; the process calls ``work(line, *given)`` and ends when it returns.
        given: its further arguments, which can be pickled.
    """

    def __init__(self, work: Callable[..., None], *given: Any) -> None:
        context = multiprocessing.get_context("spawn")
        self._line, theirs = context.Pipe()
        self._process = context.Process(target=work, args=(theirs, *given), daemon=True)
        with single_threaded(), deaf_children():
            self._process.start()
        theirs.close()

    @property
    def sources(self) -> tuple[Connection[Any, Any] | int, ...]:
        """What becomes ready, for ``multiprocessing.connection.wait``, when the worker answers or dies."""
        return self._line, self._process.sentinel

    @property
    def alive(self) -> bool:
        """Whether it runs."""
        return self._process.is_alive()

    @property
    def has_answered(self) -> bool:
        """Whether :meth:`receive` would not wait."""
        return self._line.poll()

    def send(self, message: Any) -> None:
        """Send what can be pickled; that the worker is dead shows when its answer is asked for."""
        with suppress(BrokenPipeError):
            self._line.send(message)

    def receive(self) -> Any:
        """The next answer, waited for.

        Raises:
            EOFError: the worker died before it answered.
        """
        try:
            return self._line.recv()
        except OSError as error:
            raise EOFError(str(error)) from error

    def close(self) -> None:
        """Ask nothing more: the worker sees its line closed when it waits for the next message."""
        self._line.close()

    def ended(self, patience_s: float = SHUTDOWN_TIMEOUT_S) -> str:
        """Wait ``patience_s`` seconds for the worker to end, kill it if it does not, and tell how it ended."""
        self._process.join(patience_s)
        if self._process.is_alive():
            self._process.kill()
            self._process.join()
        code = self._process.exitcode
        if code is not None and code < 0:
            return f"died of {signal.Signals(-code).name}"
        return f"ended by itself (exit code {code})"
