"""A made folder of teleoperated drives, read back; its split, samples worked out by hand, damage."""

import math

import numpy as np
import pytest
import torch
from PIL import Image

from baselines.citywalker.loss import CityWalkerLabels, feature_error
from baselines.citywalker.model import CityWalkerPrediction
from baselines.citywalker.teleop_errors import TeleopErrors
from baselines.data.city_layout import layout_of
from baselines.data.citywalk_batch import GoalRange, Seen, city_sample
from baselines.data.teleop_drives import EARTH_RADIUS_M, read_teleop_drive, read_teleop_drives, teleop_split
from navbench_gs.errors import DamagedFileError

QUARTER = math.pi / 2
LATITUDE, LONGITUDE = 40.7, -73.99


def sample_lines(number, *, place, yaw=0.0, north_m=0.0, flags="0,0,0,0,0,1"):
    """Three lines: the lidar's pose, a GPS fix so far north, flags."""
    degrees = LATITUDE + math.degrees(north_m / EARTH_RADIUS_M)
    return [
        f"1700000000.{number},{degrees!r},{LONGITUDE},2.5,11.0",
        f"1700000000.{number},{place[0]},{place[1]},0.3,0,0,{yaw},{number}",
        flags,
    ]


def straight(count, step_m=0.5):
    """A drive along the odometry's -x, which is ahead of a lidar that looks backwards, and north by GPS."""
    return [
        line
        for number in range(count)
        for line in sample_lines(number, place=(-step_m * number, 0.0), north_m=step_m * number)
    ]


