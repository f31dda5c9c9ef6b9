"""Last step of a frame: the splats of each tile composited front to back over its 8 x 8 pixels."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from navbench_gs.render.cpu_bits import bits_of, float_of, prefetch
from navbench_gs.render.cpu_compile import kernel
from navbench_gs.render.cpu_project import SPLAT_FIELDS
from navbench_gs.render.cpu_view import TILE
from navbench_gs.render.picture import MEDIAN_TRANSMITTANCE, MIN_ALPHA, MIN_TRANSMITTANCE

Float32s = NDArray[np.float32]
Int32s = NDArray[np.int32]

Blend = Callable[[Float32s, np.uint64, np.float32, np.float32, np.float32, Float32s], None]

_f = np.float32
_u = np.uint64
_ZERO, _HALF, _ONE, _LAST_ROW = _f(0.0), _f(0.5), _f(1.0), _f(TILE - 1)
_INFINITY = _f(np.inf)
_MIN_ALPHA, _MIN_TRANSMITTANCE, _MEDIAN = _f(MIN_ALPHA), _f(MIN_TRANSMITTANCE), _f(MEDIAN_TRANSMITTANCE)

PIXELS = TILE * TILE
TILE_PLANES = 6
"""Planes of a tile, one value per pixel: transmittance (its sign bit marks a finished pixel), red, green, blue, median
depth, and the sum of depths times weights."""
TILE_SIZE = TILE_PLANES * PIXELS
_RED, _GREEN, _BLUE, _MEDIAN_DEPTH, _DEPTH_SUM = (_u(k * PIXELS) for k in range(1, 6))

SPLATS_PER_EXIT_TEST = np.uint32(8)
PREFETCH_AHEAD = np.uint32(8)

# 2^f on [-1/2, 1/2] as a polynomial, least squares of the relative error at Chebyshev nodes (2.7e-6).
_E0, _E1, _E2 = _f(0.999999190856584), _f(0.6931219676960614), _f(0.24024981109537336)
_E3, _E4 = _f(0.05591703917486888), _f(0.009560510206481715)
_EXPONENT_AT = np.int32(23)
"""First bit of the exponent of a float32."""
_INVISIBLE = _f(30.0)
"""A splat fades by no more than this power of two; it is below 1/255 long before."""


class Picture(NamedTuple):
    """Where one picture goes; a depth without a pixel is not wanted."""

    rgb: Float32s
    """(H, W, 3)."""
    alpha: Float32s
    """(H, W)."""
    depth: Float32s
    """(H, W) median depth."""
    expected_depth: Float32s
    """(H, W)."""


@kernel
def clear_tiles(tiles: Float32s, open_tiles: NDArray[np.bool_], across: int, height: int, width: int) -> None:
    """Start the tiles of a window ``width`` pixels wide; pixels outside are finished from the start."""
    for tile in range(len(open_tiles)):
        start = tile * TILE_SIZE
        left, top = tile % across * TILE, tile // across * TILE
        tiles[start : start + TILE_SIZE] = _ZERO
        for pixel in range(PIXELS):
            inside = top + pixel // TILE < height and left + pixel % TILE < width
            tiles[start + pixel] = _ONE if inside else -_ONE
            tiles[start + 4 * PIXELS + pixel] = np.inf
        open_tiles[tile] = True


def _blender(with_median: bool, with_expected: bool) -> Blend:
    """The kernel that blends one splat into a tile and keeps the depths asked for; what is not asked for costs nothing.

    The colours come from the same operations in all four.
    """

    @kernel
    def blend(
        records: Float32s, at: np.uint64, left: np.float32, top: np.float32, max_alpha: np.float32, tile: Float32s
    ) -> None:
        """Put one splat behind what the tile shows (Kerbl et al. 2023, eq. 3); 8 pixels of a row are one vector."""
        narrow, skew, wide, opacity = records[at + _u(2)], records[at + _u(3)], records[at + _u(4)], records[at + _u(5)]
        red, green, blue, depth = records[at + _u(6)], records[at + _u(7)], records[at + _u(8)], records[at + _u(9)]
        first, last = max(records[at + _u(10)] - top, _ZERO), min(records[at + _u(11)] - top, _LAST_ROW)
        dy = first - (records[at + _u(1)] - top)
        shift, base, slope = skew * dy - (records[at] - left), wide * dy * dy, wide * (dy + dy + _ONE)
        for row in range(np.uint32(first), np.uint32(last) + np.uint32(1)):
            start = _u(row) * _u(TILE)
            for column in range(np.uint32(TILE)):
                i = start + _u(column)
                cover = _cover(_f(column) + shift, narrow, base, opacity, max_alpha)
                before = tile[i]
                weight = cover * max(before, _ZERO)
                after = before - weight
                done = after <= _MIN_TRANSMITTANCE
                weight = _ZERO if done else weight
                after = -abs(before) if done else after
                tile[i] = after
                tile[_RED + i] += weight * red
                tile[_GREEN + i] += weight * green
                tile[_BLUE + i] += weight * blue
                if with_median:  # depths come in order, so the least of them is the first
                    tile[_MEDIAN_DEPTH + i] = min(
                        tile[_MEDIAN_DEPTH + i], depth if abs(after) <= _MEDIAN else _INFINITY
                    )
                if with_expected:
                    tile[_DEPTH_SUM + i] += weight * depth
            shift, base, slope = shift + skew, base + slope, slope + wide + wide

    return blend


_blend, _blend_median = _blender(False, False), _blender(True, False)
_blend_expected, _blend_both = _blender(False, True), _blender(True, True)


@kernel
def blend_tile(
    records: Float32s,
    numbers: Int32s,
    left: np.float32,
    top: np.float32,
    max_alpha: np.float32,
    with_median: bool,
    with_expected: bool,
    tile: Float32s,
) -> bool:
    """Composite splats behind what a tile already shows; say whether something more could show.

    Args:
        records: projected splats, ``SPLAT_FIELDS`` each.
        numbers: (n,) which of them, near to far.
        left: the tile's first pixel column.
        top: its first row.
        max_alpha: the most one splat may cover.
        with_median: whether the median depth is kept.
        with_expected: whether the sum of depths is.
        tile: (TILE_SIZE,) the ``TILE_PLANES``; read and written.
    """
    count = np.uint32(len(numbers))
    for place in range(count):
        if place + PREFETCH_AHEAD < count:
            prefetch(records, _u(numbers[_u(place + PREFETCH_AHEAD)]) * _u(SPLAT_FIELDS))
        at = _u(numbers[_u(place)]) * _u(SPLAT_FIELDS)
        if with_median and with_expected:
            _blend_both(records, at, left, top, max_alpha, tile)
        elif with_median:
            _blend_median(records, at, left, top, max_alpha, tile)
        elif with_expected:
            _blend_expected(records, at, left, top, max_alpha, tile)
        else:
            _blend(records, at, left, top, max_alpha, tile)
        if place % SPLATS_PER_EXIT_TEST == SPLATS_PER_EXIT_TEST - 1 and _finished(tile):
            return False
    return not _finished(tile)


@kernel
def _cover(
    across: np.float32, narrow: np.float32, base: np.float32, opacity: np.float32, max_alpha: np.float32
) -> np.float32:
    """What a splat covers of a pixel ``across`` pixels beside its ridge: opacity 2^-s, or nothing below 1/255.

    2^-s = 2^-n 2^(n - s) with n the integer nearest to s: the first factor goes into the exponent's bits.
    """
    s = min(narrow * across * across + base, _INVISIBLE)
    n = np.int32(s + _HALF)
    f = _f(n) - s
    power = (((_E4 * f + _E3) * f + _E2) * f + _E1) * f + _E0
    cover = min(opacity * float_of(bits_of(power) - (n << _EXPONENT_AT)), max_alpha)
    return cover if cover >= _MIN_ALPHA else _ZERO


@kernel
def _finished(tile: Float32s) -> bool:
    largest = -_ONE
    for number in range(np.uint32(PIXELS)):
        largest = max(largest, tile[_u(number)])
    return bool(largest <= _ZERO)


@kernel
def store_tile(tile: Float32s, left: int, top: int, picture: Picture) -> None:
    """Copy a tile into the picture."""
    height, width = picture.alpha.shape
    for y in range(top, min(top + TILE, height)):
        for x in range(left, min(left + TILE, width)):
            i = _u((y - top) * TILE + x - left)
            picture.rgb[y, x, 0] = min(tile[_RED + i], _ONE)
            picture.rgb[y, x, 1] = min(tile[_GREEN + i], _ONE)
            picture.rgb[y, x, 2] = min(tile[_BLUE + i], _ONE)
            cover = _ONE - abs(tile[i])
            picture.alpha[y, x] = cover
            if picture.depth.size > 0:
                picture.depth[y, x] = tile[_MEDIAN_DEPTH + i]
            if picture.expected_depth.size > 0:
                picture.expected_depth[y, x] = tile[_DEPTH_SUM + i] / cover if cover > _ZERO else _INFINITY
