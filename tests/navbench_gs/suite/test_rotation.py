import pytest

from navbench_gs.suite import training_episodes as rooms
from navbench_gs.suite.rotation import Rotation
from navbench_gs.suite.training_episodes import training_episodes, training_scenes


@pytest.fixture
def scenes(yard):
    """Four names for the yard."""
    return [yard.scene.model_copy(update={"title": f"yard {number}"}) for number in range(4)]


def rotation(scenes, **options):
    chosen = {"episodes_a_scene": 2, "scenes_at_once": 2, "episodes_a_turn": 3, "seed": 0, **options}
    return Rotation(scenes, ("empty",), **chosen)


def test_scenes_take_turns_and_each_gets_as_many_episodes(scenes):
    turning = rotation(scenes)
    numbers = [turning.draw(0, n).number for n in range(24)]
    assert [numbers.count(scene) for scene in range(4)] == [6, 6, 6, 6]
    assert all(len(set(numbers[start : start + 2])) == 2 for start in range(0, 24, 2))
    assert turning.turn == 6  # all but the first two turns


def test_the_seed_decides(scenes):
    draws = [[rotation(scenes, seed=s).draw(r, 0).number for r in range(4)] for s in (0, 0, 1, 2, 3)]
    assert draws[0] == draws[1] and len({tuple(one) for one in draws}) > 1
    episodes = {rotation(scenes).draw(robot, n).episode.index for robot in range(4) for n in range(4)}
    assert episodes == {0, 1}


def test_one_scene_needs_no_turns(scenes):
    turning = rotation(scenes[:1])
    assert {turning.draw(0, n).number for n in range(9)} == {0} and turning.turn == 0


def test_training_scenes_are_other_seeds_of_the_dev_places():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rooms, "scene_ids", lambda suite: ("alley_50", "plaza_50", "plaza_51"))
        assert training_scenes(3) == ("alley_1000", "plaza_1000", "alley_1001")
        assert training_scenes(2, first=2) == ("alley_1001", "plaza_1001")
        assert training_scenes(1, 2000) == ("alley_2000",)


def test_sampled_episodes_are_kept_and_the_first_stay_the_same(yard, monkeypatch, tmp_path):
    monkeypatch.setenv("NAVBENCH_CACHE", str(tmp_path))
    scene = yard.scene.model_copy(update={"suite": "train"})
    two = training_episodes(scene, "empty", 2)
    three = training_episodes(scene, "empty", 3)
    assert three[:2] == two and [one.index for one in three] == [0, 1, 2]
    file = next((tmp_path / "training-episodes").iterdir())
    before = file.read_bytes()
    assert training_episodes(scene, "empty", 3) == three and file.read_bytes() == before
    assert training_episodes(yard.scene, "empty", 1)[0].index == 0  # of other scenes, the frozen ones
