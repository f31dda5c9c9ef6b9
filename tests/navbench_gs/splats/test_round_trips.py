"""What each splat format keeps: bit for bit where it can, within its stated steps elsewhere."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path

import gsply
import numba
import numpy as np
import pytest

from navbench_gs.domain.cloud import GaussianCloud
from navbench_gs.errors import StoreError, UnknownNameError
from navbench_gs.splats.cloud import cloud_digest
from navbench_gs.splats.formats import WRITERS, read_splats, write_splats
from navbench_gs.splats.spz import write_spz

from .clouds import FIELDS, random_cloud, turn_error

numba.config.THREADING_LAYER = "workqueue"  # gsply's kernels are parallel; OpenMP would outlive them in this process
TRUCK = Path(__file__).parents[4] / "shared" / "data" / "splats" / "truck.splat"


def round_trip(cloud: GaussianCloud, path: Path) -> GaussianCloud:
    write_splats(cloud, path)
    return read_splats(path)


def by_position(found: GaussianCloud, expected: GaussianCloud) -> GaussianCloud:
    """The found Gaussians in the order of the expected ones they lie nearest to."""
    gaps = np.linalg.norm(found.means[None] - expected.means[:, None], axis=2)
    order = np.argmin(gaps, axis=1)
    assert sorted(order) == list(range(len(expected)))
    return GaussianCloud(**{name: getattr(found, name)[order] for name in FIELDS})


@pytest.mark.parametrize("ending", [".ply", ".pt"])
@pytest.mark.parametrize("terms", [1, 4, 9, 16])
def test_trainers_formats_keep_all_but_the_rounding_of_logarithms(tmp_path, ending, terms):
    cloud = random_cloud(200, terms)
    again = round_trip(cloud, tmp_path / f"cloud{ending}")
    for name in ("means", "quats", "sh"):
        np.testing.assert_array_equal(getattr(again, name), getattr(cloud, name))
    np.testing.assert_allclose(again.scales, cloud.scales, rtol=2e-6)
    np.testing.assert_allclose(again.opacities, cloud.opacities, atol=2e-6)


@pytest.mark.parametrize("terms", [1, 16])
def test_the_packages_own_file_is_exact(tmp_path, terms):
    cloud = random_cloud(50, terms)
    assert cloud_digest(round_trip(cloud, tmp_path / "cloud.npz")) == cloud_digest(cloud)


def test_opacities_of_zero_and_one_are_moved_a_millionth(tmp_path):
    cloud = random_cloud(2, 1)
    cloud.opacities[:] = 0.0, 1.0
    np.testing.assert_allclose(round_trip(cloud, tmp_path / "c.ply").opacities, [1e-6, 1 - 1e-6], rtol=1e-3)


def test_a_splat_keeps_places_and_sizes_and_quantises_the_rest(tmp_path):
    cloud = random_cloud(300, 4)
    again = round_trip(cloud, tmp_path / "cloud.splat")
    np.testing.assert_array_equal(again.means, cloud.means)
    np.testing.assert_array_equal(again.scales, cloud.scales)
    np.testing.assert_allclose(again.opacities, cloud.opacities, atol=1 / 510 + 1e-6)
    colour, expected = (0.5 + 0.28209479177387814 * c.sh[:, 0] for c in (again, cloud))
    np.testing.assert_allclose(colour, expected.clip(0, 1), atol=1 / 510 + 1e-6)
    assert turn_error(again.quats, cloud.quats) <= 1 / 64
    assert again.sh_degree == 0


@pytest.mark.parametrize("terms", [1, 4, 9, 16])
def test_an_spz_keeps_what_its_steps_allow(tmp_path, terms):
    cloud = random_cloud(300, terms)
    again = round_trip(cloud, tmp_path / "cloud.spz")
    np.testing.assert_allclose(again.means, cloud.means, atol=1 / 8192 + 1e-6)
    np.testing.assert_allclose(again.scales, cloud.scales, rtol=0.032)
    np.testing.assert_allclose(again.opacities, cloud.opacities, atol=1 / 510 + 1e-6)
    np.testing.assert_allclose(again.sh[:, 0], cloud.sh[:, 0], atol=1 / 76)
    np.testing.assert_allclose(again.sh[:, 1:], cloud.sh[:, 1:], atol=1 / 256 + 1e-6)
    assert turn_error(again.quats, cloud.quats) <= 1 / 482


def test_version_2_of_spz_is_written_and_read(tmp_path):
    cloud = random_cloud(300, 4)
    cloud.quats[:] = np.abs(cloud.quats)
    cloud.quats[:, 0] += 0.5
    cloud.quats[:] /= np.linalg.norm(cloud.quats, axis=1, keepdims=True)
    write_spz(cloud, tmp_path / "c.spz", version=2)
    again = read_splats(tmp_path / "c.spz")
    assert turn_error(again.quats[:, 1:], cloud.quats[:, 1:]) <= 1 / 255
    np.testing.assert_allclose(again.means, cloud.means, atol=1 / 8192 + 1e-6)


def test_a_hand_made_spz_is_decoded(tmp_path):
    # one Gaussian, version 3, degree 0: x = 1, y = 2, z = -0.5 in right-up-back; no turn: the largest is w (index 3)
    body = struct.pack("<4sIIBBBB", b"NGSP", 3, 1, 0, 12, 0, 0)
    body += b"".join(struct.pack("<i", round(v * 4096))[:3] for v in (1.0, 2.0, -0.5))
    body += bytes([51]) + bytes([128, 0, 255]) + bytes([160, 144, 176]) + struct.pack("<I", 3 << 30)
    deflate = zlib.compressobj(wbits=31)
    (tmp_path / "one.spz").write_bytes(deflate.compress(body) + deflate.flush())
    cloud = read_splats(tmp_path / "one.spz")
    np.testing.assert_allclose(cloud.means, [[1.0, -2.0, 0.5]])
    np.testing.assert_allclose(cloud.opacities, [0.2])
    np.testing.assert_allclose(cloud.scales, [np.exp([0.0, -1.0, 1.0])], rtol=1e-6)
    np.testing.assert_allclose(cloud.quats, [[1, 0, 0, 0]])
    np.testing.assert_allclose(cloud.sh[0, 0], [(128 / 255 - 0.5) / 0.15, -0.5 / 0.15, 0.5 / 0.15], atol=1e-6)


@pytest.mark.parametrize("terms", [1, 4, 9, 16])
def test_a_compressed_ply_keeps_what_its_chunks_allow(tmp_path, terms):
    cloud = random_cloud(700, terms)
    again = by_position(round_trip(cloud, tmp_path / "cloud.compressed.ply"), cloud)
    np.testing.assert_allclose(again.means, cloud.means, atol=60.0 / 1023 / 2)
    np.testing.assert_allclose(again.scales, cloud.scales, rtol=np.expm1(6.7 / 1023 / 2))
    np.testing.assert_allclose(again.opacities, cloud.opacities, atol=1 / 510 + 1e-6)
    np.testing.assert_allclose(again.sh[:, 0], cloud.sh[:, 0], atol=3.4 / 255 / 2 + 1e-6)
    np.testing.assert_allclose(again.sh[:, 1:], cloud.sh[:, 1:], atol=1 / 32)
    assert turn_error(again.quats, cloud.quats) <= 1 / 482


@pytest.mark.parametrize("terms", [1, 4, 9, 16])
def test_another_library_reads_the_same_from_our_files(tmp_path, terms):
    cloud = random_cloud(600, terms)
    for ending in (".ply", ".compressed.ply"):
        path = tmp_path / f"cloud{ending}"
        again, theirs = round_trip(cloud, path), gsply.plyread(path)
        assert_agrees(again, theirs)


def assert_agrees(ours: GaussianCloud, theirs, *, turned: bool = False) -> None:
    """Whether gsply read the same Gaussians; ``turned`` if it left an .spz in its own axes."""
    flip = np.array([1, -1, -1]) if turned else 1
    np.testing.assert_allclose(ours.means, theirs.means * flip, atol=1e-5)
    np.testing.assert_allclose(np.log(ours.scales), theirs.scales, atol=1e-5)
    np.testing.assert_allclose(ours.opacities, 1 / (1 + np.exp(-theirs.opacities)), atol=1e-5)
    np.testing.assert_allclose(ours.sh[:, 0], theirs.sh0, atol=1e-5)
    quats = theirs.quats / np.linalg.norm(theirs.quats, axis=1, keepdims=True)
    assert turn_error(ours.quats, quats * (np.array([1, 1, -1, -1]) if turned else 1)) < 1e-5
    if ours.sh_degree and not turned:
        shown = np.asarray(theirs.shN).reshape(len(ours), -1, 3)
        np.testing.assert_allclose(ours.sh[:, 1:], shown, atol=1e-5)


@pytest.mark.parametrize("version", [2, 3])
def test_another_library_reads_the_same_from_our_spz(tmp_path, version):
    cloud = random_cloud(300, 16)
    write_spz(cloud, tmp_path / "c.spz", version=version)
    assert_agrees(read_splats(tmp_path / "c.spz"), gsply.read_spz(tmp_path / "c.spz"), turned=True)


def test_we_read_what_another_library_compressed(tmp_path):
    cloud = random_cloud(600, 9)
    logit = np.log(cloud.opacities / (1 - cloud.opacities))
    arrays = (cloud.means, np.log(cloud.scales), cloud.quats, logit, cloud.sh[:, 0], cloud.sh[:, 1:])
    gsply.plywrite(tmp_path / "c.ply", *arrays, compressed=True)
    again = by_position(read_splats(tmp_path / "c.compressed.ply"), cloud)
    np.testing.assert_allclose(again.opacities, cloud.opacities, atol=1 / 255)
    np.testing.assert_allclose(again.sh[:, 1:], cloud.sh[:, 1:], atol=1 / 30)
    assert turn_error(again.quats, cloud.quats) <= 1 / 241


def test_nerfstudios_names_in_a_checkpoint_are_understood(tmp_path):
    import torch

    cloud = random_cloud(5, 4)
    arrays = {"means": cloud.means, "quats": 2 * cloud.quats, "scales": np.log(cloud.scales)}
    arrays |= {"features_dc": cloud.sh[:, 0], "features_rest": cloud.sh[:, 1:], "opacities": np.zeros((5, 1))}
    torch.save({f"gauss_params.{name}": torch.tensor(array) for name, array in arrays.items()}, tmp_path / "c.pt")
    again = read_splats(tmp_path / "c.pt")
    np.testing.assert_array_equal(again.sh, cloud.sh)
    np.testing.assert_allclose(again.quats, cloud.quats, atol=1e-6)
    np.testing.assert_allclose(again.opacities, 0.5)


@pytest.mark.parametrize("ending", WRITERS)
def test_the_same_cloud_gives_the_same_bytes(tmp_path, ending):
    cloud = random_cloud(300, 4)
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        write_splats(cloud, tmp_path / folder / f"{folder}{ending}")
    assert (tmp_path / "a" / f"a{ending}").read_bytes() == (tmp_path / "b" / f"b{ending}").read_bytes()


def test_a_failed_write_leaves_nothing(tmp_path):
    (tmp_path / "folder.ply").mkdir()
    (tmp_path / "folder.ply" / "x").touch()
    with pytest.raises(StoreError, match=r"cannot write .*folder\.ply"):
        write_splats(random_cloud(2, 1), tmp_path / "folder.ply")
    assert [path.name for path in tmp_path.iterdir()] == ["folder.ply"]
    with pytest.raises(UnknownNameError, match=r"did you mean '\.splat'"):
        write_splats(random_cloud(2, 1), tmp_path / "cloud.splatt")


@pytest.mark.skipif(not TRUCK.exists(), reason="the captured truck is not here")
def test_a_real_capture_passes_through_every_format(tmp_path):
    truck = read_splats(TRUCK)
    assert len(truck) == 116_544
    for ending in WRITERS:
        again = round_trip(truck, tmp_path / f"truck{ending}")
        assert len(again) == len(truck)
        np.testing.assert_allclose(np.median(again.means, axis=0), np.median(truck.means, axis=0), atol=0.01)
        np.testing.assert_allclose(np.median(again.opacities), np.median(truck.opacities), atol=0.005)
