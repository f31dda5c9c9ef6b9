"""A team does every job once, passes on what a job raises, and lives on in forked and spawned processes."""

from __future__ import annotations

import multiprocessing
import threading

import numpy as np
import pytest

from navbench_gs.render.cpu import CpuRenderer
from navbench_gs.render.cpu_team import Team

from .clouds import camera, street


@pytest.mark.parametrize("size", [1, 2, 5])
def test_every_job_is_done_once(size):
    team, done = Team(size), []
    for _ in range(3):
        done.clear()
        team.do(done.append, range(100))
        assert sorted(done) == list(range(100))
    team.do(done.append, [])
    assert len(done) == 100


def test_two_threads_work_at_the_same_time():
    both = threading.Barrier(2, timeout=10.0)  # opens only if two wait at once
    Team(2).do(lambda _: both.wait(), range(2))


@pytest.mark.parametrize("size", [1, 3])
def test_what_a_job_raises_is_raised(size):
    def fail_at_seven(job: int) -> None:
        if job == 7:
            raise RuntimeError("job 7")

    team = Team(size)
    with pytest.raises(RuntimeError, match="job 7"):
        team.do(fail_at_seven, range(20))
    done = []
    team.do(done.append, range(5))
    assert sorted(done) == list(range(5))


def send_picture(renderer, scene, pipe) -> None:
    pipe.send(renderer.render(scene, [camera()] * 2).rgb)


def test_a_forked_process_draws_with_threads_of_its_own():
    renderer = CpuRenderer(threads=2)
    scene = renderer.prepare(street(2000))
    here = renderer.render(scene, [camera()] * 2).rgb
    ours, theirs = multiprocessing.Pipe()
    child = multiprocessing.get_context("fork").Process(target=send_picture, args=(renderer, scene, theirs))
    child.start()
    assert ours.poll(60.0), "the forked process drew nothing"
    np.testing.assert_array_equal(ours.recv(), here)
    child.join(10.0)
    assert child.exitcode == 0


def send_fresh_picture(pipe) -> None:
    renderer = CpuRenderer(threads=2)
    send_picture(renderer, renderer.prepare(street(2000)), pipe)


def test_a_spawned_process_draws_the_same():
    renderer = CpuRenderer()
    here = renderer.render(renderer.prepare(street(2000)), [camera()] * 2).rgb
    ours, theirs = multiprocessing.Pipe()
    child = multiprocessing.get_context("spawn").Process(target=send_fresh_picture, args=(theirs,))
    child.start()
    assert ours.poll(180.0), "the spawned process drew nothing"
    np.testing.assert_array_equal(ours.recv(), here)
    child.join(10.0)


def test_threads_may_share_a_renderer():
    renderer = CpuRenderer()
    scene, views = renderer.prepare(street(5000)), [camera(yaw=0.5 * index) for index in range(8)]
    alone = [renderer.render(scene, [view]).rgb for view in views]
    together = [None] * len(views)

    def draw(index: int) -> None:
        together[index] = renderer.render(scene, [views[index]]).rgb

    threads = [threading.Thread(target=draw, args=(index,)) for index in range(len(views))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for left, right in zip(alone, together, strict=True):
        np.testing.assert_array_equal(left, right)