def write_drive(folder, name, lines, *, pictures=None, size=(64, 48)):
    (folder / "pose_label").mkdir(parents=True, exist_ok=True)
    (folder / "obs" / f"traj_{name}").mkdir(parents=True, exist_ok=True)
    (folder / "pose_label" / f"pose_traj_{name}.txt").write_text("\n".join(lines) + "\n")
    for number in range(len(lines) // 3 if pictures is None else pictures):
        colour = (40 + 5 * number % 200, 90, 20 * int(name) % 250)
        Image.new("RGB", size, colour).save(folder / "obs" / f"traj_{name}" / f"forward_{number:04d}.jpg")


def read(folder, name="01"):
    return read_teleop_drive(folder / "pose_label" / f"pose_traj_{name}.txt", folder / "obs" / f"traj_{name}")


def test_a_drive_is_read_back(tmp_path):
    lines = straight(4)
    lines[5] = "1,0,0,1,0,0"
    write_drive(tmp_path, "01", lines)
    drive = read(tmp_path)
    assert drive.name == "traj_01" and drive.step == pytest.approx(0.5)
    assert [path.name for path in drive.pictures] == [f"forward_{number:04d}.jpg" for number in range(4)]
    assert drive.positions[:, :2] == pytest.approx(np.array([[0, 0], [-0.5, 0], [-1, 0], [-1.5, 0]]))
    assert drive.gps == pytest.approx(np.array([[0, 0], [0, 0.5], [0, 1], [0, 1.5]]), abs=1e-6)
    assert drive.flags.astype(int).tolist() == [[0] * 5 + [1], [1, 0, 0, 1, 0, 0], [0] * 5 + [1], [0] * 5 + [1]]


def test_a_step_east_by_gps_is_as_long_as_the_parallel_there(tmp_path):
    lines = straight(2)
    lines[3] = f"t,{LATITUDE},{LONGITUDE + math.degrees(1 / EARTH_RADIUS_M)!r},2,11"
    write_drive(tmp_path, "01", lines)
    assert read(tmp_path).gps[1] == pytest.approx([math.cos(math.radians(LATITUDE)), 0.0], abs=1e-6)


def test_places_are_right_and_ahead_of_a_robot_whose_lidar_looks_back(tmp_path):
    write_drive(tmp_path, "01", straight(4))
    assert read(tmp_path).local(1, np.array([0, 2, 3])) == pytest.approx(np.array([[0, -1], [0, 1], [0, 2]]), abs=1e-9)


def test_a_robot_that_turned_left_sees_the_old_way_ahead_to_its_right(tmp_path):
    """At the second sample it has turned left by 90 degrees (about z, which is up), then goes on along -x by 2 m."""
    lines = [
        *sample_lines(0, place=(0, 0)),
        *sample_lines(1, place=(-2, 0), yaw=QUARTER),
        *sample_lines(2, place=(-4, 0), yaw=QUARTER),
        *sample_lines(3, place=(-4, -2), yaw=QUARTER),
    ]
    write_drive(tmp_path, "01", lines)
    # Ahead is now -y of the odometry: the third sample lies 2 m (one mean step) to the right, the fourth one ahead too.
    assert read(tmp_path).local(1, np.array([2, 3])) == pytest.approx(np.array([[1, 0], [1, 1]]), abs=1e-9)


def test_past_places_are_the_gps_turned_so_that_the_last_step_leads_ahead(tmp_path):
    """GPS: 1 m north, then 1 m east; from the end, the last but one lies behind, the first behind and right."""
    east = LONGITUDE + math.degrees(1 / EARTH_RADIUS_M) / math.cos(math.radians(LATITUDE))
    north = LATITUDE + math.degrees(1 / EARTH_RADIUS_M)
    lines = straight(3)
    lines[3], lines[6] = f"t,{north!r},{LONGITUDE},2,11", f"t,{north!r},{east!r},2,11"
    write_drive(tmp_path, "01", lines)
    # Heading east, south is to the right: the start is one metre, two steps of half a metre, behind and to the right.
    assert read(tmp_path).past(2, 3) == pytest.approx(np.array([[2, -2], [0, -2], [0, 0]]), abs=1e-4)
    assert read(tmp_path).past(2, 1).tolist() == [[0, 0]]


def test_a_sample_has_past_by_gps_without_noise_and_no_future_to_foretell(tmp_path):
    write_drive(tmp_path, "01", straight(60))
    seen = Seen(read(tmp_path), np.arange(60, dtype=np.float16)[:, None])
    rng = np.random.Generator(np.random.PCG64(0))
    one = city_sample(seen, 4, 5, 5, GoalRange(arrived_share=0.0), rng)
    assert one.features[0, :, 0].tolist() == [0, 1, 2, 3, 4]
    assert one.points[0, :5, 1].tolist() == pytest.approx([-4, -3, -2, -1, 0], abs=1e-4)
    assert one.waypoints[0].numpy() == pytest.approx(np.array([[0, i] for i in range(1, 6)]), abs=1e-5)
    assert 11 <= float(one.points[0, 5, 1]) <= 50 and one.arrived.tolist() == [0.0]
    assert one.foretold.tolist() == [0.0] and not one.future.any()
    near = city_sample(seen, 4, 5, 5, GoalRange(arrived_share=1.0), rng)
    assert 6 <= round(float(near.points[0, 5, 1]), 3) <= 11 and near.arrived.tolist() == [1.0]


def test_features_are_taught_only_where_they_are_known():
    labels = CityWalkerLabels(
        torch.zeros(2, 5, 2), torch.zeros(2), torch.zeros(2, 3, 4), foretold=torch.tensor([1.0, 0.0])
    )
    predicted = torch.stack([torch.full((3, 4), 2.0), torch.full((3, 4), 9.0)])
    assert float(feature_error(predicted, labels)) == pytest.approx(4.0)
    none = CityWalkerLabels(labels.waypoints, labels.arrived, labels.features, torch.zeros(2))
    assert float(feature_error(predicted, none)) == 0.0


def test_the_published_split_and_that_of_other_numbers():
    files = [f"pose_traj_{number:02d}.txt" for number in range(1, 19)]
    split = teleop_split(files)
    assert (split["train"], split["val"], split["test"]) == (files[:8], files[8:9], files[9:])
    sizes = {n: tuple(len(part) for part in teleop_split(files[:n]).values()) for n in (2, 3, 4, 9)}
    assert sizes == {2: (1, 1, 0), 3: (1, 1, 1), 4: (1, 1, 2), 9: (4, 1, 4)}
    assert [len(part) for part in teleop_split(files * 2).values()] == [16, 2, 18]
    with pytest.raises(DamagedFileError, match="two or more"):
        teleop_split(files[:1])


def test_parts_of_a_folder_and_pictures_beside_the_poses(tmp_path):
    for name in ("03", "01", "02"):
        write_drive(tmp_path / "data", name, straight(3))
    names = {part: [drive.name for drive in read_teleop_drives(tmp_path / "data", part)] for part in ("train", "val")}
    assert names == {"train": ["traj_01"], "val": ["traj_02"]}
    (tmp_path / "flat").mkdir()
    for path in [*(tmp_path / "data" / "pose_label").iterdir(), *(tmp_path / "data" / "obs").iterdir()]:
        path.rename(tmp_path / "flat" / path.name)
    assert [drive.name for drive in read_teleop_drives(tmp_path / "flat", "test")] == ["traj_03"]
    with pytest.raises(DamagedFileError, match="two or more"):
        read_teleop_drives(tmp_path / "data", "train")


def test_layouts_are_told_apart(tmp_path):
    write_drive(tmp_path / "teleop", "01", straight(2))
    (tmp_path / "clips" / "videos").mkdir(parents=True)
    assert (layout_of(tmp_path / "teleop"), layout_of(tmp_path / "clips")) == ("teleop", "clips")
    with pytest.raises(DamagedFileError, match="neither clips"):
        layout_of(tmp_path)
    (tmp_path / "teleop" / "videos").mkdir()
    with pytest.raises(DamagedFileError, match="folder of its own"):
        layout_of(tmp_path / "teleop")


DAMAGE = {
    "a line is missing": (lambda lines: lines[:-1], "has 8 lines, not three"),
    "one sample": (lambda lines: lines[:3], "1 samples, fewer than two"),
    "nothing": (lambda lines: [], "0 samples, fewer than two"),
    "short GPS": (lambda lines: ["1,2,3", *lines[1:]], "line 1: 3 columns, but GPS has 5"),
    "short pose": (lambda lines: [*lines[:4], "t,1,2,3,0,0,0", *lines[5:]], "line 5: 7 columns, but a pose has 8"),
    "short flags": (lambda lines: [*lines[:2], "0,1", *lines[3:]], "line 3: '0,1' is not 6 flags"),
    "odd flags": (lambda lines: [*lines[:2], "0,1,2,0,0,0", *lines[3:]], "line 3: '0,1,2,0,0,0' is not 6 flags"),
    "GPS not finite": (lambda lines: ["t,nan,1,2,3", *lines[1:]], "line 1: GPS holds a number that is not finite"),
    "pose not finite": (lambda lines: [lines[0], "t,0,nan,0,0,0,0,0", *lines[2:]], "line 2: a pose holds a number"),
    "text": (lambda lines: [lines[0], "t,0,far,0,0,0,0,0", *lines[2:]], "line 2: could not convert string to float"),
    "half a picture": (lambda lines: [lines[0], "t,0,0,0,0,0,0,1.5", *lines[2:]], "line 2: 1.5 is no number of a pic"),
    "vast picture": (
        lambda lines: [lines[0], "t,0,0,0,0,0,0,1e300", *lines[2:]],
        "line 2: 1e.300 is no number",
    ),
    "no such picture": (lambda lines: [lines[0], "t,0,0,0,0,0,0,77", *lines[2:]], "line 2 names .*forward_0077.jpg"),
    "swapped lines": (lambda lines: [lines[1], lines[0], *lines[2:]], "line 2: 5 columns, but a pose has 8"),
}


@pytest.mark.parametrize("damage", sorted(DAMAGE))
def test_damage_is_one_clear_line(damage, tmp_path):
    change, told = DAMAGE[damage]
    write_drive(tmp_path, "01", change(straight(3)), pictures=3)
    with pytest.raises(DamagedFileError, match=told) as raised:
        read(tmp_path)
    assert "pose_traj_01.txt" in str(raised.value) and "\n" not in str(raised.value)


def test_absent_or_binary_poses_are_one_clear_line(tmp_path):
    write_drive(tmp_path, "01", straight(3))
    (tmp_path / "pose_label" / "pose_traj_01.txt").write_bytes(b"\xff\xfe\x00")
    for name in ("01", "02"):
        with pytest.raises(DamagedFileError, match="cannot read poses"):
            read(tmp_path, name)


def test_errors_are_told_by_category_in_metres_and_degrees():
    """Two moments in steps of 2 m: one answered exactly, one by a path to the right of the true one ahead."""
    ahead = torch.tensor([[[0.0, 1.0], [0.0, 2.0]]]).expand(2, 2, 2)
    aside = torch.stack([ahead[0], ahead[0].flip(-1)])
    answer = CityWalkerPrediction(aside, torch.tensor([[3.0], [3.0]]), torch.zeros(2, 5, 4))
    batch = type("Batch", (), {"waypoints": ahead, "arrived": torch.tensor([1.0, 0.0])})()
    flags = np.zeros((2, 6), dtype=bool)
    flags[1, 2] = flags[0, 5] = True
    errors = TeleopErrors()
    errors.add(answer, batch, 2.0, flags)
    found = errors.means()
    assert found["test_turn_error_m"] == pytest.approx(2 * (math.sqrt(2) + math.sqrt(8)) / 2)
    assert (found["test_turn_angle_deg"], found["test_other_angle_deg"]) == pytest.approx((90.0, 0.0), abs=0.05)
    assert (found["test_all_moments"], found["test_turn_moments"], found["test_other_error_m"]) == (2, 1, 0)
    assert found["test_arrival_accuracy"] == 0.5 and "test_crowd_error_m" not in found
    still = TeleopErrors()
    still.add(answer, batch, 0.1, flags)  # ways of 0.2 m have no direction worth comparing
    assert "test_all_angle_deg" not in still.means() and TeleopErrors().means() == {}
