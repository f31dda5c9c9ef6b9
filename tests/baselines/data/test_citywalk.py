import av
import numpy as np
import pytest

from baselines.data.citywalk_batch import GoalRange, Seen, city_sample
from baselines.data.citywalk_clips import read_city_clip, read_city_clips
from baselines.data.video import frames_at
from navbench_gs.errors import DamagedFileError


def write_video(path, frames, width=64, height=48):
    path.parent.mkdir(parents=True, exist_ok=True)
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mpeg4", rate=30)
        stream.width, stream.height = width, height
        for number in range(frames):
            picture = np.full((height, width, 3), number // 30 * 20 % 255, dtype=np.uint8)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        container.mux(stream.encode())


def write_poses(path, rows):
    path.parent.mkdir(parents=True, exist_ok=True)
    np.savetxt(path, rows)


def walk(count, *, bad=None):
    """Rows at 5 Hz of a walk along z (ahead), 0.4 of the odometry's units a second, the camera level."""
    rows = np.zeros((count, 8))
    rows[:, 0], rows[:, 3], rows[:, 7] = np.arange(count) / 5, 0.08 * np.arange(count), 1.0
    if bad is not None:
        rows[bad, 2] = np.nan
    return rows


def clip(tmp_path, rows):
    write_poses(tmp_path / "c.txt", rows)
    return read_city_clip(tmp_path / "c.mp4", tmp_path / "c.txt")


def test_every_fifth_row_in_mean_steps(tmp_path):
    found = clip(tmp_path, walk(51))
    assert len(found.positions) == 11 and found.step == pytest.approx(0.4)
    assert found.local(3, np.array([2, 4, 5])) == pytest.approx(np.array([[0, -1], [0, 1], [0, 2]]), abs=1e-9)


def test_a_camera_turned_left_sees_the_old_way_ahead_to_its_right(tmp_path):
    rows = walk(21)
    rows[:, 5], rows[:, 7] = np.sin(-np.pi / 4), np.cos(-np.pi / 4)  # yaw about y (down) by -90 degrees: to the left
    assert clip(tmp_path, rows).local(0, np.array([1]))[0] == pytest.approx([1.0, 0.0], abs=1e-9)


def test_rows_from_the_first_bad_one_on_are_left_out(tmp_path):
    assert len(clip(tmp_path, walk(51, bad=27)).positions) == 6  # rows 0, 5, ..., 25


def test_what_is_no_clip_is_one_line(tmp_path):
    for rows, told in ((walk(51, bad=0), "no second of good rows"), (np.zeros((9, 3)), "rows have 3 numbers")):
        with pytest.raises(DamagedFileError, match=told):
            clip(tmp_path, rows)
    with pytest.raises(DamagedFileError, match="cannot read poses"):
        read_city_clip(tmp_path / "c.mp4", tmp_path / "none.txt")
    with pytest.raises(DamagedFileError, match="holds 0 clips"):
        read_city_clips(tmp_path, "train")


def test_frames_are_those_at_the_times(tmp_path):
    write_video(tmp_path / "v.mp4", 121)
    levels = [int(frame.mean()) for frame in frames_at(tmp_path / "v.mp4", [0.0, 1.0, 3.0, 9.0])]
    assert levels == pytest.approx([0, 20, 60, 80], abs=4)
    assert int(next(iter(frames_at(tmp_path / "v.mp4", [3.5]))).mean()) == pytest.approx(60, abs=4)
    (tmp_path / "bad.mp4").write_bytes(b"no video at all")
    with pytest.raises(DamagedFileError, match="cannot read video"):
        list(frames_at(tmp_path / "bad.mp4", [0.0]))


def test_a_sample_is_history_goal_and_the_next_seconds(tmp_path):
    seen = Seen(clip(tmp_path, walk(101)), np.arange(21, dtype=np.float16)[:, None])
    rng = np.random.Generator(np.random.PCG64(0))
    far = city_sample(seen, 6, 3, 5, GoalRange(5, 10, arrived_share=0.0, noise=0.0), rng)
    assert far.features[0, :, 0].tolist() == [4, 5, 6] and far.future[0, :, 0].tolist() == [7, 8, 9]
    assert far.foretold.tolist() == [1.0]
    assert far.points[0, :3, 1].tolist() == pytest.approx([-2, -1, 0], abs=1e-6)
    assert 5 <= float(far.points[0, 3, 1]) <= 10 and float(far.arrived[0]) == 0.0
    assert far.waypoints[0, :, 1].tolist() == pytest.approx([1, 2, 3, 4, 5], abs=1e-6)
    near = city_sample(seen, 6, 3, 5, GoalRange(5, 10, arrived=(1, 5), arrived_share=1.0), rng)
    assert float(near.points[0, 3, 1]) <= 5.01 and float(near.arrived[0]) == 1.0
    blurred = near.points[0, :3].numpy() - far.points[0, :3].numpy()
    assert (blurred[:2] != 0).all() and (blurred[2] == 0).all()  # where the robot is now it knows


def test_goals_lie_where_the_published_code_draws_them(tmp_path):
    """Of the rows that follow, numbers 5 to 10 count as arrived at, 10 to 49 do not; row 0 is 1 s ahead."""
    seen = Seen(clip(tmp_path, walk(601)), np.zeros((121, 1), dtype=np.float16))
    rng = np.random.Generator(np.random.PCG64(0))
    drawn = [city_sample(seen, 20, 5, 5, GoalRange(), rng) for _ in range(600)]
    goals = np.array([[float(one.points[0, -1, 1]), float(one.arrived[0])] for one in drawn])
    arrived, not_arrived = goals[goals[:, 1] == 1, 0], goals[goals[:, 1] == 0, 0]
    assert (arrived.min(), arrived.max()) == pytest.approx((6, 11), abs=1e-4)
    assert (not_arrived.min(), not_arrived.max()) == pytest.approx((11, 50), abs=1e-4)
    assert len(arrived) / len(goals) == pytest.approx(0.3, abs=0.06)
    assert seen.moments(5, 5, GoalRange()).tolist() == list(range(4, 110))  # 121 rows: 106 starts
