"""Frames at a network's size, prepared once in one file that is mapped into memory, not read into it.

The file's name is a digest of the size and of every picture's path, length and time, so that it is never another data
set's, nor an earlier state of this one.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from baselines.preprocess import cropped_to_training_aspect, resized
from navbench_gs.domain.record import text_digest
from navbench_gs.drives.frames import read_picture
from navbench_gs.errors import DamagedFileError

Bytes = NDArray[np.uint8]


def read_frame(path: Path, width_px: int, height_px: int) -> Bytes:
    """One picture file as training sees it: cut to 4:3, then scaled, (height_px, width_px, 3).

    Raises:
        DamagedFileError: the file is absent or no picture.
    """
    return resized(cropped_to_training_aspect(read_picture(path)), width_px, height_px)


def stored_frames(paths: Sequence[Path], width_px: int, height_px: int, folder: Path) -> Bytes:
    """All pictures (N, height_px, width_px, 3), mapped from a file in ``folder`` that is made when it is not there.

    Raises:
        DamagedFileError: a picture is absent or cannot be read.
    """
    digest = files_digest(paths, f"{width_px} {height_px}")
    file = folder / f"frames-{digest}.npy"
    if not file.exists():
        folder.mkdir(parents=True, exist_ok=True)
        partial = folder / f".{file.stem}-{os.getpid()}.npy"
        shape = (len(paths), height_px, width_px, 3)
        frames = np.lib.format.open_memmap(partial, mode="w+", dtype=np.uint8, shape=shape)
        try:
            for number, path in enumerate(paths):
                frames[number] = read_frame(path, width_px, height_px)
        except DamagedFileError:
            partial.unlink()
            raise
        frames.flush()
        partial.replace(file)
    stored: Bytes = np.load(file, mmap_mode="r")
    return stored


def files_digest(paths: Sequence[Path], facts: str) -> str:
    """Of these facts and of every file's path, length and time.

    Raises:
        DamagedFileError: a file is absent.
    """
    lines = [facts]
    for path in paths:
        try:
            found = path.stat()
        except OSError as error:
            raise DamagedFileError(f"cannot read {path}: {error}") from error
        lines.append(f"{path.resolve()} {found.st_size} {found.st_mtime_ns}")
    return text_digest("\n".join(lines))
