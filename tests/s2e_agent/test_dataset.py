import numpy as np
import torch

from navbench_gs.domain.clip import Clip
from s2e_agent.config import PRESETS
from s2e_agent.dataset import clip_labels, read_samples, training_batch, true_path, window_batch

POLICY, PRETRAIN = PRESETS["debug"].policy, PRESETS["debug"].pretrain
STRAIGHT = np.stack([np.arange(6.0), np.zeros(6)], axis=1)


def test_labels_end_before_the_first_disturbed_place():
    disturbed = np.array([False, False, True, False, False, False])
    assert len(true_path(STRAIGHT, np.zeros(6), disturbed, 0, 4)) == 1
    assert len(true_path(STRAIGHT, np.zeros(6), disturbed, 1, 4)) == 0
    assert len(true_path(STRAIGHT, np.zeros(6), disturbed, 2, 4)) == 3  # a disturbed moment may look and decide


def test_labels_are_in_the_robot_frame_of_the_moment():
    path = true_path(STRAIGHT, np.full(6, np.pi / 2), np.zeros(6, dtype=bool), 1, 2)
    assert np.allclose(path, [[0, -1], [0, -2]])  # facing +y, the world's +x lies to the right


def test_the_plan_is_the_label_where_the_drive_is_none():
    plans = np.full((6, 4, 2), 7.0)
    plans[2] = np.nan
    disturbed = np.array([False, False, False, True, True, True])
    clip = Clip("drive", ("",) * 6, STRAIGHT, np.zeros(6), disturbed, 0.25, plans=plans)
    moments, paths, valid = clip_labels(clip, horizon=2, least=2)
    assert moments.tolist() == [0, 1, 3, 4, 5] and valid.all()  # moment 2 has one place ahead and no plan
    assert paths[0].tolist() == [[1, 0], [2, 0]] and (paths[1:] == 7.0).all()


def test_no_label_of_any_sample_is_disturbed_and_goals_are_known(drives):
    samples = read_samples([drives], "train", POLICY, PRETRAIN.min_labels)
    within = samples.moments - samples.first[samples.moments]
    lengths = samples.valid.sum(axis=1)
    assert ((within >= 12) | (within + lengths < 12)).all() and lengths.min() == PRETRAIN.min_labels
    assert np.isfinite(samples.drive_goals).all()


def test_a_window_encodes_each_frame_once(drives):
    samples = read_samples([drives], "train", POLICY, PRETRAIN.min_labels)
    batch = window_batch(samples, [np.arange(1, 5)], 3, np.zeros((4, 2)))
    assert len(batch.frames) == 5  # moments 1..4 look back two frames each, the first clamped to frame 0
    assert batch.history.tolist() == [[0, 0, 1], [0, 1, 2], [1, 2, 3], [2, 3, 4]]


def test_mirroring_flips_picture_goal_and_path_together(drives):
    samples = read_samples([drives], "train", POLICY, PRETRAIN.min_labels)
    quiet = {"colour_jitter": 0.0, "context_dropout": 0.0, "goal_dropout": 0.0, "hindsight_share": 0.0}
    plain, mirrored = (
        training_batch(
            samples,
            POLICY,
            PRETRAIN.model_copy(update={**quiet, "mirror_share": share}),
            np.random.Generator(np.random.PCG64(4)),
        )
        for share in (0.0, 1.0)
    )
    assert torch.equal(mirrored.frames, plain.frames.flip(2))
    assert torch.equal(mirrored.ranges, plain.ranges.flip(1)) and plain.ranges.shape[1] == 4
    flip = torch.tensor([1.0, -1.0])
    assert torch.allclose(mirrored.paths, plain.paths * flip) and torch.allclose(mirrored.goals, plain.goals * flip)


def test_constant_velocity_repeats_the_last_step(drives):
    samples = read_samples([drives], "train", POLICY, PRETRAIN.min_labels)
    straight = [n for n, m in enumerate(samples.moments) if samples.yaws[samples.last[m]] == 0 and m > samples.first[m]]
    batch = window_batch(samples, [np.array(straight[:1])], 2, np.zeros((1, 2)))
    assert np.allclose(batch.steady.numpy(), [[0.25, 0.0]], atol=1e-6)
