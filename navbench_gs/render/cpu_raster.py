"""Last step of a frame: the splats of each tile composited front to back over its 8 x 8 pixels."""

from __future__ import annotations

from typing import Any

import numpy as np
from llvmlite import ir
from numba import types
from numba.extending import intrinsic
from numpy.typing import NDArray

from navbench_gs.render.cpu_compile import kernel
from navbench_gs.render.cpu_order import TILE
from navbench_gs.render.cpu_project import SPLAT_FIELDS
from navbench_gs.render.picture import MEDIAN_TRANSMITTANCE, MIN_ALPHA, MIN_TRANSMITTANCE

Float32s = NDArray[np.float32]
Int32s = NDArray[np.int32]

_f = np.float32
_u = np.uint64
_ZERO, _ONE = _f(0.0), _f(1.0)
_MIN_ALPHA, _MIN_TRANSMITTANCE, _MEDIAN = _f(MIN_ALPHA), _f(MIN_TRANSMITTANCE), _f(MEDIAN_TRANSMITTANCE)

# Planes of a tile, one value per pixel.
PIXELS = TILE * TILE
_TRANSMITTANCE = _u(0)  # the sign bit marks a finished pixel
_RED, _GREEN, _BLUE, _DEPTH = _u(PIXELS), _u(2 * PIXELS), _u(3 * PIXELS), _u(4 * PIXELS)
TILE_BUFFER_SIZE = 5 * PIXELS

SPLATS_PER_EXIT_TEST = 8
PREFETCH_AHEAD = 8

# exp(-u) on [0, 0.7] as a polynomial, least squares of the relative error at Chebyshev nodes (8e-8); its eighth power
# is exp(-sigma) to 7e-7 up to sigma = 5.6, beyond which no splat reaches 1/255.
_E0, _E1, _E2 = _f(0.9999999185311922), _f(-0.9999924147532238), _f(0.4998812766652592)
_E3, _E4, _E5 = _f(-0.16596903052158724), _f(0.03976483434492789), _f(-0.0058424925194064115)
_MAX_SIGMA, _EIGHTH = _f(5.6), _f(0.125)


