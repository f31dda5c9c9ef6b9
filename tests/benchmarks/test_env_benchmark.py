"""A decision and a whole episode of the environment, with and without pictures (of the tiny yard)."""

import numpy as np
import pytest

from navbench_gs.env import NavEnv


@pytest.fixture
def make(yard):
    made = []

    def factory(**kwargs):
        made.append(NavEnv(yard.scene, "obstacle_ped", renderer="cpu", **kwargs))
        return made[-1]

    yield factory
    for env in made:
        env.close()


@pytest.mark.parametrize("rgb", [False, True])
def test_step(benchmark, make, rgb):
    env = make(rgb=rgb)
    env.reset(options={"index": 0})
    env.step(np.zeros(2))
    benchmark.pedantic(env.step, args=(np.array([0.0, 0.5]),), rounds=50)


def test_whole_episode_without_pictures(benchmark, make):
    env = make(rgb=False)

    def drive():
        env.reset(options={"index": 0})
        over = False
        while not over:
            _, _, terminated, truncated, _ = env.step(np.array([1.0, 0.0]))
            over = terminated or truncated
        return env.trajectory()

    assert len(benchmark.pedantic(drive, rounds=3).commands) > 100
