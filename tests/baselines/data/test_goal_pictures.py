import numpy as np
import pytest
import torch

from baselines.data.drive_set import DataFolder, read_drive_set
from baselines.data.goal_pictures import GoalRule, drawn_goals, taught_goals
from baselines.data.image_goal_batch import joined, mirrored, sampled_batch


@pytest.fixture(scope="module")
def read(drives, tmp_path_factory):
    return read_drive_set(
        DataFolder(drives, 0.25), "train", width_px=16, height_px=12, context=2, horizon=5,
        prepared=tmp_path_factory.mktemp("prepared"),
    )  # fmt: skip


def rng():
    return np.random.Generator(np.random.PCG64(1))


def test_goals_lie_ahead_in_the_same_drive_or_anywhere(read):
    moments = np.repeat(read.moments, 20)
    goals = drawn_goals(read, moments, GoalRule(farthest=8, taught=(2, 6)), rng())
    ahead = goals.frames - moments
    elsewhere = (goals.distance == 8) & ~goals.taught & (ahead != 8)
    assert (ahead[~elsewhere] == goals.distance[~elsewhere]).all() and (
        goals.frames[~elsewhere] <= read.last[moments][~elsewhere]
    ).all()
    assert np.array_equal(goals.taught, ~elsewhere & (goals.distance > 2) & (goals.distance < 6))
    assert 0.05 < elsewhere.mean() < 0.2  # one of nine offsets
    assert set(goals.distance) == set(range(1, 9))


def test_measured_goals_all_teach(read):
    goals = taught_goals(read, read.moments, GoalRule(taught=(2, 6)), rng())
    assert goals.taught.all() and set(goals.distance) <= {3, 4, 5}


def batch_of(read, count=4):
    moments = read.moments[:count]
    goals = taught_goals(read, moments, GoalRule(taught=(0, 4)), rng())
    return sampled_batch(read, moments, goals, context=2, horizon=5), moments, goals


def test_frames_that_samples_share_are_there_once(read):
    batch, moments, goals = batch_of(read)
    wanted = {*range(moments[0] - 2, moments[-1] + 1), *goals.frames.tolist()}
    assert len(batch.frames) == len(wanted)
    newest = batch.frames[batch.history[:, -1]]
    assert torch.equal(newest, torch.from_numpy(np.array(read.frames[moments])))
    assert torch.equal(batch.frames[batch.goal], torch.from_numpy(np.array(read.frames[goals.frames])))


def test_a_mirrored_batch_flips_pictures_and_the_left(read):
    batch, *_ = batch_of(read)
    twice, once = mirrored(mirrored(batch)), mirrored(batch)
    assert torch.equal(twice.frames, batch.frames) and torch.equal(twice.actions, batch.actions)
    assert torch.equal(once.frames[:, :, 0], batch.frames[:, :, -1])
    assert torch.equal(once.actions, batch.actions * torch.tensor([1.0, -1.0, 1.0, -1.0]))
    assert torch.equal(once.goal_pose[:, 1], -batch.goal_pose[:, 1]) and torch.equal(
        once.steady[:, 0], batch.steady[:, 0]
    )


def test_joined_batches_keep_who_sees_what(read):
    first, *_ = batch_of(read, 3)
    second, *_ = batch_of(read, 2)
    both = joined([first, second])
    assert torch.equal(both.frames[both.history[3:]], second.frames[second.history])
    assert torch.equal(both.frames[both.goal[3:]], second.frames[second.goal]) and len(both.distance) == 5
