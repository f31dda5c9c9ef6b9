"""Submission: a whole run and the card of who stands behind it, packed into one file and opened again."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from leaderboard.submissions.archive import MAIN_FILES, SUFFIX, unpack_archive, write_archive
from leaderboard.submissions.card import CARD_FILE, SubmissionCard, read_card
from navbench_gs.domain.record import file_digest
from navbench_gs.errors import DamagedFileError, InvalidRecordError, RunMismatchError, StoreError
from navbench_gs.store import RunFolder
from navbench_gs.store.folder import MANIFEST_FILE, RECORDINGS_FOLDER, ROWS_FILE


@dataclass(frozen=True, eq=False)
class Submission:
    """A submission that lies open in a folder."""

    card: SubmissionCard
    card_file: Path
    run: RunFolder
    sha256: str
    """Of the file it came in."""


def pack_run(folder: Path, card_file: Path, out: Path | None = None) -> Path:
    """Pack the run in ``folder`` with a card; the same run and card give the same bytes.

    Args:
        folder: a run that misses no row.
        card_file: the card, YAML.
        out: the file to write; by default named for agent, revision and seed, in the folder above the run's.

    Raises:
        RunMismatchError: the card is of another agent, or the run is not whole.
        InvalidRecordError: the card lacks a field or has an impossible one.
        DamagedFileError: the run or the card cannot be read.
        StoreError: the file is there already or cannot be written.
    """
    card, run = read_card(card_file), RunFolder.open(folder)
    for fault in submission_faults(card, run):
        raise RunMismatchError(f"{folder}: {fault}")
    path = out or folder.parent / f"{card.name}-{run_label(card, run)}{SUFFIX}"
    if not path.name.endswith(SUFFIX):
        raise StoreError(f"{path.name}: the file of a submission is called NAME{SUFFIX}")
    if path.exists():
        raise StoreError(f"{path} exists; move it away or name another --out")
    recordings = {f"{RECORDINGS_FOLDER}/{file.name}": file for file in map(run.recording_path, _keys(run))}
    main = {MANIFEST_FILE: folder / MANIFEST_FILE, ROWS_FILE: folder / ROWS_FILE, CARD_FILE: card_file}
    assert tuple(main) == MAIN_FILES
    write_archive(path, main | recordings)
    return path


@contextmanager
def opened_submission(path: Path) -> Iterator[Submission]:
    """A submission, unpacked into a folder that is gone afterwards. Nothing in it has been driven or scored yet.

    Raises:
        DamagedFileError: the file is no submission, or a part of it cannot be read.
        DigestMismatchError: a part is not the one that was packed.
        InvalidRecordError: a row, the manifest or the card does not fit its record.
        RunMismatchError: a row is of another run, or belongs to none of the planned episodes.
    """
    with tempfile.TemporaryDirectory(prefix="navbench-") as temporary:
        folder = Path(temporary)
        unpack_archive(path, folder)
        try:
            card, run = read_card(folder / CARD_FILE), RunFolder.open(folder)
        except RecursionError as error:
            raise DamagedFileError(f"{path}: JSON that is nested too deep") from error
        except (DamagedFileError, InvalidRecordError, RunMismatchError) as error:
            told = str(error).replace(f"{folder}/", f"{path.name}: ").replace(str(folder), path.name)
            raise type(error)(told) from error
        yield Submission(card, folder / CARD_FILE, run, file_digest(path))


def submission_faults(card: SubmissionCard, run: RunFolder) -> Iterator[str]:
    """What keeps a run and a card from being a submission, one line each; nothing is driven or scored."""
    agent, seed = run.manifest.card, run.manifest.config.agent_seed
    if (agent.name, agent.revision) != (card.name, card.revision):
        yield f"the card is of {card.name} {card.revision}, the run of {agent.name!a} {agent.revision!a}"
    if seed not in card.seeds:
        yield f"the run's agent seed is {seed}, which is none of the card's ({', '.join(map(str, card.seeds))})"
    missing = run.missing()
    if missing:
        yield (
            f"{len(missing)} of {len(run.manifest.planned)} planned episodes have no row (first: {_name(missing[0])}); "
            "finish the run with the command that began it"
        )
    for key in _keys(run):
        if not run.recording_path(key).is_file():
            yield f"the row of {_name(key)} has no recording"
    owned = {run.recording_path(key).name for key in _keys(run)}
    others = sorted(file.name for file in (run.path / RECORDINGS_FOLDER).iterdir() if file.name not in owned)
    if others:
        yield f"{len(others)} recordings belong to no row (first: {others[0]!a})"


def run_label(card: SubmissionCard, run: RunFolder) -> str:
    """What tells one entry's runs apart: the revision, and what is not usual of seed, suite and camera."""
    config = run.manifest.config
    parts = [card.revision]
    if config.agent_seed:
        parts.append(f"seed{config.agent_seed}")
    if config.suite != "embedded":
        parts.append(Path(config.suite).name)
    if config.perturbation:
        parts.append(config.perturbation)
    return "".join(letter if letter.isalnum() or letter in "._+-" else "_" for letter in "-".join(parts))[:200]


def _keys(run: RunFolder) -> list[tuple[str, str, int]]:
    return [row.key for row in run.rows()]


def _name(key: tuple[str, str, int]) -> str:
    return "-".join(map(str, key))
