"""Splat files are read into activated form; damaged ones give one clear line."""

from __future__ import annotations

import math
import struct

import numpy as np
import pytest

from navbench_gs.errors import DamagedFileError, UnknownNameError
from navbench_gs.splats.formats import read_splats
from navbench_gs.splats.ply import write_ply

from .clouds import random_cloud

ONE_GAUSSIAN = """ply
format ascii 1.0
element vertex 1
{properties}
end_header
{values}
"""


def ascii_ply(path, values: dict[str, float]):
    properties = "\n".join(f"property float {name}" for name in values)
    path.write_text(
        ONE_GAUSSIAN.format(properties=properties, values=" ".join(str(value) for value in values.values()))
    )
    return path


def gaussian_values(higher: int = 0) -> dict[str, float]:
    values: dict[str, float] = {"x": 1.0, "y": 2.0, "z": 3.0, "f_dc_0": 0.1, "f_dc_1": 0.2, "f_dc_2": 0.3}
    values |= {f"f_rest_{i}": float(i) for i in range(higher)}
    values |= {"opacity": 0.0, "scale_0": 0.0, "scale_1": math.log(2.0), "scale_2": math.log(0.5)}
    return values | {"rot_0": 2.0, "rot_1": 0.0, "rot_2": 0.0, "rot_3": 0.0}


def splat_record(
    mean=(1.0, 2.0, 3.0), scale=(0.1, 0.2, 0.3), rgba=(255, 0, 51, 204), quat=(255, 128, 128, 128)
) -> bytes:
    return struct.pack("<6f8B", *mean, *scale, *rgba, *quat)


def test_ply_values_are_activated(tmp_path):
    cloud = read_splats(ascii_ply(tmp_path / "one.ply", gaussian_values()))
    np.testing.assert_allclose(cloud.means, [[1, 2, 3]])
    np.testing.assert_allclose(cloud.scales, [[1.0, 2.0, 0.5]], rtol=1e-6)
    np.testing.assert_allclose(cloud.opacities, [0.5])
    np.testing.assert_allclose(cloud.quats, [[1, 0, 0, 0]])
    np.testing.assert_allclose(cloud.sh, [[[0.1, 0.2, 0.3]]], rtol=1e-6)


def test_higher_harmonics_of_a_ply_are_stored_channel_by_channel(tmp_path):
    cloud = read_splats(ascii_ply(tmp_path / "one.ply", gaussian_values(higher=9)))
    assert cloud.sh_degree == 1
    # f_rest holds the three terms of red, then of green, then of blue
    np.testing.assert_allclose(cloud.sh[0, 1:], [[0, 3, 6], [1, 4, 7], [2, 5, 8]])


def test_splat_record_is_decoded(tmp_path):
    (tmp_path / "one.splat").write_bytes(splat_record())
    cloud = read_splats(tmp_path / "one.splat")
    np.testing.assert_allclose(cloud.means, [[1, 2, 3]])
    np.testing.assert_allclose(cloud.scales, [[0.1, 0.2, 0.3]], rtol=1e-6)
    np.testing.assert_allclose(cloud.opacities, [0.8])
    np.testing.assert_allclose(cloud.quats, [[1, 0, 0, 0]])
    np.testing.assert_allclose(0.5 + 0.28209479177387814 * cloud.sh[0, 0], [1.0, 0.0, 0.2], atol=1e-6)


def bad_ply(**changes: float):
    return lambda path: ascii_ply(path, gaussian_values() | changes)


def missing_property(path):
    values = gaussian_values()
    del values["rot_3"]
    return ascii_ply(path, values)


def truncated_ply(path):
    write_ply(random_cloud(50, 4), path)
    path.write_bytes(path.read_bytes()[:-100])


def bytes_of(content: bytes):
    return lambda path: path.write_bytes(content)


DAMAGED = {
    "truncated.ply": (truncated_ply, "truncated: its header claims"),
    "magic.ply": (bytes_of(b"\x89PNG" + bytes(100)), "does not begin like a PLY file"),
    "empty.ply": (bytes_of(b""), "does not begin like a PLY file"),
    "nan.ply": (bad_ply(y=math.nan), "means of Gaussian 0 is not finite"),
    "logit.ply": (bad_ply(opacity=math.nan), "opacities of Gaussian 0 is not finite"),
    "huge.ply": (bad_ply(scale_1=1000.0), "scales of Gaussian 0 is not finite"),
    "turn.ply": (bad_ply(rot_0=0.0), "a quaternion is zero"),
    "missing.ply": (missing_property, "property 'rot_3' is missing"),
    "degree.ply": (lambda path: ascii_ply(path, gaussian_values(higher=6)), "6 f_rest properties fit no degree"),
    "truncated.splat": (bytes_of((splat_record() * 3)[:-1]), "95 bytes are not whole records of 32"),
    "empty.splat": (bytes_of(b""), "0 bytes are not whole records"),
    "magic.splat": (bytes_of(b"ply\n" + bytes(28)), "begins like a PLY file; name it .ply"),
    "nan.splat": (bytes_of(splat_record(mean=(0, math.nan, 0))), "means of Gaussian 0 is not finite"),
    "scale.splat": (bytes_of(splat_record(scale=(0.1, 0.0, 0.1))), "a scale is not positive"),
    "turn.splat": (bytes_of(splat_record(quat=(128, 128, 128, 128))), "a quaternion is zero"),
}


@pytest.mark.parametrize("name", DAMAGED)
def test_a_damaged_file_gives_one_line_with_its_name(tmp_path, name):
    damage, message = DAMAGED[name]
    damage(tmp_path / name)
    with pytest.raises(DamagedFileError, match=message) as error:
        read_splats(tmp_path / name)
    assert name in str(error.value)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("name", ["absent.ply", "absent.splat", "absent.npz"])
def test_an_absent_file_is_named(tmp_path, name):
    with pytest.raises(DamagedFileError, match=name):
        read_splats(tmp_path / name)


def test_an_unknown_suffix_offers_the_known_one(tmp_path):
    with pytest.raises(UnknownNameError, match=r"'\.splats': did you mean '\.splat'"):
        read_splats(tmp_path / "cloud.splats")
