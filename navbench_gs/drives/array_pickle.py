"""Reads pickled dicts of arrays from strangers: arrays, numbers and plain containers, nothing that runs.

Published drives (``traj_data.pkl``) are pickles. A pickle names the functions that rebuild its objects, of which
:mod:`navbench_gs.pickle_reader` makes records. The records of numpy's few are understood here, any other is refused.
"""

from __future__ import annotations

import math
import re
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from navbench_gs.errors import DamagedFileError, one_line, printable
from navbench_gs.pickle_reader import Made, Name, read_pickle

MAX_BYTES = 256 << 20
"""No published trajectory file comes near this; a larger one is refused unread."""
MAX_PARTS = 1 << 22
"""Of all lists and object arrays together; a pickle can refer to the same list time and again."""
MAX_DEPTH = 32
"""How deep lists may lie in one another."""
ARRAY, DTYPE = Name("numpy", "ndarray"), Name("numpy", "dtype")
TEXT_BYTES, EMPTY_BYTES = Name("_codecs", "encode"), Name("builtins", "bytes")
"""How protocols before 3 write bytes."""
ORDERED_DICT = Name("collections", "OrderedDict")
RECONSTRUCT, SCALAR, FROM_BUFFER = (
    tuple(Name(f"{core}.{name}", function) for core in ("numpy.core", "numpy._core"))
    for name, function in (("multiarray", "_reconstruct"), ("multiarray", "scalar"), ("numeric", "_frombuffer"))
)
"""Each under its name before numpy 2, and since."""
NUMBER_CODE = re.compile("[fiub](1|2|4|8|16)")
OBJECT_CODES = ("O8", "O4", "O")


def read_array_pickle(path: Path) -> dict[str, NDArray[Any]]:
    """The arrays of a pickled dict; lists of numbers become arrays too, object arrays of numbers float64 arrays.

    Raises:
        DamagedFileError: the file is absent, is no pickle, is no dict of arrays, or asks for anything but arrays.
    """
    try:
        if path.stat().st_size > MAX_BYTES:
            raise DamagedFileError(f"{path} is larger than {MAX_BYTES >> 20} MB: not a trajectory file")
        data = path.read_bytes()
    except OSError as error:
        raise DamagedFileError(f"cannot read {path}: {error}") from error
    try:
        entries = _named_entries(read_pickle(data, "drive"))
        arrays = _Arrays()
        return {name: arrays.numbers(name, value) for name, value in entries.items()}
    except DamagedFileError as error:
        raise DamagedFileError(f"{path} is refused: {error}") from error


def _named_entries(content: Any) -> dict[str, Any]:
    if isinstance(content, Made) and content.maker == ORDERED_DICT:
        content = {**_pairs(content.arguments), **content.items}
    if not isinstance(content, dict) or not all(isinstance(name, str) for name in content):
        raise DamagedFileError("it is not a dict of named arrays")
    return content


def _pairs(arguments: tuple[Any, ...]) -> dict[str, Any]:
    """The entries of an ordered dict of Python 2, which are an argument."""
    pairs = arguments[0] if arguments else []
    if not isinstance(pairs, list) or not all(_is_entry(pair) for pair in pairs):
        raise DamagedFileError("it is not a dict of named arrays")
    return dict(pairs)


def _is_entry(pair: Any) -> bool:
    return isinstance(pair, list | tuple) and len(pair) == 2 and isinstance(pair[0], str)


