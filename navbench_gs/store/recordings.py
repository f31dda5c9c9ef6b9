"""Recordings: a Trajectory as a compressed ``.npz`` without objects, exact and with the same bytes every time."""

from __future__ import annotations

import io
import math
import zipfile
import zlib
from dataclasses import fields
from pathlib import Path
from typing import Any, get_args

import numpy as np
from numpy.typing import NDArray

from navbench_gs.domain.trajectory import CONTACT_KINDS, Ended, Trajectory
from navbench_gs.errors import DamagedFileError
from navbench_gs.store.bounded_zip import Bounds, opened_zip
from navbench_gs.store.files import write_whole

ARRAYS = {
    "poses": ("<f8", ("poses", 3)),
    "velocities": ("<f8", ("poses", 2)),
    "commands": ("<f8", ("ticks", 2)),
    "remaining_m": ("<f8", ("poses",)),
    "on_walkable": ("|b1", ("poses",)),
    "pedestrians": ("<f8", ("poses", "pedestrians", 3)),
    "contact_tick": ("<i4", ("contacts",)),
    "contact_kind": ("<i4", ("contacts",)),
    "contact_actor": ("<i4", ("contacts",)),
    "contact_approach_mps": ("<f8", ("contacts",)),
    "decision_ticks": ("<i4", ("decisions",)),
}
"""Array of a Trajectory -> its type on disk and its axes."""
SEEN_ARRAYS = {"support": "<f8", "camera_distance_m": "<f8"}
"""Arrays with a value per decision, or none at all if nothing was seen; the first recordings lack them."""
TEXTS = ("scene", "task", "episode", "rules", "ended", "message")
PERTURBATION = "perturbation"
"""A text that the first recordings lack."""
BOUNDS = Bounds(entries=32, entry_bytes=16 << 20, bytes=32 << 20)
"""Of a recording, unpacked; 60 s with nine pedestrians take 0.4 MB."""
MOST_HEADER_BYTES = 1000
DAMAGE: tuple[type[Exception], ...] = (
    *(DamagedFileError, OSError, ValueError, KeyError, EOFError, TypeError, zipfile.BadZipFile, zlib.error),
    *(NotImplementedError, RuntimeError, SyntaxError, OverflowError),
)
"""What reading a damaged or hostile file raises."""


def save_recording(trajectory: Trajectory, path: Path) -> None:
    """Write a recording; it is there whole or not at all.

    Raises:
        StoreError: the file system refuses.
    """
    types: dict[str, Any] = {"index": "<i4", "tick_s": "<f8", **dict.fromkeys((*TEXTS, PERTURBATION), np.str_)}
    types |= {name: dtype for name, (dtype, _) in ARRAYS.items()} | SEEN_ARRAYS
    content: dict[str, Any] = {name: np.asarray(getattr(trajectory, name), dtype=types[name]) for name in types}
    buffer = io.BytesIO()
    np.savez_compressed(buffer, **content)
    write_whole(path, buffer.getvalue())


def read_recording(path: Path) -> Trajectory:
    """Read what :func:`save_recording` wrote.

    Raises:
        DamagedFileError: the file is absent, truncated, or its arrays do not fit together.
    """
    try:
        data = _arrays(path)
        content: dict[str, Any] = {name: data[name] for name in ARRAYS}
        content |= {name: str(data[name]) for name in TEXTS}
        content |= {"index": int(data["index"]), "tick_s": float(data["tick_s"])}
        content |= {name: data.get(name, np.zeros(0)) for name in SEEN_ARRAYS}
        content[PERTURBATION] = str(data.get(PERTURBATION, ""))
    except DAMAGE as error:
        raise DamagedFileError(
            f"{path} is not a recording ({error}); delete it and its row, and run the same command again"
        ) from error
    assert set(content) == {field.name for field in fields(Trajectory)}
    fault = _fault(content)
    if fault:
        raise DamagedFileError(f"{path}: {fault}; delete it and its row, and run the same command again")
    return Trajectory(**content)


def _arrays(path: Path) -> dict[str, NDArray[Any]]:
    """Every array of a recording's file, by name."""
    with opened_zip(path, BOUNDS) as archive:
        return {entry.removesuffix(".npy"): _array(archive.read(entry)) for entry in archive.namelist()}


def _array(data: bytes) -> NDArray[Any]:
    """The array in the bytes of a ``.npy`` file, which must be as long as its header says."""
    file = io.BytesIO(data)
    version = np.lib.format.read_magic(file)
    read = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
    shape, _, dtype = read(file, max_header_size=MOST_HEADER_BYTES)
    if dtype.hasobject or math.prod(shape) * dtype.itemsize != len(data) - file.tell():
        raise ValueError(f"an array of {dtype} {shape} does not have the bytes it claims")
    file.seek(0)
    array: NDArray[Any] = np.lib.format.read_array(file, allow_pickle=False, max_header_size=MOST_HEADER_BYTES)
    return array


def _fault(content: dict[str, Any]) -> str | None:
    """What is wrong with the arrays of a recording; None if they fit together."""
    lengths: dict[str, int] = {}
    for name, (dtype, axes) in ARRAYS.items():
        array = content[name]
        if array.dtype != np.dtype(dtype) or array.ndim != len(axes):
            return f"{name} is {array.dtype} {array.shape}"
        for axis, length in zip(axes, array.shape, strict=True):
            expected = axis if isinstance(axis, int) else lengths.setdefault(axis, length)
            if length != expected:
                return f"{name} has shape {array.shape}, which does not fit the other arrays"
        if array.dtype.kind == "f" and not np.isfinite(array).all():
            return f"{name} is not finite"
    for name, dtype in SEEN_ARRAYS.items():
        array = content[name]
        if array.dtype != np.dtype(dtype) or array.shape not in ((0,), (lengths["decisions"],)):
            return f"{name} is {array.dtype} {array.shape}, which does not fit the other arrays"
        if not (np.isfinite(array) & (array >= 0.0)).all():
            return f"{name} is negative or not finite"
    if (content["support"] > 1.0).any():
        return "support is more than the whole view"
    if lengths["ticks"] != max(lengths["poses"] - 1, 0):
        return f"{lengths['ticks']} commands do not fit {lengths['poses']} poses"
    if not np.isin(content["contact_kind"], np.arange(len(CONTACT_KINDS))).all():
        return "contact_kind has an unknown kind"
    if content["ended"] not in get_args(Ended) or not content["tick_s"] > 0:
        return f"it ended as '{content['ended']}' with a tick of {content['tick_s']} s"
    return None
