import gymnasium
import numpy as np
import pytest

from navbench_gs.env import NavEnv
from navbench_gs.testing import check_env


class Drifting(NavEnv):
    """Breaks the contract: every instance starts its robot elsewhere."""

    made = 0

    def _chosen_episode(self, options):
        Drifting.made += 1
        episode = super()._chosen_episode(options)
        x, y, yaw = episode.start
        return episode.model_copy(update={"start": (x + 0.01 * Drifting.made, y, yaw)})


class Talking(NavEnv):
    """Breaks the contract: tells secrets in ``info``."""

    def step(self, action):
        observation, reward, terminated, truncated, _ = super().step(action)
        return observation, reward, terminated, truncated, {"pedestrians": np.zeros(3)}


@pytest.fixture
def register(yard):
    names = []

    def factory(entry_point):
        names.append(f"Test/{entry_point.__name__}-v0")
        gymnasium.register(names[-1], entry_point, kwargs={"scene": yard.scene, "task": "ped", "rgb": False})
        return names[-1]

    yield factory
    for name in names:
        gymnasium.registry.pop(name)


def test_a_sound_environment_passes(register):
    check_env(register(NavEnv))


def test_a_world_that_does_not_repeat_is_named(register):
    with pytest.raises(AssertionError, match="the same actions gave other poses"):
        check_env(register(Drifting))


def test_an_info_that_tells_secrets_is_named(register):
    with pytest.raises(AssertionError, match=r"info holds \['pedestrians'\]"):
        check_env(register(Talking))
