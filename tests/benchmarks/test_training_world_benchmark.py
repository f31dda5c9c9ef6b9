"""The training world. Budgets on one core, 1,024 robots, 0.2 s steps: 10 ms a step alone, 68 ms with pedestrians."""

import gymnasium
import pytest
import torch

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
def test_ten_steps_of_many_robots(benchmark, one_thread, task):
    env = gymnasium.make_vec(
        training_id(task), num_envs=ROBOTS, scenes=SCENES, episodes_a_scene=8, decision_period_s=0.2
    )
    observations, _ = env.reset(seed=0)

    def drive():
        nonlocal observations
        for _ in range(STEPS):
            observations, *_ = env.step(towards_goals(observations))

    drive()
    benchmark.pedantic(drive, rounds=5)


@pytest.mark.parametrize("task", ["empty", "obstacle_ped"])
def test_a_step_with_pictures(benchmark, one_thread, task):
    env = gymnasium.make_vec(
        training_id(task), num_envs=32, scenes=SCENES, episodes_a_scene=8, picture=(96, 72), renderer="cpu-detail"
    )
    observations, _ = env.reset(seed=0)
    benchmark.pedantic(lambda: env.step(towards_goals(observations)), rounds=5, warmup_rounds=1)
