"""Reads pickled dicts of arrays from strangers: arrays, numbers and plain containers, nothing that runs.

Published drives (``traj_data.pkl``) are pickles. A pickle names the functions that rebuild its objects; this reader
admits the few that rebuild numpy arrays, as its own narrow stand-ins, and refuses every other name.
"""

from __future__ import annotations

import collections
import io
import pickle
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from navbench_gs.errors import DamagedFileError

MAX_BYTES = 256 << 20
"""No published trajectory file comes near this; a larger one is refused unread."""


def _empty_array(kind: type, shape: tuple[int, ...], code: bytes | str) -> NDArray[Any]:
    if kind is not np.ndarray:
        raise pickle.UnpicklingError(f"an array of type {kind!r}")
    return np.empty(0)  # the pickle's next step sets shape, type and content together


def _array_from_buffer(data: bytes, dtype: np.dtype[Any], shape: tuple[int, ...], order: Any) -> NDArray[Any]:
    return np.frombuffer(data, dtype=dtype).reshape(shape, order=order)


def _scalar(dtype: np.dtype[Any], data: Any) -> Any:
    if not isinstance(data, bytes):
        raise pickle.UnpicklingError("a numpy scalar that is not plain data")
    return np.frombuffer(data, dtype=dtype, count=1)[0]


def _latin1_bytes(text: str, encoding: str = "latin1") -> bytes:
    if encoding not in ("latin1", "latin-1"):
        raise pickle.UnpicklingError(f"text encoding {encoding!r}")
    return text.encode("latin1")


def _admitted() -> dict[tuple[str, str], Any]:
    names: dict[tuple[str, str], Any] = {
        ("numpy", "ndarray"): np.ndarray,
        ("numpy", "dtype"): np.dtype,
        ("_codecs", "encode"): _latin1_bytes,
        ("collections", "OrderedDict"): collections.OrderedDict,
    }
    for core in ("numpy.core", "numpy._core"):  # before and since numpy 2
        names[(f"{core}.multiarray", "_reconstruct")] = _empty_array
        names[(f"{core}.multiarray", "scalar")] = _scalar
        names[(f"{core}.numeric", "_frombuffer")] = _array_from_buffer
    return names


ADMITTED = _admitted()
"""(module, name) a pickle may ask for -> what it is given."""


class ArrayUnpickler(pickle.Unpickler):
    """An unpickler to which only :data:`ADMITTED` names exist."""

    def find_class(self, module_name: str, global_name: str, /) -> Any:
        """The stand-in of an admitted name; any other name ends the reading before anything is called."""
        try:
            return ADMITTED[(module_name, global_name)]
        except KeyError:
            raise pickle.UnpicklingError(f"it asks for '{module_name}.{global_name}'") from None


_FAILURES = (
    pickle.UnpicklingError,
    EOFError,
    ValueError,
    TypeError,
    KeyError,
    IndexError,
    AttributeError,
    MemoryError,
    ImportError,
    OverflowError,
)
"""What ``pickle`` raises on damaged or hostile bytes."""


def read_array_pickle(path: Path) -> dict[str, NDArray[Any]]:
    """The arrays of a pickled dict; lists and object arrays of numbers become float64 arrays.

    Raises:
        DamagedFileError: the file is absent, is no pickle, is no dict of arrays, or asks for anything but arrays.
    """
    try:
        if path.stat().st_size > MAX_BYTES:
            raise DamagedFileError(f"{path} is larger than {MAX_BYTES >> 20} MB: not a trajectory file")
        return _arrays(path.read_bytes())
    except OSError as error:
        raise DamagedFileError(f"cannot read {path}: {error}") from error
    except _FAILURES as error:
        raise DamagedFileError(f"{path} is refused: {error or type(error).__name__}") from error


def _arrays(data: bytes) -> dict[str, NDArray[Any]]:
    content = ArrayUnpickler(io.BytesIO(data)).load()
    if not isinstance(content, dict) or not all(isinstance(name, str) for name in content):
        raise pickle.UnpicklingError("it is not a dict of named arrays")
    return {name: _numbers(name, value) for name, value in content.items()}


def _numbers(name: str, value: Any) -> NDArray[Any]:
    array = np.asarray(value)
    if array.dtype == object:
        # GO Stanford's published drives hold object arrays whose cells are numbers or arrays of one number.
        try:
            array = np.array([np.asarray(cell, dtype=np.float64).item() for cell in array.flat]).reshape(array.shape)
        except (TypeError, ValueError) as error:
            raise pickle.UnpicklingError(f"'{name}' is not an array of numbers") from error
    if array.dtype.kind not in "fiub":
        raise pickle.UnpicklingError(f"'{name}' holds {array.dtype}, not numbers")
    return array
