"""Zip archives of arrays (``.npz``, ``.pt``) that cannot swell: their entries lie in them as they are."""

from __future__ import annotations

import zipfile
from pathlib import Path

from navbench_gs.errors import DamagedFileError


def require_stored_zip(path: Path) -> None:
    """Refuse an archive whose entries are compressed or overlap: reading it could take far more memory than its size.

    Raises:
        DamagedFileError: the file is absent, no zip archive, or could swell.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
        size = path.stat().st_size
    except (OSError, zipfile.BadZipFile, ValueError, NotImplementedError, UnicodeDecodeError) as error:
        raise DamagedFileError(f"cannot read {path}: {error}") from error
    compressed = any(entry.compress_type != zipfile.ZIP_STORED for entry in entries)
    if compressed or sum(entry.file_size for entry in entries) > size:
        raise DamagedFileError(f"{path} is refused: its entries are compressed or claim more than its {size} bytes")
