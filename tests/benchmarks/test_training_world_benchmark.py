"""The training world. Budgets on one core, 1,024 robots, 0.2 s steps: 10 ms a step alone, 68 ms with pedestrians."""

import sys
import time

import gymnasium
import pytest
import torch

from navbench_gs.batched.cameras import renderer_with_threads
from navbench_gs.registration import training_id

ROBOTS = 1024
SCENES = ("plaza_50", "alley_51")
STEPS = 10


def towards_goals(observations):
    bearing = torch.atan2(observations["goal"][:, 1], observations["goal"][:, 0])
    return torch.stack([torch.full_like(bearing, 1.0), bearing.clamp(-1.2, 1.2)], dim=1)


@pytest.fixture
def one_thread():
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.mark.parametrize("task", ["empty", "obstacle", "ped", "obstacle_ped"])
def test_ten_steps_of_many_robots(benchmark, one_thread, sized, task):
    env = gymnasium.make_vec(
        training_id(task), num_envs=sized(ROBOTS), scenes=SCENES, episodes_a_scene=8, decision_period_s=0.2
    )
    observations, _ = env.reset(seed=0)

    def drive():
        nonlocal observations
        for _ in range(STEPS):
            observations, *_ = env.step(towards_goals(observations))

    drive()
    benchmark.pedantic(drive, rounds=5)


class Timed:
    """A renderer that adds up the CPU time of its batches."""

    def __init__(self, renderer):
        self.renderer, self.seconds = renderer, 0.0

    def __getattr__(self, name):
        return getattr(self.renderer, name)

    def render(self, *arguments, **options):
        begun = time.thread_time()
        frames = self.renderer.render(*arguments, **options)
        self.seconds += time.thread_time() - begun
        return frames


@pytest.mark.parametrize("robots", [32, 64])
@pytest.mark.parametrize("task", ["empty", "obstacle_ped"])
def test_a_step_with_pictures(benchmark, one_thread, monkeypatch, sized, task, robots):
    """Budget: at most 20 % on top of the renderer's batches. One thread, so CPU time is that of the batch."""
    drawers = []
    monkeypatch.setattr(
        "navbench_gs.batched.training_env.renderer_with_threads",
        lambda *named: drawers.append(Timed(renderer_with_threads(*named))) or drawers[-1],
    )
    env = gymnasium.make_vec(
        training_id(task), num_envs=sized(robots), scenes=SCENES, episodes_a_scene=8, picture=(96, 72), renderer="cpu"
    )
    observations, _ = env.reset(seed=0)
    env.step(towards_goals(observations))
    (drawer,), drawer.seconds, begun = drawers, 0.0, time.thread_time()
    benchmark.pedantic(lambda: env.step(towards_goals(observations)), rounds=5)
    ratio = (time.thread_time() - begun) / drawer.seconds
    benchmark.extra_info["step over the renderer's batches"] = ratio
    sys.stdout.write(f"\n{task}, {robots} robots: a step takes {ratio:.3f} times what the renderer's batches take\n")
