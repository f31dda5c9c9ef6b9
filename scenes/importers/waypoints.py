"""Points, and pairs of a start and a goal, out of published JSON and YAML whose schema is not published.

Everything is read tolerantly: what looks like a pair is taken, what does not is reported and never guessed at.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from typing import Any

Point = tuple[float, ...]
"""Two or three coordinates."""
Pair = tuple[Point, Point]
"""A start and a goal."""

_WHERE = r"(_?(point|pos|position|waypoint))?s?"
START_NAME = re.compile(r"(start|starting|begin|source|spawn|init)" + _WHERE)
GOAL_NAME = re.compile(r"(goal|target|end|ending|destination)" + _WHERE)
PATH_NAME = re.compile(r"(path|point|waypoint|route|polyline|trajectory|node|coordinate)s?")
POSITION_NAMES = ("position", "pos", "point", "xyz", "location", "translation")
NOTED = 8
"""How many things that were not understood are listed by name."""


def plain_name(name: Any) -> str:
    """A key in lower case with single underscores: ``startPos`` and ``Start-Pos`` are ``start_pos``."""
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", str(name))
    return re.sub(r"[^a-z0-9]+", "_", words.lower()).strip("_")


def as_point(value: Any) -> Point | None:
    """A point written as ``[x, y]``, ``[x, y, z]``, a pose of 6 or 7 numbers, or a mapping of x, y and z."""
    if isinstance(value, dict):
        named = {plain_name(name): entry for name, entry in value.items()}
        if "x" in named and "y" in named:
            return as_point([named[axis] for axis in "xyz" if axis in named])
        inner = next((named[name] for name in POSITION_NAMES if name in named), None)
        return as_point(inner) if isinstance(inner, list | dict) else None
    if not isinstance(value, list | tuple) or len(value) not in (2, 3, 6, 7):
        return None
    if not all(_is_number(entry) for entry in value):
        return None
    return tuple(float(entry) for entry in value[:3])


def as_pairs(value: Any) -> tuple[Pair, ...]:
    """Every pair of a start and a goal that one entry holds; none if it is not understood."""
    if isinstance(value, dict):
        named = {plain_name(name): entry for name, entry in value.items()}
        start, goal, path = (_first(named, pattern) for pattern in (START_NAME, GOAL_NAME, PATH_NAME))
        if start is not None and goal is not None:
            return _zipped(start, goal)
        if path is not None:
            return _ends_of(path)
        return tuple(pair for entry in value.values() if isinstance(entry, list | dict) for pair in as_pairs(entry))
    if isinstance(value, list):
        points = [as_point(entry) for entry in value]
        if len(points) == 2 and points[0] is not None and points[1] is not None:
            return ((points[0], points[1]),)
        return tuple(pair for entry in value if isinstance(entry, list | dict) for pair in as_pairs(entry))
    return ()


def pairs_of_scene(data: Any, names: Iterable[str]) -> tuple[Pair, ...] | None:
    """The pairs that a file of many scenes holds for the one called ``names``; None if it does not name it.

    Scenes are keys (``0003``, ``3``, ``scene_3``), or entries with a ``scene``, ``id`` or ``name``; or the file has all
    starts under one name and all goals under another.
    """
    wanted = {_scene_key(name) for name in names}
    if isinstance(data, dict):
        named = {plain_name(name): entry for name, entry in data.items()}
        start, goal = (_entry_of(_first(named, pattern), wanted) for pattern in (START_NAME, GOAL_NAME))
        if start is not None and goal is not None:
            return _zipped(start, goal)
    entry = _entry_of(data, wanted)
    return None if entry is None else as_pairs(entry)


def _first(named: dict[str, Any], pattern: re.Pattern[str]) -> Any:
    """The first entry whose name is like that, or None."""
    return next((entry for name, entry in named.items() if pattern.fullmatch(name)), None)


def _entry_of(data: Any, wanted: set[str]) -> Any:
    """The part of a file that belongs to one scene, or None."""
    if isinstance(data, dict):
        for name, entry in data.items():
            if _scene_key(name) in wanted:
                return entry
        inner = [entry for name, entry in data.items() if not _scene_key(name).isdecimal()]  # not into other scenes
        return next((found for entry in inner if (found := _entry_of(entry, wanted)) is not None), None)
    if isinstance(data, list):
        for entry in data:
            if isinstance(entry, dict) and any(_scene_key(label) in wanted for label in _labels(entry)):
                return entry
    return None


def listed(names: Iterable[str]) -> str:
    """Names for a note: the first few, and how many more."""
    known = sorted(names)
    more = f" and {len(known) - NOTED} more" if len(known) > NOTED else ""
    return ", ".join(known[:NOTED]) + more


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e9 and math.isfinite(value)


def _zipped(start: Any, goal: Any) -> tuple[Pair, ...]:
    """One start and one goal, or as many of each."""
    one_start, one_goal = as_point(start), as_point(goal)
    if one_start is not None and one_goal is not None:
        return ((one_start, one_goal),)
    starts, goals = (entry if isinstance(entry, list) else [entry] for entry in (start, goal))
    if one_start is not None:
        starts = [start] * len(goals)
    if one_goal is not None:
        goals = [goal] * len(starts)
    if len(starts) != len(goals):
        return ()
    both = [(as_point(a), as_point(b)) for a, b in zip(starts, goals, strict=True)]
    return tuple((a, b) for a, b in both if a is not None and b is not None)


def _ends_of(path: Any) -> tuple[Pair, ...]:
    """The first and the last point of a path."""
    if not isinstance(path, list) or len(path) < 2:
        return ()
    first, last = as_point(path[0]), as_point(path[-1])
    return ((first, last),) if first is not None and last is not None else as_pairs(path)


def _scene_key(name: Any) -> str:
    """What names one scene however it is written: ``0003``, ``3``, ``scene_0003`` and ``scenario-3`` are ``3``."""
    text = plain_name(name)
    digits = re.fullmatch(r"(?:vid2sim_|scene_|scenario_|env_|sidewalkbench_)?(\d{1,9})", text)
    return str(int(digits.group(1))) if digits else text


def _labels(entry: dict[Any, Any]) -> list[Any]:
    return [
        value for name, value in entry.items() if plain_name(name) in ("scene", "scene_id", "id", "name", "scenario")
    ]
