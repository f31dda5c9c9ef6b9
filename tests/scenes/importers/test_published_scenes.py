"""Published layouts are read into plans: what is there, what was assumed, what was not understood."""

from __future__ import annotations

import json

import numpy as np
import pytest
from click.testing import CliRunner

from navbench_gs.cli.main import main
from navbench_gs.domain.scene import ScenePlan
from navbench_gs.domain.source import PublishedSource
from navbench_gs.errors import (
    DamagedFileError,
    DigestMismatchError,
    InvalidRecordError,
    SceneUnavailableError,
    UnknownNameError,
)
from navbench_gs.suite.catalog import load_scene, scene_ids
from navbench_gs.suite.sources import scene_source
from scenes.importers import import_plan
from scenes.importers.import_plan import ImportPlan, overridden, read_override
from scenes.importers.vid2sim import ENDS

from ...navbench_gs.splats.clouds import random_cloud
from .published import FakeHub, sidewalkbench_scene, vid2sim_scene

TRIANGLE = np.array([[0.0, 0.0, 0.0], [1.0, 0.0, 0.0], [0.0, 1.0, 0.0]]), np.array([[0, 1, 2]])
CONFIG = """
scene_name: "0000"
usd: tsdf_fusion_post.usd
metric_scale: 2.5
camera: {fps: 10, hfov: 90}
"""
ENDS_JSON = {
    "0000": {"starting_position": [1.0, 0.5, 2.0], "ending_position": [1.0, 0.5, 14.0]},
    "0001": {"start": [[0, 0, 0], [1, 0, 0]], "target": [[0, 0, 12], [1, 0, 15]]},
}
ANNOTATION = {
    "routes": {
        "short": [
            {"type": "straight", "waypoints": [[0, 0], [5, 1], [12, 1]]},
            {"start": [0, 2], "goal": [11, 3, 0.1]},
        ],
        "long": [{"path": [{"x": 0, "y": 0}, {"x": 120, "y": 4}]}],
    },
    "pedestrians": [{"position": [1, 2]}],
    "cones": [],
}


@pytest.fixture
def hub(tmp_path, monkeypatch) -> FakeHub:
    """Both repositories on a hub without a network, and a cache of the test's own."""
    fake = FakeHub(tmp_path / "hub")
    repository = fake.root / "UCLA-VAIL" / "NavBenchGS"
    for number in ("0000", "0001"):
        vid2sim_scene(repository, number, random_cloud(60, 16), TRIANGLE, CONFIG if number == "0000" else "a: 1\n")
    (repository / ENDS).write_text(json.dumps(ENDS_JSON))
    (repository / "README.md").write_text("licence and so on")
    assets = fake.root / "UCLA-VAIL" / "SidewalkBench-GS-Assets"
    for name in ("scene_03", "scene_07"):
        sidewalkbench_scene(assets, name, random_cloud(60, 4), TRIANGLE, ANNOTATION)
    fake.stand_in(monkeypatch)
    monkeypatch.setenv("NAVBENCH_CACHE", str(tmp_path / "cache"))
    return fake


@pytest.fixture
def built(monkeypatch, yard) -> list[ImportPlan]:
    """The plans that would be built; each becomes the test yard under the scene's own name."""
    plans: list[ImportPlan] = []

    def build(plan, folder, tell):
        plans.append(plan)
        tell("built")
        folder.mkdir(parents=True)
        names = {"scene_id": plan.scene_id, "suite": plan.suite, "provenance": "captured", "licence": plan.licence}
        scene = yard.scene.model_copy(update=names)
        (folder / "scene.json").write_text(scene.model_dump_json())
        return scene

    monkeypatch.setattr(import_plan, "build_scene", build)
    return plans


def fetched(name, scene_id, folder, overrides=None) -> list[str]:
    told: list[str] = []
    scene_source(name).fetch(scene_id, folder / scene_id, overrides, told.append)
    return told


@pytest.mark.parametrize("name", ["vid2sim", "sidewalkbench"])
def test_published_sources_are_found_by_entry_point(name):
    assert isinstance(scene_source(name), PublishedSource)
    assert not isinstance(scene_source("procedural"), PublishedSource)


