import torch

from s2e_agent.rl.episode_statistics import OUTCOMES, Tally


def infos(scenes, ended, success):
    count = len(scenes)
    outcomes = {f"episode_{name}": torch.zeros(count) for name in OUTCOMES} | {"episode_success": torch.tensor(success)}
    contact = {"contact": torch.zeros(count, dtype=torch.bool), "contact_kind": torch.zeros(count, dtype=torch.long)}
    return {"episode_scene": torch.tensor(scenes), "ended": torch.tensor(ended), **contact, **outcomes}


def test_scenes_are_counted_from_the_beginning_and_episodes_anew_each_time():
    tally, lived = Tally(), torch.ones(2, dtype=torch.bool)
    tally.add(infos([4, 4], [True, True], [1.0, 0.0]), lived, {"progress": torch.tensor([0.5, 1.5])})
    first = tally.means()
    assert (first["scenes"], first["episodes"], first["success"], first["reward_progress"]) == (1.0, 2.0, 0.5, 1.0)
    tally.add(infos([4, 7], [False, True], [0.0, 1.0]), lived, {})
    second = tally.means()
    assert (second["scenes"], second["episodes"], second["success"]) == (2.0, 1.0, 1.0)
