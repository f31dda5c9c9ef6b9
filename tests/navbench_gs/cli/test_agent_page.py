"""docs/add-an-agent.md, walked through: its commands as they stand there, in the yard instead of generated scenes."""

from __future__ import annotations

import importlib
import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from leaderboard.submissions.card import read_card
from navbench_gs.agents.scaffold import new_package
from navbench_gs.cli.main import main
from navbench_gs.errors import NavBenchError
from navbench_gs.store import RunFolder

PAGE = Path(__file__).parents[3] / "docs" / "add-an-agent.md"


def commands() -> list[list[str]]:
    block = re.search(r"<!-- walk -->\n```bash\n(.*?)```", PAGE.read_text(), flags=re.DOTALL)
    assert block is not None
    return [shlex.split(line) for line in block[1].splitlines()]


def navbench(*arguments) -> str:
    result = CliRunner().invoke(main, [str(argument) for argument in arguments])
    assert result.exit_code == 0, result.output
    return result.output


def test_the_pages_commands_lead_from_nothing_to_a_run(yard, tmp_path, monkeypatch):
    new, install, check, test, run = commands()
    monkeypatch.chdir(tmp_path)
    navbench(*new[1:])
    # Without a network: no build environment of its own, no dependencies, into a folder instead of this environment.
    target = tmp_path / "installed"
    assert install[:3] == ["pip", "install", "-e"]
    offline = ["--no-deps", "--no-build-isolation", "--no-index", "--quiet", "--target", str(target)]
    subprocess.run([sys.executable, "-m", "pip", "install", *offline, install[3]], check=True)
    monkeypatch.syspath_prepend(str(target))
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(target), str(PAGE.parents[1])]))
    importlib.invalidate_caches()

    assert "my_agent" in navbench("list", "agents")
    shown = navbench(*check[1:], "--scene", yard.scene.folder, "--renderer", "cpu", "--json", "pass.json")
    assert "FAIL" not in shown and json.loads(Path("pass.json").read_text())["passed"]

    own_test = Path(test[3]) / "test_my_agent.py"
    own_test.write_text(own_test.read_text().replace("plaza_00", str(yard.scene.folder)))
    assert test[0] == "python"
    subprocess.run([sys.executable, *test[1:], "-q", "-p", "no:cacheprovider"], check=True)

    navbench(*run[1:], "--suite", yard.scene.folder.parent, "--renderer", "cpu", "--workers", "1")
    (row,) = RunFolder.open(Path("runs/my_agent")).rows()
    assert row.agent == "my_agent" and row.success
    card = read_card(Path("my_agent/card.yaml"))
    assert (card.name, card.revision) == (row.agent, row.agent_revision)


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("My-Agent", "is no name for a package"),
        ("class", "is no name for a package"),
        ("../evil", "is no name for a package"),
        ("straight", "there is an agent 'straight' already"),
        ("numpy", "there is a Python package 'numpy' already"),
        ("taken", "exists"),
    ],
)
def test_a_name_that_is_none_or_taken_is_refused(tmp_path, name, told):
    (tmp_path / "taken").mkdir()
    with pytest.raises(NavBenchError, match=told):
        new_package(name, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["taken"]


def test_an_agent_that_does_not_pass_exits_with_one(yard, misbehaving):
    result = CliRunner().invoke(main, ["agent", "check", "stumbles", "--scene", str(yard.scene.folder)])
    assert result.exit_code == 1 and "FAIL  episodes      KeyError: 'no map'" in result.output
    result = CliRunner().invoke(main, ["agent", "check", "strait"])
    assert result.exit_code == 2 and "did you mean 'straight'?" in result.stderr
