import pickle

import numpy as np
import pytest

from navbench_gs.drives.layout import TRAJECTORY_FILE, read_clip, trajectory_names, write_clip
from navbench_gs.errors import DamagedFileError


def written(folder, count=3):
    pictures = np.stack([np.full((12, 16, 3), 40 * index, dtype=np.uint8) for index in range(count)])
    poses = np.array([[0.25 * index, -0.5 * index, 0.1 * index] for index in range(count)])
    write_clip(
        folder,
        pictures,
        poses,
        np.array([False, True] + [False] * (count - 2)),
        np.array([4.0, 5.0]),
        np.full((count, 2), 1.5),
        people=np.full((count, 3, 2), 2.5),
    )
    return folder


def test_what_is_written_is_read_back(tmp_path):
    clip = read_clip(written(tmp_path / "yard_1000-ped-0"))
    assert clip.name == "yard_1000-ped-0" and clip.period_s == 0.25
    assert clip.positions.tolist() == [[0.0, 0.0], [0.25, -0.5], [0.5, -1.0]]
    assert np.allclose(clip.yaws, [0.0, 0.1, 0.2])
    assert clip.disturbed.tolist() == [False, True, False] and clip.goal.tolist() == [4.0, 5.0]
    assert clip.ranges.tolist() == [[1.5, 1.5]] * 3
    assert clip.people.shape == (3, 3, 2) and (clip.people == 2.5).all()
    assert trajectory_names(tmp_path) == ("yard_1000-ped-0",)


def test_a_published_drive_has_no_disturbed_and_no_goal_and_may_have_one_picture_more(tmp_path):
    folder = written(tmp_path / "drive")
    arrays = {"position": [[0.0, 0.0], [0.1, 0.0]], "yaw": [0.0, 0.0]}
    (folder / TRAJECTORY_FILE).write_bytes(pickle.dumps(arrays))
    clip = read_clip(folder)
    assert len(clip.frames) == 2 and clip.goal is None and not clip.disturbed.any()


def test_a_missing_picture_is_named(tmp_path):
    folder = written(tmp_path / "drive")
    (folder / "1.jpg").unlink()
    with pytest.raises(DamagedFileError, match=r"1\.jpg is absent"):
        read_clip(folder)


def test_a_pose_that_is_not_finite_is_refused(tmp_path):
    folder = written(tmp_path / "drive")
    arrays = {"position": [[0.0, 0.0], [float("nan"), 0.0]], "yaw": [0.0, 0.0]}
    (folder / TRAJECTORY_FILE).write_bytes(pickle.dumps(arrays))
    with pytest.raises(DamagedFileError, match="not finite"):
        read_clip(folder)


def test_a_folder_without_drives_is_refused(tmp_path):
    with pytest.raises(DamagedFileError, match="not a folder of drives"):
        trajectory_names(tmp_path)


def test_what_is_told_of_other_moments_than_there_are_is_refused(tmp_path):
    folder = written(tmp_path / "drive")
    arrays = {"position": np.zeros((3, 2)), "yaw": np.zeros(3), "people": np.zeros((2, 5, 12))}
    (folder / TRAJECTORY_FILE).write_bytes(pickle.dumps(arrays))
    with pytest.raises(DamagedFileError, match="people"):
        read_clip(folder)
