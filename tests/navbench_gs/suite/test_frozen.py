"""The freeze: everything behind a score has a digest, and a change under frozen Rules is named and refused."""

from __future__ import annotations

import ast
import json
import shutil
from pathlib import Path

import pytest

from navbench_gs.domain.rules import RULES_V0
from navbench_gs.errors import DamagedFileError, InvalidRecordError
from navbench_gs.suite import frozen
from navbench_gs.suite.catalog import suite_folder
from navbench_gs.suite.frozen import changes, combined_digest, complaint, inventory, recorded, state, write
from navbench_gs.suite.programs import program_digest

ROOT = Path(__file__).parents[3]
BEHIND_NO_SCORE = {
    "navbench_gs/errors.py",
    "navbench_gs/moved.py",  # old import paths
    "navbench_gs/processes.py",  # how worker processes begin and end
    "navbench_gs/suite/cache.py",  # where generated files are kept
    "navbench_gs/suite/sources.py",  # finds the plug-in that makes splats, which have a hash
    "navbench_gs/agents/loading.py",  # who is judged
    "navbench_gs/agents/remote.py",
    "navbench_gs/agents/wire.py",
    "navbench_gs/splats/limits.py",  # how large a file may be
    "navbench_gs/splats/stored_zip.py",  # how a file is read; what is in it has a hash
}


@pytest.fixture(scope="module")
def now():
    return inventory()


def altered(parts, part, item, digest="0" * 16):
    return {**parts, part: {**parts[part], item: digest}}


def test_frozen_rules_have_not_changed(now):
    assert complaint(recorded(), now) == ""


def test_the_change_log_names_the_digest_of_frozen_rules():
    record = recorded()
    assert not record.frozen or record.everything in (ROOT / "CHANGELOG.md").read_text()
    assert record.version == RULES_V0.version


def test_every_number_episode_mesh_and_body_is_an_item(now):
    assert {"clock.tick_s", "success.radius_m", "sampling.geodesic_m"} <= now["rules"].keys()
    assert len(now["episodes-embedded"]) == 104 and len(now["episodes-dev"]) == 48
    assert len(now["terrain-embedded"]) == len(now["pictures-embedded"]) == 26
    assert {"obstacle crate", "pedestrian jogger"} <= now["bodies"].keys()
    assert {"bullet.py", "follower.py", "orca.py", "routes.py"} <= {Path(item).name for item in now["program-world"]}


