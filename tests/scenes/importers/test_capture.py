"""A bare capture becomes a scene: whole, to scale, true to what is known of the place."""

from __future__ import annotations

import json

import numpy as np
import pytest

from navbench_gs.domain.record import file_digest
from navbench_gs.domain.task import TASKS
from navbench_gs.errors import DamagedFileError, InfeasibleEpisodeError, InvalidRecordError
from navbench_gs.splats.cloud import cloud_digest
from navbench_gs.splats.formats import read_splats, write_splats
from navbench_gs.splats.transform import Similarity
from navbench_gs.suite.catalog import load_scenes_from
from navbench_gs.suite.clouds import cloud_path, load_cloud
from navbench_gs.suite.episodes import load_episodes
from navbench_gs.terrain.terrain import load_terrain, save_terrain
from navbench_gs.testing import check_scene
from scenes.importers.alignment import ScaleHints
from scenes.importers.capture import alignment_of, import_capture, make_place, terrain_of
from scenes.importers.options import CaptureOptions
from scenes.importers.selection import chosen

from .conftest import GIVEN_GOAL, GIVEN_START
from .courtyard import AWAY, BLOCK, HALF_M, courtyard_cloud


def way(scene):
    """From the courtyard's own frame to the scene's."""
    capture = scene.capture
    return AWAY.then(Similarity(capture.metres_per_unit, np.array(capture.rotation), np.array(capture.translation)))


def test_an_imported_scene_has_nothing_wrong_with_it(imported):
    check_scene(imported)


def test_the_same_check_passes_for_a_procedural_scene():
    check_scene("alley_50")


def test_the_scene_is_upright_and_to_scale(imported):
    there = way(imported)
    assert there.scale == pytest.approx(1.0, rel=1e-6)
    corners = np.array([(x, y, 0.0) for x in (-HALF_M, HALF_M) for y in (-HALF_M, HALF_M)])
    assert np.abs(there.applied_to(corners)[:, 2]).max() < 0.05


def test_the_walkable_grid_is_that_of_the_courtyard(imported):
    grid = load_terrain(imported).grid
    ticks = np.arange(-HALF_M - 1.0, HALF_M + 1.0, 0.1) + 0.05
    x, y = np.meshgrid(ticks, ticks, indexing="ij")
    places = way(imported).applied_to(np.stack([x, y, np.zeros_like(x)], axis=-1))[..., :2]
    found = grid.holds(grid.walkable, places, outside=False)
    x0, x1, y0, y1 = BLOCK
    block = (x > x0 - 0.05) & (x < x1 + 0.05) & (y > y0 - 0.05) & (y < y1 + 0.05)  # half a cell
    court = (np.abs(x) < HALF_M - 0.4) & (np.abs(y) < HALF_M - 0.4)
    clear = court & ~((x > x0 - 0.4) & (x < x1 + 0.4) & (y > y0 - 0.4) & (y < y1 + 0.4))
    assert not found[block].any()
    assert not found[(np.abs(x) > HALF_M) | (np.abs(y) > HALF_M)].any()
    assert found[clear].mean() > 0.99


def test_floaters_are_dropped_from_splats_and_structure(imported):
    assert 3 <= imported.capture.floaters < 0.001 * imported.gaussians
    hanging = way(imported).applied_to([(4.0, 4.0, 0.55), (-5.0, 1.0, 0.7)])
    gaps = np.linalg.norm(load_cloud(imported).means[:, None] - hanging, axis=2)
    assert gaps.min() > 0.5
    grid = load_terrain(imported).grid
    x, y, _ = way(imported).applied_to((4.0, 4.0, 0.55))
    assert not grid.holds(grid.blocked, np.array([x, y]), outside=True)


def test_given_ends_come_first_and_the_others_are_drawn(imported):
    for task in TASKS:
        first, second, *_ = load_episodes(imported, task)
        there = way(imported).applied_to(np.array([GIVEN_START, GIVEN_GOAL]))[:, :2]
        np.testing.assert_allclose([first.start[:2], first.goal], there, atol=2e-3)
        assert np.hypot(*(np.array(second.goal) - there[1])) > 0.1


def test_the_folder_is_found_as_a_suite_and_brings_its_splats(imported):
    (scene,) = load_scenes_from(imported.folder.parent)
    assert scene.provenance == "captured" and scene.licence == "CC0-1.0" and "made here" in scene.capture.notes
    assert cloud_path(scene) == imported.folder / "splats.npz"
    assert len(load_cloud(scene)) == scene.gaussians
    assert {path.name for path in (imported.folder / "pictures").iterdir()} == {"map.png", "views.png"}


def test_importing_twice_gives_the_same_hashes(imported, capture_file, tmp_path):
    raw = read_splats(capture_file)
    options = CaptureOptions(scale=ScaleHints(metres_per_unit=imported.capture.metres_per_unit))
    again = make_place(raw, alignment_of(raw, None, options).similarity, options)
    save_terrain(terrain_of(again), tmp_path / "terrain.npz")
    assert file_digest(tmp_path / "terrain.npz") == imported.files["terrain.npz"]
    assert cloud_digest(again.cloud) == imported.cloud_sha256


def test_a_robot_drives_in_it(imported):
    from navbench_gs.env import NavEnv

    env = NavEnv(imported, "empty")
    try:
        env.reset(seed=0, options={"index": 0})
        for _ in range(10):
            env.step(np.array([0.5, 0.0], dtype=np.float32))
        poses = env.trajectory().poses
        assert np.hypot(*(poses[-1, :2] - poses[0, :2])) > 0.3
    finally:
        env.close()


def test_a_refused_folder_is_left_alone(imported, capture_file, tmp_path):
    before = sorted(imported.folder.rglob("*"))
    with pytest.raises(InvalidRecordError, match="exists already"):
        import_capture(capture_file, imported.folder, CaptureOptions())
    assert sorted(imported.folder.rglob("*")) == before
    with pytest.raises(InvalidRecordError, match="no scene id"):
        import_capture(capture_file, tmp_path / "My Scene", CaptureOptions())


def test_nothing_is_left_of_a_place_too_small_to_drive_in(capture_file, tmp_path):
    with pytest.raises(InfeasibleEpisodeError, match="no episode of any task"):
        import_capture(capture_file, tmp_path / "tiny_00", CaptureOptions(scale=ScaleHints(metres_per_unit=1.5)))
    with pytest.raises(InfeasibleEpisodeError, match="give its true scale"):
        import_capture(capture_file, tmp_path / "tiny_00", CaptureOptions())
    assert list(tmp_path.iterdir()) == []


def test_a_cloud_without_ground_says_what_to_do(tmp_path):
    rng = np.random.default_rng(0)
    ball = chosen(courtyard_cloud(), np.arange(3000))
    directions = rng.normal(size=(3000, 3))
    ball.means[:] = (5.0 * directions / np.linalg.norm(directions, axis=1, keepdims=True)).astype(np.float32)
    write_splats(ball, tmp_path / "ball.ply")
    with pytest.raises(DamagedFileError, match="no ground was found"):
        import_capture(tmp_path / "ball.ply", tmp_path / "ball_00", CaptureOptions())
    assert not (tmp_path / "ball_00").exists()


def test_the_manifest_is_plain_json(imported):
    manifest = json.loads((imported.folder / "scene.json").read_text())
    assert manifest["capture"]["scale_from"] == "given" and manifest["capture"]["collision"] == "density"
    assert manifest["files"].keys() == {"terrain.npz", "splats.npz"}
