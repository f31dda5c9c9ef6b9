"""Merged shards are the serial run, byte for byte outside timing."""

import pytest

from navbench_gs.domain.rules import RULES_V0
from navbench_gs.errors import DamagedFileError, MissingRowsError, RunMismatchError, StoreError
from navbench_gs.store import RunFolder, in_shard, merge_runs


@pytest.fixture
def drive(row):
    """Fills a folder with the rows and recordings it still owes, last planned first."""

    def fill(folder: RunFolder) -> RunFolder:
        for key in folder.missing()[::-1]:
            folder.recording_path(key).write_bytes(f"recording of {key}".encode())
            folder.append(row(key))
        folder.close_run()
        return folder

    return fill


@pytest.fixture
def shards(manifest, drive, tmp_path):
    """Three finished shards."""
    return [drive(RunFolder.create_or_resume(tmp_path / f"shard_{i}", manifest(shard=(i, 3)))).path for i in range(3)]


def contents(folder):
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != ".lock"
    }


def test_merged_shards_equal_the_serial_run(shards, manifest, drive, tmp_path):
    serial = drive(RunFolder.create_or_resume(tmp_path / "serial", manifest()))
    merged = merge_runs(shards[::-1], tmp_path / "merged")
    assert contents(merged.path) == contents(serial.path)


def test_each_episode_is_in_exactly_one_shard():
    names = [f"plaza_{n:02d}-ped-{i}" for n in range(26) for i in range(10)]
    for count in (1, 2, 7):
        per_shard = [sum(in_shard(name, (i, count)) for name in names) for i in range(count)]
        assert sum(per_shard) == len(names)
        assert min(per_shard) > 0.5 * len(names) / count


@pytest.mark.parametrize(("name", "shard"), [("plaza_03-obstacle-0", 0), ("alley_01-ped-7", 1), ("park_12-empty-3", 1)])
def test_an_episode_stays_in_its_shard_on_every_machine(name, shard):
    # first 8 bytes of the SHA-256 of the name, little-endian, modulo 5; worked out once
    assert [in_shard(name, (i, 5)) for i in range(5)] == [i == shard for i in range(5)]


def test_a_shard_folder_takes_no_row_of_another_shard(shards, row, manifest):
    theirs = RunFolder.open(shards[1]).rows()[0]
    ours = RunFolder.create_or_resume(shards[0], manifest(shard=(0, 3)))
    with pytest.raises(RunMismatchError, match="does not plan"):
        ours.append(theirs)


def test_a_missing_shard_is_named_by_what_lacks(shards, tmp_path):
    lacking = len(RunFolder.open(shards[2]).rows())
    with pytest.raises(MissingRowsError, match=f"{lacking} of 12 planned episodes"):
        merge_runs(shards[:2], tmp_path / "merged")
    assert not (tmp_path / "merged").exists()


def test_a_shard_named_twice_is_refused(shards, tmp_path):
    with pytest.raises(RunMismatchError, match="both have a row"):
        merge_runs([*shards, shards[0]], tmp_path / "merged")


def test_shards_of_different_runs_are_refused(shards, manifest, tmp_path):
    other = RunFolder.create_or_resume(tmp_path / "other", manifest(shard=(0, 3), rules="another"))
    with pytest.raises(RunMismatchError, match=f"rules 'another', not '{RULES_V0.digest()}'"):
        merge_runs([shards[1], other.path], tmp_path / "merged")


def test_a_row_without_its_recording_is_refused(shards, tmp_path):
    run = RunFolder.open(shards[0])
    run.recording_path(run.rows()[0].key).unlink()
    with pytest.raises(DamagedFileError, match="no recording"):
        merge_runs(shards, tmp_path / "merged")


def test_nothing_is_merged_over_a_folder_that_exists(shards, tmp_path):
    with pytest.raises(StoreError, match="exists"):
        merge_runs(shards, shards[0])


def test_incidents_of_all_shards_are_kept(shards, tmp_path, manifest):
    for number in (0, 2):
        folder = RunFolder.create_or_resume(shards[number], manifest(shard=(number, 3)))
        folder.record_incident(folder.rows()[0].key, f"incident {number}")
    text = (merge_runs(shards, tmp_path / "merged").path / "errors.jsonl").read_text()
    assert "incident 0" in text
    assert "incident 2" in text
