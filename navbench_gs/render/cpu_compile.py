"""How the CPU renderer's kernels are compiled: serial, without the interpreter lock, kept on disk.

numba keeps machine code beside the source file and forgets it when that file moves. These kernels are kept in the
user's cache folder instead, under a stamp of all the sources in this folder: they survive a reinstallation, a read-only
one is no hindrance, and a change of a function that another file inlines is noticed.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any, TypeVar, cast

from numba import njit
from numba.core.caching import CompileResultCacheImpl, FunctionCache

Function = TypeVar("Function", bound=Callable[..., Any])
FAST_MATH = {"nsz", "arcp", "contract", "afn", "reassoc"}
"""Everything but ``nnan`` and ``ninf``: those let LLVM drop the comparisons that reject non-finite projections."""
FOLDER_VARIABLE = "NUMBA_CACHE_DIR"
"""numba's own variable; where it is set, it chooses the folder."""


def kernel(function: Function) -> Function:
    """Compile a function with numba.

    Serial and ``nogil``: threads come from Python, so no OpenMP is loaded and a forked worker lives. Where no folder
    can be written the code is compiled in every process.
    """
    return _kept(function, njit(function, fastmath=FAST_MATH, error_model="numpy", nogil=True))


def exact_kernel(function: Function) -> Function:
    """The same without fast math: sums, products and quotients are to the bit what Python and numpy make of them."""
    return _kept(function, njit(function, error_model="numpy", nogil=True))


def _kept(function: Function, dispatcher: Any) -> Function:
    """Let a dispatcher keep the machine code of its ``function`` in the user's cache folder."""
    try:
        dispatcher._cache = cast(Any, _KernelCache)(function)
    except (AttributeError, OSError, RuntimeError):  # another numba, or no place to write
        return cast(Function, dispatcher)
    return cast(Function, dispatcher)


def cache_folder() -> Path:
    """Where compiled kernels are kept."""
    chosen = os.environ.get(FOLDER_VARIABLE)
    if chosen:
        return Path(chosen)
    import platformdirs

    return Path(os.environ.get("NAVBENCH_CACHE") or platformdirs.user_cache_dir("navbench-gs")) / "kernels"


@cache
def _stamp() -> str:
    """Digest of all sources of this folder."""
    sources = sorted(Path(__file__).parent.glob("*.py"))
    return sha256(b"".join(source.read_bytes() for source in sources)).hexdigest()


class _Locator:
    """Tells numba where a function's machine code lies: one folder for each state of the sources."""

    def __init__(self, function: Callable[..., Any]) -> None:
        self._line = function.__code__.co_firstlineno

    @classmethod
    def from_function(cls, function: Callable[..., Any], file: str) -> _Locator:
        locator = cls(function)
        locator.ensure_cache_path()
        return locator

    def ensure_cache_path(self) -> None:
        Path(self.get_cache_path()).mkdir(parents=True, exist_ok=True)
        if not os.access(self.get_cache_path(), os.W_OK):
            raise OSError(f"{self.get_cache_path()} cannot be written")

    def get_cache_path(self) -> str:
        return str(cache_folder() / _stamp()[:16])

    def get_source_stamp(self) -> str:
        return _stamp()

    def get_disambiguator(self) -> str:
        return str(self._line)


class _Implementation(CompileResultCacheImpl):
    _locator_classes: Any = (_Locator,)


class _KernelCache(FunctionCache):
    _impl_class = _Implementation