def test_an_offer_names_scenes_sizes_licence_and_commit(hub):
    offer = scene_source("vid2sim").offer()
    assert list(offer.scenes) == ["vid2sim_0000", "vid2sim_0001"]
    raw = hub.root / "UCLA-VAIL" / "NavBenchGS" / "vid2sim_raw" / "0000"
    needed = [raw / "point_cloud.ply", raw / "tsdf_fusion_post.ply", raw / "config.yaml", raw.parents[1] / ENDS]
    assert offer.scenes["vid2sim_0000"] == sum(path.stat().st_size for path in needed)
    assert (offer.licence, offer.revision) == ("Apache-2.0", "0123456789abcdef")
    assert hub.downloads == []


def test_a_vid2sim_folder_becomes_a_plan(hub, built, tmp_path):
    told = fetched("vid2sim", "vid2sim_0000", tmp_path)
    (plan,) = built
    assert plan.splats.name == "point_cloud.ply" and plan.mesh is not None and plan.mesh.name == "tsdf_fusion_post.ply"
    assert plan.metres_per_unit == 2.5
    assert plan.up == (0.0, -1.0, 0.0)
    assert plan.pairs == (((1.0, 0.5, 2.0), (1.0, 0.5, 14.0)),)
    assert (plan.suite, plan.licence) == ("vid2sim", "Apache-2.0")
    assert plan.source_url == "https://huggingface.co/datasets/UCLA-VAIL/NavBenchGS"
    assert "config.yaml: understood metric_scale as metres per unit" in told
    assert "config.yaml: not understood: camera.fps, camera.hfov, scene_name, usd" in told
    assert any("their frame is not published" in line for line in told)
    assert sorted(hub.downloads) == sorted(
        [ENDS, *(f"vid2sim_raw/0000/{file}" for file in ("config.yaml", "point_cloud.ply", "tsdf_fusion_post.ply"))]
    )


def test_an_unpublished_scale_is_told(hub, built, tmp_path):
    told = fetched("vid2sim", "vid2sim_0001", tmp_path)
    assert built[0].metres_per_unit is None
    assert len(built[0].pairs) == 2
    assert any(line.startswith("the scale is not published") for line in told)


def test_tensors_stand_in_where_no_ply_is_published(hub, built, tmp_path):
    raw = hub.root / "UCLA-VAIL" / "NavBenchGS" / "vid2sim_raw" / "0000"
    for file in raw.iterdir():
        file.unlink()
    told = fetched("vid2sim", "vid2sim_0000", tmp_path)
    assert built[0].splats.name == "splats.pt" and built[0].mesh is None
    assert any("read from splats.pt" in line for line in told)


def test_a_sidewalkbench_folder_becomes_a_plan(hub, built, tmp_path):
    assert list(scene_source("sidewalkbench").offer().scenes) == ["sidewalkbench_03", "sidewalkbench_07"]
    told = fetched("sidewalkbench", "sidewalkbench_07", tmp_path)
    (plan,) = built
    assert plan.splats.parent.name == "scene_07"
    assert (plan.metres_per_unit, plan.up) == (1.0, (0.0, 0.0, 1.0))
    assert plan.pairs == (((0, 0, 0), (12, 1, 0)), ((0, 2, 0), (11, 3, 0.1)), ((0, 0, 0), (120, 4, 0)))
    assert "annotation.json: 3 routes from routes" in told
    assert "annotation.json: not used: cones, pedestrians" in told


def test_scenes_without_numbers_are_numbered_by_name(hub):
    assets = hub.root / "UCLA-VAIL" / "SidewalkBench-GS-Assets"
    (assets / "scene_03").rename(assets / "westwood")
    assert list(scene_source("sidewalkbench").offer().scenes) == ["sidewalkbench_00", "sidewalkbench_01"]


