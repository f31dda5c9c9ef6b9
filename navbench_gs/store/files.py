"""Writing that survives a kill: whole files appear at once, lines are synced before anyone relies on them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from navbench_gs.errors import StoreError


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Turn a failure of the file system (read-only, full, not a folder) into one clear line."""
    try:
        yield
    except OSError as error:
        raise StoreError(
            f"cannot write {path}: {error.strerror or error}; rows already written stay: make room or choose another "
            "--out that you may write, and run the same command again"
        ) from error


def write_whole(path: Path, content: bytes) -> None:
    """Write a file that is either complete under its name or not there (or as it was before).

    Raises:
        StoreError: the file system refuses.
    """
    partial = path.with_name(f".{path.name}.partial")
    with writing(path):
        try:
            with partial.open("wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            partial.replace(path)
        finally:
            with suppress(OSError):
                partial.unlink(missing_ok=True)


def append_line(path: Path, text: str) -> None:
    """Append one line and sync it to the disk; what a failed write left behind is taken back.

    Raises:
        StoreError: the file system refuses.
    """
    with writing(path):
        size = path.stat().st_size if path.exists() else 0
        try:
            with path.open("ab") as file:
                file.write(text.encode() + b"\n")
                file.flush()
                os.fsync(file.fileno())
        except OSError:
            with suppress(OSError):
                os.truncate(path, size)
            raise


def whole_lines(path: Path) -> list[str]:
    """Lines of a text file that were written to their end; none if there is no file."""
    if not path.exists():
        return []
    *whole, _torn = path.read_bytes().split(b"\n")
    return [line.decode(errors="replace") for line in whole]


def drop_torn_line(path: Path) -> None:
    """Take back a last line without its line break: a kill or a full disk cut it off while it was written.

    Raises:
        StoreError: the file system refuses.
    """
    if not path.exists():
        return
    content = path.read_bytes()
    if not content.endswith(b"\n"):
        with writing(path):
            os.truncate(path, content.rfind(b"\n") + 1)
