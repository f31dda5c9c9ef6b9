"""Scoring and storing a full minute among nine pedestrians: 1,200 ticks, 40 contacts."""

import numpy as np
import pytest

from navbench_gs.domain.episode import Episode, PedestrianPlacement
from navbench_gs.domain.rules import RULES_V0
from navbench_gs.domain.trajectory import Trajectory
from navbench_gs.metrics.score import score
from navbench_gs.store.recordings import read_recording, save_recording

POSES = 1201


@pytest.fixture(scope="module")
def episode() -> Episode:
    walker = PedestrianPlacement(
        look="drawn", start=(0, 0, 0), goals=((1, 0),), speed_mps=1, radius_m=0.28, behaviour="blind"
    )
    return Episode(
        scene="plaza_00", task="ped", index=0, rules="v0", start=(0, 0, 0), goal=(30, 0),
        route=((0, 0), (30, 0)), geodesic_m=30, pedestrians=(walker,) * 9,
    )  # fmt: skip


@pytest.fixture(scope="module")
def minute(episode) -> Trajectory:
    rng = np.random.default_rng(0)
    poses = np.cumsum(rng.normal(scale=0.02, size=(POSES, 3)), axis=0)
    return Trajectory(
        scene=episode.scene,
        task=episode.task,
        index=episode.index,
        episode=episode.digest(),
        rules=RULES_V0.digest(),
        tick_s=0.05,
        poses=poses,
        velocities=rng.normal(size=(POSES, 2)),
        commands=rng.normal(size=(POSES - 1, 2)),
        remaining_m=np.hypot(*(poses[:, :2] - episode.goal).T),
        on_walkable=np.ones(POSES, dtype=bool),
        pedestrians=np.cumsum(rng.normal(scale=0.05, size=(POSES, 9, 3)), axis=0),
        contact_tick=np.sort(rng.integers(1, POSES, 40)).astype(np.int32),
        contact_kind=np.full(40, 2, dtype=np.int32),
        contact_actor=rng.integers(0, 9, 40).astype(np.int32),
        contact_approach_mps=rng.normal(size=40),
        decision_ticks=np.arange(0, POSES - 1, 4, dtype=np.int32),
        ended="time-limit",
    )


def test_score_of_a_minute(benchmark, minute, episode):
    scored = benchmark(score, minute, episode, RULES_V0)
    assert scored.time_s == pytest.approx(60.0)


def test_writing_a_recording_of_a_minute(benchmark, minute, tmp_path):
    benchmark(save_recording, minute, tmp_path / "a.npz")
    assert (tmp_path / "a.npz").stat().st_size < 500_000


def test_reading_a_recording_of_a_minute(benchmark, minute, tmp_path):
    save_recording(minute, tmp_path / "a.npz")
    read = benchmark(read_recording, tmp_path / "a.npz")
    assert np.array_equal(read.poses, minute.poses)
