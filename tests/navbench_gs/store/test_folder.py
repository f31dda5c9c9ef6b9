"""A run folder loses nothing, doubles nothing, and takes no row of another run."""

import errno
import json
import multiprocessing
import os
from pathlib import Path

import pytest

from navbench_gs.errors import DamagedFileError, RunMismatchError, StoreError
from navbench_gs.store import RunFolder, comparable
from navbench_gs.store.rows import row_text

KEY = ("plaza_00", "ped", 0)


@pytest.fixture
def folder(manifest, tmp_path) -> RunFolder:
    return RunFolder.create_or_resume(tmp_path / "run", manifest())


def test_a_new_folder_owes_everything_in_planned_order(folder, manifest):
    assert folder.missing() == [entry[:3] for entry in manifest().planned]
    assert folder.rows() == []


def test_rows_come_back_when_the_same_command_resumes(folder, manifest, row):
    folder.append(row(KEY))
    resumed = RunFolder.create_or_resume(folder.path, manifest())
    assert resumed.rows() == folder.rows()
    assert KEY not in resumed.missing()
    assert len(resumed.missing()) == 11


@pytest.mark.parametrize("cut", [1, 2, 50, 10_000])
def test_a_torn_last_line_is_taken_back_and_driven_again(folder, manifest, row, cut):
    folder.append(row(("plaza_00", "empty", 0)))
    folder.append(row(KEY))
    path = folder.path / "results.jsonl"
    whole = path.read_bytes()
    first = whole.index(b"\n") + 1
    path.write_bytes(whole[: max(len(whole) - cut, first + 1)])
    assert [row.key for row in RunFolder.open(folder.path).rows()] == [("plaza_00", "empty", 0)]
    resumed = RunFolder.create_or_resume(folder.path, manifest())
    assert path.read_bytes() == whole[:first]
    assert KEY in resumed.missing()
    resumed.append(row(KEY))
    assert path.read_bytes() == whole


def test_a_file_that_is_one_torn_line_has_no_row(folder, manifest, row):
    (folder.path / "results.jsonl").write_text(row_text(row(KEY)))
    assert RunFolder.create_or_resume(folder.path, manifest()).rows() == []


def test_a_second_row_of_an_episode_is_refused(folder, row):
    folder.append(row(KEY))
    with pytest.raises(RunMismatchError, match="plaza_00-ped-0 has a row already"):
        folder.append(row(KEY))
    assert len((folder.path / "results.jsonl").read_text().splitlines()) == 1


def test_a_file_with_a_doubled_row_is_refused(folder, manifest, row):
    (folder.path / "results.jsonl").write_text(2 * (row_text(row(KEY)) + "\n"))
    with pytest.raises(DamagedFileError, match=r"line 2: a second row of plaza_00-ped-0"):
        RunFolder.create_or_resume(folder.path, manifest())


def test_a_damaged_line_in_the_middle_is_named(folder, manifest, row):
    (folder.path / "results.jsonl").write_text("{half\n" + row_text(row(KEY)) + "\n")
    with pytest.raises(DamagedFileError, match="line 1"):
        RunFolder.create_or_resume(folder.path, manifest())


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("episode", "another"),
        ("rules", "another"),
        ("agent_revision", "4"),
        ("weights", "abc"),
        ("agent", "runner"),
        ("perturbation", "haze:0.1"),
    ],
)
def test_a_row_of_another_run_is_refused(folder, manifest, row, field, value):
    stranger = row(KEY, **{field: value})
    with pytest.raises(RunMismatchError, match=f"plaza_00-ped-0 has {field} '{value}'"):
        folder.append(stranger)
    (folder.path / "results.jsonl").write_text(row_text(stranger) + "\n")
    with pytest.raises(RunMismatchError, match=field):
        RunFolder.create_or_resume(folder.path, manifest())


def test_a_run_from_before_perturbations_and_support_is_still_read(folder, manifest, row):
    folder.append(row(KEY))
    for name, fields in (("run.json", ["perturbation"]), ("results.jsonl", ["perturbation", "support_mean"])):
        data = json.loads((folder.path / name).read_text())
        for field in fields:
            (data.get("config") or data).pop(field)
        (folder.path / name).write_text(json.dumps(data) + "\n")
    older = RunFolder.create_or_resume(folder.path, manifest())
    assert older.rows() == folder.rows()


def test_an_unplanned_row_is_refused(folder, row):
    with pytest.raises(RunMismatchError, match="plaza_07-ped-0"):
        folder.append(row(("plaza_07", "ped", 0)))


def test_a_folder_of_another_run_is_refused_and_told_apart(folder, manifest):
    other_card = manifest().card.model_copy(update={"revision": "4"})
    for asked, named in [
        (manifest(rules="another"), "rules .* not 'another'"),
        (manifest(card=other_card), "card.revision '3', not '4'"),
        (manifest(config=manifest().config.model_copy(update={"agent_seed": 5})), "agent_seed 0, not 5"),
        (
            manifest(config=manifest().config.model_copy(update={"perturbation": "haze:0.1"})),
            "perturbation '', not 'haze:0.1'",
        ),
        (manifest(scenes=("plaza_00",)), "12 planned episodes, not the 4 asked for"),
        (manifest(shard=(0, 2)), "shard None, not"),
    ]:
        with pytest.raises(RunMismatchError, match=named):
            RunFolder.create_or_resume(folder.path, asked)


def test_a_changed_episode_is_refused(folder, manifest):
    planned = manifest().planned
    changed = manifest(planned=((*planned[0][:3], "edited"), *planned[1:]))
    with pytest.raises(RunMismatchError, match=r"1 episodes have changed .*plaza_00-empty-0"):
        RunFolder.create_or_resume(folder.path, changed)


