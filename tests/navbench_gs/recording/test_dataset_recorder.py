import json

import numpy as np
import pytest

from navbench_gs.agents.oracle.agent import OracleAgent
from navbench_gs.agents.random import RandomAgent
from navbench_gs.domain.action import Waypoints
from navbench_gs.domain.agent import ActionSpec, AgentCard, CameraNeed, Needs
from navbench_gs.domain.state import WorldState
from navbench_gs.drives.layout import read_clip
from navbench_gs.errors import AgentCardError
from navbench_gs.recording import dataset_recorder as record
from navbench_gs.recording.dataset_recorder import (
    DrivePlan,
    DriveReport,
    Recording,
    disturbed_frames,
    record_drive,
    record_drives,
    usable,
)
from navbench_gs.recording.drive_recorder import Footage, PupilDrives, TeacherDrives

STATE = WorldState(0.0, np.zeros(3), np.zeros(2), np.zeros((0, 3)), np.zeros((0, 2)))


def footage(frames, ended):
    return Footage(states=[STATE] * frames, thrown=[False] * frames, ended=ended)


class TurnsAside:
    """A waypoint agent that always bends to the left."""

    card = AgentCard(
        name="turns-aside",
        revision="1",
        description="always bends to the left",
        needs=Needs(camera=CameraNeed()),
        action=ActionSpec(kind="waypoints", horizon=10, period_s=0.25),
        decision_period_s=0.25,
    )

    def reset(self, observation, *, seed, privileged=None):
        assert observation.rgb is not None

    def act(self, observation, *, privileged=None):
        assert observation.rgb.shape == (120, 160, 3) and privileged is None
        return Waypoints(np.stack([0.05 * np.arange(1, 11), 0.15 * np.arange(1, 11)], axis=1), 0.25)


def test_successive_drives_of_a_task_take_successive_episodes_and_half_are_the_hardest():
    plans = [DrivePlan("plaza_1000", number, 0) for number in range(12)]
    hardest = [plan.index for plan in plans if plan.task == "obstacle_ped"]
    assert hardest == [0, 1, 2, 3, 4, 5]
    assert [plan.index for plan in plans if plan.task == "ped"] == [0, 1]
    assert len({plan.name for plan in plans}) == 12


def test_the_second_before_a_touch_is_no_label():
    assert disturbed_frames(footage(12, "touch"), own=True).tolist() == [False] * 8 + [True] * 4
    assert not disturbed_frames(footage(12, "success"), own=True).any()


def test_where_an_agent_drove_is_never_a_label():
    assert disturbed_frames(footage(12, "success"), own=False).all()


@pytest.mark.parametrize(
    ("frames", "ended", "kept"),
    [(30, "success", True), (30, "touch", True), (30, "time-limit", False), (11, "success", False)],
)
def test_own_drives_that_never_arrive_or_hardly_begin_are_not_kept(frames, ended, kept):
    assert usable(footage(frames, ended), own=True) is kept


def test_tasks_take_turns_and_count_their_own_episodes():
    plans = Recording(("plaza_1000",), tasks=("ped", "empty")).plans(range(4))
    assert [(plan.task, plan.index) for plan in plans] == [("ped", 0), ("empty", 0), ("ped", 1), ("empty", 1)]


@pytest.fixture
def in_the_yard(yard, monkeypatch):
    monkeypatch.setattr(record, "load_scene", lambda name: yard.scene)
    monkeypatch.setattr(record, "sample_episode", lambda scene, terrain, task, index: yard.episode(task))


def test_a_recorded_drive_reads_back_and_ends_near_its_goal(in_the_yard, tmp_path):
    report = record_drive(DrivePlan("yard_1000", 5, 0), TeacherDrives(), OracleAgent(), tmp_path)
    clip = read_clip(tmp_path / "yard_1000-empty-5")
    assert report.ended == "success" and report.frames == len(clip.frames) == len(clip.yaws)
    assert clip.goal.tolist() == [6.0, -6.0]
    assert np.hypot(*(clip.positions[-1] - clip.goal)) < 1.4
    steps = np.hypot(*np.diff(clip.positions, axis=0).T)
    assert steps.max() < 1.2 * 0.25 + 0.02 and clip.disturbed.sum() == report.disturbed
    forward = np.stack([np.cos(clip.yaws), np.sin(clip.yaws)], axis=1)
    undisturbed = ~clip.disturbed[1:]
    ahead = np.sum(np.diff(clip.positions, axis=0) * forward[:-1], axis=1)
    assert np.abs(clip.plans[:-1, 0, 0] - ahead)[undisturbed].max() < 0.08  # the oracle does what it planned


def test_an_agents_drive_is_all_input_and_the_oracles_plans_are_its_labels(in_the_yard, tmp_path):
    report = record_drive(DrivePlan("yard_1000", 5, 0), PupilDrives(TurnsAside()), OracleAgent(), tmp_path)
    clip = read_clip(tmp_path / "yard_1000-empty-5")
    assert report.ended in ("touch", "time-limit") and clip.disturbed.all()
    assert clip.plans.shape == (report.frames, 10, 2) and np.isfinite(clip.plans).all()
    assert np.diff(clip.yaws)[:4].min() > 0.0  # it was the agent that drove


def test_an_agent_without_waypoints_cannot_be_filmed():
    with pytest.raises(AgentCardError, match="waypoints"):
        PupilDrives(RandomAgent())


def test_recording_goes_on_where_it_stopped_and_splits_by_scene(tmp_path, monkeypatch):
    asked = []

    def drives(out, recording, plans, workers):
        for plan in plans:
            asked.append(plan.name)
            (out / plan.name).mkdir()
            (out / plan.name / "traj_data.pkl").touch()
            with (out / record.REPORT_FILE).open("a") as file:
                file.write(json.dumps({"name": plan.name, "frames": 10, "disturbed": 0, "ended": "success"}) + "\n")
            yield DriveReport(plan.name, 10, 0, "success")

    monkeypatch.setattr(record, "_drives", drives)

    def go(frames):
        recording = Recording(("plaza_1000", "plaza_1001"))
        return record_drives(tmp_path, recording, frames=frames, workers=1, report=lambda drive, total: None)

    a_round = 2 * record.DRIVES_A_ROUND
    assert go(60) == 10 * a_round and len(asked) == a_round
    assert go(10 * a_round + 1) == 20 * a_round and len(asked) == len(set(asked)) == 2 * a_round
    assert (tmp_path / "splits" / "test" / "traj_names.txt").read_text().count("\n") == a_round
