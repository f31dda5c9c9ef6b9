"""A recording comes back as it was written, or is refused."""

from dataclasses import fields, replace

import numpy as np
import pytest

from navbench_gs.domain.trajectory import Trajectory
from navbench_gs.errors import DamagedFileError
from navbench_gs.store.recordings import read_recording, save_recording


@pytest.fixture
def trajectory() -> Trajectory:
    """40 ticks with irregular floats, 2 pedestrians and 3 contacts."""
    rng = np.random.default_rng(5)
    return Trajectory(
        scene="plaza_00",
        task="ped",
        index=0,
        episode="0123456789abcdef",
        rules="fedcba9876543210",
        tick_s=0.05,
        poses=rng.normal(size=(41, 3)),
        velocities=rng.normal(size=(41, 2)),
        commands=rng.normal(size=(40, 2)),
        remaining_m=rng.random(41),
        on_walkable=rng.random(41) > 0.5,
        pedestrians=rng.normal(size=(41, 2, 3)),
        contact_tick=np.array([3, 4, 40], dtype=np.int32),
        contact_kind=np.array([0, 2, 1], dtype=np.int32),
        contact_actor=np.array([0, 1, 5], dtype=np.int32),
        contact_approach_mps=rng.normal(size=3),
        decision_ticks=np.arange(0, 40, 4, dtype=np.int32),
        ended="agent-error",
        message="ValueError: ünknown",
    )


def same(left: Trajectory, right: Trajectory) -> bool:
    pairs = [(getattr(left, field.name), getattr(right, field.name)) for field in fields(Trajectory)]
    return all(a.dtype == b.dtype and np.array_equal(a, b) if isinstance(a, np.ndarray) else a == b for a, b in pairs)


def test_a_recording_comes_back_bit_for_bit(trajectory, tmp_path):
    save_recording(trajectory, tmp_path / "a.npz")
    assert same(read_recording(tmp_path / "a.npz"), trajectory)


def test_what_was_seen_and_the_variant_come_back(trajectory, tmp_path):
    seen = replace(trajectory, perturbation="haze:0.05", support=np.full(10, 0.75), camera_distance_m=np.arange(10.0))
    save_recording(seen, tmp_path / "a.npz")
    assert same(read_recording(tmp_path / "a.npz"), seen)


def test_a_recording_from_before_support_was_recorded_is_read_as_one_that_knows_none(trajectory, tmp_path):
    save_recording(trajectory, tmp_path / "a.npz")
    with np.load(tmp_path / "a.npz") as data:
        older = {name: data[name] for name in data if name not in ("perturbation", "support", "camera_distance_m")}
    np.savez_compressed(tmp_path / "older.npz", **older)
    assert same(read_recording(tmp_path / "older.npz"), trajectory)


def test_a_recording_of_one_pose_and_nobody_comes_back(trajectory, tmp_path):
    alone = replace(
        trajectory,
        **{name: getattr(trajectory, name)[:1] for name in ("poses", "velocities", "remaining_m", "on_walkable")},
        **{name: getattr(trajectory, name)[:0] for name in ("commands", "contact_tick", "contact_kind")},
        **{name: getattr(trajectory, name)[:0] for name in ("contact_actor", "contact_approach_mps", "decision_ticks")},
        pedestrians=np.zeros((1, 0, 3)),
        message="",
    )
    save_recording(alone, tmp_path / "a.npz")
    assert same(read_recording(tmp_path / "a.npz"), alone)


def test_equal_recordings_are_equal_files(trajectory, tmp_path):
    for name in ("a.npz", "b.npz"):
        save_recording(trajectory, tmp_path / name)
    assert (tmp_path / "a.npz").read_bytes() == (tmp_path / "b.npz").read_bytes()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.npz", "b.npz"]


@pytest.mark.parametrize("share", [0.0, 0.3, 0.9, 0.999])
def test_a_truncated_recording_is_refused(trajectory, tmp_path, share):
    path = tmp_path / "a.npz"
    save_recording(trajectory, path)
    content = path.read_bytes()
    path.write_bytes(content[: int(share * len(content))])
    with pytest.raises(DamagedFileError, match=r"a\.npz"):
        read_recording(path)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"poses": np.full((41, 3), np.nan)}, "poses is not finite"),
        ({"poses": np.zeros((40, 3))}, "does not fit"),
        ({"commands": np.zeros((41, 2))}, "commands do not fit"),
        ({"contact_kind": np.array([0, 1, 7], dtype=np.int32)}, "unknown kind"),
        ({"ended": "in tears"}, "in tears"),
        ({"support": np.ones(9)}, "support is float64"),
        ({"support": np.full(10, np.nan)}, "support is negative or not finite"),
        ({"camera_distance_m": np.full(10, -1.0)}, "camera_distance_m is negative"),
    ],
)
def test_a_recording_that_does_not_fit_together_is_refused(trajectory, tmp_path, changes, reason):
    save_recording(replace(trajectory, **changes), tmp_path / "a.npz")
    with pytest.raises(DamagedFileError, match=reason):
        read_recording(tmp_path / "a.npz")


def test_pickled_objects_are_never_loaded(tmp_path):
    np.savez(tmp_path / "a.npz", poses=np.array([{"a": 1}], dtype=object))
    with pytest.raises(DamagedFileError):
        read_recording(tmp_path / "a.npz")