@intrinsic
def _prefetch(typing_context: Any, array: Any, index: Any) -> Any:
    """Ask for the cache line of ``array[index]``."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        data = context.make_array(signature.args[0])(context, builder, arguments[0]).data
        byte_pointer, int32 = ir.IntType(8).as_pointer(), ir.IntType(32)
        address = builder.bitcast(builder.gep(data, [arguments[1]]), byte_pointer)
        signature_type = ir.FunctionType(ir.VoidType(), [byte_pointer, int32, int32, int32])
        function = builder.module.declare_intrinsic("llvm.prefetch", [byte_pointer], signature_type)
        builder.call(function, [address, int32(0), int32(3), int32(1)])
        return context.get_dummy_value()

    return types.void(array, index), generate


@kernel
def draw_tiles(
    records: Float32s,
    lists: Int32s,
    ends: Int32s,
    max_alpha: np.float32,
    buffer: Float32s,
    rgb: Float32s,
    depth: Float32s,
    alpha: Float32s,
) -> None:
    """Composite every tile of a picture.

    Args:
        records: projected splats, ``SPLAT_FIELDS`` each.
        lists: splats of each tile, near to far; tile 0's first.
        ends: (tiles,) where each tile's list ends.
        max_alpha: the most one splat may cover.
        buffer: (TILE_BUFFER_SIZE,) scratch.
        rgb: (H, W, 3) written.
        depth: (H, W) written, median depth.
        alpha: (H, W) written.
    """
    height, width = alpha.shape
    across = (width + TILE - 1) // TILE
    start = 0
    for tile in range(len(ends)):
        stop = ends[tile]
        left, top = tile % across * TILE, tile // across * TILE
        _clear(buffer, min(TILE, height - top), min(TILE, width - left))
        for at in range(start, stop):
            if at + PREFETCH_AHEAD < stop:
                _prefetch(records, lists[at + PREFETCH_AHEAD] * SPLAT_FIELDS)  # type: ignore[call-arg]  # numba gives the context
            _blend(records, lists[at] * SPLAT_FIELDS, left, top, max_alpha, buffer)
            if (at - start) % SPLATS_PER_EXIT_TEST == SPLATS_PER_EXIT_TEST - 1 and _finished(buffer):
                break
        _store(buffer, left, top, rgb, depth, alpha)
        start = stop


@kernel
def _clear(buffer: Float32s, rows: int, columns: int) -> None:
    """Start a tile; pixels outside the picture are finished from the start."""
    for number in range(np.uint32(TILE_BUFFER_SIZE)):
        buffer[_u(number)] = _ZERO
    for number in range(PIXELS):
        inside = number // TILE < rows and number % TILE < columns
        buffer[number] = _ONE if inside else -_ONE
        buffer[_DEPTH + _u(number)] = np.inf


@kernel
def _blend(records: Float32s, at: int, left: int, top: int, max_alpha: np.float32, buffer: Float32s) -> None:
    """Put one splat behind what the tile already shows (Kerbl et al. 2023, eq. 3); 8 pixels of a row are one vector."""
    centre_x, centre_y = records[at] - _f(left), records[at + 1] - _f(top)
    narrow, skew, wide, opacity = records[at + 2], records[at + 3], records[at + 4], records[at + 5]
    red, green, blue, distance = records[at + 6], records[at + 7], records[at + 8], records[at + 9]
    first, last = max(int(records[at + 10]) - top, 0), min(int(records[at + 11]) - top, TILE - 1)
    for row in range(first, last + 1):
        dy = _f(row) - centre_y
        shift = skew * dy - centre_x
        base = wide * dy * dy
        row_start = _u(row) * _u(TILE)
        for column in range(np.uint32(TILE)):
            i = row_start + _u(column)
            across = _f(column) + shift
            u = min(narrow * across * across + base, _MAX_SIGMA) * _EIGHTH
            e = ((((_E5 * u + _E4) * u + _E3) * u + _E2) * u + _E1) * u + _E0
            e = e * e
            e = e * e
            e = e * e
            cover = min(opacity * e, max_alpha)
            cover = cover if cover >= _MIN_ALPHA else _ZERO
            before = buffer[_TRANSMITTANCE + i]
            weight = cover * max(before, _ZERO)
            after = before - weight
            done = after <= _MIN_TRANSMITTANCE
            weight = _ZERO if done else weight
            crossing = (before > _MEDIAN) & (after <= _MEDIAN)
            buffer[_TRANSMITTANCE + i] = -abs(before) if done else after
            buffer[_RED + i] += weight * red
            buffer[_GREEN + i] += weight * green
            buffer[_BLUE + i] += weight * blue
            buffer[_DEPTH + i] = distance if crossing else buffer[_DEPTH + i]


@kernel
def _finished(buffer: Float32s) -> bool:
    largest = -_ONE
    for number in range(np.uint32(PIXELS)):
        largest = max(largest, buffer[_TRANSMITTANCE + _u(number)])
    return bool(largest <= _ZERO)


@kernel
def _store(buffer: Float32s, left: int, top: int, rgb: Float32s, depth: Float32s, alpha: Float32s) -> None:
    """Copy a tile into the picture."""
    height, width = alpha.shape
    for y in range(top, min(top + TILE, height)):
        for x in range(left, min(left + TILE, width)):
            i = _u((y - top) * TILE + x - left)
            rgb[y, x, 0] = min(buffer[_RED + i], _ONE)
            rgb[y, x, 1] = min(buffer[_GREEN + i], _ONE)
            rgb[y, x, 2] = min(buffer[_BLUE + i], _ONE)
            depth[y, x] = buffer[_DEPTH + i]
            alpha[y, x] = _ONE - abs(buffer[_TRANSMITTANCE + i])
