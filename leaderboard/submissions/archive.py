"""The file of a submission: ``NAME.navbench.zip`` with a run's rows, recordings and manifest, a card, and digests.

Who reads one trusts nothing in it: names are checked against the few that belong there, sizes against bounds, contents
against ``digests.json`` (which finds damage; a forger writes it anew, and is found by driving the recordings again).
"""

from __future__ import annotations

import hashlib
import json
import re
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path

from leaderboard.submissions.card import CARD_FILE
from navbench_gs.domain.record import file_digest
from navbench_gs.errors import DamagedFileError, DigestMismatchError, printable
from navbench_gs.store.bounded_zip import Bounds, opened_zip
from navbench_gs.store.files import writing
from navbench_gs.store.folder import MANIFEST_FILE, RECORDINGS_FOLDER, ROWS_FILE

SUFFIX = ".navbench.zip"
DIGESTS_FILE = "digests.json"
MAIN_FILES = (MANIFEST_FILE, ROWS_FILE, CARD_FILE)
RECORDING_NAME = re.compile(rf"{RECORDINGS_FOLDER}/[A-Za-z0-9_]{{1,60}}-[a-z_]{{1,40}}-[0-9]{{1,6}}\.npz")
BOUNDS = Bounds(entries=20_000, entry_bytes=32 << 20, bytes=8 << 30)
MOST_FILE_BYTES = 4 << 30
BLOCK_BYTES = 1 << 20
FIXED_DATE = (1980, 1, 1, 0, 0, 0)
"""Of every entry, so that the same run packs into the same bytes."""


def write_archive(path: Path, files: Mapping[str, Path]) -> None:
    """Pack ``files`` (name inside -> where it lies) with their digests; there whole or not at all.

    Raises:
        StoreError: the file system refuses.
    """
    partial = path.with_name(f".{path.name}.partial")
    digests = {name: file_digest(source) for name, source in files.items()}
    with writing(path):
        try:
            with zipfile.ZipFile(partial, "w", zipfile.ZIP_DEFLATED) as archive:
                archive.writestr(_entry(DIGESTS_FILE), json.dumps(digests, indent=1, sort_keys=True) + "\n")
                for name, source in files.items():
                    archive.writestr(_entry(name), source.read_bytes())
            partial.replace(path)
        finally:
            partial.unlink(missing_ok=True)


def _entry(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, FIXED_DATE)
    entry.external_attr = 0o644 << 16
    entry.compress_type = zipfile.ZIP_STORED if name.endswith(".npz") else zipfile.ZIP_DEFLATED
    return entry


def unpack_archive(path: Path, folder: Path) -> None:
    """Write the files of a submission into an empty folder, and check that they are those that were packed.

    Memory stays within a block however the file was made.

    Raises:
        DamagedFileError: it is no submission: not a zip file, too large, or with files that do not belong there.
        DigestMismatchError: a file is not the one that was packed.
    """
    try:
        if path.stat().st_size > MOST_FILE_BYTES:
            raise DamagedFileError(f"{path} is larger than {MOST_FILE_BYTES >> 30} GiB")
        with opened_zip(path, BOUNDS) as archive:
            _require_known_names(path, archive.namelist())
            (folder / RECORDINGS_FOLDER).mkdir(parents=True, exist_ok=True)
            digests = {entry.filename: _extracted(archive, entry, folder) for entry in archive.infolist()}
    except (OSError, EOFError, ValueError, NotImplementedError, RuntimeError, zipfile.BadZipFile, zlib.error) as error:
        raise DamagedFileError(f"cannot unpack {path}: {printable(str(error))}") from error
    _require_digests(path, folder / DIGESTS_FILE, digests)


def _require_known_names(path: Path, names: list[str]) -> None:
    for name in names:
        if name not in (*MAIN_FILES, DIGESTS_FILE) and not RECORDING_NAME.fullmatch(name):
            raise DamagedFileError(f"{path}: {name[:200]!a} is no part of a submission")
    for name in (*MAIN_FILES, DIGESTS_FILE):
        if name not in names:
            raise DamagedFileError(f"{path} lacks {name}; make submissions with 'navbench submit pack'")


def _extracted(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, folder: Path) -> str:
    """Write one entry block by block; its SHA-256."""
    digest, written = hashlib.sha256(), 0
    with archive.open(entry) as source, (folder / entry.filename).open("xb") as target:
        for block in iter(lambda: source.read(BLOCK_BYTES), b""):
            written += len(block)
            digest.update(block)
            target.write(block)
    if written != entry.file_size:
        raise DamagedFileError(f"{entry.filename!a} is cut off")
    return digest.hexdigest()


def _require_digests(path: Path, file: Path, found: Mapping[str, str]) -> None:
    for name, digest in _claimed(path, file):
        if found.get(name) != digest:
            raise DigestMismatchError(f"{path}: {printable(name)} is not the file that was packed")
    extra = sorted(set(found) - {DIGESTS_FILE, *(name for name, _ in _claimed(path, file))})
    if extra:
        raise DigestMismatchError(f"{path}: {printable(extra[0])} was added after it was packed")


def _claimed(path: Path, file: Path) -> Iterator[tuple[str, str]]:
    try:
        content = json.loads(file.read_text())
    except (ValueError, RecursionError) as error:
        raise DamagedFileError(f"{path}: {DIGESTS_FILE} is not JSON") from error
    if not isinstance(content, dict) or not all(isinstance(value, str) for value in content.values()):
        raise DamagedFileError(f"{path}: {DIGESTS_FILE} holds no digests")
    yield from content.items()
