import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from navbench_gs.errors import (
    DamagedFileError,
    DigestMismatchError,
    InvalidRecordError,
    SceneUnavailableError,
    StoreError,
    UnknownNameError,
)
from navbench_gs.splats.cloud import save_cloud
from navbench_gs.suite import catalog
from navbench_gs.suite.cache import cache_folder
from navbench_gs.suite.catalog import load_scene, load_scenes_from, scene_ids, suite_folder, suite_names
from navbench_gs.suite.clouds import cloud_path, load_cloud, load_light
from navbench_gs.suite.episodes import load_episodes


@pytest.fixture
def own_yard(yard, tmp_path, monkeypatch):
    """The yard in a folder and with a cache of its own, both free to be broken."""
    folder = tmp_path / "yard_00"
    shutil.copytree(yard.scene.folder, folder)
    monkeypatch.setenv("NAVBENCH_CACHE", str(tmp_path / "cache"))
    return replace(yard, scene=yard.scene.model_copy(update={"folder": folder}))


class FakeSource:
    """Yields one cloud and counts how often it is asked."""

    def __init__(self, cloud):
        self._cloud, self.asked = cloud, 0

    def cloud(self, scene, progress=None):
        self.asked += 1
        if progress:
            progress(1.0)
        return self._cloud


def test_the_suites_hold_26_embedded_and_12_dev_scenes():
    assert set(suite_names()) >= {"embedded", "dev"}
    assert len(scene_ids("embedded")) == 26 and len(scene_ids("dev")) == 12


def test_an_unknown_suite_is_answered_with_the_closest_one():
    with pytest.raises(UnknownNameError, match="did you mean 'embedded'"):
        scene_ids("embeded")


@pytest.mark.parametrize("name", ["plaza_0", "../embedded/plaza_00", "Plaza_00", "plaza_77"])
def test_an_unknown_scene_is_an_unknown_name(name):
    with pytest.raises(UnknownNameError, match="unknown scene"):
        load_scene(name)


def test_a_loaded_scene_knows_its_folder():
    scene = load_scene("plaza_00")
    assert scene.folder == suite_folder() / "embedded" / "plaza_00" and scene.suite == "embedded"


def test_a_draft_of_a_scene_is_not_listed(tmp_path, monkeypatch):
    monkeypatch.setattr(catalog, "suite_folder", lambda: tmp_path)
    for name in ("plaza_00", ".plaza_01-x7", "notes"):
        (tmp_path / "mine" / name).mkdir(parents=True)
        (tmp_path / "mine" / name / "scene.json").write_text("{}")
    assert scene_ids("mine") == ("plaza_00",)


def test_a_manifest_of_another_scene_is_refused(own_yard, tmp_path):
    shutil.copytree(own_yard.scene.folder, tmp_path / "own" / "yard_01")
    with pytest.raises(InvalidRecordError, match="'yard_00', not 'yard_01'"):
        load_scenes_from(tmp_path / "own")


def test_the_cache_is_where_the_environment_says(monkeypatch, tmp_path):
    monkeypatch.setenv("NAVBENCH_CACHE", str(tmp_path))
    assert cache_folder() == tmp_path
    monkeypatch.delenv("NAVBENCH_CACHE")
    assert cache_folder().name == "navbench-gs"


def test_splats_are_made_once_and_then_come_from_the_cache(own_yard, monkeypatch):
    source, told = FakeSource(own_yard.cloud), []
    monkeypatch.setattr(catalog, "scene_source", lambda name: source)
    made = load_cloud(own_yard.scene, told.append)
    again = load_cloud(own_yard.scene)
    assert source.asked == 1 and told == [1.0]
    assert np.array_equal(made.means, again.means) and np.array_equal(made.sh, again.sh)
    assert [path.name for path in cloud_path(own_yard.scene).parent.iterdir()] == [cloud_path(own_yard.scene).name]


