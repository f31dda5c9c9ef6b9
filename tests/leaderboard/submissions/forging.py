"""Submissions as a forger makes them: unpacked, changed, and packed again with fresh digests."""

from __future__ import annotations

import json
import zipfile
from dataclasses import replace
from pathlib import Path

from leaderboard.submissions.archive import write_archive
from navbench_gs.domain.episode import Episode
from navbench_gs.domain.rules import RULES_V0
from navbench_gs.metrics.score import score
from navbench_gs.store.recordings import read_recording, save_recording
from navbench_gs.store.rows import rounded


class Forgery:
    """A submission laid open in a folder."""

    def __init__(self, original: Path, folder: Path) -> None:
        self.folder, self.made = folder, 0
        with zipfile.ZipFile(original) as archive:
            archive.extractall(folder)

    def rows(self) -> list[dict]:
        return [json.loads(line) for line in (self.folder / "results.jsonl").read_text().splitlines()]

    def write_rows(self, rows: list[dict]) -> None:
        (self.folder / "results.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))

    def edit_row(self, number: int, **changes) -> None:
        rows = self.rows()
        rows[number] |= changes
        self.write_rows(rows)

    def edit_manifest(self, **changes) -> None:
        path = self.folder / "run.json"
        path.write_text(json.dumps(json.loads(path.read_text()) | changes))

    def recording(self, name: str) -> Path:
        return self.folder / "trajectories" / f"{name}.npz"

    def edit_recording(self, name: str, **changes) -> None:
        """Change arrays of a recording; a change is a function of the recording."""
        recording = read_recording(self.recording(name))
        save_recording(replace(recording, **{key: f(recording) for key, f in changes.items()}), self.recording(name))

    def rescore(self, number: int, episode: Episode) -> None:
        """Make a row say what its recording says now."""
        row = self.rows()[number]
        recording = read_recording(self.recording(f"{row['scene']}-{row['task']}-{row['index']}"))
        self.edit_row(number, **rounded(score(recording, episode, RULES_V0).model_dump(mode="json")))

    def packed(self) -> Path:
        self.made += 1
        out = self.folder.with_name(f"{self.folder.name}-{self.made}.navbench.zip")
        files = {str(path.relative_to(self.folder)): path for path in sorted(self.folder.rglob("*")) if path.is_file()}
        files.pop("digests.json")
        write_archive(out, files)
        return out
