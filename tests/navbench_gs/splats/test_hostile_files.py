"""Hostile splat files end in one line, whatever their bytes, and never take more memory than they are worth."""

from __future__ import annotations

import gzip
import io
import os
import pickle
import struct
import tempfile
import tracemalloc
import zipfile
from functools import cache
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from navbench_gs.errors import NavBenchError
from navbench_gs.splats.formats import WRITERS, read_splats, write_splats

from .clouds import random_cloud

FIELDS = ("means", "quats", "scales", "opacities", "sh0")
MEMORY_LIMIT = 48 << 20
SWOLLEN = 96 << 20
"""What the bombs here would swell to, were they read whole."""


def ply_header(count: str, *, form: str = "binary_little_endian", properties: str = "property float x\n") -> bytes:
    return f"ply\nformat {form} 1.0\nelement vertex {count}\n{properties}end_header\n".encode()


def spz(count: int, body: bytes, *, version: int = 3) -> bytes:
    return gzip.compress(struct.pack("<4sIIBBBB", b"NGSP", version, count, 3, 12, 0, 0) + body)


def npz_of_header(shape: str) -> bytes:
    header = f"{{'descr': '<f4', 'fortran_order': False, 'shape': {shape}, }}".ljust(117) + "\n"
    member = b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header.encode()
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name in ("means", "quats", "scales", "opacities", "sh"):
            archive.writestr(f"{name}.npy", member)
    return file.getvalue()


def swelling_zip() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("means.npy", bytes(SWOLLEN))
        archive.writestr("archive/data.pkl", bytes(SWOLLEN))
    return file.getvalue()


def checkpoint(content) -> bytes:
    file = io.BytesIO()
    torch.save(content, file)
    return file.getvalue()


def endless_tensors() -> bytes:
    """Tensors of thirty billion numbers that share one number of storage."""
    return checkpoint({name: torch.zeros(1).expand(10**10, 3) for name in FIELDS})


class Command:
    def __reduce__(self):
        return os.system, ("touch /tmp/never",)


HOSTILE = {
    "billions.ply": (ply_header("10000000000"), "claims 10,000,000,000 Gaussians"),
    "text.ply": (ply_header("10000000000", form="ascii") + b"1\n", "claims 10,000,000,000 Gaussians"),
    "millions.ply": (ply_header("10000000"), "truncated: its header claims 40000000 bytes of data, 0 follow"),
    "words.ply": (ply_header("9000000", form="ascii") + b"1\n", "its header claims 18000000 bytes"),
    "digits.ply": (ply_header("9" * 4000), "counts nothing"),
    "negative.ply": (ply_header("-5"), "counts nothing"),
    "empty_rows.ply": (ply_header("10000000000", properties=""), "claims 10,000,000,000 Gaussians"),
    "list.ply": (ply_header("4", properties="property list uchar int x\n"), "list properties"),
    "endless.ply": (b"ply\n" + b"comment and so on\n" * 10000, "no 'end_header'"),
    "nothing.ply": (ply_header("0"), "f_dc_0"),
    "other.ply": (ply_header("1") + bytes(4), "f_dc_0"),
    "count.spz": (spz(10_000_000, bytes(8)), "10000000 Gaussians in"),
    "count_too.spz": (spz(4_000_000_000, bytes(8)), "claims 4,000,000,000 Gaussians; at most 10,000,000 are read"),
    "none.spz": (spz(0, bytes(SWOLLEN)), "holds no Gaussian"),
    "bomb.spz": (gzip.compress(bytes(SWOLLEN)), "is a gzip archive, but no .spz"),
    "short.spz": (spz(20, bytes(65)), "truncated: 65 of 1300 bytes"),
    "version.spz": (spz(1, bytes(65), version=4), "of version 4; save it as version 3"),
    "torn.spz": (spz(20, os.urandom(1300))[:-200], "truncated"),
    "shape.npz": (npz_of_header("(9000000, 99)"), "claims the shape"),
    "bomb.npz": (swelling_zip(), "compressed or claim more"),
    "header.npz": (npz_of_header("(10000000000, 3)"), "claims 10,000,000,000 Gaussians"),
    "bomb.pt": (swelling_zip(), "compressed or claim more"),
    "stride.pt": (endless_tensors(), "no plain tensor of floats"),
    "code.pt": (checkpoint({"splats": Command()}), "refused"),
    "legacy.pt": (pickle.dumps({"means": 1}), "does not begin like a zip archive"),
    "list.pt": (checkpoint([torch.zeros(3)]), "expected a dict of tensors"),
    "numbers.pt": (checkpoint({"splats": {"means": torch.zeros(3, 3), "step": 4}}), "no tensor 'quats'"),
    "scalar.pt": (checkpoint({name: torch.tensor(1.0) for name in FIELDS}), "shape"),
    "plain.splat": (gzip.compress(bytes(64)), "begins like a gzip archive; name it .spz"),
    "zip.splat": (swelling_zip(), "begins like a zip archive; name it .npz or .pt"),
    "ply.spz": (ply_header("1") + bytes(4), "begins like a PLY file; name it .ply"),
    "splat.ply": (bytes(32), "does not begin like a PLY file"),
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_gives_one_line_and_takes_little_memory(tmp_path, name):
    content, message = HOSTILE[name]
    (tmp_path / name).write_bytes(content)
    tracemalloc.start()
    try:
        with pytest.raises(NavBenchError, match=message) as error:
            read_splats(tmp_path / name)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert name in str(error.value)
    assert "\n" not in str(error.value)
    assert peak < MEMORY_LIMIT


def test_what_swells_behind_the_gaussians_of_an_spz_is_not_read(tmp_path):
    (tmp_path / "tail.spz").write_bytes(spz(2, bytes([0] * 32 + [9] * 98) + bytes(SWOLLEN)))
    tracemalloc.start()
    assert len(read_splats(tmp_path / "tail.spz")) == 2
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < MEMORY_LIMIT


def sparse(path: Path, start: bytes) -> Path:
    """A file of 400 GB that takes a few kB on the disk."""
    with path.open("wb") as file:
        file.write(start)
        file.truncate(400 * 10**9)
    return path


@pytest.mark.parametrize(
    "name, start",
    [
        ("sparse.splat", b""),
        ("sparse.ply", ply_header("6000000000", properties="property float x\n")),
        ("words.ply", ply_header("6000000", form="ascii")),
    ],
)
def test_a_file_with_more_gaussians_than_are_read_is_refused_unread(tmp_path, name, start):
    path = sparse(tmp_path / name, start)
    tracemalloc.start()
    with pytest.raises(NavBenchError, match=r"at most 10,000,000 are read|save it as binary"):
        read_splats(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    path.unlink()
    assert peak < MEMORY_LIMIT


DAMAGE = st.fixed_dictionaries(
    {
        "bytes": st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 255)), max_size=4),
        "early": st.booleans(),
        "kept": st.one_of(st.just(1.0), st.floats(0, 1)),
    }
)


