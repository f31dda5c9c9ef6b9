"""Old import paths: what they yield, where they warn, and that the tables of all packages hold."""

from __future__ import annotations

import ast
import importlib
import importlib.util
import json
import pickle
import subprocess
import sys
import textwrap
import threading
import warnings
from collections.abc import Iterator
from importlib.machinery import PathFinder
from pathlib import Path

import pytest
from packaging.version import Version

import navbench_gs
from leaderboard.moved_modules import MOVED_MODULES as LEADERBOARD
from navbench_gs import moved
from navbench_gs.moved_modules import MOVED_MODULES as CORE
from s2e_agent.moved_modules import MOVED_MODULES as S2E

ROOT = Path(__file__).parents[2]
TABLES = {"navbench_gs": CORE, "s2e_agent": S2E, "leaderboard": LEADERBOARD}
EVERY_MOVE = CORE | S2E | LEADERBOARD
ONCE_MODULES = {
    "s2e_agent.config": "s2e_agent.config.pretraining",
    "navbench_gs.agents.oracle": "navbench_gs.agents.oracle.agent",
}
"""Packages that were modules -> where their names are."""
LEFT_THE_CATALOG = {
    "load_cloud": "navbench_gs.suite.clouds",
    "load_light": "navbench_gs.suite.clouds",
    "cloud_path": "navbench_gs.suite.clouds",
    "load_episodes": "navbench_gs.suite.episodes",
}
USES_OLD_PATHS = {"tests/navbench_gs/test_moved.py", "tests/s2e_agent/test_moved_modules.py",
                  "tests/leaderboard/test_moved_modules.py"}  # fmt: skip
KITCHEN = """
import time
time.sleep(0.05)
class Cook: ...
COOKS = 2
_secret = 1
"""
CELLAR = """
from mansion.kitchen import COOKS
def bottles(): return COOKS
def wine(): return 0
"""