def test_other_splats_than_the_manifest_names_are_refused_and_not_kept(own_yard, monkeypatch):
    other = replace(own_yard.cloud, means=own_yard.cloud.means + np.float32(0.001))
    monkeypatch.setattr(catalog, "scene_source", lambda name: FakeSource(other))
    with pytest.raises(DigestMismatchError, match=r"yard_00 .* reinstall navbench-gs"):
        load_cloud(own_yard.scene)
    assert not cloud_path(own_yard.scene).exists()


def test_a_changed_file_in_the_cache_is_refused_with_the_mend(own_yard):
    other = replace(own_yard.cloud, opacities=own_yard.cloud.opacities * np.float32(0.5))
    path = cloud_path(own_yard.scene)
    path.parent.mkdir(parents=True)
    save_cloud(path, other)
    with pytest.raises(DigestMismatchError, match=r"delete .*npz and it is made again"):
        load_cloud(own_yard.scene)


def test_a_truncated_file_in_the_cache_is_named_with_the_mend(own_yard):
    path = cloud_path(own_yard.scene)
    path.parent.mkdir(parents=True)
    save_cloud(path, own_yard.cloud)
    path.write_bytes(path.read_bytes()[:1000])
    with pytest.raises(DamagedFileError, match=r"yard_00-.*delete that file"):
        load_cloud(own_yard.scene)


def test_a_scene_of_a_source_that_is_not_installed_is_unavailable(own_yard):
    with pytest.raises(SceneUnavailableError, match="no scene source 'yard' is installed"):
        load_cloud(own_yard.scene)


def test_a_scene_without_a_light_file_is_in_full_sun(own_yard):
    assert load_light(own_yard.scene) is None


def test_the_light_comes_from_the_source_of_a_scene_that_names_it(own_yard, monkeypatch):
    class Lit:
        def light(self, scene):
            return f"light of {scene.scene_id}"

    lit_scene = own_yard.scene.model_copy(update={"files": {**own_yard.scene.files, "light.npz": "0" * 64}})
    monkeypatch.setattr(catalog, "scene_source", lambda name: Lit())
    assert load_light(lit_scene) == "light of yard_00"
    monkeypatch.setattr(catalog, "scene_source", lambda name: FakeSource(own_yard.cloud))
    with pytest.raises(SceneUnavailableError, match=r"cannot read .*light\.npz"):
        load_light(lit_scene)


def test_a_cache_that_cannot_be_written_is_one_clear_line(own_yard, monkeypatch, tmp_path):
    (tmp_path / "file").write_text("no folder")
    monkeypatch.setenv("NAVBENCH_CACHE", str(tmp_path / "file"))
    monkeypatch.setattr(catalog, "scene_source", lambda name: FakeSource(own_yard.cloud))
    with pytest.raises(StoreError, match=r"cannot write the cache .* set NAVBENCH_CACHE"):
        load_cloud(own_yard.scene)


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


def test_a_training_scene_is_authored_and_its_episodes_sampled_on_first_use(yard, monkeypatch, tmp_path):
    monkeypatch.setenv("NAVBENCH_CACHE", str(tmp_path))

    plans = []

    class Author:
        def author(self, plan, folder):
            plans.append(plan)
            shutil.copytree(yard.scene.folder, folder)
            shutil.rmtree(folder / "episodes")
            scene = yard.scene.model_copy(update={"scene_id": plan.scene_id, "suite": plan.suite})
            (folder / "scene.json").write_text(scene.model_dump_json())

    monkeypatch.setattr(catalog, "scene_source", lambda name: Author())
    scene = load_scene("yard_1003")
    assert (plans[0].place, plans[0].seed, plans[0].suite) == ("yard", 1003, "train")
    episodes = load_episodes(scene, "empty")
    assert load_episodes(load_scene("yard_1003"), "empty") == episodes and len(episodes) == 10
    assert len(plans) == 1
