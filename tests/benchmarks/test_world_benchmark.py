"""Physics and pedestrians. Budget: 5 ms of physics per 0.2 s on one core, pedestrians included."""

import numpy as np
import pytest

from navbench_gs.crowd.orca import orca_velocities
from navbench_gs.domain.action import Velocity
from navbench_gs.domain.episode import PedestrianPlacement
from navbench_gs.domain.rules import RULES_V0
from navbench_gs.world.bullet import BulletWorld
from navbench_gs.world.pedestrians import Crowd

TICKS_PER_DECISION = 4


def people(count):
    """Pedestrians that walk to and fro across the yard's free southern half, 0.6 m between their lanes."""
    return tuple(
        PedestrianPlacement(
            look="student",
            start=(-8.0 + i % 2 * 16.0, -9.0 + 0.6 * i, 0.0),
            goals=((8.0 - i % 2 * 16.0, -9.0 + 0.6 * i), (-8.0 + i % 2 * 16.0, -9.0 + 0.6 * i)),
            speed_mps=0.7 + 0.08 * i,
            radius_m=0.28,
            behaviour=("blind", "share", "yield")[i % 3],
        )
        for i in range(count)
    )


@pytest.mark.parametrize("task", ["empty", "obstacle_ped"])
def test_physics_of_one_decision(benchmark, yard, task):
    world = BulletWorld(yard.terrain, RULES_V0)
    world.reset(yard.episode(task, pedestrians=people(8) if task == "obstacle_ped" else ()))

    def decide():
        for _ in range(TICKS_PER_DECISION):
            world.tick(Velocity(0.3, 1.0))
            _ = world.state

    benchmark(decide)
    world.close()


def test_reset(benchmark, yard):
    world, episode = BulletWorld(yard.terrain, RULES_V0), yard.episode("obstacle_ped", pedestrians=people(8))
    benchmark(world.reset, episode)
    world.close()


def test_decision_of_a_crowd(benchmark, yard):
    crowd = Crowd(yard.terrain.grid, yard.episode("ped", pedestrians=people(8)), RULES_V0)
    benchmark(crowd.decide, 0.1, np.array([0.0, -6.0, 0.0]), np.array([1.0, 0.0]))


@pytest.mark.parametrize("count", [8, 24])
def test_orca(benchmark, count):
    rng = np.random.default_rng(0)
    arguments = (
        rng.uniform(-5.0, 5.0, (count + 1, 2)),
        rng.uniform(-1.0, 1.0, (count + 1, 2)),
        np.full(count + 1, 0.28),
        rng.uniform(-1.0, 1.0, (count, 2)),
        np.full(count, 1.5),
        np.full((count, count + 1), 0.5),
        rng.uniform(0.0, 3.0, (200, 200)).astype(np.float32),
        np.array([-10.0, -10.0]),
        0.1,
    )
    orca_velocities(*arguments)
    benchmark(orca_velocities, *arguments)
