"""Second step of a frame: chunks of Gaussians -> the splats seen, each with its ellipse, colour and pixel bounds.

Every loop over a chunk runs over planes at constant, unsigned offsets: the form that LLVM vectorises.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from navbench_gs.render.cpu_bits import prefetch
from navbench_gs.render.cpu_colour import AHEAD, COLOUR, FIRST_FREE, evaluate_colours
from navbench_gs.render.cpu_compile import kernel
from navbench_gs.render.cpu_scene import CHUNK, GEOMETRY_PLANES, Chunks
from navbench_gs.render.cpu_view import TILE_SHIFT, View
from navbench_gs.render.picture import BLUR_PX2, MIN_ALPHA

Float32s = NDArray[np.float32]
Int32s = NDArray[np.int32]

SPLAT_FIELDS = 12
"""Numbers of a projected splat: x, y (px; pixel 0's centre is 0), three of the ellipse, opacity, r, g, b, depth, first
and last row. At the offset (dx, dy) from the centre, alpha = opacity 2^-s, s = e0 (dx + e1 dy)^2 + e2 dy^2: the usual
quadratic form, completed to squares so that nothing cancels, in powers of two."""


class Splats(NamedTuple):
    """Room for n projected splats, in the order in which they were found."""

    records: Float32s
    """(n * 12,) ``SPLAT_FIELDS`` of each."""
    depths: Float32s
    """(n,) along the optical axis, metres; positive."""
    depth_bits: Int32s
    """(n,) the same memory: as depths are positive, their bits grow with them."""
    ranks: Int32s
    """(n,) order among splats of equal depth."""
    spans: Int32s
    """(n,) tiles of the window that are touched: first and last column, first and last row, eight bits each."""


def room_for_splats(count: int) -> Splats:
    """Unset arrays for ``count`` splats."""
    records, depths = np.empty(count * SPLAT_FIELDS, dtype=np.float32), np.empty(count, dtype=np.float32)
    return Splats(records, depths, depths.view(np.int32), *(np.empty(count, dtype=np.int32) for _ in range(2)))


_f = np.float32
_u = np.uint64
_ZERO, _HALF, _ONE, _EIGHT = _f(0.0), _f(0.5), _f(1.0), _f(8.0)
_HALF_LOG2_E = _f(0.5 * math.log2(math.e))
_BLUR = _f(BLUR_PX2)
_MIN_ALPHA = _f(MIN_ALPHA)
_SHIFT = np.int32(TILE_SHIFT)
FLOATS_PER_LINE = 16
"""In a cache line of 64 bytes."""
_MIN_DEPTH = _f(1e-4)  # metres; keeps divisions finite for what is rejected later

_PLANE = _u(CHUNK)
# Planes of the projection buffer behind those of the colours, one value per Gaussian of the chunk.
_X, _Y, _DEPTH = (_u(FIRST_FREE + k * CHUNK) for k in range(3))
_SLOPE_X, _SLOPE_Y = (_u(FIRST_FREE + k * CHUNK) for k in (3, 4))  # x / z and y / z, held within the limits
_XX, _XY, _YY = (_u(FIRST_FREE + k * CHUNK) for k in (5, 6, 7))  # blurred 2-D covariance, px^2
_SHARP, _BLURRED = (_u(FIRST_FREE + k * CHUNK) for k in (8, 9))  # its determinant before and after the blur
_ELLIPSE = _u(FIRST_FREE + 10 * CHUNK)  # 3 planes, as in SPLAT_FIELDS
_OPACITY = _u(FIRST_FREE + 13 * CHUNK)
_TOP, _BOTTOM = (_u(FIRST_FREE + k * CHUNK) for k in (14, 15))  # first and last row of pixels
_SEEN = _u(FIRST_FREE + 16 * CHUNK)  # 1 or 0
PROJECTION_BUFFER_SIZE = FIRST_FREE + 17 * CHUNK


class Bench(NamedTuple):
    """Memory in which one chunk is projected."""

    planes: Float32s
    """(PROJECTION_BUFFER_SIZE,)."""
    spans: Int32s
    """(128,) as in ``Splats``."""
    seen: Int32s
    """(128,) numbers of those seen."""


def new_bench() -> Bench:
    """Unset memory for one chunk."""
    planes, (spans, seen) = np.empty(PROJECTION_BUFFER_SIZE, dtype=np.float32), np.empty((2, CHUNK), dtype=np.int32)
    return Bench(planes, spans, seen)


@kernel
def project_chunk(
    chunks: Chunks, chunk: int, first_rank: int, view: View, count: int, splats: Splats, bench: Bench
) -> int:
    """Project one chunk; append what is seen to ``splats``.

    Args:
        chunks: a cloud.
        chunk: which of its chunks.
        first_rank: rank of the cloud's first Gaussian.
        view: camera, window and rules.
        count: number of splats already there.
        splats: written from ``count`` on; must have room for 128 more.
        bench: scratch.

    Returns:
        The number of splats now there.
    """
    start, buffer = _u(chunk) * _u(GEOMETRY_PLANES * CHUNK), bench.planes
    _place_centres(chunks.geometry, start, view, buffer)
    _project_axes(chunks.geometry, start, view, buffer)
    _bound_splats(chunks.geometry, start, view, buffer, bench.spans)
    seen = _list_seen(bench)
    if seen == 0:
        return count
    evaluate_colours(chunks, chunk, buffer)
    _append(bench, seen, chunks.source, chunk * CHUNK, first_rank, count, splats)
    return count + seen


@kernel
def prefetch_chunk(chunks: Chunks, chunk: int) -> None:
    """Ask for all of a chunk's numbers, to be read when the one before it is done."""
    start = _u(chunk) * _u(GEOMETRY_PLANES * CHUNK)
    for number in range(0, GEOMETRY_PLANES * CHUNK, FLOATS_PER_LINE):
        prefetch(chunks.geometry, start + _u(number))
    start = _u(chunks.harmonics_start[chunk])
    for number in range(0, 3 * (chunks.terms[chunk] - 1) * CHUNK, 2 * FLOATS_PER_LINE):
        prefetch(chunks.harmonics, start + _u(number))


@kernel
def _place_centres(geometry: Float32s, start: np.uint64, view: View, buffer: Float32s) -> None:
    """Where the centres of 128 Gaussians lie: before the eye, in the picture, and in depth."""
    for number in range(np.uint32(CHUNK)):
        i = _u(number)
        g = start + i
        dx = geometry[g] - view.eye_x
        dy = geometry[g + _PLANE] - view.eye_y
        dz = geometry[g + _u(2) * _PLANE] - view.eye_z
        depth = view.ahead_x * dx + view.ahead_y * dy + view.ahead_z * dz
        inverse = _ONE / max(depth, _MIN_DEPTH)
        slope_x = (view.right_x * dx + view.right_y * dy + view.right_z * dz) * inverse
        slope_y = (view.down_x * dx + view.down_y * dy + view.down_z * dz) * inverse
        buffer[AHEAD + i], buffer[AHEAD + _PLANE + i], buffer[AHEAD + _u(2) * _PLANE + i] = dx, dy, dz
        buffer[_X + i] = view.focal * slope_x + view.centre_x
        buffer[_Y + i] = view.focal * slope_y + view.centre_y
        buffer[_DEPTH + i] = depth
        buffer[_SLOPE_X + i] = min(view.limit_x, max(-view.limit_x, slope_x))
        buffer[_SLOPE_Y + i] = min(view.limit_y, max(-view.limit_y, slope_y))


@kernel
def _project_axes(geometry: Float32s, start: np.uint64, view: View, buffer: Float32s) -> None:
    """EWA projection (Zwicker et al. 2001, eq. 29-31) of 128 covariances, and their determinants.

    The 2-D covariance is A A^T with A = J W R S (2 x 3); its determinant is |a x b|^2 for the rows a, b (Cauchy-Binet),
    and det(A A^T + blur I) = det + blur trace + blur^2: exact, and accurate for needles.
    """
    for number in range(np.uint32(CHUNK)):
        i = _u(number)
        g = start + i
        per_metre = view.focal / max(buffer[_DEPTH + i], _MIN_DEPTH)
        slope_x, slope_y = buffer[_SLOPE_X + i], buffer[_SLOPE_Y + i]
        jx = per_metre * (view.right_x - slope_x * view.ahead_x)
        jy = per_metre * (view.right_y - slope_x * view.ahead_y)
        jz = per_metre * (view.right_z - slope_x * view.ahead_z)
        a0, a1, a2 = _times_axes(geometry, g, jx, jy, jz)
        jx = per_metre * (view.down_x - slope_y * view.ahead_x)
        jy = per_metre * (view.down_y - slope_y * view.ahead_y)
        jz = per_metre * (view.down_z - slope_y * view.ahead_z)
        b0, b1, b2 = _times_axes(geometry, g, jx, jy, jz)
        n0, n1, n2 = a1 * b2 - a2 * b1, a2 * b0 - a0 * b2, a0 * b1 - a1 * b0
        sharp = n0 * n0 + n1 * n1 + n2 * n2
        xx, yy = a0 * a0 + a1 * a1 + a2 * a2, b0 * b0 + b1 * b1 + b2 * b2
        buffer[_XX + i], buffer[_YY + i] = xx + _BLUR, yy + _BLUR
        buffer[_XY + i] = a0 * b0 + a1 * b1 + a2 * b2
        buffer[_SHARP + i] = sharp
        buffer[_BLURRED + i] = sharp + _BLUR * (xx + yy) + _BLUR * _BLUR


@kernel
def _times_axes(
    geometry: Float32s, g: np.uint64, x: np.float32, y: np.float32, z: np.float32
) -> tuple[np.float32, np.float32, np.float32]:
    """Row vector (x, y, z) times the scaled axes of Gaussian ``g``."""
    m = g + _u(3) * _PLANE
    return (
        x * geometry[m] + y * geometry[m + _u(3) * _PLANE] + z * geometry[m + _u(6) * _PLANE],
        x * geometry[m + _PLANE] + y * geometry[m + _u(4) * _PLANE] + z * geometry[m + _u(7) * _PLANE],
        x * geometry[m + _u(2) * _PLANE] + y * geometry[m + _u(5) * _PLANE] + z * geometry[m + _u(8) * _PLANE],
    )


@kernel
def _bound_splats(geometry: Float32s, start: np.uint64, view: View, buffer: Float32s, spans: Int32s) -> None:
    """Opacity, ellipse and pixel bounds of 128 projected Gaussians, and which of them are seen at all."""
    for number in range(np.uint32(CHUNK)):
        i = _u(number)
        g = start + i
        xx, yy, blurred = buffer[_XX + i], buffer[_YY + i], buffer[_BLURRED + i]
        per_area = _ONE / blurred
        factor = np.maximum(np.sqrt(buffer[_SHARP + i] * per_area), view.min_compensation)
        factor = view.antialiased * factor + (_ONE - view.antialiased)
        opacity = geometry[g + _u(12) * _PLANE] * factor
        # ln f <= 4 (sqrt f - 1) / (sqrt f + 1) for f <= 1, so this is at least 2 ln(255 opacity)
        root = math.sqrt(factor)
        reach2 = max(geometry[g + _u(13) * _PLANE] + _EIGHT * (root - _ONE) / (root + _ONE), _ZERO)
        reach_x, reach_y = math.sqrt(reach2 * xx), math.sqrt(reach2 * yy)
        x, y = buffer[_X + i], buffer[_Y + i]
        left, right = math.ceil(max(x - reach_x, view.first_x)), math.floor(min(x + reach_x, view.last_x))
        top, bottom = math.ceil(max(y - reach_y, _ZERO)), math.floor(min(y + reach_y, view.last_y))
        far_enough = buffer[_DEPTH + i] >= view.near
        narrow_enough = max(xx, yy) <= view.max_variance
        seen = far_enough & narrow_enough & (opacity >= _MIN_ALPHA) & (right >= left) & (bottom >= top)
        inverse = _ONE / yy
        buffer[_ELLIPSE + i] = _HALF_LOG2_E * yy * per_area
        buffer[_ELLIPSE + _PLANE + i] = -buffer[_XY + i] * inverse
        buffer[_ELLIPSE + _u(2) * _PLANE + i] = _HALF_LOG2_E * inverse
        buffer[_OPACITY + i] = opacity
        buffer[_TOP + i], buffer[_BOTTOM + i] = top, bottom
        across = np.int32(left - view.first_x) >> _SHIFT | np.int32(right - view.first_x) >> _SHIFT << np.int32(8)
        down = np.int32(top) >> _SHIFT << np.int32(16) | np.int32(bottom) >> _SHIFT << np.int32(24)
        spans[i] = across | down
        buffer[_SEEN + i] = _ONE if seen else _ZERO


@kernel
def _list_seen(bench: Bench) -> int:
    """Write the numbers of those seen; return how many they are. Without a branch: none could foresee the pattern."""
    count = 0
    for number in range(CHUNK):
        bench.seen[count] = number
        count += bench.planes[_SEEN + _u(number)] > _ZERO
    return count


@kernel
def _append(
    bench: Bench, seen: int, source: Int32s, first_source: int, first_rank: int, count: int, splats: Splats
) -> None:
    """Copy the ``seen`` Gaussians of a chunk behind the ``count`` splats already there."""
    records, planes = splats.records, bench.planes
    for place in range(seen):
        i, to = _u(bench.seen[place]), _u(count + place)
        at = to * _u(SPLAT_FIELDS)
        records[at] = planes[_X + i]
        records[at + _u(1)] = planes[_Y + i]
        records[at + _u(2)] = planes[_ELLIPSE + i]
        records[at + _u(3)] = planes[_ELLIPSE + _PLANE + i]
        records[at + _u(4)] = planes[_ELLIPSE + _u(2) * _PLANE + i]
        records[at + _u(5)] = planes[_OPACITY + i]
        records[at + _u(6)] = planes[COLOUR + i]
        records[at + _u(7)] = planes[COLOUR + _PLANE + i]
        records[at + _u(8)] = planes[COLOUR + _u(2) * _PLANE + i]
        records[at + _u(9)] = planes[_DEPTH + i]
        records[at + _u(10)] = planes[_TOP + i]
        records[at + _u(11)] = planes[_BOTTOM + i]
        splats.depths[to] = planes[_DEPTH + i]
        splats.ranks[to] = first_rank + source[_u(first_source) + i]
        splats.spans[to] = bench.spans[i]
