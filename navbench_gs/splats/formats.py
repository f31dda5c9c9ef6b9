"""The door for splat files: any kind in, any kind out, by the name's ending, checked against the first bytes."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path

from navbench_gs.domain.cloud import GaussianCloud
from navbench_gs.errors import DamagedFileError, StoreError, UnknownNameError
from navbench_gs.splats.checkpoint import read_checkpoint, write_checkpoint
from navbench_gs.splats.cloud import read_cloud, save_cloud
from navbench_gs.splats.ply import read_ply, write_ply
from navbench_gs.splats.ply_compressed import write_compressed_ply
from navbench_gs.splats.splat import read_splat, write_splat
from navbench_gs.splats.spz import read_spz, write_spz

READERS: dict[str, Callable[[Path], GaussianCloud]] = {
    ".npz": read_cloud,
    ".ply": read_ply,
    ".pt": read_checkpoint,
    ".splat": read_splat,
    ".spz": read_spz,
}
"""Suffix -> reader; ``.ply`` reads the compressed kind too."""
WRITERS: dict[str, Callable[[GaussianCloud, Path], None]] = {
    ".compressed.ply": write_compressed_ply,
    ".npz": lambda cloud, path: save_cloud(path, cloud),
    ".ply": write_ply,
    ".pt": write_checkpoint,
    ".splat": write_splat,
    ".spz": write_spz,
}
"""Ending of the name -> writer, the longer ending first."""
MAGICS = {
    b"ply": ("a PLY file", {".ply"}),
    b"PK\x03\x04": ("a zip archive", {".npz", ".pt"}),
    b"\x1f\x8b\x08": ("a gzip archive", {".spz"}),
}
"""First bytes -> what begins so, and the suffixes such a file may have; a ``.splat`` has no first bytes of its own."""


def read_splats(path: Path) -> GaussianCloud:
    """The Gaussians of a file, by its suffix.

    Raises:
        UnknownNameError: no reader has that suffix.
        DamagedFileError: the file is absent, truncated, another format, empty, or holds unsound values.
    """
    suffix = path.suffix.lower()
    if suffix not in READERS:
        raise UnknownNameError("splat format", path.suffix, READERS)
    _require_kind(path, suffix)
    try:
        cloud = READERS[suffix](path)
    except MemoryError as error:
        raise DamagedFileError(f"{path} asks for more memory than there is") from error
    if not len(cloud):
        raise DamagedFileError(f"{path} holds no Gaussian")
    return cloud


def write_splats(cloud: GaussianCloud, path: Path) -> None:
    """Write a cloud as the kind of file that ``path`` ends in, whole or not at all; each writer says what it loses.

    Raises:
        UnknownNameError: no writer has that ending.
        StoreError: the file system refuses.
    """
    writer = WRITERS[writable_ending(path)]
    partial = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        writer(cloud, partial)
        partial.replace(path)
    except OSError as error:
        raise StoreError(f"cannot write {path}: {error.strerror or error}") from error
    finally:
        with suppress(OSError):
            partial.unlink(missing_ok=True)


def writable_ending(path: Path) -> str:
    """Which ending of :data:`WRITERS` a path has.

    Raises:
        UnknownNameError: none; the closest one is offered.
    """
    for ending in WRITERS:
        if path.name.lower().endswith(ending):
            return ending
    raise UnknownNameError("splat format", path.suffix, WRITERS)


def _require_kind(path: Path, suffix: str) -> None:
    """Refuse a file whose first bytes are those of another kind than its suffix says."""
    try:
        with path.open("rb") as file:
            start = file.read(4)
    except OSError as error:
        raise DamagedFileError(f"cannot read {path}: {error.strerror or error}") from error
    for magic, (what, suffixes) in MAGICS.items():
        if start.startswith(magic) and suffix not in suffixes:
            raise DamagedFileError(
                f"{path} is not a {suffix} file: it begins like {what}; name it {_either(suffixes)} if it is one"
            )
        if suffix in suffixes and not start.startswith(magic):
            raise DamagedFileError(f"{path} is not a {suffix} file: it does not begin like {what}")


def _either(names: Iterable[str]) -> str:
    return " or ".join(sorted(names))
