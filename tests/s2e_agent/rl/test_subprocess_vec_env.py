import os
from functools import partial

import pytest
import torch

from navbench_gs.domain.streams import stream_seed
from navbench_gs.errors import InvalidRecordError, NavBenchError
from s2e_agent.config.finetuning import ActionConfig, WorldConfig
from s2e_agent.config.pretraining import PRESETS
from s2e_agent.rl.env_factory import make_world
from s2e_agent.rl.subprocess_vec_env import NOWHERE_M, WorldsInProcesses

from ..fake_world import FakeWorld


class Peopled(FakeWorld):
    """A fake world that tells of its scenes and of pedestrians, and can fail or die."""

    def __init__(self, robots, people):
        super().__init__(robots)
        self.people = people

    def outlook(self, paths):
        places = torch.full((self.num_envs, paths.shape[2], self.people, 2), 3.0)
        return {**super().outlook(paths), "pedestrians": places}

    def step(self, actions):
        *said, infos = super().step(actions)
        return *said, {**infos, "episode_scene": torch.zeros(self.num_envs, dtype=torch.long)}

    def privileged(self):
        return [self.people] * self.num_envs

    def set_progress(self, progress):
        if progress == 0.5:
            raise ValueError("not\nhalf")
        if progress == 0.75:
            os._exit(3)


def never_made():
    raise NavBenchError("no such scene")


@pytest.fixture(scope="module")
def worlds():
    many = WorldsInProcesses([partial(Peopled, 3, 0), partial(Peopled, 2, 4)], scenes=[5, 2])
    yield many
    many.close()


def test_robots_do_what_they_do_in_worlds_of_their_own(worlds):
    alone = [FakeWorld(3), FakeWorld(2)]
    observation, _ = worlds.reset(seed=4)
    apart = [world.reset(seed=stream_seed("world", 4, number))[0] for number, world in enumerate(alone)]
    assert worlds.num_envs == 5
    generator = torch.Generator().manual_seed(0)
    for _ in range(14):
        for name, values in observation.items():
            assert torch.equal(values, torch.cat([one[name] for one in apart]))
        actions = torch.rand(5, 2, generator=generator) * 1.2
        observation, *said, infos = worlds.step(actions)
        answers = [world.step(rows) for world, rows in zip(alone, (actions[:3], actions[3:]), strict=True)]
        apart = [answer[0] for answer in answers]
        for values, *parts in zip(said, *(answer[1:4] for answer in answers), strict=True):
            assert torch.equal(values, torch.cat(parts))
        assert torch.equal(infos["started"], torch.cat([answer[4]["started"] for answer in answers]))
    assert infos["episode_scene"].tolist() == [0, 0, 0, 5, 5]


def test_who_has_fewer_people_about_has_some_far_away(worlds):
    worlds.reset(seed=0)
    told = worlds.outlook(torch.zeros(5, 4, 10, 2))
    assert told["points"].shape == (5, 4, 10, 2) and told["pedestrians"].shape == (5, 10, 4, 2)
    assert (told["pedestrians"][:3] == NOWHERE_M).all() and (told["pedestrians"][3:] == 3.0).all()
    assert worlds.privileged() == [0, 0, 0, 4, 4]


def test_what_fails_in_a_process_is_one_line_here():
    worlds = WorldsInProcesses([partial(Peopled, 1, 0), partial(Peopled, 1, 0)], scenes=[1, 1])
    with pytest.raises(NavBenchError, match=r"failed: ValueError: not$"):
        worlds.set_progress(0.5)
    worlds.close()


def test_a_process_that_dies_is_named_not_waited_for():
    worlds = WorldsInProcesses([partial(Peopled, 1, 0)], scenes=[1])
    with pytest.raises(NavBenchError, match="was lost"):
        worlds.set_progress(0.75)
    with pytest.raises(NavBenchError, match="was lost"):
        worlds.reset(seed=0)
    worlds.close()


def test_a_world_that_cannot_be_made_says_why():
    with pytest.raises(NavBenchError, match="no such scene"):
        WorldsInProcesses([never_made], scenes=[1])


def test_robots_and_scenes_are_dealt_out_once_each(monkeypatch):
    made = []

    def make_vec(name, *, num_envs, **options):
        made.append((num_envs, options["share"], options["scene_count"], options["device"]))
        return FakeWorld(num_envs)

    monkeypatch.setattr("gymnasium.make_vec", make_vec)
    monkeypatch.setattr(
        "s2e_agent.rl.subprocess_vec_env.WorldsInProcesses",
        lambda makers, scenes, device: (len([make() for make in makers]), scenes, device),
    )
    config = WorldConfig(robots=7, scenes=5, processes=3, device="cuda")
    assert make_world(config, ActionConfig(), PRESETS["debug"].policy, seed=1) == (3, [2, 2, 1], "cuda")
    assert made == [(3, (0, 3), 5, "cpu"), (2, (1, 3), 5, "cpu"), (2, (2, 3), 5, "cpu")]


def test_more_processes_than_scenes_are_refused():
    config = WorldConfig(robots=8, scenes=2, processes=3)
    with pytest.raises(InvalidRecordError, match="8 robots in 2 scenes cannot be shared by 3 processes"):
        make_world(config, ActionConfig(), PRESETS["debug"].policy, seed=1)
