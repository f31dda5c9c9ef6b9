from s2e_agent.config.finetuning import ActionConfig, WorldConfig
from s2e_agent.config.pretraining import PRESETS
from s2e_agent.rl.env_factory import make_world


def test_the_world_is_made_with_the_numbers_of_its_configuration(monkeypatch):
    given = {}
    monkeypatch.setattr("gymnasium.make_vec", lambda name, **options: given.update(options, name=name))
    config = WorldConfig(
        task="ped", robots=3, scenes=9, scenes_at_once=5, episodes_a_scene=7, episodes_a_turn=6, first_seed=30
    )
    make_world(config, ActionConfig(kind="path"), PRESETS["debug"].policy, seed=4)
    assert (given["name"], given["num_envs"], given["seed"]) == ("NavBenchGS-Train/ped-v0", 3, 4)
    assert (given["scene_count"], given["scenes_at_once"], given["first_seed"]) == (9, 5, 30)
    assert given["share"] == (0, 1)
    assert (given["episodes_a_scene"], given["episodes_a_turn"]) == (7, 6)
    assert given["picture"] == (32, 24) and given["action"] == "waypoints"
    assert given["curriculum"] is None


def test_scenes_make_way_for_others_long_before_a_run_is_over():
    """A run of 50,000 decisions, some 100 an episode, is to see all scenes, not only those in use at the start."""
    config = WorldConfig()
    turns = 50_000 / 100 / config.episodes_a_turn
    assert config.scenes_at_once + turns > 0.75 * config.scenes
