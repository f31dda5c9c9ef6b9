"""The colour of a chunk's Gaussians from where the camera stands: spherical harmonics up to degree three."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from navbench_gs.render.cpu_compile import kernel
from navbench_gs.render.cpu_scene import CHUNK, GEOMETRY_PLANES, LANES, Chunks

Float32s = NDArray[np.float32]
Int16s = NDArray[np.int16]

_f = np.float32
_u = np.uint64
_PLANE, _LANES = _u(CHUNK), _u(LANES)
_COLOUR_IN_GEOMETRY = _u(14 * CHUNK)
_ZERO, _ONE = _f(0.0), _f(1.0)

# Planes of the projection buffer that matter here, one value per Gaussian of the chunk.
AHEAD = _u(0)  # mean - eye, world frame, metres (3 planes)
COLOUR = _u(3 * CHUNK)  # 3 planes
FIRST_FREE = 6 * CHUNK


@kernel
def evaluate_colours(chunks: Chunks, chunk: int, buffer: Float32s) -> None:
    """Colours of a chunk's Gaussians: max(0, 1/2 + sum of basis x coefficient).

    ``buffer`` holds the planes ``AHEAD`` and gets the planes ``COLOUR``.
    """
    source = _u(chunk) * _u(GEOMETRY_PLANES * CHUNK) + _COLOUR_IN_GEOMETRY
    for number in range(np.uint32(3 * CHUNK)):
        buffer[COLOUR + _u(number)] = chunks.geometry[source + _u(number)]
    start, step = _u(chunks.harmonics_start[chunk]), chunks.harmonics_step[chunk]
    if chunks.terms[chunk] == 4:
        _add_to_degree_1(chunks.harmonics, start, step, buffer)
    elif chunks.terms[chunk] == 9:
        _add_to_degree_2(chunks.harmonics, start, step, buffer)
    elif chunks.terms[chunk] == 16:
        _add_to_degree_3(chunks.harmonics, start, step, buffer)
    for number in range(np.uint32(3 * CHUNK)):
        buffer[COLOUR + _u(number)] = max(buffer[COLOUR + _u(number)], _ZERO)


def _adder(degree: int) -> Callable[[Int16s, np.uint64, np.float32, Float32s], None]:
    """The kernel that adds the terms of degrees 1 to ``degree`` to the colours."""
    block_size = _u(3 * ((degree + 1) ** 2 - 1) * LANES)

    @kernel
    def add(harmonics: Int16s, start: np.uint64, step: np.float32, buffer: Float32s) -> None:
        for block in range(np.uint32(CHUNK // LANES)):
            for lane in range(np.uint32(LANES)):
                i = _u(block) * _LANES + _u(lane)
                at = start + _u(block) * block_size + _u(lane)
                x, y, z = _direction(buffer, i)
                for channel in range(_u(3)):
                    k = at + channel * _LANES
                    change = _degree_1(harmonics, k, x, y, z)
                    if degree > 1:
                        change += _degree_2(harmonics, k, x, y, z)
                    if degree > 2:
                        change += _degree_3(harmonics, k, x, y, z)
                    buffer[COLOUR + channel * _PLANE + i] += step * change

    return add


@kernel
def _direction(buffer: Float32s, i: np.uint64) -> tuple[np.float32, np.float32, np.float32]:
    """Unit vector from the eye to the mean."""
    x, y, z = buffer[AHEAD + i], buffer[AHEAD + _PLANE + i], buffer[AHEAD + _u(2) * _PLANE + i]
    inverse = _ONE / math.sqrt(max(x * x + y * y + z * z, _f(1e-20)))
    return x * inverse, y * inverse, z * inverse


# The bands below are the real spherical harmonics in the order and sign of Kerbl et al. 2023, as the polynomials of
# Sloan 2013, "Efficient spherical harmonic evaluation"; ``k`` is the place of term 1 of one channel of one Gaussian.


@kernel
def _degree_1(harmonics: Int16s, k: np.uint64, x: np.float32, y: np.float32, z: np.float32) -> np.float32:
    return _f(0.48860251190292) * (z * _term(harmonics, k, 2) - y * _term(harmonics, k, 1) - x * _term(harmonics, k, 3))


@kernel
def _degree_2(harmonics: Int16s, k: np.uint64, x: np.float32, y: np.float32, z: np.float32) -> np.float32:
    change = _f(1.092548430592079) * x * y * _term(harmonics, k, 4)
    change += _f(-1.092548430592079) * z * y * _term(harmonics, k, 5)
    change += (_f(0.9461746957575601) * z * z - _f(0.3153915652525201)) * _term(harmonics, k, 6)
    change += _f(-1.092548430592079) * z * x * _term(harmonics, k, 7)
    return change + _f(0.5462742152960395) * (x * x - y * y) * _term(harmonics, k, 8)


@kernel
def _degree_3(harmonics: Int16s, k: np.uint64, x: np.float32, y: np.float32, z: np.float32) -> np.float32:
    zz, c1, s1 = z * z, x * x - y * y, _f(2.0) * x * y
    c2, s2 = x * c1 - y * s1, x * s1 + y * c1
    outer = _f(-2.285228997322329) * zz + _f(0.4570457994644658)
    change = _f(-0.5900435899266435) * s2 * _term(harmonics, k, 9)
    change += _f(1.445305721320277) * z * s1 * _term(harmonics, k, 10)
    change += outer * y * _term(harmonics, k, 11)
    change += z * (_f(1.865881662950577) * zz - _f(1.119528997770346)) * _term(harmonics, k, 12)
    change += outer * x * _term(harmonics, k, 13)
    change += _f(1.445305721320277) * z * c1 * _term(harmonics, k, 14)
    return change + _f(-0.5900435899266435) * c2 * _term(harmonics, k, 15)


@kernel
def _term(harmonics: Int16s, k: np.uint64, number: int) -> np.float32:
    return _f(harmonics[k + _u(3 * number - 3) * _LANES])


_add_to_degree_1, _add_to_degree_2, _add_to_degree_3 = _adder(1), _adder(2), _adder(3)
