"""Frozen episodes: read in order, and refused by name where they are not those of their scene."""

import json
from pathlib import Path

import pytest

from navbench_gs.errors import (
    DamagedFileError,
    InvalidRecordError,
    UnknownNameError,
)
from navbench_gs.suite.episodes import load_episodes


def test_episodes_come_in_the_order_of_their_index(own_yard):
    episodes = load_episodes(own_yard.scene, "ped")
    assert [episode.key for episode in episodes] == [("yard_00", "ped", 0), ("yard_00", "ped", 1)]


def episode_file(scene, task: str = "ped") -> Path:
    return scene.folder / "episodes" / f"{task}.json"


def test_an_absent_or_truncated_episode_file_is_damaged(own_yard):
    path = episode_file(own_yard.scene)
    path.write_text(path.read_text()[:200])
    with pytest.raises(DamagedFileError, match=r"ped.json is not JSON"):
        load_episodes(own_yard.scene, "ped")
    path.unlink()
    with pytest.raises(DamagedFileError, match=r"cannot read .*ped.json"):
        load_episodes(own_yard.scene, "ped")


@pytest.mark.parametrize(
    ("field", "value", "complaint"),
    [
        ("colour", "red", "ped.json: colour"),
        ("episodes", [], "no episode"),
        ("scene", "plaza_00", "scene is 'plaza_00', expected 'yard_00'"),
        ("task", "empty", "task is 'empty', expected 'ped'"),
        ("rules", "v9", "rules is 'v9', expected 'v0'"),
        ("terrain_sha256", "00", "terrain_sha256 is '00'"),
    ],
)
def test_an_episode_file_that_does_not_belong_to_its_scene_names_the_wrong_field(own_yard, field, value, complaint):
    path = episode_file(own_yard.scene)
    path.write_text(json.dumps({**json.loads(path.read_text()), field: value}))
    with pytest.raises(InvalidRecordError, match=complaint):
        load_episodes(own_yard.scene, "ped")


def test_an_episode_under_a_wrong_index_is_refused(own_yard):
    path = episode_file(own_yard.scene)
    data = json.loads(path.read_text())
    data["episodes"].reverse()
    path.write_text(json.dumps(data))
    with pytest.raises(InvalidRecordError, match=r"episodes\.0"):
        load_episodes(own_yard.scene, "ped")


def test_an_unknown_task_is_answered_with_the_closest_one(own_yard):
    with pytest.raises(UnknownNameError, match="did you mean 'obstacle'"):
        load_episodes(own_yard.scene, "obstacles")
