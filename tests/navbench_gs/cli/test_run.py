"""``navbench run``: its options, its files and table, what it says to a mistake, and how it stops."""

from __future__ import annotations

import errno
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from click.testing import CliRunner

from navbench_gs.cli.main import main
from navbench_gs.cli.run import default_folder, run
from navbench_gs.domain.run import RunConfig
from navbench_gs.store import RunFolder

OPTIONS = [
    "--agent",
    "--task",
    "--suite",
    "--scenes",
    "--episodes",
    "--workers",
    "--out",
    "--video",
    "--seed",
    "--weights",
    "--renderer",
    "--perturb",
    "--shard",
]


def test_the_options_are_these_and_a_new_one_is_a_decision():
    assert [option for parameter in run.params for option in parameter.opts] == OPTIONS


@pytest.fixture
def suite(yard):
    return str(yard.scene.folder.parent)


@pytest.fixture
def own_suite(yard, tmp_path):
    """A copy of the yard that a test may damage."""
    shutil.copytree(yard.scene.folder, tmp_path / "scenes" / "yard_00")
    return tmp_path / "scenes"


def navbench_run(suite, out, *, agent="straight", task="empty", more=()):
    what = ["run", "--agent", agent, "--task", task, "--suite", str(suite), "--renderer", "cpu", "--workers", "1"]
    return CliRunner().invoke(main, [*what, "--out", str(out), *more])


def assert_one_line(result, *parts: str, code: int = 2) -> None:
    assert result.exit_code == code, result.output
    assert len(result.stderr.splitlines()) == 1
    for part in parts:
        assert part in result.stderr


def test_a_run_leaves_rows_recordings_summary_and_picture_and_prints_the_table(suite, tmp_path):
    result = navbench_run(suite, tmp_path / "run", task="empty,obstacle")
    assert result.exit_code == 0
    assert {path.name for path in (tmp_path / "run").iterdir()} >= {
        "run.json",
        "results.jsonl",
        "summary.csv",
        "summary.json",
        "trajectories.png",
        "trajectories",
    }
    for word in ("empty", "obstacle", "overall", "SR", "strict SR", "RC", "CT"):
        assert word in result.stdout
    summary = json.loads((tmp_path / "run" / "summary.json").read_text())
    assert [line["task"] for line in summary["table"]] == ["empty", "obstacle", "overall"]
    assert summary["table"][0]["sr"] == 1.0 and summary["table"][0]["sr_low"] is None  # one scene states no interval
    first = (tmp_path / "run" / "summary.csv").read_text().splitlines()[1]
    assert first.startswith("procedural,empty,,1,1,0,1.0,")


def test_names_that_do_not_exist_are_told_the_closest(suite, tmp_path):
    out = tmp_path / "run"
    assert_one_line(navbench_run(suite, out, agent="strait"), "unknown agent 'strait'", "'straight'")
    assert_one_line(navbench_run(suite, out, task="obstacles"), "unknown task 'obstacles'", "'obstacle'")
    assert_one_line(navbench_run(suite, out, more=["--scenes", "yard_01"]), "unknown scene 'yard_01'", "'yard_00'")
    assert_one_line(navbench_run("embeded", out), "unknown suite 'embeded'", "'embedded'")
    assert_one_line(navbench_run(suite, out, agent="misbehavin:Raises"), "unknown agent 'misbehavin:Raises'")
    assert not out.exists()


def test_an_agent_that_cannot_be_made_is_named_with_its_reason(misbehaving, suite, tmp_path):
    result = navbench_run(suite, tmp_path / "run", agent="unloadable")
    assert_one_line(result, "agent 'unloadable' cannot be made: OSError: no weights here")


@pytest.mark.parametrize(
    ("more", "message"),
    [
        (["--episodes", "0"], "'0' is neither a positive number nor 'all'"),
        (["--episodes", "3"], "yard_00 has 2 frozen episodes of empty, 3 were asked for"),
        (["--shard", "3/2"], "'3/2' is no shard"),
        (["--workers", "0"], "--workers"),
        (["--scenes", ","], "names nothing"),
        (["--weights", __file__], "agent 'straight' has no weights"),
        (["--renderer", "gpu"], "--renderer"),
    ],
)
def test_an_impossible_option_is_one_line(suite, tmp_path, more, message):
    assert_one_line(navbench_run(suite, tmp_path / "run", more=more), message)


