"""The picture of a run and the video of a recording: drawn, of the right size, showing what happened."""

from __future__ import annotations

from dataclasses import replace

import av
import numpy as np
import pytest
from PIL import Image

from navbench_gs.agents.straight import StraightAgent
from navbench_gs.domain.rules import RULES_V0
from navbench_gs.env import env_for_card
from navbench_gs.evaluation.rollout import run_episode
from navbench_gs.metrics.collisions import Collision
from navbench_gs.metrics.score import score
from navbench_gs.render.select import renderer_named
from navbench_gs.visualization.report import OUTCOMES, Drawn, draw_trajectories
from navbench_gs.visualization.video import DriveMap, caption, composed, drawn_frames, film


@pytest.fixture(scope="module")
def drive(yard):
    """A drive past a crate and a bin, and through pedestrians."""
    episode = yard.episode("obstacle_ped")
    env = env_for_card(yard.scene, episode.task, StraightAgent.card, renderer="cpu")
    return episode, run_episode(env, StraightAgent(), episode, seed=0).trajectory


def shows(path, colour: str) -> bool:
    """Whether the panels of a picture, its legend left out, have at least a few pixels of that colour."""
    wanted = [int(colour[i : i + 2], 16) for i in (1, 3, 5)]
    picture = np.asarray(Image.open(path).convert("RGB")).astype(int)
    return (np.abs(picture[: len(picture) * 7 // 10] - wanted).max(axis=-1) < 12).sum() > 30


@pytest.mark.parametrize("outcome", range(3), ids=["clean", "touched", "failed"])
def test_a_drive_is_drawn_in_the_colour_of_its_outcome_and_of_no_other(yard, drive, tmp_path, outcome):
    episode, trajectory = drive
    success, strict = [(True, True), (True, False), (False, False)][outcome]
    result = score(trajectory, episode, RULES_V0).model_copy(update={"success": success, "strict_success": strict})
    drawn = Drawn(result, episode, trajectory)
    draw_trajectories(tmp_path / "run.png", [drawn], {"yard_00": yard.scene}, RULES_V0, "a run")
    colours = [style["color"] for style in OUTCOMES.values()]
    assert [shows(tmp_path / "run.png", colour) for colour in colours] == [n == outcome for n in range(3)]


def test_a_film_has_ten_frames_for_each_second_driven(yard, drive, tmp_path):
    episode, trajectory = drive
    short = replace(trajectory, poses=trajectory.poses[:41])  # 2 s
    film(tmp_path / "drive.mp4", short, episode, yard.scene, renderer_named("cpu"), RULES_V0)
    with av.open(str(tmp_path / "drive.mp4")) as video:
        frames = [frame.to_ndarray(format="rgb24") for frame in video.decode(video=0)]
    assert len(frames) == 21 and frames[0].shape == (360, 480, 3)
    assert np.abs(frames[0].astype(int) - frames[-1]).mean() > 1.0
    assert [path.name for path in tmp_path.iterdir()] == ["drive.mp4"]


def test_a_film_of_a_perturbed_drive_is_perturbed(yard, drive):
    episode, trajectory = drive
    clean, dark = (
        next(drawn_frames(replace(trajectory, perturbation=name), episode, yard.scene, renderer_named("cpu"), RULES_V0))
        for name in ("", "exposure:-4")
    )
    ground = slice(250, 330), slice(0, 300)  # below the map and above the caption
    assert dark[ground].mean() < 0.5 * clean[ground].mean()


def test_a_contact_frames_the_picture_for_one_second(yard, drive):
    episode, trajectory = drive
    drive_map = DriveMap(trajectory, episode, yard.scene)
    contact = [Collision(tick=40, kind="pedestrian", actor=0, at_fault=True)]
    view = np.zeros((360, 480, 3), dtype=np.uint8)
    edges = [composed(view, drive_map.at(tick), trajectory, tick, contact)[0, 0].any() for tick in (39, 40, 59, 60)]
    assert edges == [False, True, True, False]
    assert [caption(trajectory, tick, contact).split("   ")[-1] for tick in (39, 40)] == ["0 collisions", "1 collision"]


def test_the_map_shows_the_robot_where_it_is(yard, drive):
    episode, trajectory = drive
    first, last = (
        np.asarray(DriveMap(trajectory, episode, yard.scene).at(tick)) for tick in (0, len(trajectory.poses) - 1)
    )
    blue = [np.argwhere((picture[..., 2] > 150) & (picture[..., 0] < 40))[:, 1] for picture in (first, last)]
    assert blue[0].max() < 40  # near the left edge: the drive goes from west to east
    assert blue[1].max() > 90 and blue[1].min() < 40  # the way driven stays behind it