@pytest.fixture
def mansion(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A package on the path with ``kitchen``, ``cellar`` and the package ``hall``, two moved modules among its past."""
    (tmp_path / "mansion" / "hall").mkdir(parents=True)
    files = {
        "__init__.py": "",
        "kitchen.py": KITCHEN,
        "cellar.py": CELLAR,
        "attic.py": "from navbench_gs.moved import moved_names\n"
        "HERE = 1\n__getattr__ = moved_names(__name__, {'Cook': 'mansion.kitchen'})\n",
        "hall/__init__.py": "from navbench_gs.moved import moved_content\n"
        "__getattr__ = moved_content(__name__, 'mansion.hall.stairs')\n",
        "hall/stairs.py": "STEPS = 12\nfrom mansion.hall import carpet\n",
        "hall/carpet.py": "RED = 1\n",
    }
    for name, text in files.items():
        (tmp_path / "mansion" / name).write_text(text)
    moved.register({"mansion.scullery": ("mansion.kitchen",), "mansion.rooms": ("mansion.kitchen", "mansion.cellar")})
    monkeypatch.syspath_prepend(tmp_path)
    yield tmp_path
    for name in [name for name in sys.modules if name.partition(".")[0] == "mansion"]:
        del sys.modules[name]


def run_line(line: str, file: Path) -> tuple[dict, list[warnings.WarningMessage]]:
    """What a user's file that holds ``line`` as its third line defines, and every warning of a move."""
    code = compile(f"import importlib\n\n{line}\n", str(file), "exec")
    names = {"__name__": "user"}
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        exec(code, names)
    return names, [warning for warning in caught if "has moved to" in str(warning.message)]


@pytest.mark.parametrize(
    "line",
    [
        "import mansion.scullery",
        "import mansion.scullery as old",
        "from mansion.scullery import Cook",
        "from mansion.scullery import Cook, COOKS",
        "from mansion import scullery",
        "from mansion.scullery import *",
        "old = importlib.import_module('mansion.scullery')",
        "old = importlib.import_module('.scullery', 'mansion')",
        "old = __import__('mansion.scullery')",
    ],
)
def test_an_old_module_warns_once_at_the_line_that_imports_it(mansion, line):
    file = mansion / "user.py"
    _, caught = run_line(line, file)
    assert [(str(w.message), w.category, w.filename, w.lineno) for w in caught] == [
        (
            "mansion.scullery has moved to mansion.kitchen; the old path goes with version 0.3",
            DeprecationWarning,
            str(file),
            3,
        )
    ]
    assert run_line(line, file)[1] == []


def test_a_module_that_imports_an_old_one_gets_the_warning_and_not_its_importer(mansion):
    (mansion / "library.py").write_text("import mansion.scullery\n")
    _, caught = run_line("import library", mansion / "user.py")
    del sys.modules["library"]
    assert [(w.filename, w.lineno) for w in caught] == [(str(mansion / "library.py"), 1)]


def test_code_without_a_name_gets_the_warning_too(mansion):
    with pytest.warns(DeprecationWarning, match=r"mansion\.scullery has moved"):
        exec("import mansion.scullery", {})


def test_an_old_module_yields_the_very_objects_of_the_new_ones(mansion):
    names, caught = run_line(
        "import mansion.rooms as old, mansion.kitchen as kitchen, mansion.cellar as cellar", mansion
    )
    old = names["old"]
    assert "to mansion.kitchen, mansion.cellar;" in str(caught[0].message)
    assert old.Cook is names["kitchen"].Cook
    assert old.bottles is names["cellar"].bottles
    assert {"Cook", "COOKS", "bottles", "wine"} <= set(dir(old))
    assert sys.modules["mansion.rooms"] is old is sys.modules["mansion"].rooms
    with pytest.raises(AttributeError, match=r"module 'mansion\.rooms' has no attribute 'garden'"):
        _ = old.garden
    with pytest.raises(ModuleNotFoundError):
        importlib.import_module("mansion.rooms.garden")


def test_star_brings_the_public_names(mansion):
    names, _ = run_line("from mansion.rooms import *", mansion)
    assert {"Cook", "COOKS", "bottles", "wine"} <= names.keys()
    assert "_secret" not in names


def test_what_is_set_on_an_old_module_reaches_the_new_one(mansion, monkeypatch):
    names, _ = run_line("import mansion.scullery as old, mansion.kitchen as kitchen", mansion)
    with monkeypatch.context() as patch:
        patch.setattr("mansion.scullery.COOKS", 7)
        assert names["kitchen"].COOKS == 7
    assert names["kitchen"].COOKS == 2
    assert names["old"] is names["kitchen"]
    assert names["kitchen"].__spec__.name == "mansion.kitchen"


def test_what_is_set_on_an_old_module_of_several_can_be_undone(mansion, monkeypatch):
    names, _ = run_line("import mansion.rooms as old", mansion)
    with monkeypatch.context() as patch:
        patch.setattr("mansion.rooms.COOKS", 7)
        assert names["old"].COOKS == 7
    assert names["old"].COOKS == 2


def test_a_class_unpickles_by_its_old_path(mansion):
    _, caught = run_line(r"import pickle; pickle.loads(b'cmansion.scullery\nCook\n.')", mansion / "user.py")
    assert len(caught) == 1
    with pytest.warns(DeprecationWarning, match=r"mansion\.rooms has moved"):
        assert pickle.loads(b"cmansion.rooms\nCook\n.") is sys.modules["mansion.kitchen"].Cook


@pytest.mark.parametrize(("old", "last"), [("mansion.scullery", "COOKS"), ("mansion.rooms", "wine")])
def test_threads_that_import_at_once_all_get_the_whole_module(mansion, old, last):
    start, found = threading.Barrier(8), []

    def imports() -> None:
        start.wait()
        module = importlib.import_module(old)
        found.append((module.Cook, getattr(module, last)))

    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        threads = [threading.Thread(target=imports) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len(found) == 8
    assert len(set(found)) == 1
    assert sum("has moved to" in str(w.message) for w in caught) == 1


def test_a_warning_that_is_an_error_stops_the_import_and_leaves_nothing(mansion):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(DeprecationWarning):
            importlib.import_module("mansion.rooms")
    assert not {"mansion.rooms", "mansion.kitchen"} & sys.modules.keys()


@pytest.mark.parametrize(
    ("line", "old", "new"),
    [
        ("from mansion.attic import Cook", "mansion.attic.Cook", "mansion.kitchen.Cook"),
        ("import mansion.attic; mansion.attic.Cook", "mansion.attic.Cook", "mansion.kitchen.Cook"),
        ("from mansion.hall import STEPS", "mansion.hall.STEPS", "mansion.hall.stairs.STEPS"),
        ("import mansion.hall as hall; hall.STEPS", "mansion.hall.STEPS", "mansion.hall.stairs.STEPS"),
    ],
)
def test_a_name_that_left_warns_once_where_it_is_read(mansion, line, old, new):
    file = mansion / "user.py"
    _, caught = run_line(line, file)
    text = f"{old} has moved to {new}; the old path goes with version 0.3"
    assert [(str(w.message), w.filename, w.lineno) for w in caught] == [(text, str(file), 3)]


@pytest.mark.parametrize(
    "line",
    [
        "from mansion.hall import carpet",
        "import mansion.hall.stairs",
        "from mansion.hall.stairs import STEPS",
        "from mansion.attic import HERE",
    ],
)
def test_new_paths_do_not_warn(mansion, line):
    assert run_line(line, mansion)[1] == []
    run_line("import mansion.hall.stairs", mansion)
    assert run_line(line, mansion)[1] == []


@pytest.mark.parametrize(
    "line",
    [
        "from mansion.attic import nothing",
        "from mansion.hall import nothing",
        "from mansion.hall import _STEPS",
        "from mansion.rooms import nothing",
        "import mansion.nothing",
    ],
)
def test_unknown_names_fail_as_ever(mansion, line):
    with pytest.raises(ImportError):
        run_line(line, mansion)


def test_to_look_for_a_module_is_no_import(monkeypatch):
    monkeypatch.delitem(sys.modules, "navbench_gs.vector", raising=False)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert importlib.util.find_spec("navbench_gs.nonsense") is None
        assert importlib.util.find_spec("nonsense") is None
        assert importlib.util.find_spec("navbench_gs.vector").name == "navbench_gs.vector"
    assert "navbench_gs.vector" not in sys.modules
    assert sys.meta_path.count(moved._FINDER) == 1


def test_the_old_paths_are_gone_when_their_time_is_over():
    assert Version(navbench_gs.__version__) < Version(moved.GONE_WITH), "delete the tables and every use of moved"


def test_a_program_runs_by_its_old_path():
    command = [sys.executable, "-m", "navbench_gs.evaluation.actor_sheet", "--help"]
    done = subprocess.run(command, check=True, capture_output=True, text=True, cwd=ROOT)
    assert done.stdout.startswith("usage: actor_sheet.py")
    assert (
        "DeprecationWarning: navbench_gs.evaluation.actor_sheet has moved to navbench_gs.visualization.actor_sheet;"
        in done.stderr
    )


def is_file(name: str) -> bool:
    """Whether a module lies on disk: the finder of files alone knows it."""
    path = ROOT.joinpath(*name.split("."))
    return PathFinder.find_spec(name, [str(path.parent)]) is not None


def test_every_new_module_lies_on_disk_and_no_old_one():
    assert [new for homes in EVERY_MOVE.values() for new in homes if not is_file(new)] == []
    assert [old for old in EVERY_MOVE if is_file(old)] == []
    assert [new for new in (*ONCE_MODULES.values(), *LEFT_THE_CATALOG.values()) if not is_file(new)] == []


@pytest.mark.parametrize("package", TABLES)
def test_a_package_registers_its_own_modules_only(package):
    names = [name for old, homes in TABLES[package].items() for name in (old, *homes)]
    assert {name.partition(".")[0] for name in names} == {package}


@pytest.mark.parametrize("package", TABLES)
def test_every_old_module_of_a_fresh_process_warns_once_and_yields_every_public_name(package):
    program = """
        import importlib, json, sys, warnings
        faults = []
        for old, homes in json.load(sys.stdin).items():
            with warnings.catch_warnings(record=True) as caught:
                warnings.simplefilter("always")
                module = importlib.import_module(old)
                importlib.import_module(old)
            texts = [(str(w.message), w.filename) for w in caught if "has moved to" in str(w.message)]
            expected = f"{old} has moved to {', '.join(homes)}; the old path goes with version 0.3"
            if texts != [(expected, "<string>")]:
                faults.append(f"{old} warns {texts}")
            for home in map(importlib.import_module, homes):
                public = [name for name in vars(home) if not name.startswith("_")]
                faults += [f"{old}.{name}" for name in public if getattr(module, name, None) is not getattr(home, name)]
                faults += [f"{name} not in dir({old})" for name in public if name not in dir(module)]
        print(json.dumps(faults))
    """
    command = [sys.executable, "-c", textwrap.dedent(program)]
    done = subprocess.run(
        command, input=json.dumps(TABLES[package]), check=True, capture_output=True, text=True, cwd=ROOT
    )
    assert json.loads(done.stdout.splitlines()[-1]) == []


@pytest.mark.parametrize(
    ("module", "name"),
    [
        ("navbench_gs.vector", "TrainingEnv"),
        ("navbench_gs.evaluation.agent_check", "checked_agent"),
        ("navbench_gs.evaluation.scene_check", "scene_faults"),
        ("navbench_gs.evaluation.audit", "audited_rows"),
        ("navbench_gs.evaluation.report", "write_summary"),
        ("navbench_gs.evaluation.disturbances", "Disturbances"),
        ("navbench_gs.world.crowds", "Crowds"),
        ("navbench_gs.world.kinematic", "KinematicWorld"),
        ("navbench_gs.agents.rollouts", "Rollouts"),
        ("navbench_gs.agents.oracle", "OracleAgent"),
        ("navbench_gs.suite.catalog", "load_cloud"),
        ("navbench_gs.suite.catalog", "load_light"),
        ("navbench_gs.suite.catalog", "cloud_path"),
        ("navbench_gs.suite.catalog", "load_episodes"),
    ],
)
def test_lines_that_users_wrote_before_the_move(module, name, monkeypatch):
    if module in EVERY_MOVE:  # as in a process that has not imported it yet
        monkeypatch.delitem(sys.modules, module, raising=False)
    names, caught = run_line(f"from {module} import {name}", Path("user.py"))
    home = (EVERY_MOVE | {old: (new,) for old, new in ONCE_MODULES.items()}).get(module) or (LEFT_THE_CATALOG[name],)
    assert names[name] is getattr(importlib.import_module(home[0]), name)
    assert len(caught) == 1
    assert caught[0].filename == "user.py"


def test_the_catalog_still_has_what_it_uses_itself():
    names, caught = run_line("from navbench_gs.suite.catalog import cache_folder, scene_source", Path("user.py"))
    assert names["cache_folder"].__module__ == "navbench_gs.suite.cache"
    assert names["scene_source"].__module__ == "navbench_gs.suite.sources"
    assert caught == []


def imports_of(path: Path) -> Iterator[tuple[int, str]]:
    """Line and dotted name of every import of a file, those inside functions included."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from ((node.lineno, f"{node.module}.{alias.name}") for alias in node.names)
        elif isinstance(node, ast.Constant) and isinstance(
            node.value, str
        ):  # import_module, monkeypatch, agents by path
            yield node.lineno, node.value.replace(":", ".")


def is_old(name: str) -> bool:
    """Whether a dotted name is, or lies in, what has moved."""
    parts = name.split(".")
    if any(".".join(parts[:length]) in EVERY_MOVE for length in range(2, len(parts) + 1)):
        return True
    if name.startswith("navbench_gs.suite.catalog."):
        return parts[3] in {*LEFT_THE_CATALOG, "cache_folder", "scene_source"}
    once = next((package for package in ONCE_MODULES if name.startswith(f"{package}.")), None)
    return once is not None and not is_file(f"{once}.{name.removeprefix(once).split('.')[1]}")


def test_nothing_of_ours_uses_an_old_path():
    folders = ("navbench_gs", "baselines", "s2e_agent", "leaderboard", "scenes", "tests", "docs")
    files = {path for folder in folders for path in (ROOT / folder).rglob("*.py")}
    allowed = {ROOT / name for name in USES_OLD_PATHS} | {ROOT / name / "moved_modules.py" for name in TABLES}
    assert len(files) > 500
    found = [
        f"{path.relative_to(ROOT)}:{line} uses {name}"
        for path in sorted(files - allowed)
        for line, name in imports_of(path)
        if is_old(name)
    ]
    assert found == []


def test_the_scan_sees_what_it_looks_for(tmp_path):
    lines = ("import navbench_gs.vector", "from s2e_agent import agent", "from s2e_agent.agent import S2EAgent",
             "from s2e_agent.config import PolicyConfig", "from navbench_gs.suite.catalog import load_cloud",
             "x = 's2e_agent.agent:S2EAgent'")  # fmt: skip
    fine = ("import navbench_gs.batched", "from s2e_agent.config import pretraining",
            "from s2e_agent.config.pretraining import PolicyConfig",
            "from navbench_gs.suite.catalog import load_scene")  # fmt: skip
    (tmp_path / "user.py").write_text("\n".join((*lines, *fine)))
    assert {line for line, name in imports_of(tmp_path / "user.py") if is_old(name)} == set(range(1, len(lines) + 1))
