"""``navbench score`` and ``navbench merge`` on drawn drives through the yard."""

import numpy as np
import pytest
from click.testing import CliRunner

from navbench_gs.cli.main import main
from navbench_gs.domain.rules import RULES_V0
from navbench_gs.domain.run import RunConfig
from navbench_gs.domain.trajectory import Trajectory
from navbench_gs.metrics.score import score
from navbench_gs.store import RunFolder


def drawn_drive(episode) -> Trajectory:
    """Straight to the goal in 10 s, past pedestrians that stand where they start; the wall is brushed in tick 50."""
    share = np.linspace(0.0, 1.0, 201)[:, None]
    positions = (1 - share) * episode.start[:2] + share * episode.goal
    people = np.array([pedestrian.start for pedestrian in episode.pedestrians]).reshape(1, -1, 3)
    return Trajectory(
        scene=episode.scene,
        task=episode.task,
        index=episode.index,
        episode=episode.digest(),
        rules=RULES_V0.digest(),
        tick_s=0.05,
        poses=np.concatenate([positions, np.zeros((201, 1))], axis=1),
        velocities=np.tile([1.2, 0.0], (201, 1)),
        commands=np.tile([1.2, 0.0], (200, 1)),
        remaining_m=np.hypot(*(positions - episode.goal).T),
        on_walkable=np.ones(201, dtype=bool),
        pedestrians=np.repeat(people, 201, axis=0),
        contact_tick=np.array([50], dtype=np.int32),
        contact_kind=np.array([0], dtype=np.int32),
        contact_actor=np.array([0], dtype=np.int32),
        contact_approach_mps=np.array([0.5]),
        decision_ticks=np.arange(0, 200, 4, dtype=np.int32),
        ended="success",
    )


@pytest.fixture
def drive(yard, row):
    """Fills a folder with the drawn drives it owes."""

    def fill(folder: RunFolder) -> RunFolder:
        for _, task, index in folder.missing():
            episode = yard.episode(task) if index == 0 else second_episode(yard, task)
            trajectory = drawn_drive(episode)
            folder.save_trajectory(trajectory)
            scored = score(trajectory, episode, RULES_V0).model_dump()
            folder.append(row(episode.key, **scored, episode=episode.digest()))
        folder.close_run()
        return folder

    return fill


def second_episode(yard, task):
    return yard.episode(task, index=1, start=(-6.0, -5.5, 0.2), goal=(6.0, -5.5))


@pytest.fixture
def planned(yard, manifest):
    """Manifest of the yard's eight episodes."""
    tasks = ("empty", "obstacle", "ped", "obstacle_ped")
    episodes = [episode for task in tasks for episode in (yard.episode(task), second_episode(yard, task))]
    return manifest(
        config=RunConfig(agent="walker", tasks=tasks, suite=str(yard.scene.folder.parent), episodes=2),
        planned=tuple((*episode.key, episode.digest()) for episode in episodes),
    )


@pytest.fixture
def run(planned, drive, tmp_path):
    return drive(RunFolder.create_or_resume(tmp_path / "run", planned))


def navbench(*arguments):
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


def test_recordings_score_as_their_rows_say(run):
    result = navbench("score", run.path)
    assert result.exit_code == 0, result.output
    assert "8 recordings scored, 0 differ from their row, 0 rows are missing" in result.output


def test_an_edited_row_is_told_field_by_field(run):
    path = run.path / "results.jsonl"
    path.write_text(path.read_text().replace('"collision_times": 1,', '"collision_times": 0,', 1))
    result = navbench("score", run.path)
    assert result.exit_code == 1
    assert "yard_00 empty 0: collision_times 0 -> 1\n" in result.output
    assert "1 differ from their row" in result.output


def test_a_truncated_recording_is_one_clear_line(run):
    path = run.recording_path(("yard_00", "ped", 0))
    path.write_bytes(path.read_bytes()[:100])
    result = navbench("score", run.path)
    assert result.exit_code == 2
    assert "yard_00-ped-0.npz is not a recording" in result.output


def test_a_run_of_changed_episodes_is_refused(planned, drive, tmp_path):
    changed = planned.model_copy(update={"planned": ((*planned.planned[0][:3], "edited"), *planned.planned[1:])})
    run = RunFolder.create_or_resume(tmp_path / "run", changed)
    result = navbench("score", run.path)
    assert result.exit_code == 2
    assert "yard_00-empty-0 is not the episode" in result.output


def test_merging_two_shards_prints_the_table_of_the_whole_run(planned, drive, run, tmp_path):
    shards = [
        drive(RunFolder.create_or_resume(tmp_path / f"part{i}", planned.model_copy(update={"shard": (i, 2)}))).path
        for i in range(2)
    ]
    result = navbench("merge", *shards, "--out", tmp_path / "whole")
    assert result.exit_code == 0, result.output
    assert "obstacle_ped" in result.output
    assert (tmp_path / "whole" / "results.jsonl").read_bytes() == (run.path / "results.jsonl").read_bytes()
    assert (tmp_path / "whole" / "summary.csv").exists()


def test_merging_half_of_the_shards_is_one_clear_line(planned, drive, tmp_path):
    shard = drive(RunFolder.create_or_resume(tmp_path / "part", planned.model_copy(update={"shard": (0, 2)}))).path
    result = navbench("merge", shard, "--out", tmp_path / "whole")
    assert result.exit_code == 2
    assert "of 8 planned episodes have no row" in result.output
    assert not (tmp_path / "whole").exists()