def test_a_broken_episode_file_is_named(own_suite, tmp_path):
    file = own_suite / "yard_00" / "episodes" / "empty.json"
    content = file.read_text()
    file.write_text(content[: len(content) // 2])
    assert_one_line(navbench_run(own_suite, tmp_path / "run"), "empty.json is not JSON")
    file.write_text(content.replace('"geodesic_m"', '"geodesic_km"', 1))
    assert_one_line(navbench_run(own_suite, tmp_path / "run"), "empty.json", "geodesic_m")


def test_procedural_and_captured_scenes_never_share_a_run(own_suite, tmp_path):
    captured = Path(own_suite) / "yard_01"
    shutil.copytree(captured.with_name("yard_00"), captured)
    scene = json.loads((captured / "scene.json").read_text())
    scene |= {"scene_id": "yard_01", "provenance": "captured"}
    (captured / "scene.json").write_text(json.dumps(scene))
    refused = navbench_run(own_suite, tmp_path / "run")
    assert_one_line(refused, "captured (yard_01, ...) and procedural (yard_00, ...)", "never share a table", "--scenes")
    assert not (tmp_path / "run").exists()
    assert navbench_run(own_suite, tmp_path / "run", more=["--scenes", "yard_00"]).exit_code == 0


def test_a_damaged_terrain_is_named(own_suite, tmp_path):
    terrain = own_suite / "yard_00" / "terrain.npz"
    terrain.write_bytes(terrain.read_bytes()[:2000])
    assert_one_line(navbench_run(own_suite, tmp_path / "run"), "terrain.npz", "restore the scene folder")


def test_damaged_splats_are_an_incident_that_names_the_file_and_the_mend(
    yard, misbehaving, suite, tmp_path, monkeypatch
):
    monkeypatch.setenv("NAVBENCH_CACHE", str(tmp_path / "cache"))
    clouds = tmp_path / "cache" / "clouds"
    clouds.mkdir(parents=True)
    (clouds / f"yard_00-{yard.scene.cloud_sha256[:16]}.npz").write_bytes(b"PK\x03\x04 half a file")
    result = navbench_run(suite, tmp_path / "run", agent="looks")
    assert_one_line(result, "incidents: 1", code=3)
    (line,) = (tmp_path / "run" / "errors.jsonl").read_text().splitlines()
    assert "delete that file and it is made again" in json.loads(line)["message"]


def test_an_agent_that_sees_drives_with_the_renderer_named_in_its_row(misbehaving, suite, tmp_path):
    assert navbench_run(suite, tmp_path / "run", agent="looks").exit_code == 0
    (row,) = RunFolder.open(tmp_path / "run").rows()
    assert (row.needs, row.renderer, row.timing.renderer) == ("rgb 32x24", "cpu/antialiased", "cpu/antialiased")


def test_a_folder_that_cannot_be_written_is_named(suite, tmp_path):
    (tmp_path / "file").touch()
    assert_one_line(navbench_run(suite, tmp_path / "file" / "run"), "cannot write", "Not a directory")


def test_another_runs_folder_is_refused_and_its_rows_stay(suite, tmp_path):
    assert navbench_run(suite, tmp_path / "run").exit_code == 0
    before = (tmp_path / "run" / "results.jsonl").read_bytes()
    result = navbench_run(suite, tmp_path / "run", agent="still")
    assert_one_line(result, "belongs to another run", "'straight', not 'still'")
    assert (tmp_path / "run" / "results.jsonl").read_bytes() == before


def test_a_disk_that_fills_up_stops_the_run_and_the_same_command_resumes_it(suite, tmp_path, monkeypatch):
    synced = []
    real_fsync = os.fsync

    def fsync(descriptor):
        if Path(f"/proc/self/fd/{descriptor}").readlink().name == "results.jsonl":
            synced.append(descriptor)
            if len(synced) == 2:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        real_fsync(descriptor)

    monkeypatch.setattr("os.fsync", fsync)
    result = navbench_run(suite, tmp_path / "run", more=["--episodes", "all"])
    assert_one_line(result, "No space left on device", "rows already written stay")
    (first,) = (tmp_path / "run" / "results.jsonl").read_text().splitlines()
    assert navbench_run(suite, tmp_path / "run", more=["--episodes", "all"]).exit_code == 0
    assert (tmp_path / "run" / "results.jsonl").read_text().splitlines()[0] == first
    assert len(RunFolder.open(tmp_path / "run").rows()) == 2


def test_ctrl_c_ends_with_130_and_tells_how_to_resume(suite, misbehaving, tmp_path):
    what = ["run", "--agent", "hangs", "--task", "empty", "--suite", suite, "--renderer", "cpu", "--out", "run"]
    process = subprocess.Popen(
        [sys.executable, "-m", "navbench_gs.cli.main", *what, "--episodes", "all", "--workers", "2"],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # pytest itself may run deaf, behind a script
    )
    rows, deadline = tmp_path / "run" / "results.jsonl", time.monotonic() + 60
    while not rows.exists() and time.monotonic() < deadline:
        time.sleep(0.01)
    os.killpg(process.pid, signal.SIGINT)  # as a terminal does: parent and workers
    stdout, stderr = process.communicate(timeout=20)
    assert process.returncode == 130
    assert "rows in run: 1; the same command resumes" in stdout
    assert stderr.strip() == ""


def test_the_same_options_lead_to_the_same_folder_and_others_to_another():
    plain = RunConfig(agent="s2e", tasks=("obstacle_ped",))
    assert default_folder(plain, None) == Path("runs/s2e-obstacle_ped")
    assert default_folder(plain.model_copy(update={"suite": "dev"}), None).name.startswith("s2e-obstacle_ped-dev-")
    several = plain.model_copy(update={"episodes": 3})
    assert default_folder(several, None) == default_folder(several, None) != default_folder(plain, None)
    assert default_folder(plain, (2, 16)) == Path("runs/s2e-obstacle_ped-3of16")
