"""Where entries come from: run folders, and stored submissions with their card and badge."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from leaderboard.submissions.storage import BADGE_FILE, BADGES
from navbench_gs.errors import DamagedFileError, InvalidRecordError
from navbench_gs.store.folder import MANIFEST_FILE, RECORDINGS_FOLDER, RunFolder

CARD_FILES = ("card.yaml", "card.json")
LARGEST_CARD = 256 * 1024
"""Bytes of a card or badge that are read."""


@dataclass(frozen=True, eq=False)
class Source:
    """One run folder, and what its submitter and its judges say about it."""

    run: RunFolder
    badge: str = BADGES[0]
    card: Mapping[str, str] = field(default_factory=dict)
    """Field of the submission's card -> its text; empty for a run that nobody submitted."""
    submitted: bool = False
    """Whether it came with a card or a badge, so that its agent's name is only what a stranger says."""


def read_sources(paths: Sequence[Path]) -> list[Source]:
    """Every run in the given folders: a folder is a run, or holds runs at any depth.

    Raises:
        DamagedFileError: a folder holds no run, or a file cannot be read.
        InvalidRecordError: a badge or card is none.
        RunMismatchError: a run holds rows of another run.
    """
    folders: dict[Path, Path] = {}
    for path in paths:
        found = list(_run_folders(path))
        if not found:
            raise DamagedFileError(f"{path} is not the folder of a run and holds none: no {MANIFEST_FILE} in it")
        folders |= {folder.resolve(): path for folder in found}
    return [_read_source(folder, top.resolve()) for folder, top in folders.items()]


def _run_folders(path: Path) -> Iterator[Path]:
    for folder, below, files in os.walk(path):
        below.sort()
        if MANIFEST_FILE in files:
            below.clear()
            yield Path(folder)
        elif RECORDINGS_FOLDER in below:
            below.remove(RECORDINGS_FOLDER)


def _read_source(folder: Path, top: Path) -> Source:
    """A run with the nearest badge and card, looked for from its folder up to the folder that was named."""
    upwards = [folder, *(parent for parent in folder.parents if parent.is_relative_to(top))]
    badge = next((path for up in upwards if (path := up / BADGE_FILE).is_file()), None)
    card = next((path for up in upwards for name in CARD_FILES if (path := up / name).is_file()), None)
    return Source(
        RunFolder.open(folder),
        _read_badge(badge) if badge else BADGES[0],
        _read_card(card) if card else {},
        submitted=bool(badge or card),
    )


def _read_badge(path: Path) -> str:
    content = _read_mapping(path)
    badge = content.get("badge")
    if badge not in BADGES:
        raise InvalidRecordError(f"{path}: badge {str(badge)[:80]!r} is none of {', '.join(BADGES)}")
    return str(badge)


def _read_card(path: Path) -> dict[str, str]:
    """Texts of a card: single values, and lists of them joined. What lies deeper is left out."""
    texts = {}
    for name, value in _read_mapping(path).items():
        parts = value[:100] if isinstance(value, list) else [value]
        kept = [str(part) for part in parts if isinstance(part, str | int | float | bool)]
        if kept:
            texts[str(name)[:80]] = ", ".join(kept)
    return texts


def _read_mapping(path: Path) -> dict[Any, Any]:
    if path.stat().st_size > LARGEST_CARD:
        raise InvalidRecordError(f"{path} is larger than {LARGEST_CARD // 1024} kB; shorten it")
    try:
        text = path.read_text(encoding="utf-8")
        content = yaml.safe_load(text) if path.suffix == ".yaml" else json.loads(text)
    except (OSError, ValueError, RecursionError, yaml.YAMLError) as error:
        raise DamagedFileError(f"{path} cannot be read: {' '.join(str(error).split())[:200]}") from error
    if not isinstance(content, dict):
        raise InvalidRecordError(f"{path} holds no names with values")
    return content
