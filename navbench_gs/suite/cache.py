"""The cache: the folder of generated splats and training scenes, and what happens when it cannot be written."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from navbench_gs.errors import StoreError


def cache_folder() -> Path:
    """Where generated splats and training scenes are kept: ``NAVBENCH_CACHE``, else the platform's cache folder."""
    chosen = os.environ.get("NAVBENCH_CACHE")
    if chosen:
        return Path(chosen)
    import platformdirs

    return Path(platformdirs.user_cache_dir("navbench-gs"))


@contextmanager
def cache_written() -> Iterator[None]:
    """Turn a failure to write the cache into one clear line."""
    try:
        yield
    except OSError as error:
        raise StoreError(
            f"cannot write the cache {cache_folder()}: {error.strerror or error}; "
            "set NAVBENCH_CACHE to a folder with space that you may write"
        ) from error
