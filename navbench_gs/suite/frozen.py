"""The freeze: a record of everything behind a score. ``python -m navbench_gs.suite.frozen``.

The record (``frozen.json`` beside this file) names a digest for every item: each number of the Rules, each episode
file, each mesh, each body, each program that judges, each picture's source. While the Rules are open, items may change
and the record is written anew at will. Once they are frozen, a change of any item fails the tests until the version of
the Rules is raised.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path

from navbench_gs.catalogue.obstacles import OBSTACLES
from navbench_gs.catalogue.pedestrians import PEDESTRIANS
from navbench_gs.domain.record import Record, file_digest, read_record, text_digest
from navbench_gs.domain.rules import RULES_V0
from navbench_gs.domain.scene import TERRAIN_FILE, Scene
from navbench_gs.domain.task import TASKS
from navbench_gs.errors import InvalidRecordError, NavBenchError
from navbench_gs.suite.catalog import SCENE_FILE, scene_ids, suite_folder
from navbench_gs.suite.programs import program_digest

ROOT = Path(__file__).parents[2]
RECORD_FILE = Path(__file__).with_name("frozen.json")
COMMAND = "'python -m navbench_gs.suite.frozen --write'"
SUITES = ("embedded", "dev")
PROGRAM_PART = "program-"
PROGRAMS = {
    "records": tuple(f"navbench_gs/domain/{name}.py"
                     for name in ("__init__", "action", "agent", "cloud", "episode", "observation", "perturbation",
                                  "record", "result", "rules", "run", "scene", "source", "state", "streams", "task",
                                  "trajectory")),
    "world": ("navbench_gs/world/*.py", "navbench_gs/crowd/*.py", "navbench_gs/geometry.py",
              *(f"navbench_gs/terrain/{name}.py" for name in ("__init__", "distance", "routes", "sight", "terrain")),
              "navbench_gs/catalogue/body.py"),
    "loop": ("navbench_gs/env.py",
             *(f"navbench_gs/evaluation/{name}.py"
               for name in ("plan", "clock", "driving", "needs", "rollout", "row"))),
    "scoring": ("navbench_gs/metrics/*.py",),
    "sampling": ("navbench_gs/suite/*_placement.py",
                 *(f"navbench_gs/suite/{name}.py"
                   for name in ("catalog", "endpoints", "episodes", "freeze", "sampling", "site"))),
    "actors": ("navbench_gs/catalogue/*.py",
               *(f"navbench_gs/splats/{name}.py"
                 for name in ("cloud", "film", "harmonics", "shapes", "surfels", "tiles"))),
    "renderer": ("navbench_gs/render/*.py", "navbench_gs/suite/clouds.py",
                 *(f"scenes/procedural/{name}.py" for name in ("light", "place_light", "sky"))),
}  # fmt: skip
"""Part -> the programs that it covers: what judges, what agents see, and what lights the actors among that."""
Inventory = dict[str, dict[str, str]]
"""Part -> item -> first 16 hexadecimal digits of its SHA-256."""


class FrozenRules(Record):
    """What the record file says."""

    version: str
    """Of the Rules that the record is about."""
    frozen: bool
    everything: str
    """One digest over all parts."""
    parts: Inventory


def inventory(root: Path = ROOT, suites: Path | None = None) -> Inventory:
    """Digests of everything behind a score as it is now, by part and item."""
    folder = suites or suite_folder()
    urdf = root / "navbench_gs" / "world" / "wheeled.urdf"
    parts: Inventory = {
        "rules": {name: text_digest(text) for name, text in _numbers(RULES_V0)},
        "tasks": {name: task.digest() for name, task in TASKS.items()},
        "robot": {urdf.name: text_digest(urdf.read_text(encoding="utf-8"))},
        "bodies": _bodies(),
    }
    for suite in SUITES:
        scenes = {name: folder / suite / name for name in scene_ids(suite) if (folder / suite / name).is_dir()}
        parts[f"episodes-{suite}"] = {
            f"{name}/{task}": file_digest(path / "episodes" / f"{task}.json")[:16]
            for name, path in scenes.items()
            for task in TASKS
        }
        manifests = {name: read_record(path / SCENE_FILE, Scene) for name, path in scenes.items()}
        parts[f"terrain-{suite}"] = {name: _ground_digest(scenes[name], scene) for name, scene in manifests.items()}
        parts[f"pictures-{suite}"] = {name: _picture_digest(scene) for name, scene in manifests.items()}
    for part, patterns in PROGRAMS.items():
        files = sorted({path for pattern in patterns for path in root.glob(pattern)})
        parts[PROGRAM_PART + part] = {path.relative_to(root).as_posix(): program_digest(path) for path in files}
    return parts


def _numbers(record: Record, prefix: str = "") -> Iterator[tuple[str, str]]:
    """Pairs of the dotted name of each number of a record, and its JSON."""
    for name in type(record).model_fields:
        value = getattr(record, name)
        if isinstance(value, Record):
            yield from _numbers(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", json.dumps(value)


def _bodies() -> dict[str, str]:
    """What can be touched or be drawn lots of: bodies of the obstacle types, statures of the pedestrians."""
    obstacles = {
        f"obstacle {kind.name}": json.dumps([kind.embedded_only, [asdict(body) for body in kind.bodies]])
        for kind in OBSTACLES.values()
    }
    people = {f"pedestrian {who.name}": json.dumps([who.embedded_only, who.height_m]) for who in PEDESTRIANS.values()}
    order = {"order": json.dumps([list(OBSTACLES), list(PEDESTRIANS)])}
    return {name: text_digest(text) for name, text in (obstacles | people | order).items()}


def _ground_digest(folder: Path, scene: Scene) -> str:
    """Of the mesh and the grid that lie there, and of what else the manifest says about the place."""
    return text_digest(json.dumps([file_digest(folder / TERRAIN_FILE), scene.place, scene.provenance, scene.bounds]))


def _picture_digest(scene: Scene) -> str:
    """Of what is seen: splats, sun, and the light that falls on actors."""
    others = {name: digest for name, digest in scene.files.items() if name != TERRAIN_FILE}
    return text_digest(json.dumps([scene.cloud_sha256, scene.sun.canonical_json(), others], sort_keys=True))


def part_digests(parts: Inventory) -> dict[str, str]:
    """One digest a part; that of programs does not depend on what their files are called."""
    return {
        name: text_digest(json.dumps(sorted(set(items.values())) if _is_program(name) else items, sort_keys=True))
        for name, items in parts.items()
    }


def combined_digest(parts: Inventory) -> str:
    """One digest over everything behind a score; which file and which part a program is in leaves no trace."""
    digests = part_digests({name: items for name, items in parts.items() if not _is_program(name)})
    digests["programs"] = text_digest(json.dumps(sorted(_program_digests(parts))))
    return text_digest(json.dumps(digests, sort_keys=True))


def _is_program(part: str) -> bool:
    return part.startswith(PROGRAM_PART)


def _program_digests(parts: Inventory) -> set[str]:
    return {digest for name, items in parts.items() if _is_program(name) for digest in items.values()}


def recorded(path: Path = RECORD_FILE) -> FrozenRules:
    """The record as it was written.

    Raises:
        DamagedFileError: it is absent or not JSON.
        InvalidRecordError: it does not fit, or was edited by hand.
    """
    record = read_record(path, FrozenRules)
    if record.everything != combined_digest(record.parts):
        raise InvalidRecordError(f"{path}: its digest of everything is not that of its parts; write it with {COMMAND}")
    return record


def changes(before: Inventory, now: Inventory) -> list[str]:
    """One line for every part that differs: which of its items are new, gone or changed; a moved program is not."""
    lines = []
    kept = _program_digests(before) & _program_digests(now)
    for part in sorted(before.keys() | now.keys()):
        old, new = before.get(part, {}), now.get(part, {})
        changed = sorted(item for item in old.keys() | new.keys() if old.get(item) != new.get(item))
        if _is_program(part):
            changed = [item for item in changed if not {old.get(item), new.get(item)} <= {None, *kept}]
        if changed:
            shown = ", ".join(changed[:5]) + (f" and {len(changed) - 5} more" if len(changed) > 5 else "")
            lines.append(f"{part}: {shown}")
    return lines


def complaint(record: FrozenRules, now: Inventory) -> str:
    """What is wrong, and how to mend it; empty while the Rules are open, of another version, or unchanged."""
    lines = changes(record.parts, now)
    if not record.frozen or record.version != RULES_V0.version or not lines:
        return ""
    mend = f"Rules {record.version} are frozen. Undo the change, or raise Rules.version and write the record anew"
    if all(_is_program(line) for line in lines):
        mend += "; a change of programs that leaves every score as it was is recorded with --same-scores"
    return "\n".join([f"frozen rules changed: {line}" for line in lines] + [f"{mend} (see CONTRIBUTING.md)."])


def state(record: FrozenRules, now: Inventory) -> str:
    """One line for ``navbench doctor``."""
    lines = changes(record.parts, now)
    changed = f"; changed since recorded: {', '.join(line.split(':')[0] for line in lines)}" if lines else ""
    return f"{record.version} {'frozen' if record.frozen else 'open'}, digest {combined_digest(now)}{changed}"


def write(now: Inventory, *, frozen: bool, same_scores: bool = False, path: Path = RECORD_FILE) -> FrozenRules:
    """Write the record anew.

    Raises:
        InvalidRecordError: the Rules are frozen, and something changed that their version does not allow to change.
    """
    before = recorded(path) if path.exists() else None
    if before is not None:
        problem = complaint(before, now)
        programs_only = all(_is_program(line) for line in changes(before.parts, now))
        if problem and not (same_scores and programs_only):
            raise InvalidRecordError(problem)
        frozen = frozen or (before.frozen and before.version == RULES_V0.version)
    record = FrozenRules(version=RULES_V0.version, frozen=frozen, everything=combined_digest(now), parts=now)
    path.write_text(json.dumps(record.model_dump(), indent=1) + "\n")
    return record


def main(arguments: Sequence[str] | None = None) -> None:
    """Show the digests of everything behind a score beside the record, or write the record."""
    parser = argparse.ArgumentParser(prog="python -m navbench_gs.suite.frozen", description=main.__doc__)
    parser.add_argument(
        "--write", action="store_true", help="write the record anew (refused where frozen Rules changed)"
    )
    parser.add_argument("--freeze", action="store_true", help="write it, and freeze this version of the Rules for good")
    parser.add_argument(
        "--same-scores", action="store_true",
        help="write it although programs changed under frozen Rules: every score was shown to be as before",
    )  # fmt: skip
    options = parser.parse_args(arguments)
    try:
        now = inventory()
        if options.write or options.freeze or options.same_scores:
            write(now, frozen=options.freeze, same_scores=options.same_scores)
        record = recorded()
        for part, digest in part_digests(now).items():
            sys.stdout.write(f"{part:20} {digest}  {len(now[part])} items\n")
        sys.stdout.write(f"rules {state(record, now)}\n")
        if problem := complaint(record, now):
            raise InvalidRecordError(problem)
    except NavBenchError as error:
        raise SystemExit(f"error: {error}") from error


if __name__ == "__main__":
    main()
