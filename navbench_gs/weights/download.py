"""Downloads that go on where they broke off and are taken only when they are what the publisher names."""

from __future__ import annotations

import http.client
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

from navbench_gs.domain.record import file_digest
from navbench_gs.errors import DigestMismatchError, MissingPackageError, WeightsError, one_line
from navbench_gs.weights.publishers import Publication, PublishedFile

BLOCK = 1 << 20
TIMEOUT_S = 60.0
PARTIAL_CONTENT = 206
RANGE_NOT_SATISFIABLE = 416

Progress = Callable[[int], None]
"""Told how many bytes are there."""


def download(publication: Publication, folder: Path, progress: Progress | None = None) -> tuple[Path, ...]:
    """Bring all files of a publication into ``folder``; what lies there whole is not downloaded again.

    Raises:
        WeightsError: there is nothing to download, or the publisher cannot be reached; what was downloaded stays.
        DigestMismatchError: a file is not the one on record.
    """
    if not publication.files:
        raise WeightsError(f"{publication.title} has no direct address: get it from {publication.page}")
    return tuple(download_file(file, folder / file.name, progress) for file in publication.files)


def download_file(file: PublishedFile, target: Path, progress: Progress | None = None) -> Path:
    """Bring one file to ``target``; what lies there already must be that file. Raises as :func:`fetch_file`."""
    if target.exists():
        require_as_recorded(file, target)
    else:
        fetch_file(file, target, progress)
    return target


def fetch_file(file: PublishedFile, target: Path, progress: Progress | None = None) -> str:
    """Bring one file to ``target``, over what lies there, once it is whole and what its record says.

    Returns:
        Its SHA-256, hexadecimal.

    Raises:
        WeightsError: the publisher cannot be reached; what was downloaded stays.
        DigestMismatchError: the file is not the one on record.
        MissingPackageError: it lies on the hub, and ``huggingface_hub`` is not installed.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    if file.repository is not None:
        arrived = _from_hub(file, target.parent)
    else:
        arrived = target.with_name(f"{target.name}.part")
        _over_http(file, arrived, progress or (lambda _: None))
    digest = require_as_recorded(file, arrived)
    arrived.replace(target)
    return digest


def hub_client() -> Any:
    """The package ``huggingface_hub``.

    Raises:
        MissingPackageError: it is not installed.
    """
    try:
        import huggingface_hub
    except ImportError as error:
        raise MissingPackageError("fetching needs huggingface_hub: 'pip install huggingface_hub'") from error
    return huggingface_hub


def unreachable(address: str, error: Exception) -> str:
    """The line that says why nothing came from an address."""
    return f"cannot fetch {address} ({one_line(error)}); what was downloaded stays: the same command goes on"


def _over_http(file: PublishedFile, partial: Path, progress: Progress) -> None:
    try:
        _fetch(file, partial, progress)
    except (OSError, http.client.HTTPException) as error:
        raise WeightsError(unreachable(file.url, error)) from error


def _fetch(file: PublishedFile, partial: Path, progress: Progress) -> None:
    """Append what is lacking to the partial file."""
    have = partial.stat().st_size if partial.exists() else 0
    if file.size is not None and have == file.size:
        return
    request = urllib.request.Request(file.url, headers={"Range": f"bytes={have}-"} if have else {})
    try:
        answer = urllib.request.urlopen(request, timeout=TIMEOUT_S)
    except urllib.error.HTTPError as error:
        if error.code == RANGE_NOT_SATISFIABLE and have:
            return  # it was whole already
        raise
    with answer, partial.open("ab" if answer.status == PARTIAL_CONTENT else "wb") as out:
        for block in iter(lambda: answer.read(BLOCK), b""):
            out.write(block)
            progress(out.tell())
            if file.size is not None and out.tell() > file.size:
                break  # longer than it should be: refused below


def require_as_recorded(file: PublishedFile, path: Path) -> str:
    """Refuse a file that is not the one on record; the SHA-256 of one that is, hexadecimal.

    Raises:
        WeightsError: it is shorter, so far.
        DigestMismatchError: it is another.
    """
    size = path.stat().st_size
    if file.size is not None and size < file.size:
        raise WeightsError(f"{path} has {size:,} of {file.size:,} bytes: the same command goes on")
    digest = file_digest(path)
    if (file.size is not None and size > file.size) or file.sha256 not in (None, digest):
        raise DigestMismatchError(f"{path} is not the file on record for {file.url}: delete it and fetch again")
    return digest


def _from_hub(file: PublishedFile, folder: Path) -> Path:
    """Through the hub's own client, which resumes; where the file lies then."""
    hub, kind = hub_client(), "dataset" if file.of_data_set else "model"
    incoming = str(folder / ".incoming")
    try:
        arrived = hub.hf_hub_download(
            file.repository, file.name, repo_type=kind, revision=file.revision, local_dir=incoming
        )
    except Exception as error:  # the hub's client raises its own, its transport's and the system's errors
        raise WeightsError(unreachable(file.url, error)) from error
    return Path(arrived)