def damaged(content: bytes, damage) -> bytes:
    """The bytes with some overwritten, in the first 400 if ``early``, and the end cut off."""
    found = bytearray(content)
    for share, value in damage["bytes"]:
        found[int(share * min(len(found), 400 if damage["early"] else len(found)))] = value
    return bytes(found[: int(damage["kept"] * len(found))])


def cloud_or_our_error(path) -> None:
    try:
        cloud = read_splats(path)
    except NavBenchError as error:
        assert "\n" not in str(error)
    else:
        assert np.isfinite(cloud.means).all()


@cache
def sound_file(ending: str) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"c{ending}"
        write_splats(random_cloud(20, 4), path)
        return path.read_bytes()


@pytest.mark.parametrize("ending", WRITERS)
@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(damage=DAMAGE)
def test_any_damage_gives_a_cloud_or_our_error(tmp_path, ending, damage):
    path = tmp_path / f"damaged{ending}"
    path.write_bytes(damaged(sound_file(ending), damage))
    cloud_or_our_error(path)


@pytest.mark.parametrize("ending", [".pt", ".npz", ".spz"])
@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(damage=DAMAGE)
def test_damage_below_the_checksums_gives_a_cloud_or_our_error(tmp_path, ending, damage):
    path = tmp_path / f"damaged{ending}"
    if ending == ".spz":
        path.write_bytes(gzip.compress(damaged(gzip.decompress(sound_file(ending)), damage)))
    else:
        with zipfile.ZipFile(io.BytesIO(sound_file(ending))) as old, zipfile.ZipFile(path, "w") as new:
            for entry in old.infolist():
                new.writestr(
                    entry.filename, damaged(old.read(entry), damage) if entry.file_size > 99 else old.read(entry)
                )
    cloud_or_our_error(path)


@given(content=st.binary(max_size=200), ending=st.sampled_from(sorted(WRITERS)))
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_bytes_give_a_cloud_or_our_error(tmp_path, content, ending):
    (tmp_path / f"bytes{ending}").write_bytes(content)
    cloud_or_our_error(tmp_path / f"bytes{ending}")
