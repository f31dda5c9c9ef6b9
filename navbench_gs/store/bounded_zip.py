"""Zip files from strangers: what would take much memory, or land elsewhere, is refused before it is read."""

from __future__ import annotations

import os
import stat
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from navbench_gs.errors import DamagedFileError

END_BYTES = 22
"""Length of the record at a zip file's end, if no comment follows it."""
END_MAGIC, LARGE_MAGIC = b"PK\x05\x06", b"PK\x06\x07"
LARGE_LOCATOR_BYTES = 20
LEAST_ENTRY_BYTES = 46
LONGEST_NAME = 200
METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)


@dataclass(frozen=True)
class Bounds:
    """How much a zip file may hold."""

    entries: int
    entry_bytes: int
    """Of one entry, unpacked."""
    bytes: int
    """Of all entries together, unpacked."""


@contextmanager
def opened_zip(path: Path, bounds: Bounds) -> Iterator[zipfile.ZipFile]:
    """A zip file whose entries are plain files within ``bounds``, each under a name of its own.

    What is read of an entry is never more than it declares, and what it declares was checked.

    Raises:
        DamagedFileError: it is no zip file, or more than ``bounds``; one line.
        OSError: it cannot be opened.
    """
    with path.open("rb") as file:
        _require_short_list(path, file, bounds)
        try:
            archive = zipfile.ZipFile(file)
        except (zipfile.BadZipFile, ValueError, NotImplementedError, UnicodeDecodeError) as error:
            raise DamagedFileError(f"{path} is not a zip file ({error})") from error
        with archive:
            _require_plain_entries(path, archive.infolist(), bounds)
            yield archive


def _require_short_list(path: Path, file: BinaryIO, bounds: Bounds) -> None:
    """Refuse a list of entries that is long, before ``zipfile`` reads it."""
    size = file.seek(0, os.SEEK_END)
    file.seek(max(0, size - END_BYTES - LARGE_LOCATOR_BYTES))
    tail = file.read()
    end = tail[-END_BYTES:]
    if len(end) < END_BYTES or end[:4] != END_MAGIC or end[-2:] != b"\0\0":
        raise DamagedFileError(f"{path} is not a plain zip file: it does not end as one")
    count, list_bytes = int.from_bytes(end[10:12], "little"), int.from_bytes(end[12:16], "little")
    too_long = list_bytes > bounds.entries * (LEAST_ENTRY_BYTES + LONGEST_NAME)
    if count > bounds.entries or too_long or tail[:4] == LARGE_MAGIC:
        raise DamagedFileError(f"{path} holds more than {bounds.entries:,} files")
    file.seek(0)


def _require_plain_entries(path: Path, entries: list[zipfile.ZipInfo], bounds: Bounds) -> None:
    if len(entries) > bounds.entries:
        raise DamagedFileError(f"{path} holds more than {bounds.entries:,} files")
    seen: set[str] = set()
    total = 0
    for entry in entries:
        name = ascii(entry.filename[:LONGEST_NAME])
        kind = stat.S_IFMT(entry.external_attr >> 16)
        if kind not in (0, stat.S_IFREG) or entry.is_dir():
            raise DamagedFileError(f"{path}: {name} is not a plain file")
        if entry.flag_bits & 1 or entry.compress_type not in METHODS:
            raise DamagedFileError(f"{path}: {name} is encrypted, or packed by another method than deflate")
        if entry.filename in seen:
            raise DamagedFileError(f"{path} holds two files called {name}")
        if entry.file_size > bounds.entry_bytes:
            raise DamagedFileError(f"{path}: {name} unpacks to more than {bounds.entry_bytes:,} bytes")
        seen.add(entry.filename)
        total += entry.file_size
    if total > bounds.bytes:
        raise DamagedFileError(f"{path} unpacks to more than {bounds.bytes:,} bytes")
