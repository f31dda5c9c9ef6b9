"""Merge the folders of a run's shards into the folder that a serial run would have left."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

from navbench_gs.domain.result import Result
from navbench_gs.errors import DamagedFileError, MissingRowsError, RunMismatchError, StoreError
from navbench_gs.store.files import whole_lines, write_whole, writing
from navbench_gs.store.folder import (
    INCIDENTS_FILE,
    RECORDINGS_FOLDER,
    ROWS_FILE,
    RunFolder,
    write_manifest,
)
from navbench_gs.store.rows import row_text
from navbench_gs.store.shards import Key, differences, owed


def merge_runs(folders: Sequence[Path], out: Path) -> RunFolder:
    """Join shards of one run; outside ``timing`` the result is what driving them in one folder gives, byte for byte.

    ``out`` appears whole or not at all.

    Raises:
        RunMismatchError: the folders are of different runs, or two of them have a row of one episode.
        MissingRowsError: a planned episode has no row in any of them.
        DamagedFileError: a folder is no run, or a row's recording is absent.
        StoreError: ``out`` exists or cannot be written.
    """
    if not folders:
        raise StoreError("nothing to merge: name the folders of the shards")
    if out.is_file() or (out.is_dir() and any(out.iterdir())):
        raise StoreError(f"{out} exists; name a new folder to merge into")
    runs = [RunFolder.open(folder) for folder in folders]
    for run in runs[1:]:
        told_apart = differences(run.manifest, runs[0].manifest, but=frozenset({"shard"}))
        if told_apart:
            raise RunMismatchError(f"{run.path} is not of the run of {runs[0].path}: {'; '.join(told_apart)}")
    manifest = runs[0].manifest.model_copy(update={"shard": None})
    source = _sources(runs, list(owed(manifest)))
    partial = out.with_name(f".{out.name}.partial")
    with writing(out):
        shutil.rmtree(partial, ignore_errors=True)
        (partial / RECORDINGS_FOLDER).mkdir(parents=True)
        for key, (run, _) in source.items():
            recording = run.recording_path(key)
            shutil.copyfile(recording, partial / RECORDINGS_FOLDER / recording.name)
        incidents = [line for run in runs for line in whole_lines(run.path / INCIDENTS_FILE)]
    write_whole(partial / ROWS_FILE, "".join(row_text(row) + "\n" for _, row in source.values()).encode())
    if incidents:
        write_whole(partial / INCIDENTS_FILE, "".join(line + "\n" for line in incidents).encode())
    write_manifest(partial, manifest)
    with writing(out):
        partial.replace(out)
    return RunFolder.open(out)


def _sources(runs: Sequence[RunFolder], planned: Sequence[Key]) -> dict[Key, tuple[RunFolder, Result]]:
    """Which run has the row of each planned episode, in planned order."""
    found: dict[Key, tuple[RunFolder, Result]] = {}
    for run in runs:
        for row in run.rows():
            name = "-".join(map(str, row.key))
            if row.key in found:
                raise RunMismatchError(f"{found[row.key][0].path} and {run.path} both have a row of {name}; name one")
            if not run.recording_path(row.key).exists():
                raise DamagedFileError(f"{run.path} has a row of {name} but no recording of it")
            found[row.key] = run, row
    lacking = ["-".join(map(str, key)) for key in planned if key not in found]
    if lacking:
        raise MissingRowsError(
            f"{len(lacking)} of {len(planned)} planned episodes have no row in these folders (first: {lacking[0]}); "
            "name the folders of all shards, and finish each with the command that began it"
        )
    return {key: found[key] for key in planned}
