"""Commands that plug-ins bring: listed without being imported; one that is missing or broken hides no other."""

from __future__ import annotations

import subprocess
import sys

import pytest
from click.testing import CliRunner

from navbench_gs.cli.main import main
from navbench_gs.cli.plugins import plugin_faults, plugin_points

COMMANDS_MODULE = """
GREET = ("brought_greet:greet", "Say hello to a robot.")
BARE = 7
"""
GREET_MODULE = """
import click

@click.command()
@click.argument("name")
def greet(name):
    "Say hello."
    click.echo(f"hello {name}")
"""
NEEDY_MODULE = """
import click
import no_such_library
"""
ENTRY_POINTS = """[navbench_gs.commands]
greet = brought:GREET
scene.greet = brought:GREET
gone = brought_gone.cli:COMMAND
needy = brought_needy:COMMAND
angry = brought_angry:COMMAND
bare = brought:BARE
"""
BROKEN = ("gone", "needy", "angry", "bare")


def navbench(*arguments):
    return CliRunner().invoke(main, arguments)


def install(folder, name, entry_points):
    about = folder / f"{name}-1.dist-info"
    about.mkdir()
    (about / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1\n")
    (about / "entry_points.txt").write_text(entry_points)


@pytest.fixture
def brought(tmp_path, monkeypatch):
    """A distribution that brings commands, of which some cannot be loaded, each for another reason."""
    install(tmp_path, "brought", ENTRY_POINTS)
    (tmp_path / "brought.py").write_text(COMMANDS_MODULE)
    (tmp_path / "brought_greet.py").write_text(GREET_MODULE)
    (tmp_path / "brought_needy.py").write_text(NEEDY_MODULE)
    (tmp_path / "brought_angry.py").write_text("1 / 0\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    yield tmp_path
    for name in [name for name in sys.modules if name.startswith("brought")]:
        del sys.modules[name]


def test_a_command_of_a_plugin_is_listed_without_being_imported_and_runs(brought):
    listed = navbench("--help").output
    assert "  greet        Say hello to a robot.\n" in listed
    assert "brought" in sys.modules and "brought_greet" not in sys.modules
    assert navbench("greet", "wall-e").output == "hello wall-e\n"
    assert "greet" in navbench("scene", "--help").output
    assert navbench("scene", "greet", "wall-e").output == "hello wall-e\n"


def test_a_click_command_itself_may_be_the_entry_point(brought):
    install(brought, "bringing", "[navbench_gs.commands]\nplain = brought_greet:greet\n")
    assert "  plain        Say hello." in navbench("--help").output
    assert navbench("plain", "eve").output == "hello eve\n"


@pytest.mark.parametrize(
    ("name", "remedy"),
    [
        ("gone", "No module named 'brought_gone': pip install --force-reinstall brought"),
        (
            "needy",
            "it needs 'no_such_library', which is not installed: pip install no_such_library",
        ),
        ("angry", "ZeroDivisionError: division by zero: pip install --force-reinstall brought"),
        ("bare", "brought:BARE is neither a click command nor two texts"),
    ],
)
def test_a_plugin_that_cannot_be_loaded_answers_with_one_line_that_says_what_to_install(brought, name, remedy):
    result = navbench(name, "whatever", "--more")
    assert result.exit_code == 2
    assert len(result.stderr.splitlines()) == 1 and remedy in result.stderr


def test_broken_plugins_are_left_out_of_the_list_and_named_by_doctor(brought):
    listed = {line.split()[0] for line in navbench("--help").output.splitlines() if line.startswith("  ")}
    assert listed.isdisjoint(BROKEN) and {"run", "greet"} <= listed
    (line,) = [line for line in navbench("doctor").output.splitlines() if line.startswith("plug-ins")]
    assert all(f"{name}:" in line for name in BROKEN) and "greet:" not in line


def test_no_plugin_takes_the_place_of_a_command_of_the_core_or_of_another(tmp_path, monkeypatch):
    install(tmp_path, "aaa", "[navbench_gs.commands]\nhello = aaa:HELLO\nrun = aaa:HELLO\n")
    install(tmp_path, "zzz", "[navbench_gs.commands]\nhello = zzz:HELLO\n")
    (tmp_path / "aaa.py").write_text("HELLO = ('aaa:hello', 'The first.')\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    assert plugin_points("")["hello"].value == "aaa:HELLO"
    listed = navbench("--help").output
    assert "The first." in listed and "Drive an agent through episodes" in listed and listed.count("\n  run ") == 1
    assert "hello of zzz is hidden by that of aaa" in list(plugin_faults())


def test_all_commands_that_ship_can_be_loaded():
    assert list(plugin_faults()) == []
    assert {"train", "leaderboard", "submit"} == set(plugin_points(""))
    assert {"import", "show"} == set(plugin_points("scene"))


@pytest.mark.parametrize("name", ["train", "leaderboard", "submit"])
def test_a_package_of_this_project_that_is_missing_is_one_line(name):
    package = {"train": "baselines"}.get(name, "leaderboard")
    code = f"import sys\nsys.modules[{package!r}] = None\nfrom navbench_gs.cli.main import main\nmain([{name!r}, 'x'])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 2 and len(done.stderr.splitlines()) == 1
    assert "pip install --force-reinstall navbench-gs" in done.stderr and f"'{name}'" in done.stderr
