"""The elements of a PLY file as arrays, read only if the file is as large as its header claims."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from navbench_gs.errors import DamagedFileError
from navbench_gs.splats.limits import require_readable

MAX_HEADER_BYTES = 1 << 16
MAX_TEXT_BYTES = 1 << 30
"""Text takes several times its size while it is read."""
TYPE_BYTES = {
    **dict.fromkeys(("char", "uchar", "int8", "uint8"), 1),
    **dict.fromkeys(("short", "ushort", "int16", "uint16"), 2),
    **dict.fromkeys(("int", "uint", "int32", "uint32", "float", "float32"), 4),
    **dict.fromkeys(("double", "float64"), 8),
}
ASCII_BYTES = 2
"""The shortest value of a text file: a digit and what separates it from the next."""


def read_ply_elements(path: Path) -> dict[str, NDArray[Any]]:
    """Element name -> structured array (N,), memory-mapped where the file is binary.

    Raises:
        DamagedFileError: absent, truncated, no PLY, with list properties, or with a header that promises more than the
            file holds.
    """
    from plyfile import PlyData, PlyParseError

    try:
        _require_honest_header(path)
        data = PlyData.read(str(path))
        return {element.name: np.asarray(element.data) for element in data.elements}
    except (OSError, PlyParseError, KeyError, ValueError, TypeError, IndexError, EOFError, OverflowError) as error:
        raise DamagedFileError(f"cannot read the splat PLY {path}: {error}") from error


@dataclass
class _Header:
    """What a header claims of the bytes that follow it."""

    text: bool = False
    claimed: int = 0
    most_rows: int = 0
    rows: int = 0
    columns: int = 0
    row_bytes: int = 0

    def close_element(self) -> None:
        """Add the bytes of the element whose properties are all read."""
        self.claimed += self.rows * max(1, self.columns * ASCII_BYTES if self.text else self.row_bytes)
        self.most_rows = max(self.most_rows, self.rows)
        self.rows = self.columns = self.row_bytes = 0


def _require_honest_header(path: Path) -> None:
    """Refuse a header that claims more data than follows it, before anything is allocated for it."""
    size = path.stat().st_size
    with path.open("rb") as file:
        start = file.read(MAX_HEADER_BYTES)
    header, read = _Header(), 0
    for line in start.splitlines(keepends=True):
        read += len(line)
        words = line.decode("ascii", errors="replace").split()
        if words == ["end_header"]:
            break
        _take_line(header, words)
    else:
        raise ValueError(f"no 'end_header' within its first {MAX_HEADER_BYTES} bytes")
    header.close_element()
    require_readable(path, header.most_rows)
    if header.text and size > MAX_TEXT_BYTES:
        raise ValueError(f"a text file of more than {MAX_TEXT_BYTES >> 20} MiB; save it as binary")
    if header.claimed > size - read + header.text:  # the last line of a text may lack its break
        raise ValueError(f"truncated: its header claims {header.claimed} bytes of data, {size - read} follow")


def _take_line(header: _Header, words: list[str]) -> None:
    if words[:1] == ["format"]:
        header.text = words[1:2] == ["ascii"]
    elif words[:1] == ["element"]:
        header.close_element()
        if len(words) != 3 or not words[2].isdecimal() or len(words[2]) > 18:
            raise ValueError(f"the header line '{' '.join(words)[:60]}' counts nothing")
        header.rows = int(words[2])
    elif words[:1] == ["property"]:
        if words[1:2] == ["list"]:
            raise ValueError("it has list properties, as meshes have and splats do not")
        header.columns += 1
        header.row_bytes += TYPE_BYTES.get(words[1] if len(words) > 1 else "", 1)
