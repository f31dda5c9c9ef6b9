"""The layers: a package imports only from lower layers, a plug-in only what it may, and nothing imports in a circle."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CORE = "navbench_gs"
CORE_LAYERS = (
    ("errors", "moved"),
    ("geometry", "processes", "pickle_reader", "moved_modules"),
    ("domain",),
    ("splats", "terrain", "crowd", "drives", "weights", "training", "metrics", "statistics", "store"),
    ("catalogue",),
    ("suite", "world", "render", "agents"),
    ("batched",),
    ("env", "registration"),
    ("evaluation",),
    ("verification", "recording", "visualization"),
    ("testing",),
    ("cli",),
)
S2E_LAYERS = (
    ("moved_modules",),
    ("config",),
    ("models", "data"),
    ("pretraining", "rl", "deploy"),
    ("evaluation",),
    ("cli",),
)
LEADERBOARD_LAYERS = (("moved_modules",), ("submissions",), ("ranking",), ("site",), ("cli",))
LAYERED = {CORE: CORE_LAYERS, "s2e_agent": S2E_LAYERS, "leaderboard": LEADERBOARD_LAYERS}
NOT_CODE = {"__init__", "__pycache__", "py.typed", "weights"}
PLUGINS = {"baselines": set(), "s2e_agent": set(), "leaderboard": set(), "scenes": {"render", "suite"}}
"""Plug-in -> packages of the core above the catalogue that it may use too."""
HIGHEST_FOR_PLUGINS = next(number for number, names in enumerate(CORE_LAYERS) if "catalogue" in names)
PACKAGES = (CORE, *PLUGINS)


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


def numbered(layers: tuple[tuple[str, ...], ...]) -> dict[str, int]:
    return {name: number for number, names in enumerate(layers) for name in names}


def upward_imports(package: Path, layers: tuple[tuple[str, ...], ...]) -> list[str]:
    """Imports between the parts of a package that do not go to a lower layer."""
    layer, found = numbered(layers), []
    for path in sorted(package.rglob("*.py")):
        part = path.relative_to(package).parts[0].removesuffix(".py")
        if part == "__init__":
            continue
        for line, name in imports_of(path):
            parts = name.split(".")
            if parts[0] != package.name or len(parts) < 2 or parts[1] not in layer or parts[1] == part:
                continue
            if layer[parts[1]] >= layer[part]:
                found.append(f"{path.relative_to(package.parent)}:{line} imports {name} from layer {layer[parts[1]]}")
    return found


def plugin_imports(core: Path) -> list[str]:
    """Imports of the core that reach into a plug-in."""
    return [
        f"{path.relative_to(core.parent)}:{line} imports the plug-in {name}"
        for path in sorted(core.rglob("*.py"))
        for line, name in imports_of(path)
        if name.split(".")[0] in PLUGINS
    ]


def plugin_violations(plugin: Path, also: set[str]) -> list[str]:
    """Imports of a plug-in that reach into another, or above the catalogue; its ``cli`` may use the whole core."""
    layer, found = numbered(CORE_LAYERS), []
    for path in sorted(plugin.rglob("*.py")):
        in_cli = path.relative_to(plugin).parts[0] == "cli"
        for line, name in imports_of(path):
            parts = name.split(".")
            where = f"{path.relative_to(plugin.parent)}:{line} imports {name}"
            if parts[0] in PLUGINS and parts[0] != plugin.name:
                found.append(where)
            above = parts[0] == CORE and layer.get(".".join(parts[1:2]), 0) > HIGHEST_FOR_PLUGINS
            if above and not in_cli and parts[1] not in also:
                found.append(where)
    return found


def module_graph(package: Path) -> dict[str, set[str]]:
    """Module -> modules of the same package that it imports, in functions too."""
    files = {".".join(path.relative_to(package.parent).with_suffix("").parts): path for path in package.rglob("*.py")}
    modules = {name.removesuffix(".__init__"): path for name, path in files.items()}
    return {name: {other for _, other in imports_of(path)} & modules.keys() - {name} for name, path in modules.items()}


def folder_graph(modules: Mapping[str, set[str]]) -> dict[str, set[str]]:
    """The same between the folders directly in a package, and its files there."""

    def part(name: str) -> str:
        return ".".join(name.split(".")[:2])

    graph: dict[str, set[str]] = {}
    for name, others in modules.items():
        graph.setdefault(part(name), set()).update(part(other) for other in others)
    return {name: others - {name} for name, others in graph.items() if "." in name}


def in_circles(graph: Mapping[str, set[str]]) -> set[str]:
    """The nodes that can be reached from themselves: what remains when nodes without a way on are taken away."""
    left = {name: set(others) & graph.keys() for name, others in graph.items()}
    while done := {name for name, others in left.items() if not others}:
        left = {name: others - done for name, others in left.items() if name not in done}
    incoming = {name: {other for other, others in left.items() if name in others} for name in left}
    while done := {name for name, others in incoming.items() if not others}:
        incoming = {name: others - done for name, others in incoming.items() if name not in done}
    return set(incoming)


@pytest.mark.parametrize("name", LAYERED)
def test_every_part_has_a_layer(name):
    parts = {path.name.removesuffix(".py") for path in (ROOT / name).iterdir() if not path.name.startswith(".")}
    layered = set(numbered(LAYERED[name]))
    ignored = NOT_CODE if name != CORE else NOT_CODE - {"weights"}
    assert parts - ignored <= layered
    assert layered <= parts


@pytest.mark.parametrize("name", LAYERED)
def test_parts_import_only_from_lower_layers(name):
    assert upward_imports(ROOT / name, LAYERED[name]) == []


def test_the_core_imports_no_plugin():
    assert plugin_imports(ROOT / CORE) == []


@pytest.mark.parametrize("name", sorted(PLUGINS))
def test_plugins_stand_on_the_lower_layers_and_never_touch(name):
    assert plugin_violations(ROOT / name, PLUGINS[name]) == []


@pytest.mark.parametrize("name", PACKAGES)
def test_no_module_and_no_folder_imports_itself_by_way_of_others(name):
    modules = module_graph(ROOT / name)
    assert len(modules) > 10
    assert in_circles(modules) == set()
    assert in_circles(folder_graph(modules)) == set()


def test_at_most_four_files_lie_directly_in_the_method():
    assert len([path for path in (ROOT / "s2e_agent").iterdir() if path.is_file()]) <= 4


def test_the_checks_see_what_they_look_for(tmp_path):
    package = tmp_path / CORE
    (package / "metrics").mkdir(parents=True)
    (package / "metrics" / "score.py").write_text(
        "def f():\n    from navbench_gs import env\n    import scenes.suite\n"
    )
    (package / "cli").mkdir()
    (package / "cli" / "train.py").write_text("def f():\n    from baselines.training import train\n")
    assert upward_imports(package, CORE_LAYERS) == [
        f"navbench_gs/metrics/score.py:2 imports navbench_gs.env from layer {numbered(CORE_LAYERS)['env']}"
    ]
    assert plugin_imports(package)[0] == "navbench_gs/cli/train.py:2 imports the plug-in baselines.training"
    assert plugin_imports(package)[-1] == "navbench_gs/metrics/score.py:3 imports the plug-in scenes.suite"
    assert in_circles({"a": {"b"}, "b": {"c"}, "c": {"b", "d"}, "d": set()}) == {"b", "c"}
