"""How the CPU renderer's kernels are compiled: serial, without the interpreter lock, kept on disk."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from numba import njit

FAST_MATH = {"nsz", "arcp", "contract", "afn", "reassoc"}
"""Everything but ``nnan`` and ``ninf``: those let LLVM drop the comparisons that reject non-finite projections."""


def kernel(function: Callable[..., Any]) -> Any:
    """Compile a function with numba.

    Serial and ``nogil``: threads come from Python, so no OpenMP is loaded and a forked worker lives. The machine code
    is kept beside the source or, where that is read-only, in the user's cache folder; where both are, it is not kept.
    """
    options: dict[str, Any] = {"fastmath": FAST_MATH, "error_model": "numpy", "nogil": True}
    try:
        return njit(function, cache=True, **options)
    except RuntimeError:  # numba found no folder it may write to
        return njit(function, **options)