def imported(path: Path, package: Path) -> set[Path]:
    """Files of the package that a file imports, inside functions too."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("navbench_gs"):
            names |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    candidates = {package.parent / Path(*name.split(".")) for name in names}
    return {file for at in candidates for file in (at.with_suffix(".py"), at / "__init__.py") if file.exists()}


JUDGES = (
    "env.py",
    *(f"evaluation/{name}.py" for name in ("driving", "plan", "rollout", "row")),
    "metrics/score.py",
    "suite/freeze.py",
)
"""Where judging begins: an episode is planned, driven, scored, and was sampled."""
LIGHTS_ACTORS = {f"scenes/procedural/{name}.py" for name in ("light", "place_light", "sky")}
"""Reached by the entry point of scene sources, not by an import."""


def reached() -> set[str]:
    """Files of the package that judging runs through."""
    package = ROOT / "navbench_gs"
    waiting = [package / name for name in JUDGES]
    found: set[Path] = set()
    while waiting:
        path = waiting.pop()
        if path not in found:
            found.add(path)
            waiting += imported(path, package)
    return {path.relative_to(ROOT).as_posix() for path in found}


def programs(parts) -> set[str]:
    return {item for part, items in parts.items() if part.startswith("program-") for item in items}


def test_every_program_that_an_episode_runs_through_is_an_item(now):
    assert reached() - programs(now) - BEHIND_NO_SCORE == set()


def test_no_program_is_an_item_that_judges_nothing(now):
    idle = {item for item in programs(now) - reached() - LIGHTS_ACTORS if not item.endswith("__init__.py")}
    assert idle == set()


def test_a_changed_file_is_named(tmp_path, now):
    suites = tmp_path / "suite"
    shutil.copytree(suite_folder(), suites)
    episodes = suites / "embedded" / "plaza_00" / "episodes" / "ped.json"
    episodes.write_text(episodes.read_text().replace('"speed_mps":0', '"speed_mps":1', 1))
    terrain = suites / "dev" / "park_50" / "terrain.npz"
    terrain.write_bytes(terrain.read_bytes() + b"0")
    manifest = suites / "embedded" / "alley_00" / "scene.json"
    manifest.write_text(manifest.read_text().replace('"exposure": ', '"exposure": 1'))
    assert changes(now, inventory(suites=suites)) == [
        "episodes-embedded: plaza_00/ped", "pictures-embedded: alley_00", "terrain-dev: park_50",
    ]  # fmt: skip


def test_a_changed_constant_of_the_physics_and_a_changed_robot_are_named(tmp_path, now):
    package = tmp_path / "navbench_gs"
    shutil.copytree(ROOT / "navbench_gs", package, ignore=shutil.ignore_patterns("__pycache__"))
    orca, urdf = package / "crowd" / "orca.py", package / "world" / "wheeled.urdf"
    orca.write_text(orca.read_text().replace("HORIZON_S = 2.0", "HORIZON_S = 2.1"))
    urdf.write_text(urdf.read_text() + "<!-- -->")
    shutil.copytree(ROOT / "scenes" / "procedural", tmp_path / "scenes" / "procedural")
    (package / "world" / "sneaky.py").write_text("FRICTION = 2.0\n")
    assert changes(now, inventory(tmp_path)) == [
        "program-world: navbench_gs/crowd/orca.py, navbench_gs/world/sneaky.py",
        "robot: wheeled.urdf",
    ]


def test_a_program_that_moves_changes_nothing(now):
    moved = {part: dict(items) for part, items in now.items()}
    digest = moved["program-world"].pop("navbench_gs/world/bullet.py")
    moved["program-loop"]["navbench_gs/elsewhere/physics.py"] = digest
    assert changes(now, moved) == changes(moved, now) == []
    assert combined_digest(moved) == combined_digest(now)


def test_a_program_that_moves_and_changes_is_named_at_both_places(now):
    moved = {part: dict(items) for part, items in now.items()}
    del moved["program-world"]["navbench_gs/world/bullet.py"]
    moved["program-loop"]["navbench_gs/elsewhere/physics.py"] = "0" * 16
    assert changes(now, moved) == [
        "program-loop: navbench_gs/elsewhere/physics.py",
        "program-world: navbench_gs/world/bullet.py",
    ]
    assert combined_digest(moved) != combined_digest(now)


def test_where_own_names_are_imported_from_leaves_no_trace_but_what_is_imported_does(tmp_path):
    texts = {
        "plain": "import numpy as np\nfrom navbench_gs.suite.catalog import load, save\nX = load(1)\n",
        "moved": "import numpy as np\nfrom navbench_gs.a import save\nfrom navbench_gs.b import load\nX = load(1)\n",
        "other name": "import numpy as np\nfrom navbench_gs.suite.catalog import load, keep\nX = load(1)\n",
        "other alias": "import numpy as np\nfrom navbench_gs.suite.catalog import load, save as kept\nX = load(1)\n",
        "other library": "import cupy as np\nfrom navbench_gs.suite.catalog import load, save\nX = load(1)\n",
        "in a function": "import numpy as np\ndef f():\n    from scenes.a import g\n    return g()\n",
        "in a function, moved": "import numpy as np\ndef f():\n    from scenes.b.c import g\n    return g()\n",
    }
    digests = {}
    for name, text in texts.items():
        path = tmp_path / f"{name}.py"
        path.write_text(text)
        digests[name] = program_digest(path)
    assert digests["plain"] == digests["moved"]
    assert digests["in a function"] == digests["in a function, moved"]
    assert len(set(digests.values())) == 5


def test_comments_docstrings_and_layout_leave_no_trace_but_a_number_does(tmp_path):
    first, second, third = (tmp_path / name for name in ("a.py", "b.py", "c.py"))
    first.write_text('"""About."""\nX = 1.0\n\ndef f(a, b):\n    """Add."""\n    return a + b\n')
    second.write_text("X = 1.0  # one\ndef f(\n    a,\n    b,\n): return (a + b)\n")
    third.write_text("X = 1.5\ndef f(a, b): return a + b\n")
    assert program_digest(first) == program_digest(second) != program_digest(third)


def test_open_rules_may_change_and_frozen_ones_may_not(tmp_path, now):
    path = tmp_path / "frozen.json"
    other = altered(now, "bodies", "obstacle crate")
    record = write(now, frozen=False, path=path)
    assert complaint(record, other) == ""
    assert state(record, other) == f"v0 open, digest {combined_digest(other)}; changed since recorded: bodies"
    record = write(other, frozen=True, path=path)
    assert record.frozen and record == recorded(path)
    assert state(record, other) == f"v0 frozen, digest {combined_digest(other)}"
    message = complaint(record, now)
    assert message.startswith("frozen rules changed: bodies: obstacle crate\n") and "raise Rules.version" in message
    with pytest.raises(InvalidRecordError, match="bodies: obstacle crate"):
        write(now, frozen=False, path=path)
    with pytest.raises(InvalidRecordError, match="bodies: obstacle crate"):
        write(now, frozen=True, same_scores=True, path=path)
    assert recorded(path) == record


def test_frozen_rules_stay_frozen_when_written_again(tmp_path, now):
    path = tmp_path / "frozen.json"
    write(now, frozen=True, path=path)
    assert write(now, frozen=False, path=path).frozen


def test_programs_that_leave_every_score_as_it_was_can_be_recorded_under_frozen_rules(tmp_path, now):
    path = tmp_path / "frozen.json"
    write(now, frozen=True, path=path)
    faster = altered(now, "program-renderer", "navbench_gs/render/cpu.py")
    with pytest.raises(InvalidRecordError, match="--same-scores"):
        write(faster, frozen=False, path=path)
    assert write(faster, frozen=False, same_scores=True, path=path).frozen


def test_a_raised_version_is_open_again(tmp_path, now, monkeypatch):
    path = tmp_path / "frozen.json"
    write(now, frozen=True, path=path)
    monkeypatch.setattr(frozen, "RULES_V0", RULES_V0.model_copy(update={"version": "v1"}))
    other = altered(now, "rules", "success.radius_m")
    assert complaint(recorded(path), other) == ""
    record = write(other, frozen=False, path=path)
    assert record.version == "v1" and not record.frozen


def test_an_edited_or_absent_record_is_refused(tmp_path, now):
    path = tmp_path / "frozen.json"
    write(now, frozen=True, path=path)
    text = json.loads(path.read_text())
    text["parts"]["rules"]["success.radius_m"] = "0" * 16
    path.write_text(json.dumps(text))
    with pytest.raises(InvalidRecordError, match="write it with"):
        recorded(path)
    with pytest.raises(DamagedFileError, match="cannot read"):
        recorded(tmp_path / "absent.json")


def test_the_command_shows_parts_and_complains(monkeypatch, tmp_path, capsys, now):
    path = tmp_path / "frozen.json"
    write(altered(now, "tasks", "ped"), frozen=True, path=path)
    monkeypatch.setattr(frozen, "recorded", lambda _=path: recorded(path))
    with pytest.raises(SystemExit, match="frozen rules changed: tasks: ped"):
        frozen.main([])
    shown = capsys.readouterr().out
    assert "terrain-embedded" in shown and "rules v0 frozen" in shown
