"""The viewer: what it hands to the browser, and that it serves, replays and shuts down."""

from __future__ import annotations

import io
import shutil
import sys
import urllib.request
from contextlib import closing

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from PIL import Image

from navbench_gs.agents.straight import StraightAgent
from navbench_gs.domain.cloud import GaussianCloud
from navbench_gs.env import env_for_card
from navbench_gs.errors import MissingPackageError
from navbench_gs.evaluation.rollout import run_episode
from navbench_gs.terrain.terrain import Grid
from navbench_gs.visualization.viewer import Exhibit, Viewer
from navbench_gs.visualization.viewer_arrays import splat_arrays, walkable_mesh, walkable_strips, way_segments


def test_a_gaussian_becomes_its_covariance_and_its_plain_colour():
    # axes of 3, 1 and 2 m, turned a quarter about the vertical: 1 m wide along x, 3 m along y
    half = np.sqrt(0.5)
    cloud = GaussianCloud(
        means=np.array([[1, 2, 3]], np.float32),
        quats=np.array([[half, 0, 0, half]], np.float32) * 2.0,
        scales=np.array([[3, 1, 2]], np.float32),
        opacities=np.array([0.25], np.float32),
        sh=np.array([[[0.0, 100.0, -100.0], [9, 9, 9], [9, 9, 9], [9, 9, 9]]], np.float32),
    )
    shown = splat_arrays(cloud)
    assert shown.covariances[0] == pytest.approx(np.diag([1.0, 9.0, 4.0]), abs=1e-5)
    assert shown.rgbs.tolist() == [[0.5, 1.0, 0.0]]
    assert shown.opacities.tolist() == [[0.25]]


@settings(max_examples=40, deadline=None)
@given(arrays.arrays(bool, st.tuples(st.integers(1, 6), st.integers(1, 9))), st.integers(1, 4))
def test_the_strips_cover_every_walkable_cell_once_and_nothing_else(walkable, longest):
    covered = np.zeros(walkable.shape, dtype=int)
    for column, first, end in walkable_strips(walkable, longest):
        assert 0 < end - first <= longest
        covered[column, first:end] += 1
    assert np.array_equal(covered, walkable.astype(int))


def test_the_walkable_mesh_has_the_area_of_its_cells_and_lies_on_the_ground():
    walkable = np.array([[1, 1, 0], [0, 1, 1]], dtype=bool)
    mesh = walkable_mesh(Grid(walkable, ~walkable, (10.0, 20.0), 0.5), lambda x, y: x)
    a, b, c = mesh.vertices[mesh.faces].transpose(1, 0, 2)
    assert np.linalg.norm(np.cross(b - a, c - a), axis=1).sum() / 2.0 == pytest.approx(4 * 0.25)
    assert np.unique(mesh.vertices[:, 2]) == pytest.approx([10.28, 10.78])
    assert mesh.vertices[:, 1].max() == 21.5 and mesh.vertices[:, 0].min() == 10.0


def test_a_way_is_drawn_segment_by_segment():
    segments = way_segments([(0, 0), (1, 0), (1, 2)], lambda x, y: 5.0)
    assert segments[:, :, :2].tolist() == [[[0, 0], [1, 0]], [[1, 0], [1, 2]]]
    assert way_segments([(0, 0)], lambda x, y: 5.0).shape == (0, 2, 3)


@pytest.fixture(scope="module")
def exhibit(yard):
    episode = yard.episode("obstacle_ped")
    with closing(env_for_card(yard.scene, episode.task, StraightAgent.card, renderer="cpu")) as env:
        return Exhibit(yard.scene, episode, run_episode(env, StraightAgent(), episode, seed=0).trajectory)


@pytest.fixture(scope="module")
def viewer(exhibit):
    pytest.importorskip("viser")
    viewer = Viewer(exhibit, port=0)
    yield viewer
    viewer.close()


def page(url: str) -> bytes:
    with urllib.request.urlopen(url, timeout=10) as answer:
        return answer.read()


def test_it_serves_its_page_on_loopback_and_shuts_down(yard):
    pytest.importorskip("viser")
    viewer = Viewer(Exhibit(yard.scene), port=0)
    assert viewer.url.startswith("http://127.0.0.1:")
    assert b"<html" in page(viewer.url)
    viewer.close()
    with pytest.raises(OSError, match="refused"):
        page(viewer.url)


def test_a_replay_puts_robot_and_pedestrians_where_they_were(viewer, exhibit):
    trajectory = exhibit.trajectory
    for time_s in (0.0, 3.0, 1e9):
        viewer.show(time_s)
        tick = min(round(time_s / 0.05), len(trajectory.poses) - 1)
        x, y, _ = trajectory.poses[tick]
        assert viewer._robot.position == pytest.approx((x, y, 0.25), abs=0.01)
        for node, pose in zip(viewer._people, trajectory.pedestrians[tick], strict=True):
            assert node.position == pytest.approx((*pose[:2], 0.0), abs=1e-6)
        # the robot's camera sits 0.25 m ahead of its centre, 0.5 m up, and looks along the robot
        assert viewer._frustum.position == pytest.approx((x + 0.25, y, 0.5), abs=0.01)
        assert f"{tick * 0.05:.1f} s" in viewer._caption.content
    pictures = []
    for time_s in (0.0, 3.0):
        viewer.show(time_s)
        pictures.append(viewer._frustum.image)
    assert not np.array_equal(*pictures)


def test_an_episode_without_a_drive_is_shown_as_it_begins(yard):
    pytest.importorskip("viser")
    episode = yard.episode("obstacle_ped")
    viewer = Viewer(Exhibit(yard.scene, episode), port=0)
    starts = [(*pedestrian.start[:2], 0.0) for pedestrian in episode.pedestrians]
    assert np.stack([node.position for node in viewer._people]) == pytest.approx(np.array(starts))
    assert viewer._robot.position == pytest.approx((-6.0, -6.0, 0.25), abs=0.01)
    assert viewer._frustum.image.std() > 5.0
    assert not hasattr(viewer, "_slider")
    viewer.close()


def test_without_viser_the_install_line_is_named(yard, monkeypatch):
    monkeypatch.setitem(sys.modules, "viser", None)
    with pytest.raises(MissingPackageError, match=r"pip install 'navbench-gs\[view\]'"):
        Viewer(Exhibit(yard.scene))


CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")


@pytest.mark.slow
@pytest.mark.skipif(CHROMIUM is None, reason="no chromium on this machine")
def test_a_browser_shows_the_drive_and_its_switches(viewer):
    sync_api = pytest.importorskip("playwright.sync_api")
    options = ["--no-sandbox", "--use-angle=swiftshader", "--enable-unsafe-swiftshader", "--ignore-gpu-blocklist"]
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=options)
        window = browser.new_page(viewport={"width": 640, "height": 400})
        window.goto(viewer.url)
        window.get_by_text("collision mesh").wait_for(timeout=60_000)
        for words in ("yard_00", "walkable area", "route and goal", "robot", "time (s)", "play"):
            assert window.get_by_text(words, exact=words != "yard_00").count() >= 1, words
        window.wait_for_timeout(1500)
        shown = Image.open(io.BytesIO(window.screenshot(timeout=60_000))).convert("RGB")
        browser.close()
    scene = np.asarray(shown)[:, :300].reshape(-1, 3)  # left of the panel
    assert len(np.unique(scene // 16, axis=0)) > 20, "the canvas is blank"
