"""A collision mesh from a file: the ``.ply`` that TSDF fusion and scanners write."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from navbench_gs.errors import DamagedFileError
from navbench_gs.terrain.terrain import Mesh

MAX_HEADER_BYTES = 1 << 16
MOST_FACES = 50_000_000


def read_mesh(path: Path) -> Mesh:
    """The triangles of a PLY mesh, binary or ASCII, in the file's own frame and units.

    Raises:
        DamagedFileError: absent, truncated, no PLY, without faces, with other faces than triangles, with a header that
            promises more than the file holds, or with vertices that are not finite or not there.
    """
    from plyfile import PlyData, PlyParseError

    try:
        _require_honest_header(path)
        data = PlyData.read(str(path), known_list_len={"face": {"vertex_indices": 3, "vertex_index": 3}})
        vertices = np.stack([np.asarray(data["vertex"][axis], dtype=np.float64) for axis in "xyz"], axis=1)
        faces = _triangles(np.asarray(data["face"].data))
    except (OSError, PlyParseError, KeyError, ValueError, TypeError, IndexError, EOFError, OverflowError) as error:
        raise DamagedFileError(f"cannot read the mesh {path}: {error}") from error
    if not len(faces):
        raise DamagedFileError(f"{path} has no faces: it is no mesh")
    if not np.isfinite(vertices).all():
        raise DamagedFileError(f"{path}: a vertex is not finite")
    if faces.min() < 0 or faces.max() >= len(vertices):
        raise DamagedFileError(f"{path}: a face names a vertex that is not there")
    return Mesh(vertices.astype(np.float32), faces.astype(np.int32))


def _triangles(faces: NDArray[Any]) -> NDArray[np.int64]:
    """Vertex numbers (F, 3), whichever of its two usual names the property has."""
    name = next(name for name in ("vertex_indices", "vertex_index") if name in (faces.dtype.names or ()))
    triangles: NDArray[np.int64] = np.array(faces[name].tolist() if faces[name].dtype == object else faces[name])
    return triangles.reshape(len(faces), 3)


def _require_honest_header(path: Path) -> None:
    """Refuse a header that claims more values than bytes follow it, before anything is allocated for them."""
    size = path.stat().st_size
    with path.open("rb") as file:
        header = file.read(MAX_HEADER_BYTES)
    end = header.find(b"end_header")
    if not header.startswith(b"ply") or end < 0:
        raise ValueError(f"it has no PLY header within its first {MAX_HEADER_BYTES} bytes")
    rows = claimed = 0
    for words in (line.split() for line in header[:end].decode("ascii", errors="replace").splitlines()):
        if words[:1] == ["element"]:
            rows = int(words[2])
            if rows > MOST_FACES:
                raise ValueError(f"it claims {rows} of '{words[1][:20]}', more than {MOST_FACES}")
        elif words[:1] == ["property"]:
            claimed += rows * (4 if words[1:2] == ["list"] else 1)
    if claimed > size - end:
        raise ValueError(f"truncated: its header claims at least {claimed} bytes of data, {size - end} follow")
