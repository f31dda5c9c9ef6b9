"""Beginning a package with an agent of one's own: entry point, card, tests, README."""

from __future__ import annotations

import importlib.util
import keyword
import re
from pathlib import Path
from string import Template

from navbench_gs.agents.loading import agent_names
from navbench_gs.errors import InvalidRecordError, StoreError
from navbench_gs.store.files import write_whole, writing

TEMPLATES = Path(__file__).with_name("template")
FILES = {
    "pyproject.toml": "pyproject.toml.txt",
    "README.md": "README.md.txt",
    "card.yaml": "card.yaml.txt",
    "{name}/__init__.py": "",
    "{name}/agent.py": "agent.py.txt",
    "tests/test_{name}.py": "test_agent.py.txt",
}
"""File of the package -> its template; empty: an empty file."""


def new_package(name: str, parent: Path) -> Path:
    """Write a package that can be installed and passes ``navbench agent check``; the folder made.

    Args:
        name: of the package and the agent: lower-case letters, digits, underscores.
        parent: where the folder goes.

    Raises:
        InvalidRecordError: the name is none, or taken by an agent or a package.
        StoreError: the folder exists or cannot be written.
    """
    _require_free(name)
    folder = parent / name
    if folder.exists():
        raise StoreError(f"{folder} exists; choose another name or place")
    words = {"name": name, "class_name": "".join(part.capitalize() for part in name.split("_"))}
    for place, template in FILES.items():
        path = folder / place.format(name=name)
        text = Template((TEMPLATES / template).read_text()).substitute(words) if template else ""
        with writing(path):
            path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, text.encode())
    return folder


def _require_free(name: str) -> None:
    if not re.fullmatch(r"[a-z][a-z0-9_]{0,49}", name) or keyword.iskeyword(name):
        raise InvalidRecordError(f"'{name}' is no name for a package: use lower-case letters, digits and underscores")
    if name in agent_names():
        raise InvalidRecordError(f"there is an agent '{name}' already: 'navbench list agents' shows all")
    if importlib.util.find_spec(name) is not None:
        raise InvalidRecordError(f"there is a Python package '{name}' already: choose another name")
