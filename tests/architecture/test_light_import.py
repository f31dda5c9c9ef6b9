"""Importing the benchmark, and asking the command line for help, loads nothing heavy."""

from __future__ import annotations

import subprocess
import sys

HEAVY = ("torch", "pybullet", "numba", "scipy", "skimage", "matplotlib", "pandas", "av", "gsplat")


def modules_after(code: str) -> set[str]:
    command = [sys.executable, "-c", f"{code}\nimport sys\nprint(' '.join(sys.modules))"]
    return set(subprocess.run(command, check=True, capture_output=True, text=True).stdout.split())


def test_importing_the_package_loads_no_heavy_library_and_no_wing():
    loaded = modules_after("import navbench_gs")
    assert loaded.isdisjoint({*HEAVY, "s2e_agent", "baselines", "leaderboard", "scenes"})


def test_the_command_line_answers_help_without_heavy_libraries():
    code = (
        "from click.testing import CliRunner\n"
        "from navbench_gs.cli.main import main\n"
        "assert CliRunner().invoke(main, ['--help']).exit_code == 0"
    )
    assert modules_after(code).isdisjoint(HEAVY)
