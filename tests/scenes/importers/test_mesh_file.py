"""Collision meshes from strangers: read or refused in one line, whatever their header claims."""

from __future__ import annotations

import struct

import numpy as np
import pytest

from navbench_gs.errors import DamagedFileError
from scenes.importers.mesh_file import read_mesh

HEAD = (
    "ply\nformat {kind} 1.0\nelement vertex {vertices}\nproperty float x\nproperty float y\nproperty float z\n"
    "element face {faces}\nproperty list uchar int {name}\nend_header\n"
)
TRIANGLE = struct.pack("<9f", 0, 0, 0, 1, 0, 0, 0, 1, 0)
FACE = struct.pack("<B3i", 3, 0, 1, 2)


def head(kind="binary_little_endian", vertices=3, faces=1, name="vertex_indices"):
    return HEAD.format(kind=kind, vertices=vertices, faces=faces, name=name).encode()


@pytest.mark.parametrize(
    "content",
    [
        head() + TRIANGLE + FACE,
        head(name="vertex_index") + TRIANGLE + FACE,
        head("ascii") + b"0 0 0\n1 0 0\n0 1 0\n3 0 1 2\n",
    ],
)
def test_a_triangle_is_read(tmp_path, content):
    (tmp_path / "mesh.ply").write_bytes(content)
    mesh = read_mesh(tmp_path / "mesh.ply")
    np.testing.assert_array_equal(mesh.vertices, [[0, 0, 0], [1, 0, 0], [0, 1, 0]])
    np.testing.assert_array_equal(mesh.faces, [[0, 1, 2]])


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (head(vertices=10_000_000_000) + TRIANGLE + FACE, "claims 10000000000"),
        (head(faces=40_000_000) + TRIANGLE + FACE, "truncated"),
        (head("ascii", faces=40_000_000) + b"0 0 0\n1 0 0\n0 1 0\n3 0 1 2\n", "truncated"),
        (head() + TRIANGLE, "cannot read the mesh"),
        (head() + TRIANGLE + struct.pack("<B4i", 4, 0, 1, 2, 0), "cannot read the mesh"),
        (head() + TRIANGLE + struct.pack("<B3i", 3, 0, 1, 7), "names a vertex that is not there"),
        (head() + struct.pack("<9f", np.nan, *[0] * 8) + FACE, "not finite"),
        (head(faces=0) + TRIANGLE, "no faces"),
        (b"PK\x03\x04", "no PLY header"),
        (b"ply\n" + b"comment x\n" * 10_000, "no PLY header"),
    ],
)
def test_hostile_meshes_end_in_one_line(tmp_path, content, says):
    (tmp_path / "mesh.ply").write_bytes(content)
    with pytest.raises(DamagedFileError, match=says) as raised:
        read_mesh(tmp_path / "mesh.ply")
    assert "\n" not in str(raised.value)


def test_an_absent_mesh_is_one_line(tmp_path):
    with pytest.raises(DamagedFileError, match="cannot read the mesh"):
        read_mesh(tmp_path / "none.ply")
