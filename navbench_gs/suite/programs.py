"""What a Python file does, as a digest: comments, docstrings, layout and the version of Python leave no trace."""

from __future__ import annotations

import ast
import hashlib
from pathlib import Path


def program_digest(path: Path) -> str:
    """First 16 hexadecimal digits of the SHA-256 of the program in a Python file."""
    return hashlib.sha256(program_text(ast.parse(path.read_text(encoding="utf-8"))).encode()).hexdigest()[:16]


def program_text(node: object) -> str:
    """A syntax tree as text: the kind of each node and its fields that hold something, docstrings left out."""
    if isinstance(node, list):
        return "[" + ",".join(program_text(child) for child in node if not _is_docstring(child)) + "]"
    if not isinstance(node, ast.AST):
        return repr(node)
    fields = ((name, value) for name, value in ast.iter_fields(node) if value not in (None, []) and name != "kind")
    return f"{type(node).__name__}({','.join(f'{name}={program_text(value)}' for name, value in fields)})"


def _is_docstring(node: object) -> bool:
    """Whether a statement is nothing but a text."""
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
