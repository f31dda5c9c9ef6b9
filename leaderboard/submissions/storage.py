"""The shelf: ``leaderboard/submissions/<agent>/<revision>/``, where accepted submissions lie open with their badge."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Literal, get_args

from leaderboard.submissions.submission import Submission, run_label
from navbench_gs.domain.record import Record
from navbench_gs.errors import StoreError
from navbench_gs.store.files import write_whole, writing
from navbench_gs.store.folder import MANIFEST_FILE, RECORDINGS_FOLDER, ROWS_FILE

SHELF = Path("leaderboard") / "submissions"
BADGE_FILE = "badge.json"
Level = Literal["self-reported", "replayed", "re-run"]
BADGES: tuple[Level, ...] = get_args(Level)
"""What was done about an entry, from least to most: nothing; its commands driven again; driven anew by maintainers."""


class Badge(Record):
    """How far an entry was checked; each step holds the one before it."""

    badge: Level
    """Rows agree with recordings; all recordings with the physics; maintainers drove the agent themselves."""
    rows: int
    replayed: int
    """Rows whose commands were driven again."""
    equal: int | None = None
    """Rows of the submission that the maintainers' own run repeats byte for byte outside ``timing``."""
    version: str
    """Of the package that checked."""
    submission_sha256: str


def store_submission(submission: Submission, badge: Badge, shelf: Path) -> Path:
    """Put a submission on the shelf, whole or not at all.

    Raises:
        StoreError: that place is taken by another submission, or cannot be written.
    """
    card, run = submission.card, submission.run
    folder = shelf / card.name / run_label(card, run)
    if folder.exists():
        raise StoreError(
            f"{folder} is taken: a change of an agent is a new revision; remove that folder to replace an entry"
        )
    partial = folder.with_name(f".{folder.name}.partial")
    with writing(folder):
        shutil.rmtree(partial, ignore_errors=True)
        shutil.copytree(run.path / RECORDINGS_FOLDER, partial / RECORDINGS_FOLDER)
        for file in (run.path / MANIFEST_FILE, run.path / ROWS_FILE, submission.card_file):
            shutil.copyfile(file, partial / file.name)
    write_whole(partial / BADGE_FILE, (json.dumps(badge.model_dump(mode="json"), indent=1) + "\n").encode())
    with writing(folder):
        partial.replace(folder)
    return folder
