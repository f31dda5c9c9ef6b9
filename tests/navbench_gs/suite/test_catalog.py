import shutil

import pytest

from navbench_gs.errors import (
    InvalidRecordError,
    UnknownNameError,
)
from navbench_gs.suite import catalog
from navbench_gs.suite.catalog import load_scene, load_scenes_from, scene_ids, suite_folder, suite_names
from navbench_gs.suite.episodes import load_episodes


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
