"""A folder in the published layout goes all the way: fetched, imported, named, loaded and driven."""

from __future__ import annotations

import json

import gymnasium
import numpy as np
import pytest
from click.testing import CliRunner

from navbench_gs.cli.main import main
from navbench_gs.domain.cloud import GaussianCloud
from navbench_gs.domain.task import TASKS
from navbench_gs.registration import env_id, register_all
from navbench_gs.splats.transform import Similarity, transformed
from navbench_gs.suite.catalog import load_scene
from navbench_gs.suite.clouds import load_cloud
from navbench_gs.suite.episodes import load_episodes
from scenes.importers import capture

from .published import FakeHub, sidewalkbench_scene, vid2sim_scene
from .test_published_scenes import ENDS

TO_CAPTURE = Similarity(0.4, np.array([[1.0, 0.0, 0.0], [0.0, 0.0, -1.0], [0.0, 1.0, 0.0]]), np.array([3.0, 0.6, -1.0]))
"""From metres with z up to a frame of structure from motion: y down, 2.5 m a unit, the ground at y = 0.6."""
START, GOAL = (-8.0, -9.0, 0.0), (-8.0, 9.0, 0.0)
BOXES = ((0.0, 0.0, 1.0, 6.0, 2.0), (7.0, -7.0, 1.5, 1.5, 1.5))
"""Centre x, y, half x, half y, height, metres."""


def place() -> GaussianCloud:
    """Ground of 26 x 26 m and two boxes, densely covered."""
    ticks = np.arange(-13.0, 13.0, 0.25)
    parts = [np.stack([*(grid.ravel() for grid in np.meshgrid(ticks, ticks)), np.zeros(len(ticks) ** 2)], axis=1)]
    upright = [np.zeros(len(parts[0]))]
    for x, y, hx, hy, height in BOXES:
        for along, across, axis in ((hx, hy, 0), (hy, hx, 1)):
            u, z = (grid.ravel() for grid in np.meshgrid(np.arange(-along, along, 0.2), np.arange(0.1, height, 0.2)))
            for side in (-across, across):
                face = np.stack(
                    [x + u, np.full_like(u, y + side), z] if axis == 0 else [np.full_like(u, x + side), y + u, z],
                    axis=1,
                )
                parts.append(face)
                upright.append(np.full(len(face), 1.0 + axis))
    means, kind = np.concatenate(parts), np.concatenate(upright)
    flat = {0: (0.14, 0.14, 0.01), 1: (0.12, 0.01, 0.12), 2: (0.01, 0.12, 0.12)}
    shade = np.where(kind > 0, 0.8, -0.4)[:, None] + 0.3 * np.sin(means[:, :1] * 2.0)
    return GaussianCloud(
        means=means.astype(np.float32),
        quats=np.tile(np.array([1, 0, 0, 0], np.float32), (len(means), 1)),
        scales=np.array([flat[int(k)] for k in kind], np.float32),
        opacities=np.full(len(means), 0.95, np.float32),
        sh=np.repeat(shade[:, None], 3, axis=2).astype(np.float32),
    )


def boxes(frame: Similarity) -> tuple[np.ndarray, np.ndarray]:
    """The boxes as a mesh in a frame, without ground, as it is published."""
    unit = np.array([[x, y, z] for z in (0, 1) for x, y in ((-1, -1), (1, -1), (1, 1), (-1, 1))], dtype=np.float64)
    quads = [(3, 2, 1, 0), (4, 5, 6, 7), (0, 1, 5, 4), (1, 2, 6, 5), (2, 3, 7, 6), (3, 0, 4, 7)]
    faces = np.array([corners for a, b, c, d in quads for corners in ((a, b, c), (a, c, d))])
    vertices = np.concatenate([unit * (hx, hy, height) + (x, y, 0.0) for x, y, hx, hy, height in BOXES])
    return frame.applied_to(vertices), np.concatenate([faces + 8 * number for number in range(len(BOXES))])


@pytest.fixture
def hub(tmp_path, monkeypatch) -> FakeHub:
    fake = FakeHub(tmp_path / "hub")
    repository = fake.root / "UCLA-VAIL" / "NavBenchGS"
    cloud = transformed(place(), TO_CAPTURE)
    vid2sim_scene(repository, "0000", cloud, boxes(TO_CAPTURE), "metric_scale: 2.5\nfps: 30\n")
    start, goal = (TO_CAPTURE.applied_to(point).tolist() for point in (START, GOAL))
    (repository / ENDS).write_text(json.dumps({"0000": {"start": start, "end": goal}}))
    route = {"type": "straight", "waypoints": [list(START[:2]), list(GOAL[:2])]}
    assets = fake.root / "UCLA-VAIL" / "SidewalkBench-GS-Assets"
    sidewalkbench_scene(assets, "scene_03", place(), boxes(Similarity()), {"routes": {"short": [route]}})
    fake.stand_in(monkeypatch)
    monkeypatch.setenv("NAVBENCH_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(capture, "TASKS", {"empty": TASKS["empty"]})  # freezing the other three takes seconds
    return fake


def test_a_sidewalk_becomes_a_scene_that_is_driven(hub, tmp_path):
    shown = CliRunner().invoke(main, ["scene", "fetch", "sidewalkbench", "--scenes", "sidewalkbench_03"])
    assert shown.exit_code == 0, shown.output
    scene = load_scene("sidewalkbench_03")
    assert (scene.suite, scene.provenance) == ("sidewalkbench", "captured")
    episode = load_episodes(scene, "empty")[0]
    assert np.hypot(*np.subtract(episode.goal, episode.start[:2])) == pytest.approx(18.0, abs=0.1)
    run = ["run", "--agent", "oracle", "--task", "empty", "--suite", "sidewalkbench", "--workers", "1"]
    drive = CliRunner().invoke(main, [*run, "--out", str(tmp_path / "run")])
    assert drive.exit_code == 0, drive.output
    assert '"success": true' in (tmp_path / "run" / "results.jsonl").read_text()


def test_a_published_folder_becomes_a_scene_that_is_driven(hub, tmp_path):
    shown = CliRunner().invoke(main, ["scene", "fetch", "vid2sim", "--scenes", "vid2sim_0000"])
    assert shown.exit_code == 0, shown.output
    scene = load_scene("vid2sim_0000")
    assert (scene.suite, scene.provenance, scene.licence) == ("vid2sim", "captured", "Apache-2.0")
    assert scene.capture is not None
    assert scene.capture.metres_per_unit == pytest.approx(2.5)
    assert "config.yaml: not understood: fps" in scene.capture.notes
    assert len(load_cloud(scene)) > 10_000
    episode = load_episodes(scene, "empty")[0]
    assert np.hypot(*np.subtract(episode.goal, episode.start[:2])) == pytest.approx(18.0, abs=0.1)
    register_all()
    try:
        env = gymnasium.make("NavBenchGS/vid2sim_0000-empty-v0", width=32, height=24, renderer="cpu")
        env.reset(seed=0)
        observation = env.step(env.action_space.sample())[0]
        assert observation["rgb"].std() > 1.0
        env.close()
    finally:
        for task in TASKS:
            gymnasium.registry.pop(env_id("vid2sim_0000", task))
    run = ["run", "--agent", "straight", "--task", "empty", "--suite", "vid2sim", "--workers", "1"]
    drive = CliRunner().invoke(main, [*run, "--out", str(tmp_path / "run")])
    assert drive.exit_code == 0, drive.output
    assert '"provenance": "captured"' in (tmp_path / "run" / "results.jsonl").read_text()
