import os
import signal
import subprocess
import sys
import threading

import pytest

from navbench_gs.processes import deaf_children, interrupted_later


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
