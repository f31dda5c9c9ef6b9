"""Small JSON and YAML files from strangers: mappings, lists, texts and numbers, of bounded size and depth."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from navbench_gs.errors import DamagedFileError

LARGEST_BYTES = {".json": 8 << 20}
LARGEST_YAML_BYTES = 64 << 10
"""PyYAML takes seconds for this much."""
DEEPEST = 40
"""Levels of nesting; none of what is published comes near."""


def read_json(path: Path) -> Any:
    """The content of a JSON file.

    Raises:
        DamagedFileError: absent, too large, too deep, or no JSON.
    """
    return _read(path, json.loads)


def read_yaml(path: Path) -> Any:
    """The content of a YAML file without tags that make objects and without aliases that multiply.

    Raises:
        DamagedFileError: absent, too large, too deep, no YAML, or with tags or aliases.
    """
    import yaml

    class PlainLoader(yaml.SafeLoader):
        """Safe loading without aliases, a few lines of which can stand for billions of nodes, and not too deep."""

        depth = 0

        def compose_node(self, parent: Any, index: Any) -> Any:
            if self.check_event(yaml.AliasEvent):
                raise ValueError("it has aliases (*name); write the values out")
            if self.depth >= DEEPEST:
                raise ValueError(f"it is nested more than {DEEPEST} levels deep")
            self.depth += 1
            node = super().compose_node(parent, index)
            self.depth -= 1
            return node

    def load(text: str) -> Any:
        try:
            return yaml.load(text, PlainLoader)
        except (yaml.YAMLError, TypeError, AttributeError) as error:
            raise ValueError(str(error)) from error

    return _read(path, load)


def _read(path: Path, parse: Callable[[str], Any]) -> Any:
    largest = LARGEST_BYTES.get(path.suffix, LARGEST_YAML_BYTES)
    try:
        if path.stat().st_size > largest:
            raise DamagedFileError(f"{path} is larger than {largest >> 10} KiB, which no such file is")
        content = parse(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise DamagedFileError(f"cannot read {path}: {' '.join(str(error).split())[:200]}") from error
    _require_shallow(path, content)
    return content


def _require_shallow(path: Path, content: Any) -> None:
    level = [content]
    for _ in range(DEEPEST):
        level = [entry for value in level for entry in _entries(value)]
        if not level:
            return
    raise DamagedFileError(f"{path} is nested more than {DEEPEST} levels deep")


def _entries(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return list(value.values())
    return value if isinstance(value, list) else []
