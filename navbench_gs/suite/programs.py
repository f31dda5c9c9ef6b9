"""What a Python file does, as a digest: comments, docstrings, layout and the version of Python leave no trace.

Nor does the place of a file: where this project's own names are imported from is left out, and so is their order.
"""

from __future__ import annotations

import ast
import hashlib
from pathlib import Path

OWN_PACKAGES = frozenset({"navbench_gs", "baselines", "s2e_agent", "leaderboard", "scenes"})


def program_digest(path: Path) -> str:
    """First 16 hexadecimal digits of the SHA-256 of the program in a Python file."""
    return hashlib.sha256(program_text(ast.parse(path.read_text(encoding="utf-8"))).encode()).hexdigest()[:16]


def program_text(node: object) -> str:
    """A syntax tree as text: the kind of each node and its fields that hold something.

    Docstrings are left out. Of imports from this project's packages only the imported names remain, sorted.
    """
    if isinstance(node, list):
        others = [program_text(child) for child in node if not _is_docstring(child) and not _is_own_import(child)]
        return "[" + ",".join([*_own_imports(node), *others]) + "]"
    if not isinstance(node, ast.AST):
        return repr(node)
    fields = ((name, value) for name, value in ast.iter_fields(node) if value not in (None, []) and name != "kind")
    return f"{type(node).__name__}({','.join(f'{name}={program_text(value)}' for name, value in fields)})"


def _own_imports(statements: list[object]) -> list[str]:
    """The names that a block imports from this project's packages, as one text; none if it imports none."""
    names = [
        f"{alias.name} as {alias.asname}" if alias.asname else alias.name
        for statement in statements
        if isinstance(statement, ast.ImportFrom) and _is_own_import(statement)
        for alias in statement.names
    ]
    return [f"own({','.join(sorted(names))})"] if names else []


def _is_own_import(node: object) -> bool:
    """Whether a statement imports names from this project's packages."""
    if not isinstance(node, ast.ImportFrom):
        return False
    return node.level > 0 or (node.module or "").partition(".")[0] in OWN_PACKAGES


def _is_docstring(node: object) -> bool:
    """Whether a statement is nothing but a text."""
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
