"""The tests mirror the tree: a test of a module lies where the module lies, under ``tests``."""

from __future__ import annotations

from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TESTS = ROOT / "tests"
PACKAGES = ("navbench_gs", "baselines", "s2e_agent", "leaderboard", "scenes")
DATA = ("data",)
"""Folders of inputs, which mirror nothing."""


@pytest.mark.parametrize("package", PACKAGES)
def test_every_folder_of_tests_is_one_of_the_package(package):
    folders = {path.parent.relative_to(TESTS) for path in (TESTS / package).rglob("*.py")}
    assert folders
    assert [str(folder) for folder in sorted(folders) if not (ROOT / folder).is_dir()] == []


@pytest.mark.parametrize("package", PACKAGES)
def test_a_test_named_for_a_module_lies_beside_it(package):
    modules: dict[str, set[Path]] = {}
    for path in (ROOT / package).rglob("*.py"):
        modules.setdefault(path.stem, set()).add(path.parent.relative_to(ROOT))
    astray = []
    for path in (TESTS / package).rglob("test_*.py"):
        homes = modules.get(path.stem.removeprefix("test_"), set())
        if homes and path.parent.relative_to(TESTS) not in homes:
            astray.append(f"{path.relative_to(ROOT)} tests {' or '.join(sorted(map(str, homes)))}")
    assert astray == []
