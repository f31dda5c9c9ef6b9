from dataclasses import replace

import numpy as np
import pytest
import torch

from navbench_gs.domain.clip import Clip
from navbench_gs.errors import DamagedFileError
from s2e_agent.config.pretraining import PRESETS
from s2e_agent.data.dataset_mix import read_mix
from s2e_agent.data.drive_samples import clip_labels, read_samples, samples_of_clips, true_path
from s2e_agent.data.goals import drawn_goals, drawn_routes
from s2e_agent.data.sampler import training_batch, window_batch

POLICY, PRETRAIN = PRESETS["debug"].policy, PRESETS["debug"].pretrain
STRAIGHT = np.stack([np.arange(6.0), np.zeros(6)], axis=1)


def training_samples(*folders):
    return read_samples(read_mix(folders, normalised=True, period_s=0.25), "train", POLICY, PRETRAIN.min_labels)


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
    samples = training_samples(drives)
    within = samples.moments - samples.first[samples.moments]
    lengths = samples.valid.sum(axis=1)
    assert ((within >= 12) | (within + lengths < 12)).all() and lengths.min() == PRETRAIN.min_labels
    assert np.isfinite(samples.drive_goals).all()


def test_a_window_encodes_each_frame_once(drives):
    samples = training_samples(drives)
    batch = window_batch(samples, [np.arange(1, 5)], POLICY.model_copy(update={"context": 3}), np.zeros((4, 2)))
    assert len(batch.frames) == 5  # moments 1..4 look back two frames each, the first clamped to frame 0
    assert batch.history.tolist() == [[0, 0, 1], [0, 1, 2], [1, 2, 3], [2, 3, 4]]


def test_mirroring_flips_picture_goal_and_path_together(drives):
    samples = training_samples(drives)
    quiet = {"colour_jitter": 0.0, "context_dropout": 0.0, "hindsight_share": 0.0, "route_dropout": 0.0}
    taking_routes = POLICY.model_copy(update={"route_points": 2})
    plain, mirrored = (
        training_batch(
            samples,
            taking_routes,
            PRETRAIN.model_copy(update={**quiet, "mirror_share": share}),
            np.random.Generator(np.random.PCG64(4)),
        )
        for share in (0.0, 1.0)
    )
    assert torch.equal(mirrored.frames, plain.frames.flip(2))
    assert torch.equal(mirrored.ranges, plain.ranges.flip(1)) and plain.ranges.shape[1] == 4
    assert torch.equal(mirrored.people, plain.people.flip(2)) and plain.people.shape[1:] == (2, 4)
    flip = torch.tensor([1.0, -1.0])
    assert torch.allclose(mirrored.paths, plain.paths * flip) and torch.allclose(mirrored.goals, plain.goals * flip)
    assert plain.routes.shape[1:] == (2, 2) and torch.allclose(mirrored.routes, plain.routes * flip)


def test_constant_velocity_repeats_the_last_step(drives):
    samples = training_samples(drives)
    straight = [n for n, m in enumerate(samples.moments) if samples.yaws[samples.last[m]] == 0 and m > samples.first[m]]
    batch = window_batch(samples, [np.array(straight[:1])], POLICY, np.zeros((1, 2)))
    assert np.allclose(batch.steady.numpy(), [[0.25, 0.0]], atol=1e-6)


def test_goals_are_dropped_by_draw_only_where_asked(drives):
    samples = training_samples(drives)
    moments = np.repeat(samples.moments, 20)
    drawing = PRETRAIN.model_copy(update={"goal_dropout_by": "draw"})
    dropped = np.isnan(drawn_goals(samples, moments, drawing, np.random.Generator(np.random.PCG64(0)))[:, 0])
    kept = drawn_goals(samples, moments, PRETRAIN, np.random.Generator(np.random.PCG64(0)))
    assert abs(dropped.mean() - 0.55) < 0.03 and np.isfinite(kept).all()


def test_a_route_lies_along_the_way_ahead_and_is_dropped_by_its_share(drives):
    samples = training_samples(drives)
    policy = POLICY.model_copy(update={"route_points": 2, "route_spacing_m": 0.5})
    exact = PRETRAIN.model_copy(update={"route_dropout": 0.0, "route_noise_m": 0.0})
    straight = next(n for n in samples.first if samples.yaws[samples.last[n]] == 0)
    rng = np.random.Generator(np.random.PCG64(0))
    assert np.allclose(drawn_routes(samples, np.array([straight]), policy, exact, rng), [[[0.5, 0.0], [1.0, 0.0]]])
    many = drawn_routes(samples, np.full(2000, straight), policy, PRETRAIN, rng)
    there = ~np.isnan(many).any(axis=(1, 2))
    assert abs(there.mean() - 0.5) < 0.05
    # a common offset of 1 m and half a metre of each point's own: sqrt(1.25) m a coordinate
    assert abs(many[there][:, 0].std(axis=0) - 1.25**0.5).max() < 0.1


def test_windows_are_drawn_from_data_sets_by_their_shares_and_never_across_them(drives):
    samples = training_samples(f"{drives}:9", f"{drives}:1")
    samples.paths[samples.bounds[1] :, :, 0] += 100.0  # marks the second
    config = PRETRAIN.model_copy(update={"windows": 600})
    batch = training_batch(samples, POLICY, config, np.random.Generator(np.random.PCG64(1)))
    second = (batch.paths[:, 0, 0] > 50.0).reshape(600, PRETRAIN.window)
    assert (second.all(dim=1) == second.any(dim=1)).all()
    assert abs(second.float().mean() - 0.1) < 0.04


def test_drives_that_tell_of_different_columns_are_one_clear_line(drives):
    clips = read_mix([drives], normalised=True, period_s=0.25).clips("train", POLICY.period_s)
    (name, found), *_ = clips.items()
    other = replace(found[0], people=np.zeros((24, 2, 9)))
    with pytest.raises(DamagedFileError, match="different columns"):
        samples_of_clips({name: [*found, other]}, POLICY, PRETRAIN.min_labels)
