import shutil
import subprocess
import sys
import warnings

import gymnasium
import pytest
from gymnasium.envs.registration import EnvSpec
from gymnasium.utils.env_checker import check_env as gymnasium_check

import navbench_gs
from navbench_gs.domain.task import TASKS
from navbench_gs.registration import env_id, register_all
from navbench_gs.suite.catalog import load_scene, scene_ids, suite_names
from navbench_gs.testing import check_env

SPECS = [(scene, task) for scene in scene_ids("embedded") for task in TASKS]
HEAVY = ("torch", "pybullet", "numba", "scipy", "matplotlib", "pandas", "skimage")


def test_there_are_104_ids():
    assert navbench_gs.__version__
    ids = {env_id(scene, task) for scene, task in SPECS}
    assert len(ids) == 26 * 4
    assert ids <= set(gymnasium.registry)
    assert not [name for name in gymnasium.registry if name.startswith("NavBenchGS/plaza_5")]  # dev has no ids


def test_a_fetched_scene_gets_ids_of_its_own(yard, monkeypatch, tmp_path):
    monkeypatch.setenv("NAVBENCH_CACHE", str(tmp_path))
    folder = tmp_path / "suites" / "vid2sim" / "vid2sim_0000"
    shutil.copytree(yard.scene.folder, folder)
    scene = yard.scene.model_copy(update={"scene_id": "vid2sim_0000", "suite": "vid2sim", "provenance": "captured"})
    (folder / "scene.json").write_text(scene.model_dump_json())
    register_all()
    try:
        spec = gymnasium.spec("NavBenchGS/vid2sim_0000-empty-v0")
        assert spec.kwargs == {"scene": "vid2sim_0000", "task": "empty"}
        assert "vid2sim" in suite_names() and scene_ids("vid2sim") == ("vid2sim_0000",)
        assert load_scene("vid2sim_0000").provenance == "captured"
    finally:
        for task in TASKS:
            gymnasium.registry.pop(env_id("vid2sim_0000", task))


@pytest.mark.parametrize(("scene", "task"), SPECS)
def test_every_spec_names_its_scene_and_task_and_survives_json(scene, task):
    spec = gymnasium.spec(f"NavBenchGS/{scene}-{task}-v0")
    assert spec.entry_point == "navbench_gs.env:NavEnv"
    assert spec.kwargs == {"scene": scene, "task": task}
    assert EnvSpec.from_json(spec.to_json()) == spec


def test_registering_loads_nothing_heavy():
    code = f"import sys, navbench_gs; print([name for name in {HEAVY} if name in sys.modules])"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[]"


@pytest.mark.parametrize("task", TASKS)
def test_gymnasium_accepts_each_task_of_a_scene_with_its_pictures(task):
    env = gymnasium.make(
        env_id(scene_ids("embedded")[0], task), width=32, height=24, depth=True, renderer="cpu", render_mode="rgb_array"
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        gymnasium_check(env.unwrapped)
    env.close()


@pytest.mark.parametrize("task", TASKS)
def test_each_task_of_a_scene_keeps_the_contract(task):
    check_env(env_id(scene_ids("embedded")[0], task), rgb=False)
