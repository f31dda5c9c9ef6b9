import numpy as np
import pytest

from baselines.data.drive_set import DataFolder, learnable_moments, read_drive_set
from baselines.data.folders import data_folders
from baselines.data.mixture import drawn_windows, shares
from baselines.training import named_numbers
from navbench_gs.drives.layout import write_clip
from navbench_gs.drives.splits import read_split
from navbench_gs.errors import DamagedFileError, UnknownNameError


@pytest.fixture(scope="module")
def whole(drives, tmp_path_factory):
    return read(drives, tmp_path_factory.mktemp("prepared"))


def read(folder, prepared, *, part="train", spacing=0.25, weight=1.0):
    data = DataFolder(folder, spacing, weight)
    return read_drive_set(data, part, width_px=32, height_px=24, context=2, horizon=5, prepared=prepared)


def test_moments_have_a_history_behind_and_waypoints_ahead():
    assert learnable_moments([12, 4, 11], context=2, horizon=5, slack=3).tolist() == [2, 3, 18]


def test_labels_are_those_worked_by_hand(tmp_path):
    # two steps of 0.5 m, the second after a turn to the left by 90 degrees; the drive faces west at first
    poses = np.array([[0, 0, np.pi], [-0.5, 0, -np.pi / 2], [-0.5, -0.5, -np.pi / 2]] + [[-0.5, -0.5, 0.0]] * 12)
    for name in ("a", "b"):
        write_clip(
            tmp_path / "made" / name, np.zeros((15, 24, 32, 3), np.uint8), poses, np.zeros(15, bool), poses[-1, :2]
        )
    drives = read_drive_set(
        DataFolder(tmp_path / "made", 0.5), "train", width_px=8, height_px=6, context=0, horizon=2, prepared=tmp_path
    )
    labels = drives.actions(np.array([0]), 2)[0]
    assert labels[:, :2] == pytest.approx(np.array([[1.0, 0.0], [1.0, 1.0]]), abs=1e-9)
    assert labels[:, 2:] == pytest.approx(np.array([[0.0, 1.0], [0.0, 1.0]]), abs=1e-9)
    assert drives.steady(np.array([1]))[0] == pytest.approx([0.0, -1.0], abs=1e-9)  # it came from its left
    assert drives.goal_poses(np.array([0]), np.array([2]))[0] == pytest.approx([1.0, 1.0, 0.0, 1.0], abs=1e-9)


def test_whole_places_are_held_out_and_disturbed_waypoints_are_no_labels(drives, whole):
    split = read_split(drives)
    places = [{name.split("-")[0] for name in split[part]} for part in ("train", "test")]
    assert places[0].isdisjoint(places[1]) and len(whole.frames) == 30 * len(split["train"])
    told = whole.undisturbed(whole.moments, 5)
    frame = whole.moments - whole.first[whole.moments]
    assert np.array_equal(told, ~((frame < 20) & (frame >= 15)))


def test_frames_are_prepared_once_and_again_when_a_picture_changes(drives, tmp_path):
    read(drives, tmp_path)
    first = sorted(tmp_path.glob("frames-*"))
    read(drives, tmp_path)
    assert sorted(tmp_path.glob("frames-*")) == first and len(first) == 1
    read_drive_set(
        DataFolder(drives, 0.25), "train", width_px=16, height_px=12, context=2, horizon=5, prepared=tmp_path
    )
    assert len(list(tmp_path.glob("frames-*"))) == 2


def test_drives_that_are_too_short_are_one_line(drives, tmp_path):
    with pytest.raises(DamagedFileError, match=r"none of \d train drives has 69 frames"):
        read_drive_set(
            DataFolder(drives, 0.25), "train", width_px=8, height_px=8, context=60, horizon=5, prepared=tmp_path
        )


def test_sets_are_drawn_by_moments_and_weight(drives, tmp_path):
    one, three = read(drives, tmp_path), read(drives, tmp_path, weight=3.0)
    assert shares([one, three]) == pytest.approx([0.25, 0.75])
    rng = np.random.Generator(np.random.PCG64(0))
    windows = list(drawn_windows([one, three], 400, 3, rng))
    assert sum(drives is three for drives, _ in windows) == pytest.approx(300, abs=40)
    assert all(len(moments) == 3 for _, moments in windows)


def test_spacings_are_published_by_name_or_given(tmp_path):
    recon, own = tmp_path / "recon", tmp_path / "own"
    found = data_folders([recon, own], {"own": 0.4}, {"recon": 2.0})
    assert [(folder.spacing_m, folder.weight) for folder in found] == [(0.25, 2.0), (0.4, 1.0)]
    with pytest.raises(UnknownNameError, match="did you mean 'recon'"):
        data_folders([recon], {"recn": 0.1}, {})


def test_numbers_are_given_as_name_and_value():
    assert named_numbers(["a=0.5"], "spacing") == {"a": 0.5}
    for wrong in ("a", "a=", "a=-1", "=2", "a=nan"):
        with pytest.raises(UnknownNameError, match="above zero"):
            named_numbers([wrong], "spacing")
