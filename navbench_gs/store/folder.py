"""RunFolder: one run on disk. Recordings before rows, rows synced one by one, one writer at a time."""

from __future__ import annotations

import fcntl
import json
import os
from datetime import datetime, timezone
from pathlib import Path

from navbench_gs.domain.record import read_record
from navbench_gs.domain.result import Result
from navbench_gs.domain.run import RunManifest
from navbench_gs.domain.trajectory import Trajectory
from navbench_gs.errors import DamagedFileError, InvalidRecordError, RunMismatchError, StoreError
from navbench_gs.store.files import append_line, drop_torn_line, write_whole, writing
from navbench_gs.store.recordings import read_recording, save_recording
from navbench_gs.store.rows import read_rows, row_text
from navbench_gs.store.shards import Key, differences, owed

MANIFEST_FILE = "run.json"
ROWS_FILE = "results.jsonl"
INCIDENTS_FILE = "errors.jsonl"
RECORDINGS_FOLDER = "trajectories"
LOCK_FILE = ".lock"


class RunFolder:
    """The folder of a run: what it owes, and what of it is done.

    Made by :meth:`create_or_resume` to write, by :meth:`open` to read.
    """

    def __init__(self, path: Path, manifest: RunManifest) -> None:
        self.path = path
        self.manifest = manifest
        self._owed = owed(manifest)
        self._lock: int | None = None
        self._rows: dict[Key, Result] = {}
        for row in read_rows(path / ROWS_FILE):
            self._require_own(row)
            self._rows[row.key] = row

    @classmethod
    def create_or_resume(cls, path: Path, manifest: RunManifest) -> RunFolder:
        """Begin a run, or go on with the one that was begun there; a line torn by a kill is taken back.

        Raises:
            RunMismatchError: the folder is another run's, or holds rows of another run.
            DamagedFileError: ``run.json``, or a row before the last, cannot be read.
            StoreError: the folder cannot be written, or another process is writing it.
        """
        with writing(path):
            (path / RECORDINGS_FOLDER).mkdir(parents=True, exist_ok=True)
        lock = _locked(path / LOCK_FILE)
        try:
            if (path / MANIFEST_FILE).exists():
                _require_same_run(path, read_manifest(path), manifest)
            elif (path / ROWS_FILE).exists():
                raise RunMismatchError(
                    f"{path} holds rows but no {MANIFEST_FILE} that says of what; choose another --out"
                )
            else:
                write_manifest(path, manifest)
            for name in (ROWS_FILE, INCIDENTS_FILE):
                drop_torn_line(path / name)
            folder = cls(path, manifest)
        except BaseException:
            os.close(lock)
            raise
        folder._lock = lock
        return folder

    @classmethod
    def open(cls, path: Path) -> RunFolder:
        """Open a run to read it; nothing on the disk is touched.

        Raises:
            DamagedFileError: there is no run, or a file cannot be read.
            RunMismatchError: it holds rows of another run.
        """
        return cls(path, read_manifest(path))

    def rows(self) -> list[Result]:
        """The rows there are, in the order they were written; in planned order once the run is closed."""
        return list(self._rows.values())

    def missing(self) -> list[Key]:
        """Keys of the episodes that this folder owes and has no row of, in planned order."""
        return [key for key in self._owed if key not in self._rows]

    def append(self, result: Result) -> None:
        """Add a row and sync it to the disk. Save its recording first, so that no row is ever without one.

        Raises:
            RunMismatchError: the row is none that the run still owes.
            StoreError: the file system refuses.
        """
        self._require_own(result)
        if result.key in self._rows:
            raise RunMismatchError(f"{_name(result.key)} has a row already in {self.path}")
        text = row_text(result)
        append_line(self.path / ROWS_FILE, text)
        self._rows[result.key] = Result.model_validate_json(text)

    def recording_path(self, key: Key) -> Path:
        """Where the recording of an episode lies."""
        return self.path / RECORDINGS_FOLDER / f"{_name(key)}.npz"

    def save_trajectory(self, trajectory: Trajectory) -> None:
        """Write a recording under its key, whole or not at all.

        Raises:
            StoreError: the file system refuses.
        """
        save_recording(trajectory, self.recording_path((trajectory.scene, trajectory.task, trajectory.index)))

    def load_trajectory(self, key: Key) -> Trajectory:
        """Read the recording of an episode.

        Raises:
            DamagedFileError: it is absent or cannot be read.
        """
        return read_recording(self.recording_path(key))

    def record_incident(self, key: Key, message: str) -> None:
        """Note why an episode has no row yet, with the time of day.

        Raises:
            StoreError: the file system refuses.
        """
        scene, task, index = key
        now = datetime.now(timezone.utc).isoformat(timespec="seconds")
        incident = {"scene": scene, "task": task, "index": index, "message": message, "time": now}
        append_line(self.path / INCIDENTS_FILE, json.dumps(incident))

    def close_run(self) -> None:
        """Put the rows into planned order, all at once, and let others write.

        Raises:
            StoreError: the file system refuses; the rows stay as they were.
        """
        in_order = {key: self._rows[key] for key in self._owed if key in self._rows}
        if list(in_order) != list(self._rows):
            write_whole(self.path / ROWS_FILE, "".join(row_text(row) + "\n" for row in in_order.values()).encode())
            self._rows = in_order
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def _require_own(self, row: Result) -> None:
        """Refuse a row that this run cannot have written."""
        name, manifest = _name(row.key), self.manifest
        if row.key not in self._owed:
            raise RunMismatchError(
                f"{self.path}: a row of {name}, which {MANIFEST_FILE} does not plan; remove that row"
            )
        expected = {
            "episode": self._owed[row.key],
            "rules": manifest.rules,
            "agent": manifest.card.name,
            "agent_revision": manifest.card.revision,
            "weights": manifest.card.weights,
            "version": manifest.version,
            "perturbation": manifest.config.perturbation,
        }
        for field, value in expected.items():
            if getattr(row, field) != value:
                raise RunMismatchError(
                    f"{self.path}: the row of {name} has {field} {getattr(row, field)!r}, not {value!r} as its "
                    f"{MANIFEST_FILE}; remove that row and run the same command again"
                )


