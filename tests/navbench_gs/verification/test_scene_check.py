"""What is wrong with a scene: each fault is named, and a sound scene has none."""

from __future__ import annotations

import json
import shutil

import numpy as np
import pytest
from click.testing import CliRunner

from navbench_gs.cli.main import main
from navbench_gs.domain.record import file_digest
from navbench_gs.domain.scene import TERRAIN_FILE, Capture
from navbench_gs.errors import SceneUnavailableError, UnknownNameError
from navbench_gs.suite.catalog import scenes_at
from navbench_gs.terrain.terrain import Mesh, Terrain, save_terrain
from navbench_gs.testing import check_scene
from navbench_gs.verification.scene_check import scene_faults

CAPTURE = Capture(
    file="a.ply", file_sha256="0", metres_per_unit=1.0, scale_from="given", rotation=((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    translation=(0, 0, 0), collision="density",
)  # fmt: skip


@pytest.fixture
def scene(yard, tmp_path):
    """A copy of the yard that may be broken."""
    shutil.copytree(yard.scene.folder, tmp_path / "yard_00")
    (found,) = scenes_at(str(tmp_path / "yard_00"))
    return found


def with_episode(scene, task, **change):
    """Change the first episode of a task."""
    path = scene.folder / "episodes" / f"{task}.json"
    data = json.loads(path.read_text())
    data["episodes"][0].update(change)
    path.write_text(json.dumps(data))
    return scene


def with_terrain(scene, terrain):
    """Put another terrain into a scene, its hash everywhere."""
    save_terrain(terrain, scene.folder / TERRAIN_FILE)
    digest = file_digest(scene.folder / TERRAIN_FILE)
    for path in (scene.folder / "episodes").iterdir():
        path.write_text(json.dumps({**json.loads(path.read_text()), "terrain_sha256": digest}))
    return scene.model_copy(update={"files": {TERRAIN_FILE: digest}})


def test_the_yard_is_sound(scene):
    assert scene_faults(scene) == ()
    check_scene(scene)


def test_a_captured_scene_without_scale_says_so(scene):
    captured = scene.model_copy(update={"provenance": "captured"})
    assert [fault.split(":")[0] for fault in scene_faults(captured)] == ["no scale"]
    unknown = captured.model_copy(update={"capture": CAPTURE.model_copy(update={"scale_from": "unknown"})})
    assert "--measure" in scene_faults(unknown)[0]
    assert scene_faults(captured.model_copy(update={"capture": CAPTURE})) == ()


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"start": (0.0, 0.0, 0.0)}, "empty: start inside a wall (episode 0)"),
        ({"start": (5.0, -2.2, 0.0)}, "empty: start inside a wall (episode 0)"),
        ({"start": (14.0, 0.0, 0.0)}, "empty: start off the walkable area (episode 0)"),
        ({"goal": (0.0, 3.0)}, "empty: goal off the walkable area (episode 0)"),
    ],
)
def test_bad_ends_are_named_with_their_episodes(scene, change, fault):
    assert scene_faults(with_episode(scene, "empty", **change)) == (fault,)


def test_a_goal_behind_a_wall_is_unreachable(scene, yard):
    grid = yard.terrain.grid
    walkable = grid.walkable.copy()
    walkable[np.abs(np.arange(200) - 100) < 4] = False
    cut = type(grid)(walkable, grid.blocked, grid.origin, grid.cell_m)
    cut_off = with_terrain(scene, Terrain(yard.terrain.ground, yard.terrain.structure, cut))
    assert "empty: goal unreachable (episodes 0, 1)" in scene_faults(cut_off)


def test_structure_where_the_grid_says_free_is_found(scene, yard):
    shifted = Mesh(yard.terrain.structure.vertices + np.float32([0, 5, 0]), yard.terrain.structure.faces)
    moved = with_terrain(scene, Terrain(yard.terrain.ground, shifted, yard.terrain.grid))
    assert any("cells that the grid calls walkable" in fault for fault in scene_faults(moved))


def test_a_mesh_too_large_for_physics_is_found(scene, yard):
    count = 140_000
    vertices = np.tile(np.array([[50.0, 50.0, 5.0]], np.float32), (count, 1))
    large = Mesh(vertices, np.array([[0, 1, 2]], np.int32))
    assert "the structure mesh has 1 triangles" in str(
        scene_faults(with_terrain(scene, Terrain(yard.terrain.ground, large, yard.terrain.grid)))
    )


def test_missing_and_changed_files_are_named(scene):
    (scene.folder / "episodes" / "ped.json").unlink()
    with (scene.folder / TERRAIN_FILE).open("ab") as file:
        file.write(b"x")
    outside = scene.model_copy(update={"files": {**scene.files, "../secret": "0", "light.npz": "0"}})
    text = "\n".join(scene_faults(outside))
    assert "terrain.npz has another hash" in text
    assert "light.npz is missing" in text
    assert "'../secret', which is not a file of its folder" in text


def test_a_scene_that_shows_the_robot_nothing_is_not_supported(scene, monkeypatch):
    from navbench_gs.verification import scene_check

    def thinned(scene):
        cloud = scene_check_load(scene)
        return type(cloud)(*(getattr(cloud, name)[::40] for name in ("means", "quats", "scales", "opacities", "sh")))

    scene_check_load = scene_check.load_cloud
    monkeypatch.setattr(scene_check, "load_cloud", thinned)
    assert any(fault.startswith("camera support too low: along the routes") for fault in scene_faults(scene))


def test_the_command_prints_a_line_per_fault_and_fails(scene):
    sound = CliRunner().invoke(main, ["scene", "check", str(scene.folder)])
    assert sound.exit_code == 0 and sound.output == "yard_00: nothing is wrong\n"
    with_episode(scene, "ped", start=(0.0, 0.0, 0.0))
    (scene.folder / "episodes" / "empty.json").unlink()
    broken = CliRunner().invoke(main, ["scene", "check", str(scene.folder.parent)])
    assert broken.exit_code == 1
    assert [line.split(": ")[1] for line in broken.output.splitlines()] == ["empty", "ped"]


def test_a_folder_without_scenes_is_one_line(tmp_path):
    result = CliRunner().invoke(main, ["scene", "check", str(tmp_path)])
    assert result.exit_code == 2 and "holds no scene" in result.output


def test_a_folder_that_is_not_there_is_told(tmp_path):
    with pytest.raises(SceneUnavailableError, match=r"there is no folder .*nowhere, and it is no scene's id"):
        scenes_at(str(tmp_path / "nowhere"))
    with pytest.raises(UnknownNameError, match="unknown scene 'yard_99'"):
        scenes_at("yard_99")
