"""How large a cloud may be: what bounds the memory that a file from a stranger can take."""

from __future__ import annotations

from pathlib import Path

from navbench_gs.errors import DamagedFileError

MAX_GAUSSIANS = 10_000_000
"""Also the limit of the ``.spz`` reference reader. At degree 3 this many take 2.4 GB, up to 7 GB while read."""


def require_readable(path: Path, count: int) -> None:
    """Refuse a file of more Gaussians than are read, before memory is taken for them.

    Raises:
        DamagedFileError: ``count`` is beyond :data:`MAX_GAUSSIANS`.
    """
    if count > MAX_GAUSSIANS:
        raise DamagedFileError(f"{path} claims {count:,} Gaussians; at most {MAX_GAUSSIANS:,} are read: prune it first")
