"""What an agent's misbehaviour becomes: a failed row if it is its own and repeats, else an incident; never both.

Every misbehaving agent fails in episode 0 of the yard only; episode 1 must have its row whatever happens.
"""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner
from rich.console import Console

from navbench_gs.cli.main import main
from navbench_gs.cli.progress import RunProgress
from navbench_gs.domain.run import RunConfig
from navbench_gs.evaluation.evaluate import evaluate
from navbench_gs.evaluation.plan import plan_run
from navbench_gs.store import RunFolder


@pytest.fixture
def run(yard, misbehaving, tmp_path):
    """Drives an agent of the plugin through both episodes: exit code, output and folder."""

    def drive(agent: str, *more: str):
        what = ["run", "--agent", agent, "--task", "empty", "--suite", str(yard.scene.folder.parent)]
        how = ["--episodes", "all", "--workers", "1", "--renderer", "cpu", "--out", str(tmp_path / "run")]
        result = CliRunner().invoke(main, [*what, *how, *more])
        return result.exit_code, result.output, tmp_path / "run"

    return drive


@pytest.mark.parametrize(
    ("agent", "reason"),
    [
        ("raises", "ZeroDivisionError: the map <object object at 0x> is empty"),
        ("quits", "SystemExit: no licence"),
        ("nan", "the action is not finite"),
        ("shapeless", "act returned ndarray, but the card declares velocity"),
    ],
)
def test_a_failure_that_repeats_is_a_failed_row_with_its_reason(run, agent, reason):
    code, _, out = run(agent)
    failed, driven = RunFolder.open(out).rows()
    assert code == 0
    assert (failed.ended, failed.failure, failed.success, failed.error) == ("agent-error", "agent-error", False, reason)
    assert failed.time_s == pytest.approx(0.6)  # it failed at its fourth decision, 0.6 s after the start
    assert (driven.success, driven.error) == (True, None)


def test_an_agent_that_fails_before_it_moves_has_rows_of_no_length(run):
    code, _, out = run("stumbles")
    assert code == 0
    assert [(row.error, row.time_s, row.route_completion) for row in RunFolder.open(out).rows()] == [
        ("KeyError: 'no map'", 0.0, 0.0)
    ] * 2


def incident_of(out) -> str:
    (line,) = (out / "errors.jsonl").read_text().splitlines()
    incident = json.loads(line)
    assert (incident["scene"], incident["task"], incident["index"]) == ("yard_00", "empty", 0)
    return incident["message"]


@pytest.mark.parametrize(
    ("agent", "reason"),
    [
        ("dies", "the worker process died of SIGKILL"),
        ("disconnects", "ConnectionResetError: the model server went away"),
    ],
)
def test_what_says_nothing_about_driving_is_an_incident_and_no_row(run, agent, reason):
    code, output, out = run(agent)
    assert code == 3
    assert incident_of(out) == reason
    assert [row.index for row in RunFolder.open(out).rows()] == [1]
    assert "incidents: 1" in output and "the same command tries these again" in output
    assert not (out / "summary.csv").exists()  # no mean over missing rows


def test_an_agent_that_hangs_is_stopped_at_the_time_limit_and_the_run_goes_on(yard, misbehaving, tmp_path):
    suite = str(yard.scene.folder.parent)
    plan = plan_run(RunConfig(agent="hangs", tasks=("empty",), suite=suite, episodes=None, renderer="cpu"))
    folder = RunFolder.create_or_resume(tmp_path / "run", plan.manifest)
    with RunProgress(Console(quiet=True), []).shown() as progress:
        assert evaluate(plan, folder, workers=1, watcher=progress, time_limit_s=1.0) == 1
    assert incident_of(tmp_path / "run") == "a decision took longer than 1 s"
    assert [row.index for row in folder.rows()] == [1]


def test_a_failure_that_does_not_repeat_is_an_incident_and_the_resumed_run_has_its_row(run, monkeypatch, tmp_path):
    monkeypatch.setenv("MISBEHAVED", str(tmp_path / "misbehaved"))
    code, _, out = run("raises-once")
    assert code == 3
    assert incident_of(out) == "the agent failed once and not again: RuntimeError: cosmic ray"
    written = (out / "results.jsonl").read_text()
    code, output, _ = run("raises-once")
    assert code == 0 and "strict SR" in output
    assert written in (out / "results.jsonl").read_text()
    assert [row.index for row in RunFolder.open(out).rows()] == [0, 1]
