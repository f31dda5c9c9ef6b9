import json

import numpy as np
import pytest

from navbench_gs.agents.loading import load_agent
from navbench_gs.drives.layout import read_clip
from navbench_gs.evaluation import record
from navbench_gs.evaluation.record import (
    Disturbances,
    DrivePlan,
    DriveReport,
    Footage,
    askew,
    measured_ranges,
    record_drive,
    record_drives,
    solid_clearance,
    solid_field,
    training_scenes,
)

PICTURE = np.zeros((2, 2, 3), dtype=np.uint8)


def footage(frames, ended):
    return Footage([PICTURE] * frames, [np.zeros(3)] * frames, [False] * frames, ended)


def test_successive_drives_of_a_task_take_successive_episodes_and_half_are_the_hardest():
    plans = [DrivePlan("plaza_1000", number, 0) for number in range(12)]
    hardest = [plan.index for plan in plans if plan.task == "obstacle_ped"]
    assert hardest == [0, 1, 2, 3, 4, 5]
    assert [plan.index for plan in plans if plan.task == "ped"] == [0, 1]
    assert len({plan.name for plan in plans}) == 12


def test_the_second_before_a_touch_is_no_label():
    assert footage(12, "touch").marks.tolist() == [False] * 8 + [True] * 4
    assert not footage(12, "success").marks.any()


@pytest.mark.parametrize(
    ("frames", "ended", "usable"),
    [(30, "success", True), (30, "touch", True), (30, "time-limit", False), (11, "success", False)],
)
def test_drives_that_never_arrive_or_hardly_begin_are_not_kept(frames, ended, usable):
    assert footage(frames, ended).usable is usable


def test_training_scenes_are_other_seeds_of_the_dev_places():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(record, "scene_ids", lambda suite: ("alley_50", "plaza_50", "plaza_51"))
        assert training_scenes(3) == ("alley_1000", "plaza_1000", "alley_1001")


def test_an_askew_start_keeps_clear_of_everything_solid(yard):
    episode = yard.episode("obstacle")
    clearance = solid_clearance(yard.scene, episode)
    for seed in range(20):
        start = askew(episode, clearance, np.random.Generator(np.random.PCG64(seed))).start
        assert clearance.at(np.array(start[:2])) >= 0.45 and start != episode.start


def test_ranges_are_the_distances_to_the_nearest_wall_in_each_column(yard):
    # the long wall's face lies at x = -0.1 for |y| <= 4; from (-3, 0) facing it, the middle columns see it 2.9 m ahead
    ranges = measured_ranges(solid_field(yard.scene, yard.episode()), np.array([[-3.0, 0.0, 0.0], [-3.0, 0.0, np.pi]]))
    assert ranges.shape == (2, 12)
    assert np.allclose(ranges[0, 5:7], 2.9, atol=0.15)
    # nearest ray of the outermost left column: across = 1 - 9 / 60, so 2.9 * sqrt(1 + 0.85^2) = 3.806
    assert ranges[0, 0] == pytest.approx(3.806, abs=0.2)
    assert (ranges[1] > 6.0).all()  # facing away, the border of the yard is 7 m off


def test_a_burst_ends_before_a_wall_and_beside_a_pedestrian(yard):
    disturbances = Disturbances(np.random.Generator(np.random.PCG64(0)), solid_clearance(yard.scene, yard.episode()))
    while not disturbances.begins_frame():
        pass
    in_the_open, at_the_wall = np.array([-6.0, -6.0, 0.0]), np.array([-0.9, 0.0, 0.0])
    nobody, somebody = np.zeros((0, 3)), np.array([[-6.0, -5.0, 0.0]])
    assert disturbances.command(in_the_open, nobody) is not None
    assert disturbances.command(in_the_open, somebody) is None
    assert disturbances.command(at_the_wall, nobody) is None


def test_a_recorded_drive_reads_back_and_ends_near_its_goal(yard, tmp_path, monkeypatch):
    monkeypatch.setattr(record, "load_scene", lambda name: yard.scene)
    monkeypatch.setattr(record, "sample_episode", lambda scene, terrain, task, index: yard.episode(task))
    report = record_drive(DrivePlan("yard_1000", 5, 0), load_agent("oracle"), tmp_path)
    clip = read_clip(tmp_path / "yard_1000-empty-5")
    assert report.ended == "success" and report.frames == len(clip.frames) == len(clip.yaws)
    assert clip.goal.tolist() == [6.0, -6.0]
    assert np.hypot(*(clip.positions[-1] - clip.goal)) < 1.4
    steps = np.hypot(*np.diff(clip.positions, axis=0).T)
    assert steps.max() < 1.2 * 0.25 + 0.02 and clip.disturbed.sum() == report.disturbed


def test_recording_goes_on_where_it_stopped_and_splits_by_scene(tmp_path, monkeypatch):
    asked = []

    def drives(out, plans, workers):
        for plan in plans:
            asked.append(plan.name)
            (out / plan.name).mkdir()
            (out / plan.name / "traj_data.pkl").touch()
            with (out / record.REPORT_FILE).open("a") as file:
                file.write(json.dumps({"name": plan.name, "frames": 10, "disturbed": 0, "ended": "success"}) + "\n")
            yield DriveReport(plan.name, 10, 0, "success")

    monkeypatch.setattr(record, "_drives", drives)
    monkeypatch.setattr(record, "scene_ids", lambda suite: ("plaza_50",))

    def go(frames):
        return record_drives(tmp_path, frames=frames, scenes=2, workers=1, seed=0, report=lambda drive, total: None)

    a_round = 2 * record.DRIVES_A_ROUND
    assert go(60) == 10 * a_round and len(asked) == a_round
    assert go(10 * a_round + 1) == 20 * a_round and len(asked) == len(set(asked)) == 2 * a_round
    assert (tmp_path / "splits" / "test" / "traj_names.txt").read_text().count("\n") == a_round
