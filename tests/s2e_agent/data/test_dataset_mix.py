from pathlib import Path

import numpy as np
import pytest

from navbench_gs.domain.clip import Clip
from navbench_gs.drives.layout import write_clip
from navbench_gs.errors import DamagedFileError, InvalidRecordError
from s2e_agent.config.pretraining import PRESETS
from s2e_agent.data.dataset_mix import read_mix, scaled, typical_step
from s2e_agent.data.drive_samples import read_samples

SHARED = Path(__file__).parents[4] / "shared" / "data"


def clip(*steps, goal=None):
    xs = np.concatenate([[0.0], np.cumsum(steps)])
    return Clip("c", ("",) * len(xs), np.stack([xs, 0 * xs], axis=1), 0 * xs, xs < 0, 0.25, goal)


def write_published(folder, step_m, count=2):
    """Straight drives without a goal of their own."""
    pictures = np.zeros((14, 24, 32, 3), dtype=np.uint8)
    poses = np.stack([step_m * np.arange(14.0), np.zeros(14), np.zeros(14)], axis=1)
    for index in range(count):
        write_clip(folder / f"drive{index}", pictures, poses, np.zeros(14, dtype=bool), np.full(2, np.nan))
        strip_goal(folder / f"drive{index}")
    return folder


def strip_goal(folder):
    import pickle

    path = folder / "traj_data.pkl"
    arrays = pickle.loads(path.read_bytes())
    del arrays["goal"]
    path.write_bytes(pickle.dumps(arrays))


def test_the_typical_step_is_the_median_of_those_that_move():
    assert typical_step([clip(0.1, 0.3, 0.001), clip(0.2, 0.0)]) == pytest.approx(0.2)
    with pytest.raises(DamagedFileError, match="never move"):
        typical_step([clip(0.0, 0.0)])


def test_scaling_moves_places_goal_and_plans_and_leaves_ranges():
    long = scaled(clip(0.1, 0.3, goal=np.array([2.0, 1.0])), 2.0)
    assert long.positions[:, 0].tolist() == pytest.approx([0.0, 0.2, 0.8]) and long.goal.tolist() == [4.0, 2.0]


def test_published_drives_are_scaled_to_ours_and_ours_keep_their_metres(drives, tmp_path):
    slow = write_published(tmp_path / "slow", 0.05)
    mix = read_mix([slow, drives], normalised=True, period_s=0.25)
    assert mix.step_m == pytest.approx(0.25) and [s.scale for s in mix.data_sets] == [pytest.approx(5.0), 1.0]
    policy = PRESETS["debug"].policy
    samples = read_samples(mix, "train", policy, 10)
    assert samples.paths[0, 0].tolist() == pytest.approx([0.25, 0.0])
    alone = read_mix([slow], normalised=True, period_s=0.25)
    assert alone.data_sets[0].scale == 1.0 and alone.step_m == pytest.approx(0.05)
    off = read_mix([slow, drives], normalised=False, period_s=0.25)
    assert [s.scale for s in off.data_sets] == [1.0, 1.0]


def test_shares_follow_the_weights_or_else_the_sizes(drives, tmp_path):
    slow = write_published(tmp_path / "slow", 0.05)
    policy = PRESETS["debug"].policy

    def shares(*texts):
        return read_samples(read_mix(texts, normalised=True, period_s=0.25), "train", policy, 10).shares

    sized = shares(slow, drives)
    assert sized[0] == pytest.approx(4 / (4 + len(read_one(drives))))  # 14 poses: 4 moments with ten places ahead
    assert shares(f"{slow}:1", f"{drives}:4").tolist() == [0.2, 0.8]


def read_one(folder):
    mix = read_mix([folder], normalised=True, period_s=0.25)
    return read_samples(mix, "train", PRESETS["debug"].policy, 10)


@pytest.mark.parametrize("weight", ["0", "-1", "much", "inf", "nan", ""])
def test_a_weight_that_is_none_is_one_line(drives, weight):
    with pytest.raises(InvalidRecordError, match="is no positive number; write DIR or DIR:WEIGHT"):
        read_mix([f"{drives}:{weight}"], normalised=True, period_s=0.25)


def test_weights_for_some_only_are_refused(drives):
    with pytest.raises(InvalidRecordError, match="for all or for none"):
        read_mix([f"{drives}:2", drives], normalised=True, period_s=0.25)


@pytest.mark.skipif(not SHARED.exists(), reason="the real drives are not beside this checkout")
def test_real_drives_of_two_robots_are_brought_to_one_step():
    mix = read_mix([SHARED / "go_stanford", SHARED / "go2_real"], normalised=True, period_s=0.25)
    samples = read_samples(mix, "test", PRESETS["debug"].policy, 10)
    speeds = [
        np.median(np.linalg.norm(np.diff(samples.paths[a:b], axis=1), axis=-1))
        for a, b in zip(samples.bounds[:-1], samples.bounds[1:], strict=True)
    ]
    assert mix.data_sets[1].scale > 2 and 0.5 < speeds[1] / speeds[0] < 2
