import os
import signal
import subprocess
import sys
import threading
import time
from multiprocessing.connection import wait

import pytest

from navbench_gs.processes import THREAD_VARIABLES, WorkerProcess, deaf_children, interrupted_later, one_torch_thread

TASKS = """
import os
import signal
import time


def add(line, number):
    while True:
        try:
            line.send(number + line.recv())
        except EOFError:
            return


def tell(line, names):
    line.send([os.environ.get(name) for name in names])


def leave(line, code):
    os._exit(code)


def stay(line):
    line.send("here")
    time.sleep(600)


def echo_after_ctrl_c(line):
    os.kill(os.getpid(), signal.SIGINT)
    line.send("alive")
"""


@pytest.fixture
def heard():
    """Ctrl-C as a terminal's programs have it; tests that a script runs behind itself begin deaf."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.parametrize("block", [deaf_children, interrupted_later])
def test_ctrl_c_within_the_block_is_answered_after_it(block, heard):
    reached = False
    with pytest.raises(KeyboardInterrupt), block():
        os.kill(os.getpid(), signal.SIGINT)
        reached = True
    assert reached


def test_ctrl_c_that_another_thread_takes_waits_too(heard):
    leave = threading.Event()
    other = threading.Thread(target=leave.wait)
    other.start()
    reached = False
    try:
        with pytest.raises(KeyboardInterrupt), deaf_children():
            signal.pthread_kill(other.ident, signal.SIGINT)
            for _ in range(1000):
                leave.wait(0.0001)  # gives the handler its chance
            reached = True
    finally:
        leave.set()
        other.join()
    assert reached


def test_a_process_started_in_the_block_does_not_hear_ctrl_c():
    with deaf_children():
        child = subprocess.Popen([sys.executable, "-c", "input(); print('alive')"], stdin=-1, stdout=-1, text=True)
    child.send_signal(signal.SIGINT)
    assert child.communicate("\n", timeout=60)[0] == "alive\n"


@pytest.fixture
def start(helpers):
    """Starts workers and ends those that are left."""
    started = []

    def factory(work, *given):
        started.append(WorkerProcess(work, *given))
        return started[-1]

    yield factory
    for worker in started:
        worker.close()
        worker.ended(0.0)


@pytest.fixture
def helpers(tmp_path, monkeypatch):
    """What workers do, as a module that a spawned process can import."""
    (tmp_path / "tasks_of_workers.py").write_text(TASKS)
    monkeypatch.syspath_prepend(tmp_path)
    import tasks_of_workers

    yield tasks_of_workers
    del sys.modules["tasks_of_workers"]


def test_a_worker_answers_until_its_line_is_closed(start, helpers):
    worker = start(helpers.add, 40)
    worker.send(2)
    assert worker.receive() == 42
    assert worker.alive and not worker.has_answered
    worker.close()
    assert worker.ended() == "ended by itself (exit code 0)"
    assert not worker.alive


def test_a_worker_uses_one_thread_and_does_not_hear_ctrl_c(start, helpers, monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", "7")
    assert start(helpers.tell, THREAD_VARIABLES).receive() == ["1"] * len(THREAD_VARIABLES)
    assert os.environ["OMP_NUM_THREADS"] == "7"
    assert start(helpers.echo_after_ctrl_c).receive() == "alive"


def test_a_worker_that_is_gone_shows_when_its_answer_is_asked_for(start, helpers):
    worker = start(helpers.leave, 3)
    assert wait(worker.sources, timeout=60)
    assert worker.ended() == "ended by itself (exit code 3)"
    worker.send("anybody there?")
    with pytest.raises(EOFError):
        worker.receive()


def test_a_worker_that_stays_is_killed(start, helpers):
    worker = start(helpers.stay)
    assert worker.receive() == "here"
    worker.close()
    begun = time.monotonic()
    assert worker.ended(0.1) == "died of SIGKILL"
    assert time.monotonic() - begun < 5.0


def test_torch_is_held_to_one_thread():
    torch = pytest.importorskip("torch")
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    try:
        one_torch_thread()
        assert torch.get_num_threads() == 1
    finally:
        torch.set_num_threads(before)
