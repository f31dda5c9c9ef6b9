"""Worker processes: one that hangs or dies loses its own job and nothing else."""

from __future__ import annotations

import os

import pytest

from navbench_gs.errors import Incident
from navbench_gs.evaluation.executors import _Queue, work_through


def answers(duty, jobs, **options):
    """Job -> answer, or the reason it was lost."""
    finished = list(work_through(duty, jobs, **options))
    assert len(finished) == len(jobs)
    return {done.job: done.lost or done.answer for done in finished}


def test_every_job_is_answered_by_one_of_the_workers(misbehaving):
    found = answers(misbehaving.SquareDuty(), [1, 2, 3, 4, 5], workers=2)
    assert {job: square for job, (square, _) in found.items()} == {1: 1, 2: 4, 3: 9, 4: 16, 5: 25}
    workers = {pid for _, pid in found.values()}
    assert len(workers) <= 2 and os.getpid() not in workers


def test_a_worker_that_dies_or_hangs_or_raises_loses_its_own_job_only(misbehaving):
    found = answers(misbehaving.SquareDuty(), [2, "die", "hang", "raise", 3], workers=1, time_limit_s=0.3)
    assert found[2][0] == 4 and found[3][0] == 9
    assert found["die"] == "the worker process died of SIGKILL"
    assert found["hang"] == "a decision took longer than 0.3 s"
    assert found["raise"] == "ValueError: not a number"


def test_workers_run_single_threaded_whatever_the_parent_has(misbehaving, monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", "7")
    assert answers(misbehaving.SquareDuty(), ["threads"], workers=1) == {"threads": "1"}
    assert os.environ["OMP_NUM_THREADS"] == "7"


def test_a_duty_that_cannot_be_opened_stops_everything_with_its_reason(misbehaving):
    with pytest.raises(Incident, match="a worker could not start: OSError: no tools"):
        answers(misbehaving.SquareDuty(opens=False), [1, 2], workers=1)


def test_a_worker_keeps_to_its_group_then_takes_a_free_one_then_helps_with_the_longest():
    queue = _Queue(["a1", "a2", "b1", "c1", "c2"], group=lambda job: job[0])
    assert queue.next(None, set()) == ("a1", "a")
    assert queue.next("a", {"b"}) == ("a2", "a")
    assert queue.next("a", {"b"}) == ("c1", "c")
    assert queue.next("a", {"b", "c"}) == ("b1", "b")
    assert queue.next("a", {"b", "c"}) == ("c2", "c")
    assert not queue
