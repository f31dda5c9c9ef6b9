"""Which reader reads which splat file."""

from __future__ import annotations

from pathlib import Path

from navbench_gs.domain.cloud import GaussianCloud
from navbench_gs.errors import UnknownNameError
from navbench_gs.splats.cloud import read_cloud
from navbench_gs.splats.ply import read_ply
from navbench_gs.splats.splat import read_splat

READERS = {".npz": read_cloud, ".ply": read_ply, ".splat": read_splat}


def read_splats(path: Path) -> GaussianCloud:
    """The Gaussians of a file, by its suffix.

    Raises:
        UnknownNameError: no reader has that suffix.
        DamagedFileError: the file is absent, truncated, another format, or holds unsound values.
    """
    reader = READERS.get(path.suffix.lower())
    if reader is None:
        raise UnknownNameError("splat format", path.suffix, READERS)
    return reader(path)
