"""Trust contract 1 and 2: whatever the schedule, the same rows and recordings; nothing lost by a kill."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest
from click.testing import CliRunner

from navbench_gs.cli.main import main
from navbench_gs.store import RunFolder, comparable

NAVBENCH = [sys.executable, "-m", "navbench_gs.cli.main"]


@pytest.fixture(scope="module")
def scenes(yard, misbehaving):
    return yard.scene.folder.parent


def options(
    scenes: Path, out: Path, *more: str, agent: str = "wanders", tasks: str = "obstacle,ped", workers: int = 1
) -> list[str]:
    what = ["run", "--agent", agent, "--task", tasks, "--suite", str(scenes), "--episodes", "all"]
    return [*what, "--renderer", "cpu", "--workers", str(workers), "--out", str(out), *more]


def navbench(*arguments: str) -> str:
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == 0, result.output
    return result.output


def rows(out: Path) -> list[str]:
    return [comparable(row) for row in RunFolder.open(out).rows()]


def recordings(out: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted((out / "trajectories").iterdir())}


@pytest.fixture(scope="module")
def serial(scenes, tmp_path_factory):
    out = tmp_path_factory.mktemp("runs") / "serial"
    navbench(*options(scenes, out))
    assert len(rows(out)) == 4
    return out


def assert_same(out: Path, serial: Path) -> None:
    assert rows(out) == rows(serial)
    assert recordings(out) == recordings(serial)


def test_two_workers_write_the_rows_of_one(scenes, serial, tmp_path):
    navbench(*options(scenes, tmp_path / "two", workers=2))
    assert_same(tmp_path / "two", serial)


def test_an_agent_that_steers_by_what_it_sees_drives_the_same_alone_and_beside_another(scenes, tmp_path):
    for workers in (1, 2):
        navbench(*options(scenes, tmp_path / str(workers), agent="looks", tasks="obstacle_ped", workers=workers))
    assert len({row.path_length_m for row in RunFolder.open(tmp_path / "1").rows()}) == 2
    assert_same(tmp_path / "2", tmp_path / "1")


def test_merged_shards_are_the_run_in_one_piece(scenes, serial, tmp_path):
    shards = [tmp_path / "first", tmp_path / "second"]
    for number, out in enumerate(shards, start=1):
        navbench(*options(scenes, out, "--shard", f"{number}/2"))
    assert all(len(rows(out)) < 4 for out in shards)
    navbench("merge", *map(str, shards), "--out", str(tmp_path / "whole"))
    assert_same(tmp_path / "whole", serial)


def test_a_run_killed_in_the_middle_resumes_to_the_same_rows(scenes, serial, tmp_path):
    out = tmp_path / "killed"
    command = options(scenes, out)
    process = subprocess.Popen([*NAVBENCH, *command], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    results = out / "results.jsonl"
    deadline = time.monotonic() + 60
    while not (results.exists() and results.read_bytes().count(b"\n")) and time.monotonic() < deadline:
        time.sleep(0.002)
    process.kill()
    process.wait()
    before = results.read_text().splitlines()
    assert 1 <= len(before) < 4
    navbench(*command)
    assert_same(out, serial)
    assert set(before) <= set(results.read_text().splitlines())  # rows already written stay as they were


def test_one_episode_alone_and_tasks_in_another_order_give_the_same_rows(scenes, serial, tmp_path):
    navbench(*options(scenes, tmp_path / "alone", "--episodes", "1", tasks="ped"))
    (alone,) = rows(tmp_path / "alone")
    assert alone in rows(serial)
    navbench(*options(scenes, tmp_path / "reordered", tasks="ped,obstacle"))
    assert sorted(rows(tmp_path / "reordered")) == sorted(rows(serial))


def test_the_same_command_on_a_finished_run_drives_nothing_and_prints_the_table_again(scenes, serial):
    before = (serial / "results.jsonl").read_bytes()
    assert "strict SR" in navbench(*options(scenes, serial))
    assert (serial / "results.jsonl").read_bytes() == before


def test_an_agent_with_another_seed_drives_otherwise(scenes, serial, tmp_path):
    navbench(*options(scenes, tmp_path / "other", "--seed", "1", "--episodes", "1"))
    assert not set(rows(tmp_path / "other")) & set(rows(serial))


DISTURBED = ("--perturb", "noise:20", "--perturb", "camera_yaw:10,exposure:-1")


@pytest.fixture(scope="module")
def disturbed(scenes, tmp_path_factory):
    out = tmp_path_factory.mktemp("runs") / "disturbed"
    navbench(*options(scenes, out, *DISTURBED, agent="looks", tasks="ped"))
    return out


def test_perturbed_rows_do_not_depend_on_the_schedule_either(scenes, disturbed, tmp_path):
    navbench(*options(scenes, tmp_path / "two", *DISTURBED, agent="looks", tasks="ped", workers=2))
    assert_same(tmp_path / "two", disturbed)
    shards = [tmp_path / "first", tmp_path / "second"]
    for number, out in enumerate(shards, start=1):
        navbench(*options(scenes, out, "--shard", f"{number}/2", *DISTURBED, agent="looks", tasks="ped"))
    navbench("merge", *map(str, shards), "--out", str(tmp_path / "whole"))
    assert_same(tmp_path / "whole", disturbed)


def test_a_perturbed_run_says_so_everywhere_and_drives_otherwise(scenes, disturbed, tmp_path):
    variant = "camera_yaw:10,exposure:-1,noise:20"
    clean = tmp_path / "clean"
    navbench(*options(scenes, clean, agent="looks", tasks="ped"))
    for out, name in ((disturbed, variant), (clean, "")):
        run = RunFolder.open(out)
        assert run.manifest.config.perturbation == name
        assert {row.perturbation for row in run.rows()} == {name}
        for row in run.rows():
            recording = run.load_trajectory(row.key)
            assert recording.perturbation == name
            assert len(recording.support) == len(recording.decision_ticks)
            assert row.support_min == recording.support.min() < 1.0
    path = [RunFolder.open(out).rows()[0].path_length_m for out in (disturbed, clean)]
    assert path[0] != path[1]
    refused = CliRunner().invoke(main, options(scenes, clean, *DISTURBED, agent="looks", tasks="ped"))
    assert refused.exit_code == 2 and f"perturbation '', not '{variant}'" in refused.stderr
    shown = navbench("robustness", str(disturbed), str(clean), "--csv", str(tmp_path / "table.csv"))
    assert "clean" in shown and "camera_yaw:10" in shown
    assert (tmp_path / "table.csv").read_text().splitlines()[2].startswith(f'procedural,ped,"{variant}",2,1,')
    assert "0 differ from their row" in navbench("score", str(disturbed))
