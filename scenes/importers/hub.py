"""The Hugging Face hub: what a data set holds, and its files, downloaded so that a broken download goes on.

What was downloaded is checked against the hub's hashes and listed with its own in ``fetched.json``.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from navbench_gs.domain.record import Record, file_digest, read_record
from navbench_gs.errors import SceneUnavailableError, WeightsError
from navbench_gs.weights.download import fetch_file, hub_client, unreachable
from navbench_gs.weights.publishers import PublishedFile, data_set_page, file_on_hub

LEDGER_FILE = "fetched.json"


@dataclass(frozen=True)
class Listing:
    """A repository at one commit."""

    repository: str
    revision: str
    licence: str
    """``unknown`` if its card names none."""
    files: dict[str, PublishedFile]
    """By name; the hub keeps no SHA-256 of small ones."""

    @property
    def url(self) -> str:
        """Where people read about it."""
        return data_set_page(self.repository)


class Fetched(Record):
    """One downloaded file of the ledger."""

    sha256: str
    size: int
    revision: str


class Ledger(Record):
    """The file ``fetched.json``: what lies in a folder of downloads, and where it came from."""

    repository: str
    licence: str
    files: dict[str, Fetched]


def list_files(repository: str) -> Listing:
    """What a data set holds now.

    Raises:
        SceneUnavailableError: the hub cannot be reached, or there is no such data set.
        MissingPackageError: ``huggingface_hub`` is not installed.
    """
    hub = hub_client()
    try:
        info = hub.HfApi().dataset_info(repository, files_metadata=True)
    except Exception as error:  # the hub's client raises its own, its transport's and the system's errors
        raise SceneUnavailableError(unreachable(data_set_page(repository), error)) from error
    revision = str(info.sha)
    files = [
        file_on_hub(repository, entry.rfilename, entry.size, _lfs_hash(entry), revision=revision, of_data_set=True)
        for entry in info.siblings or ()
    ]
    return Listing(repository, revision, _licence(info), {file.name: file for file in files if _is_safe(file.name)})


def download(listing: Listing, names: Iterable[str], folder: Path) -> None:
    """Bring the files ``names`` of a data set into ``folder``; those that lie there whole are not downloaded again.

    Raises:
        SceneUnavailableError: the hub cannot be reached; what was downloaded stays.
        DigestMismatchError: a file is not what the hub says.
        MissingPackageError: ``huggingface_hub`` is not installed.
    """
    ledger = _ledger(listing, folder)
    for name in sorted(names):
        if _lies_whole(listing, ledger, name, folder):
            continue
        try:
            digest = fetch_file(listing.files[name], folder / name)
        except WeightsError as error:
            raise SceneUnavailableError(str(error)) from error
        entry = Fetched(sha256=digest, size=(folder / name).stat().st_size, revision=listing.revision)
        ledger = ledger.model_copy(update={"files": {**ledger.files, name: entry}})
        _keep(ledger, folder)


def _is_safe(name: str) -> bool:
    """Whether a file's name stays inside the folder it is downloaded to."""
    path = PurePosixPath(name)
    return not path.is_absolute() and ".." not in path.parts and "\\" not in name and ":" not in name


def _lfs_hash(entry: Any) -> str | None:
    lfs = getattr(entry, "lfs", None)
    found = lfs.get("sha256") if isinstance(lfs, dict) else getattr(lfs, "sha256", None)
    return str(found) if found else None


def _licence(info: Any) -> str:
    """The licence that the data set's card names."""
    card = getattr(info, "card_data", None)
    named = card.get("license") if isinstance(card, dict) else getattr(card, "license", None)
    tagged = [tag.partition(":")[2] for tag in getattr(info, "tags", None) or () if tag.startswith("license:")]
    words = [named] if isinstance(named, str) else list(named or tagged)
    text = ", ".join(str(word) for word in words)
    return {"apache-2.0": "Apache-2.0", "mit": "MIT"}.get(text, text) or "unknown"


def _ledger(listing: Listing, folder: Path) -> Ledger:
    if (folder / LEDGER_FILE).exists():
        return read_record(folder / LEDGER_FILE, Ledger)
    return Ledger(repository=listing.repository, licence=listing.licence, files={})


def _keep(ledger: Ledger, folder: Path) -> None:
    """Write the ledger so that it is there whole, or as it was."""
    partial = folder / f".{LEDGER_FILE}.part"
    partial.write_text(json.dumps(ledger.model_dump(mode="json"), indent=1, sort_keys=True) + "\n")
    partial.replace(folder / LEDGER_FILE)


def _lies_whole(listing: Listing, ledger: Ledger, name: str, folder: Path) -> bool:
    """Whether a file was downloaded and is what was downloaded; one of another revision is fetched anew."""
    path, known = folder / name, ledger.files.get(name)
    if known is None or not path.is_file() or path.stat().st_size != known.size:
        return False
    published = listing.files[name]
    if published.sha256 not in (None, known.sha256) or (
        published.sha256 is None and known.revision != listing.revision
    ):
        return False
    return file_digest(path) == known.sha256
