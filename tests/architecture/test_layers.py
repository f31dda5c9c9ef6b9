"""The floors of the house: a room imports only from lower floors, a wing only what it may."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FLOORS = (
    ("errors",),
    ("geometry", "processes", "unpickle"),
    ("domain",),
    ("splats", "terrain", "crowd", "drives", "weights", "training", "metrics", "statistics", "store"),
    ("catalogue",),
    ("suite", "world", "render", "agents"),
    ("env", "vector", "registration"),
    ("evaluation",),
    ("testing",),
    ("cli",),
)
FLOOR = {room: number for number, rooms in enumerate(FLOORS) for room in rooms}
WINGS = {"baselines": set(), "s2e_agent": set(), "leaderboard": set(), "scenes": {"render", "suite"}}
HIGHEST_FLOOR_OF_A_WING = FLOOR["catalogue"]


def imports_of(path: Path) -> Iterator[tuple[int, str]]:
    """Line and dotted name of every import of a file, those inside functions included."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield node.lineno, alias.name
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            yield node.lineno, node.module
            for alias in node.names:
                yield node.lineno, f"{node.module}.{alias.name}"


def core_violations(package: Path) -> list[str]:
    """Imports of the core that go sideways, up, or (but for the command line, which joins both) into a wing."""
    found = []
    for path in sorted(package.rglob("*.py")):
        room = path.relative_to(package).parts[0].removesuffix(".py")
        if room == "__init__":
            continue
        for line, name in imports_of(path):
            parts = name.split(".")
            if parts[0] in WINGS and room != "cli":
                found.append(f"{path.relative_to(package.parent)}:{line} imports the wing {name}")
            if parts[0] == "navbench_gs" and len(parts) > 1 and parts[1] in FLOOR:
                other = parts[1]
                if other != room and FLOOR[other] >= FLOOR[room]:
                    found.append(f"{path.relative_to(package.parent)}:{line} imports {name} from floor {FLOOR[other]}")
    return found


def wing_violations(wing: Path, also: set[str]) -> list[str]:
    """Imports of a wing that reach above the catalogue or into another wing."""
    found = []
    for path in sorted(wing.rglob("*.py")):
        for line, name in imports_of(path):
            parts = name.split(".")
            where = f"{path.relative_to(wing.parent)}:{line} imports {name}"
            if parts[0] in WINGS and parts[0] != wing.name:
                found.append(where)
            if parts[0] == "navbench_gs" and len(parts) > 1 and parts[1] in FLOOR:
                allowed = FLOOR[parts[1]] <= HIGHEST_FLOOR_OF_A_WING or parts[1] in also
                if not allowed:
                    found.append(where)
    return found


def test_every_room_of_the_core_has_a_floor():
    rooms = {path.name.removesuffix(".py") for path in (ROOT / "navbench_gs").iterdir()}
    assert rooms - {"__init__", "__pycache__", "py.typed"} <= set(FLOOR)


def test_the_core_imports_only_downwards():
    assert core_violations(ROOT / "navbench_gs") == []


@pytest.mark.parametrize("wing", sorted(WINGS))
def test_wings_stand_on_the_lower_floors_and_never_touch(wing):
    assert wing_violations(ROOT / wing, WINGS[wing]) == []


def test_the_check_sees_an_import_that_goes_up(tmp_path):
    package = tmp_path / "navbench_gs"
    (package / "metrics").mkdir(parents=True)
    (package / "metrics" / "score.py").write_text(
        "def f():\n    from navbench_gs import env\n    import scenes.suite\n"
    )
    assert core_violations(package) == [
        "navbench_gs/metrics/score.py:2 imports navbench_gs.env from floor 6",
        "navbench_gs/metrics/score.py:3 imports the wing scenes.suite",
    ]
