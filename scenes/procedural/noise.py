"""Value noise on integer hashes: the same numbers on every machine."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def hash01(ix: Floats, iy: Floats, seed: int = 0) -> Floats:
    """A number in [0, 1) for each pair of whole numbers (N,), (N,)."""
    mixed = ix.astype(np.int64) * 374761393 + iy.astype(np.int64) * 668265263 + seed * 974634777
    mixed = mixed & 0x7FFFFFFF
    mixed = ((mixed ^ (mixed >> 13)) * 1274126177) & 0x7FFFFFFF
    return ((mixed ^ (mixed >> 16)) & 0xFFFF) / 65536.0


def grain(u: Floats, v: Floats, seed: int = 0) -> Floats:
    """White noise in [0, 1) that differs every millimetre."""
    return hash01(np.floor(u * 1000.0), np.floor(v * 1000.0), seed)


def value_noise(u: Floats, v: Floats, seed: int = 0) -> Floats:
    """Smooth noise in [0, 1) with one knot per unit."""
    iu, iv = np.floor(u), np.floor(v)
    fu, fv = u - iu, v - iv
    fu, fv = fu * fu * (3 - 2 * fu), fv * fv * (3 - 2 * fv)
    low = hash01(iu, iv, seed) * (1 - fu) + hash01(iu + 1, iv, seed) * fu
    high = hash01(iu, iv + 1, seed) * (1 - fu) + hash01(iu + 1, iv + 1, seed) * fu
    return low * (1 - fv) + high * fv


def fractal_noise(u: Floats, v: Floats, octaves: int = 4, seed: int = 0) -> Floats:
    """Fractal sum of :func:`value_noise`, in [0, 1), one knot per unit in the coarsest octave."""
    total = np.zeros_like(u)
    weight = 0.5
    for octave in range(octaves):
        total = total + weight * value_noise(u, v, seed + octave)
        u, v = u * 2.03 + 17.0, v * 2.03 + 5.0
        weight *= 0.5
    return total / (1.0 - 0.5**octaves)