def test_hashes_are_kept_and_whole_files_are_not_downloaded_again(hub, built, tmp_path):
    fetched("vid2sim", "vid2sim_0000", tmp_path / "a")
    ledger = json.loads((tmp_path / "cache" / "published" / "vid2sim" / "fetched.json").read_text())
    assert ledger["repository"] == "UCLA-VAIL/NavBenchGS" and ledger["licence"] == "Apache-2.0"
    assert set(ledger["files"]) == set(hub.downloads)
    assert all(len(entry["sha256"]) == 64 for entry in ledger["files"].values())
    hub.downloads.clear()
    fetched("vid2sim", "vid2sim_0000", tmp_path / "b")
    assert hub.downloads == []
    damaged = tmp_path / "cache" / "published" / "vid2sim" / "vid2sim_raw" / "0000" / "point_cloud.ply"
    damaged.write_bytes(damaged.read_bytes()[:-1])
    fetched("vid2sim", "vid2sim_0000", tmp_path / "c")
    assert hub.downloads == ["vid2sim_raw/0000/point_cloud.ply"]


def test_a_broken_line_says_so_and_the_next_run_goes_on(hub, built, tmp_path):
    hub.broken_after = 2
    with pytest.raises(SceneUnavailableError, match=r"the line broke.*the same command goes on"):
        fetched("vid2sim", "vid2sim_0000", tmp_path)
    hub.broken_after = None
    fetched("vid2sim", "vid2sim_0000", tmp_path)
    assert len(built) == 1
    assert len(hub.downloads) == len(set(hub.downloads)) == 4


def test_a_file_that_is_not_what_the_hub_says_is_refused(hub, built, tmp_path):
    hub.spoiled = "vid2sim_raw/0000/point_cloud.ply"
    with pytest.raises(DigestMismatchError, match=r"point_cloud\.ply is not the file on record .* delete it and fetch"):
        fetched("vid2sim", "vid2sim_0000", tmp_path)
    assert built == []


def test_without_a_network_one_line_says_so(hub):
    hub.root.rename(hub.root.with_name("gone"))
    with pytest.raises(SceneUnavailableError, match=r"cannot fetch https://huggingface\.co/datasets/UCLA-VAIL/"):
        scene_source("vid2sim").offer()


def test_a_licence_that_no_card_names_is_unknown(hub):
    hub.licence = None
    assert scene_source("sidewalkbench").offer().licence == "unknown"


def test_author_fetches(hub, built, tmp_path):
    plan = ScenePlan(scene_id="vid2sim_0001", place="vid2sim", suite="vid2sim", seed=0)
    assert scene_source("vid2sim").author(plan, tmp_path / "vid2sim_0001").scene_id == "vid2sim_0001"
    with pytest.raises(UnknownNameError, match="did you mean 'vid2sim_000"):
        scene_source("vid2sim").author(plan.model_copy(update={"scene_id": "vid2sim_0009"}), tmp_path / "x")


OVERRIDE = """
metres_per_unit: 0.8
up: [0, 0, 1]
use_mesh: false
episodes:
  - {start: [0, 0, 0], goal: [10, 0, 0]}
"""


def test_an_override_wins_over_what_is_published(hub, built, tmp_path):
    (tmp_path / "vid2sim_0000.yaml").write_text(OVERRIDE)
    told = fetched("vid2sim", "vid2sim_0000", tmp_path / "out", overrides=tmp_path)
    (plan,) = built
    assert (plan.metres_per_unit, plan.up, plan.mesh) == (0.8, (0.0, 0.0, 1.0), None)
    assert plan.pairs == (((0.0, 0.0, 0.0), (10.0, 0.0, 0.0)),)
    assert told[-2] == "from vid2sim_0000.yaml: episodes, metres_per_unit, up, use_mesh"


def test_a_whole_transform_may_be_given(tmp_path):
    plan = ImportPlan("vid2sim_0000", "vid2sim", "", "MIT", "", tmp_path / "x.ply")
    (tmp_path / "vid2sim_0000.yaml").write_text(
        "transform: {scale: 2, rotation: [[1, 0, 0], [0, 0, 1], [0, -1, 0]], translation: [0, 0, 3]}\n"
    )
    transform = overridden(plan, tmp_path).transform
    assert transform is not None
    np.testing.assert_allclose(transform.applied_to([1.0, 2.0, 3.0]), [2.0, 6.0, -1.0])
    (tmp_path / "vid2sim_0000.yaml").write_text("transform: {rotation: [[1, 0, 0], [0, 1, 0], [0, 0, -1]]}\n")
    with pytest.raises(InvalidRecordError, match="no mirror"):
        overridden(plan, tmp_path)


