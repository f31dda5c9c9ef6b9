"""ONNX files of the zoo's signatures drive, and are told the goal."""

from __future__ import annotations

import hashlib

import numpy as np
import pytest
import torch

from navbench_gs.agents.loading import load_agent
from navbench_gs.domain.observation import Observation
from navbench_gs.domain.record import file_digest
from navbench_gs.errors import WeightsError
from tests.baselines.test_agents import drive
from tests.baselines.zoo.tiny_files import FILES, gnm_file, nomad_files, write_tiny

pytest.importorskip("onnx")
pytest.importorskip("onnxruntime")


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    folder = tmp_path_factory.mktemp("zoo")
    return {name: make(folder) for name, make in FILES.items()}


def agent_of(path):
    return load_agent(f"zoo:{path}")


def observation(width, height, *, goal=(6.0, 8.0), odometry=(0.0, 0.0, 0.0), colour=128):
    return Observation(
        time_s=0.0,
        goal=np.array(goal, dtype=np.float32),
        velocity=np.zeros(2, dtype=np.float32),
        odometry=np.array(odometry, dtype=np.float32),
        rgb=np.full((height, width, 3), colour, dtype=np.uint8),
        goal_heading=np.zeros(1, dtype=np.float32),
    )


@pytest.mark.parametrize("name", FILES)
def test_a_file_drives_under_its_own_name(name, files, yard):
    agent = agent_of(files[name])
    assert agent.card.name == f"zoo:{files[name].stem}"
    assert agent.card.weights == file_digest(files[name])
    assert np.isfinite(drive(agent, yard, 2)).all()


@pytest.mark.parametrize("name", FILES)
def test_nothing_leaks_from_one_episode_to_the_next(name, files, yard):
    agent = agent_of(files[name])
    assert np.array_equal(drive(agent, yard, 2), drive(agent, yard, 2))


def test_image_goal_files_are_asked_about_the_route_and_not_about_chance(files):
    agent = agent_of(files["gnm"])
    assert agent.card.needs.route_images
    assert agent.card.needs.goal_image
    agent.begin(0)
    agent.see(torch.zeros(3, 64, 85))
    goals = torch.stack([torch.full((3, 64, 85), value) for value in (2.0, -1.0)])
    answers = agent.compare(goals)
    assert answers.distance == pytest.approx([7.0, 4.0], abs=1e-4)
    assert answers.paths(1)[0, :, 0] == pytest.approx([0.0, 1.0, 2.0, 3.0, 4.0], abs=1e-4)


def test_logonav_is_told_the_capped_pose(files):
    """Goal (6, 8) m: 24 and 32 units, cosine 1, sine 0, mean 57 / 4 added to the path; a unit is 0.25 m."""
    agent = agent_of(files["mbra"])
    action = agent.act(observation(160, 120))
    assert action.points[:, 0] == pytest.approx([0.25 * (step + 57 / 4) for step in range(1, 9)], abs=1e-4)
    assert action.period_s == pytest.approx(1 / 3)


def test_citywalker_is_told_where_it_was_and_the_goal(files):
    """Five past places, now at (1, 0) after (0, 0): row (0, -1); goal (6, 8): right -8, ahead 6. Mean over 12 numbers.

    Every waypoint is that mean to the right and ahead.
    """
    agent = agent_of(files["citywalker"])
    agent.reset(observation(640, 360), seed=0)
    agent.act(observation(640, 360))
    action = agent.act(observation(640, 360, odometry=(1.0, 0.0, 0.0)))
    mean = (4 * -1.0 + -8.0 + 6.0) / 12
    assert action.points == pytest.approx(np.tile([mean, -mean], (5, 1)), abs=1e-5)


def test_s2e_is_told_distance_and_direction(files):
    """10 m of 200, cosine 0.6, sine 0.8."""
    action = agent_of(files["s2e"]).act(observation(320, 240))
    assert action.points == pytest.approx(np.full((10, 2), 0.25 * (0.05 + 0.6 + 0.8) / 3), abs=1e-5)


def test_s2e_reads_pictures_in_unit_range_and_pads_with_the_first(files):
    agent = agent_of(files["s2e"])
    agent.act(observation(320, 240, colour=255))
    agent.act(observation(320, 240, colour=0))
    frames = agent._signature.framed(agent._frames.padded())
    assert frames.shape == (1, 11, 3, 256, 256)
    assert frames.mean(axis=(0, 2, 3, 4)) == pytest.approx([1.0] * 10 + [0.0])


def test_nomads_paths_come_from_the_seed_alone(files, yard):
    agent = agent_of(files["nomad"])
    assert agent.card.stochastic
    first, other, again = (drive(agent, yard, 1, seed=seed) for seed in (1, 2, 1))
    assert np.array_equal(first, again)
    assert agent.compare(torch.ones(1, 3, 96, 96)).distance == pytest.approx([5.0], abs=1e-4)
    assert not np.array_equal(first, other)


def test_nomads_missing_part_is_named(tmp_path):
    encoder = nomad_files(tmp_path)
    (tmp_path / "nomad_dist_pred.onnx").unlink()
    with pytest.raises(WeightsError, match=r"no ONNX file at .*nomad_dist_pred\.onnx"):
        agent_of(encoder)
    with pytest.raises(WeightsError, match="give the vision encoder"):
        agent_of(tmp_path / "nomad_noise_pred.onnx")


def test_weights_beside_the_file_are_in_its_hash(tmp_path):
    path = gnm_file(tmp_path)
    beside = path.with_name(f"{path.name}.data")
    beside.write_bytes(b"numbers")
    expected = hashlib.sha256((file_digest(path) + file_digest(beside)).encode()).hexdigest()
    assert agent_of(path).card.weights == expected


def test_what_is_no_network_of_the_zoo_is_one_line(tmp_path):
    with pytest.raises(WeightsError, match="no ONNX file"):
        agent_of(tmp_path / "absent.onnx")
    page = tmp_path / "page.onnx"
    page.write_text("<html>")
    with pytest.raises(WeightsError, match=r"page\.onnx is no ONNX network"):
        agent_of(page)
    other = write_tiny(tmp_path / "other.onnx", {"x": (1, 7)}, {"y": (np.zeros((1, 2)), "x")})
    with pytest.raises(WeightsError, match="no input takes frames"):
        agent_of(other)
    odd = {"x": (1, 4, 3, 8, 8), "goal": (1, 9)}
    write_tiny(other, odd, {"y": (np.zeros((1, 2)), "x")})
    with pytest.raises(WeightsError, match="no network of the zoo known here"):
        agent_of(other)
    with pytest.raises(WeightsError, match=r"say which file: --agent zoo:FILE\.onnx"):
        load_agent("zoo")
