"""The command ``navbench`` itself: fast help, one line per error, exit codes."""

from __future__ import annotations

import subprocess
import sys

import click
import pytest
from click.testing import CliRunner

from navbench_gs.cli.main import COMMANDS, main
from navbench_gs.cli.plugins import plugin_points
from navbench_gs.errors import ExitCode, SceneUnavailableError


def navbench(*arguments):
    return CliRunner().invoke(main, arguments)


@pytest.mark.parametrize("name", [*COMMANDS, *plugin_points("")])
def test_every_command_can_be_imported_and_explains_itself(name):
    result = navbench(name, "--help")
    assert result.exit_code == 0 and result.output.startswith("Usage:")


def test_help_imports_no_command_and_no_heavy_package():
    code = """if True:
        import sys, time
        from navbench_gs.cli.main import main
        main(["--help"], standalone_mode=False)
        heavy = {"torch", "numba", "pybullet", "pandas", "scipy", "matplotlib", "rich"} & set(sys.modules)
        others = ("navbench_gs.", "baselines.", "s2e_agent.", "leaderboard.", "scenes.")
        ours = sorted(name for name in sys.modules if name.startswith(others))
        print(sorted(heavy), " ".join(ours))
    """
    output = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    heavy, *loaded = output.splitlines()[-1].split()
    tables = {"baselines.cli.commands", "leaderboard.cli.commands"}
    shared = {f"navbench_gs.cli.{name}" for name in ("console", "lazy_group", "main", "plugins")}
    assert heavy == "[]"
    assert {name for name in loaded if ".cli." in name} == shared | tables


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["rum"], "unknown command 'rum': did you mean 'run'?"),
        (["run", "--agent", "straight"], "Missing option '--task'"),
        (["run", "--agent", "straight", "--task", "empty", "--taks", "x"], "No such option '--taks'"),
        (["doctor", "too", "much"], "unexpected extra arguments"),
    ],
)
def test_a_mistake_on_the_command_line_is_one_line_and_exit_code_2(arguments, message):
    result = navbench(*arguments)
    assert result.exit_code == 2
    assert len(result.stderr.splitlines()) == 1 and message in result.stderr


@pytest.fixture
def failing(monkeypatch):
    """Makes ``navbench doctor`` raise."""

    def fail_with(error):
        @click.command()
        def doctor():
            raise error

        monkeypatch.setattr("navbench_gs.cli.doctor.doctor", doctor)

    return fail_with


def test_an_error_for_the_user_is_its_message_and_an_unexpected_one_says_so(failing):
    failing(SceneUnavailableError("no such\nplace"))
    result = navbench("doctor")
    assert (result.exit_code, result.stderr) == (2, "error: no such place\n")
    failing(KeyError("x"))
    result = navbench("doctor")
    assert result.exit_code == 70
    assert result.stderr.startswith("error: internal error: KeyError: 'x'") and "Traceback" not in result.stderr


def test_the_help_lists_every_exit_code():
    words = " ".join(navbench("--help").output.split())
    assert all(f"{code.value} {code.meaning}" in words for code in ExitCode)


def test_debug_shows_the_traceback(failing):
    failing(KeyError("x"))
    result = navbench("--debug", "doctor")
    assert isinstance(result.exception, KeyError)