HOSTILE_YAML = {
    "tag": ("!!python/object/apply:os.system ['true']", "could not determine a constructor"),
    "aliases": ("a: &a [1, 1]\nb: [*a, *a]\n", "has aliases"),
    "list": ("- 1\n", "the file: Input should be"),
    "unknown": ("metre_per_unit: 2\n", "metre_per_unit: Extra inputs"),
    "negative": ("metres_per_unit: -1\n", "metres_per_unit: Input should be greater than 0"),
    "nan": ("metres_per_unit: .nan\n", "metres_per_unit"),
    "deep": ("up: " + "[" * 300 + "]" * 300, "cannot read|nested"),
    "deeper": ("up: " + "[" * 20000, "cannot read|nested"),
    "dashes": ("- " * 20000 + "1", "nested"),
    "braces": ("{a: " * 9000, "nested"),
    "bytes": ("\x00\x01", "cannot read"),
    "large": ("#" * (2 << 20), "larger than 64 KiB"),
}


@pytest.mark.parametrize("name", HOSTILE_YAML)
def test_a_hostile_override_gives_one_line(tmp_path, name):
    content, message = HOSTILE_YAML[name]
    (tmp_path / "o.yaml").write_text(content)
    with pytest.raises((DamagedFileError, InvalidRecordError), match=message) as error:
        read_override(tmp_path / "o.yaml")
    assert "o.yaml" in str(error.value) and "\n" not in str(error.value)


def test_the_command_shows_the_licence_and_makes_scenes_that_can_be_named(hub, built, tmp_path):
    shown = CliRunner().invoke(main, ["scene", "fetch", "vid2sim"])
    assert shown.exit_code == 0, shown.output
    lines = shown.output.splitlines()
    assert lines[0].startswith("UCLA-VAIL/NavBenchGS (https://huggingface.co/datasets/UCLA-VAIL/NavBenchGS)")
    assert lines[1] == "licence: Apache-2.0"
    assert lines[-1].endswith("drive them with 'navbench run --suite vid2sim ...'")
    assert scene_ids("vid2sim") == ("vid2sim_0000", "vid2sim_0001")
    assert load_scene("vid2sim_0001").provenance == "captured"
    again = CliRunner().invoke(main, ["scene", "fetch", "vid2sim", "--scenes", "vid2sim_0001"])
    assert "is there already" in again.output and len(built) == 2


def test_a_scene_that_cannot_be_made_does_not_keep_the_others_away(hub, built, tmp_path):
    raw = hub.root / "UCLA-VAIL" / "NavBenchGS" / "vid2sim_raw" / "0000"
    (raw / "config.yaml").write_text("a: [")
    shown = CliRunner().invoke(main, ["scene", "fetch", "vid2sim", "--out", str(tmp_path / "mine")])
    assert shown.exit_code == 2
    assert "error: 1 of 2 scenes could not be made: vid2sim_0000" in shown.output
    assert (tmp_path / "mine" / "vid2sim_0001" / "scene.json").exists()


MISTAKES = {
    "source": (["vid2sims"], "unknown scene source 'vid2sims': did you mean 'vid2sim'?"),
    "procedural": (["procedural"], "the scenes of 'procedural' are not fetched"),
    "scene": (["vid2sim", "--scenes", "vid2sim_9"], "unknown scene of vid2sim 'vid2sim_9': did you mean 'vid2sim_0"),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_mistakes_end_in_one_line(hub, name):
    arguments, message = MISTAKES[name]
    shown = CliRunner().invoke(main, ["scene", "fetch", *arguments])
    assert shown.exit_code == 2
    assert message in shown.output


def test_a_published_scene_that_is_not_here_names_the_command(hub):
    with pytest.raises(SceneUnavailableError, match="'navbench scene fetch vid2sim --scenes vid2sim_0003' gets it"):
        load_scene("vid2sim_0003")
    with pytest.raises(SceneUnavailableError, match="'navbench scene fetch sidewalkbench' gets it"):
        scene_ids("sidewalkbench")