def test_rows_without_a_manifest_are_not_adopted(folder, manifest, row):
    folder.append(row(KEY))
    (folder.path / "run.json").unlink()
    with pytest.raises(RunMismatchError, match=r"no run\.json"):
        RunFolder.create_or_resume(folder.path, manifest())


@pytest.mark.parametrize("text", ["", "{", "[]", '{"config": 1}'])
def test_a_corrupted_manifest_is_one_clear_line(folder, manifest, text):
    (folder.path / "run.json").write_text(text)
    with pytest.raises(DamagedFileError, match=r"run\.json.*--out") as caught:
        RunFolder.create_or_resume(folder.path, manifest())
    assert "\n" not in str(caught.value)


def test_a_path_that_is_a_file_is_refused(manifest, tmp_path):
    (tmp_path / "run").write_text("")
    with pytest.raises(StoreError, match=r"cannot write .*run"):
        RunFolder.create_or_resume(tmp_path / "run", manifest())


def test_a_folder_that_is_no_run_is_refused(tmp_path):
    with pytest.raises(DamagedFileError, match="not the folder of a run"):
        RunFolder.open(tmp_path)


def test_a_read_only_folder_is_one_clear_line(manifest, tmp_path, monkeypatch):
    def refuse(*_, **__):
        raise OSError(errno.EROFS, os.strerror(errno.EROFS))

    monkeypatch.setattr(Path, "mkdir", refuse)
    with pytest.raises(StoreError, match="Read-only file system"):
        RunFolder.create_or_resume(tmp_path / "run", manifest())


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_full_disk_while_a_row_is_written_is_one_clear_line(folder, row):
    (folder.path / "results.jsonl").symlink_to("/dev/full")
    with pytest.raises(StoreError, match=r"No space left .*rows already written stay"):
        folder.append(row(KEY))
    assert KEY in folder.missing()


def test_a_row_that_failed_half_way_leaves_the_rows_before_it(folder, manifest, row, monkeypatch):
    folder.append(row(("plaza_00", "empty", 0)))
    before = (folder.path / "results.jsonl").read_bytes()

    def full(_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(StoreError, match="No space left"):
            folder.append(row(KEY))
    assert (folder.path / "results.jsonl").read_bytes() == before
    folder.append(row(KEY))
    assert len(RunFolder.create_or_resume(folder.path, manifest()).rows()) == 2


def test_closing_puts_rows_into_planned_order(folder, manifest, row):
    keys = [entry[:3] for entry in manifest().planned]
    for key in keys[::-1]:
        folder.append(row(key))
    folder.close_run()
    assert [row.key for row in RunFolder.open(folder.path).rows()] == keys
    assert [row.key for row in folder.rows()] == keys


def test_rows_are_stable_text_with_the_name_first_and_timing_last(folder, manifest, row):
    folder.append(row(KEY))
    line = (folder.path / "results.jsonl").read_text().rstrip("\n")
    names = list(json.loads(line))
    assert names[:6] == ["scene", "task", "index", "agent", "success", "strict_success"]
    assert names[-1] == "timing"
    assert json.loads(line)["mean_jerk_mps3"] == 0.333333333
    assert row_text(RunFolder.open(folder.path).rows()[0]) == line


def test_comparable_ignores_timing_and_nothing_else(row):
    timed = row(KEY, timing=row(KEY).timing.model_copy(update={"host": "elsewhere"}))
    assert comparable(timed) == comparable(row(KEY))
    assert comparable(row(KEY, time_s=12.6)) != comparable(row(KEY))
    assert comparable(row(KEY, time_s=12.5 + 1e-12)) == comparable(row(KEY))


def test_incidents_are_kept_beside_the_rows(folder):
    folder.record_incident(KEY, "no answer for 30 s")
    (incident,) = (json.loads(line) for line in (folder.path / "errors.jsonl").read_text().splitlines())
    assert (incident["scene"], incident["task"], incident["index"]) == KEY
    assert incident["message"] == "no answer for 30 s"
    assert KEY in folder.missing()


def _write_into(path, manifest, answer):
    try:
        RunFolder.create_or_resume(path, manifest)
        answer.put("wrote")
    except StoreError as error:
        answer.put(str(error))


def test_two_processes_never_write_one_folder(folder, manifest):
    context = multiprocessing.get_context("fork")

    def other():
        answer = context.Queue()
        process = context.Process(target=_write_into, args=(folder.path, manifest(), answer))
        process.start()
        text = answer.get(timeout=30)
        process.join()
        return text

    assert "another process is writing" in other()
    folder.close_run()
    assert other() == "wrote"


def _append_all(path, manifest, rows):
    folder = RunFolder.create_or_resume(path, manifest)
    for row in rows:
        folder.append(row)


def test_a_writer_killed_anywhere_loses_and_doubles_nothing(manifest, row, tmp_path):
    rows = {entry[:3]: row(entry[:3], error="x" * 20_000) for entry in manifest().planned}
    path, context = tmp_path / "run", multiprocessing.get_context("fork")
    RunFolder.create_or_resume(path, manifest()).close_run()
    lines = path / "results.jsonl"
    lines.touch()
    for kill_at in range(1, 12, 2):
        missing = RunFolder.open(path).missing()
        writer = context.Process(target=_append_all, args=(path, manifest(), [rows[key] for key in missing]))
        writer.start()
        while writer.is_alive() and lines.read_bytes().count(b"\n") < kill_at:
            pass
        writer.kill()
        writer.join()
        assert lines.read_bytes().count(b"\n") >= kill_at
    folder = RunFolder.create_or_resume(path, manifest())
    for key in folder.missing():
        folder.append(rows[key])
    folder.close_run()
    assert [comparable(row) for row in RunFolder.open(path).rows()] == [comparable(row) for row in rows.values()]
