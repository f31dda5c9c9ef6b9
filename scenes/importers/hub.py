"""The Hugging Face hub: what a data set holds, and its files, downloaded so that a broken download goes on.

The only place that knows ``huggingface_hub``. What was downloaded is checked against the hub's hashes and listed with
its own in ``fetched.json``.
"""

from __future__ import annotations

import glob
import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from navbench_gs.domain.record import Record, file_digest, read_record
from navbench_gs.errors import DigestMismatchError, MissingPackageError, NavBenchError, SceneUnavailableError, one_line

LEDGER_FILE = "fetched.json"


@dataclass(frozen=True)
class PublishedFile:
    """One file of a repository."""

    size: int
    sha256: str | None
    """None for small files, which the hub keeps no such hash of."""


@dataclass(frozen=True)
class Listing:
    """A repository at one commit."""

    repository: str
    revision: str
    licence: str
    """``unknown`` if its card names none."""
    files: dict[str, PublishedFile]

    @property
    def url(self) -> str:
        """Where people read about it."""
        return f"https://huggingface.co/datasets/{self.repository}"


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
    hub = _hub()
    try:
        info = hub.HfApi().dataset_info(repository, files_metadata=True)
    except Exception as error:  # the hub's client raises its own, its transport's and the system's errors
        raise _unreachable(repository, error) from error
    files = {entry.rfilename: PublishedFile(entry.size or 0, _lfs_hash(entry)) for entry in info.siblings or ()}
    return Listing(repository, str(info.sha), _licence(info), {name: files[name] for name in files if _is_safe(name)})


def download(listing: Listing, names: Iterable[str], folder: Path) -> None:
    """Bring the files ``names`` of a data set into ``folder``; those that lie there whole are not downloaded again.

    Raises:
        SceneUnavailableError: the hub cannot be reached; what was downloaded stays.
        DigestMismatchError: a file is not what the hub says, or has changed since it was downloaded.
    """
    wanted = sorted(names)
    hub = _hub()
    ledger = _ledger(listing, folder)
    lacking = [name for name in wanted if not _lies_whole(listing, ledger, name, folder)]
    if not lacking:
        return
    try:
        folder.mkdir(parents=True, exist_ok=True)
        hub.snapshot_download(
            listing.repository,
            repo_type="dataset",
            revision=listing.revision,
            allow_patterns=[glob.escape(name) for name in lacking],
            local_dir=str(folder),
        )
    except Exception as error:
        raise _unreachable(listing.repository, error) from error
    found = {name: _checked(listing, name, folder) for name in lacking}
    ledger = ledger.model_copy(update={"files": {**ledger.files, **found}})
    partial = folder / f".{LEDGER_FILE}.part"
    partial.write_text(json.dumps(ledger.model_dump(mode="json"), indent=1, sort_keys=True) + "\n")
    partial.replace(folder / LEDGER_FILE)


def _hub() -> Any:
    try:
        import huggingface_hub
    except ImportError as error:
        raise MissingPackageError("fetching needs huggingface_hub: 'pip install huggingface_hub'") from error
    return huggingface_hub


def _unreachable(repository: str, error: Exception) -> NavBenchError:
    return SceneUnavailableError(
        f"cannot fetch {repository} from huggingface.co ({one_line(error)}); what was downloaded stays: "
        "the same command goes on"
    )


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


def _checked(listing: Listing, name: str, folder: Path) -> Fetched:
    """What lies in the folder now under a name.

    Raises:
        DigestMismatchError: it is absent or not what the hub says.
    """
    path, published = folder / name, listing.files[name]
    if not path.is_file():
        raise DigestMismatchError(f"{listing.repository} did not give {name}; the same command tries again")
    digest = file_digest(path)
    if published.sha256 not in (None, digest):
        raise DigestMismatchError(
            f"{path} has hash {digest[:16]}, but the hub names {str(published.sha256)[:16]}; delete it and fetch again"
        )
    return Fetched(sha256=digest, size=path.stat().st_size, revision=listing.revision)