class _Arrays:
    """The arrays that records stand for, each made once however often the pickle refers to it."""

    def __init__(self) -> None:
        self.made: dict[int, Any] = {}
        self.parts_left = MAX_PARTS
        self.bytes_left = 2 * MAX_BYTES
        """An array takes its bytes, and once more in a list, whose arrays become one."""

    def numbers(self, name: str, part: Any) -> NDArray[Any]:
        """One entry as an array of numbers."""
        try:
            array = np.asarray(self.value(part, 0))
            # Whole numbers beyond 64 bits.
            return array.astype(np.float64) if array.dtype == object else array
        except DamagedFileError as error:
            reason = str(error)
        except (ValueError, TypeError, LookupError, OverflowError, MemoryError) as error:
            reason = one_line(error)
        raise DamagedFileError(f"'{printable(name)}' is not an array of numbers: {reason}")

    def value(self, part: Any, depth: int) -> Any:
        """A number, an array, or a list of such."""
        self.parts_left -= 1
        if self.parts_left < 0 or depth > MAX_DEPTH:
            raise DamagedFileError("its lists lie in one another without end")
        if isinstance(part, int | float):
            return part
        if isinstance(part, list | tuple):
            return [self.value(each, depth + 1) for each in part]
        if not isinstance(part, Made):
            raise _refused(part)
        copies = 1 if depth else 0
        if id(part) not in self.made:
            self.made[id(part)] = self.array(part, depth)
            copies += 1
        array = self.made[id(part)]
        self.bytes_left -= copies * array.nbytes
        if self.bytes_left < 0:
            raise DamagedFileError("it holds the same numbers too often")
        return array

    def array(self, made: Made, depth: int) -> Any:
        """The array or number that a record stands for."""
        if made.maker in SCALAR:
            dtype, data = made.arguments
            return _filled((), _number_type(dtype), data, "C")[()]
        if made.maker in FROM_BUFFER:
            return _from_buffer(*made.arguments)
        if made.maker in RECONSTRUCT and made.arguments[:1] == (ARRAY,):
            return self.reconstructed(made.state, depth)
        raise _refused(made.arguments[0] if made.maker in RECONSTRUCT and made.arguments else made)

    def reconstructed(self, state: Any, depth: int) -> NDArray[Any]:
        """The array that is put into an empty one: its version, shape, type, whether it is Fortran's, and content."""
        if not isinstance(state, tuple) or len(state) != 5:
            raise DamagedFileError("it has no content")
        _, shape, dtype, is_fortran, data = state
        if _code(dtype) in OBJECT_CODES:
            return self.object_array(shape, data, depth)
        return _filled(shape, _number_type(dtype), data, "F" if is_fortran else "C")

    def object_array(self, shape: Any, cells: Any, depth: int) -> NDArray[np.float64]:
        """GO Stanford's published drives hold arrays whose cells are numbers or arrays of one number."""
        if not isinstance(cells, list):
            raise _refused(cells)
        _require_fit(shape, len(cells), 1)
        numbers = [np.asarray(self.value(cell, depth + 1), dtype=np.float64).item() for cell in cells]
        return np.array(numbers, dtype=np.float64).reshape(shape)


def _from_buffer(data: Any, dtype: Any, shape: Any, order: Any, axes: Any = None) -> NDArray[Any]:
    """What protocol 5 writes of an array; order ``K`` is that of C, with the axes changed afterwards."""
    if order not in ("C", "F", "K") or (order == "K") != isinstance(axes, tuple):
        raise DamagedFileError("its order is not known")
    array = _filled(shape, _number_type(dtype), data, "F" if order == "F" else "C")
    return array.transpose(axes) if order == "K" else array


def _filled(shape: Any, dtype: np.dtype[Any], part: Any, order: Literal["C", "F"]) -> NDArray[Any]:
    """An array of given bytes, in this machine's byte order."""
    data = _bytes(part)
    _require_fit(shape, len(data), dtype.itemsize)
    # A stranger's truth values may be others than 0 and 1, with which numpy must not count.
    stored = np.dtype(np.uint8) if dtype == np.bool_ else dtype
    return np.ndarray(shape, stored, data, order=order).astype(dtype.newbyteorder("="))


def _require_fit(shape: Any, count: int, size: int) -> None:
    if not isinstance(shape, tuple) or not all(isinstance(side, int) and 0 <= side < 1 << 48 for side in shape):
        raise DamagedFileError("it has no shape")
    if len(shape) > MAX_DEPTH or math.prod(shape) * size != count:
        raise DamagedFileError(f"its shape {shape[:MAX_DEPTH]} does not fit what it holds")


def _bytes(part: Any) -> bytes | bytearray:
    if isinstance(part, bytes | bytearray):
        return part
    if isinstance(part, Made) and part.maker == EMPTY_BYTES and not part.arguments:
        return b""
    if isinstance(part, Made) and part.maker == TEXT_BYTES and part.arguments[1:] in (("latin1",), ("latin-1",), ()):
        part = part.arguments[0]
    if not isinstance(part, str):
        raise _refused(part)
    return part.encode("latin1")


def _code(dtype: Any) -> str:
    """The short name of a type of numbers, ``f8`` for example."""
    code = dtype.arguments[0] if isinstance(dtype, Made) and dtype.maker == DTYPE else None
    if not isinstance(code, str):
        raise _refused(dtype)
    return code


def _number_type(dtype: Any) -> np.dtype[Any]:
    code = _code(dtype)
    if not NUMBER_CODE.fullmatch(code):
        raise DamagedFileError(f"it holds '{printable(code)}', not numbers")
    is_big_endian = isinstance(dtype.state, tuple) and dtype.state[1:2] == (">",)
    return np.dtype(code).newbyteorder(">" if is_big_endian else "<")


def _refused(part: Any) -> DamagedFileError:
    if isinstance(part, Made | Name):
        return DamagedFileError(f"it asks for '{part.maker if isinstance(part, Made) else part}'")
    return DamagedFileError(f"it holds {type(part).__name__}, not numbers")
