"""Clouds are joined in order, hashed by value and survive their file."""

from __future__ import annotations

import hashlib
from dataclasses import replace

import numpy as np
import pytest

from navbench_gs.domain.cloud import GaussianCloud
from navbench_gs.errors import DamagedFileError
from navbench_gs.splats.cloud import FIELDS, cloud_digest, join_clouds, read_cloud, save_cloud


def cloud_of(count: int, terms: int = 1, seed: int = 0) -> GaussianCloud:
    rng = np.random.default_rng(seed)
    quats = rng.normal(size=(count, 4))
    return GaussianCloud(
        means=rng.normal(size=(count, 3)).astype(np.float32),
        quats=(quats / np.linalg.norm(quats, axis=1, keepdims=True)).astype(np.float32),
        scales=rng.uniform(0.01, 0.2, (count, 3)).astype(np.float32),
        opacities=rng.uniform(0.1, 0.9, count).astype(np.float32),
        sh=rng.normal(size=(count, terms, 3)).astype(np.float32),
    )


def test_joined_clouds_keep_order_and_pad_harmonics_with_zeros():
    flat, shiny = cloud_of(2, terms=1), cloud_of(3, terms=4, seed=1)
    joined = join_clouds([flat, shiny])
    assert len(joined) == 5
    assert joined.sh_degree == 1
    np.testing.assert_array_equal(joined.means[:2], flat.means)
    np.testing.assert_array_equal(joined.sh[:2, 1:], np.zeros((2, 3, 3)))
    np.testing.assert_array_equal(joined.sh[2:], shiny.sh)


def test_digest_is_the_sha256_of_shapes_and_little_endian_floats():
    cloud = cloud_of(3)
    digest = hashlib.sha256()
    for name in FIELDS:
        array = getattr(cloud, name)
        digest.update(f"{name}{array.shape}".encode() + array.astype("<f4").tobytes())
    assert cloud_digest(cloud) == digest.hexdigest()


@pytest.mark.parametrize("name", FIELDS)
def test_digest_changes_with_any_single_value(name):
    cloud = cloud_of(3)
    changed = getattr(cloud, name).copy()
    changed.flat[-1] = np.nextafter(changed.flat[-1], np.float32(9))
    assert cloud_digest(replace(cloud, **{name: changed})) != cloud_digest(cloud)


def test_a_saved_cloud_is_read_back_bit_for_bit(tmp_path):
    cloud = cloud_of(7, terms=9)
    save_cloud(tmp_path / "c.npz", cloud)
    assert cloud_digest(read_cloud(tmp_path / "c.npz")) == cloud_digest(cloud)


@pytest.mark.parametrize("share", [0.0, 0.3, 0.9, 0.99])
def test_a_truncated_cloud_file_is_damaged(tmp_path, share):
    path = tmp_path / "c.npz"
    save_cloud(path, cloud_of(50))
    path.write_bytes(path.read_bytes()[: int(share * path.stat().st_size)])
    with pytest.raises(DamagedFileError, match=r"c\.npz"):
        read_cloud(path)


def test_an_absent_file_and_a_cloud_with_nan_are_damaged(tmp_path):
    with pytest.raises(DamagedFileError, match="absent"):
        read_cloud(tmp_path / "absent.npz")
    cloud = cloud_of(5)
    cloud.means[3, 1] = np.nan
    save_cloud(tmp_path / "nan.npz", cloud)
    with pytest.raises(DamagedFileError, match="means of Gaussian 3 is not finite"):
        read_cloud(tmp_path / "nan.npz")