def read_manifest(path: Path) -> RunManifest:
    """The manifest of a run's folder.

    Raises:
        DamagedFileError: there is none, or it cannot be read as one.
    """
    file = path / MANIFEST_FILE
    if not file.exists():
        raise DamagedFileError(f"{path} is not the folder of a run: it has no {MANIFEST_FILE}")
    try:
        return read_record(file, RunManifest)
    except (DamagedFileError, InvalidRecordError) as error:
        raise DamagedFileError(f"{error}; restore {MANIFEST_FILE}, or choose another --out") from error


def write_manifest(path: Path, manifest: RunManifest) -> None:
    """Write ``run.json`` into an existing folder.

    Raises:
        StoreError: the file system refuses.
    """
    text = json.dumps(manifest.model_dump(mode="json"), indent=1, allow_nan=False) + "\n"
    write_whole(path / MANIFEST_FILE, text.encode())


def _name(key: Key) -> str:
    return "-".join(map(str, key))


def _require_same_run(path: Path, found: RunManifest, asked: RunManifest) -> None:
    told_apart = differences(found, asked)
    if told_apart:
        raise RunMismatchError(
            f"{path} belongs to another run: {'; '.join(told_apart)}; choose another --out, or give the command that "
            "began it"
        )


def _locked(path: Path) -> int:
    """File descriptor that holds the folder's lock until it is closed or the process ends, however it ends.

    A lock of ``fcntl`` belongs to the process: workers that outlive a killed parent do not keep it.
    """
    with writing(path.parent):
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        fcntl.lockf(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError) as error:
        os.close(descriptor)
        raise StoreError(f"another process is writing {path.parent}; wait for it, or choose another --out") from error
    except OSError:
        pass  # a file system without locks: the run goes on unguarded
    return descriptor
