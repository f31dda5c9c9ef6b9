"""First step of a frame: chunks of Gaussians -> the splats seen, each with its ellipse, colour and pixel bounds.

Every loop over a chunk runs over planes at constant, unsigned offsets: the form that LLVM vectorises.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from navbench_gs.render.camera import Camera
from navbench_gs.render.cpu_compile import kernel
from navbench_gs.render.cpu_scene import CHUNK, GEOMETRY_PLANES, Chunks
from navbench_gs.render.picture import BLUR_PX2, MIN_ALPHA, TANGENT_MARGIN, PictureRules

Float32s = NDArray[np.float32]
Int32s = NDArray[np.int32]

SPLAT_FIELDS = 12
"""Numbers of a projected splat: x, y (px; pixel 0's centre is 0), three of the ellipse, opacity, r, g, b, depth, first
and last row. At the offset (dx, dy) from the centre, alpha = opacity exp(-sigma), sigma = e0 (dx + e1 dy)^2 + e2 dy^2:
the usual quadratic form, completed to squares so that nothing cancels."""


class Splats(NamedTuple):
    """Room for n projected splats, in the order in which they were found."""

    records: NDArray[np.float32]
    """(n * 12,) ``SPLAT_FIELDS`` of each."""
    depths: NDArray[np.float32]
    """(n,) along the optical axis, metres; positive."""
    ranks: NDArray[np.int32]
    """(n,) order among splats of equal depth."""
    columns: NDArray[np.int32]
    """(n,) first column of pixels touched, and the last one in the upper 16 bits."""
    rows: NDArray[np.int32]
    """(n,) first and last row, likewise."""


def room_for(count: int) -> Splats:
    """Unset arrays for ``count`` splats."""
    records, depths = np.empty(count * SPLAT_FIELDS, dtype=np.float32), np.empty(count, dtype=np.float32)
    return Splats(records, depths, *(np.empty(count, dtype=np.int32) for _ in range(3)))


_f = np.float32
_u = np.uint64
_ZERO, _HALF, _ONE, _TWO, _EIGHT = _f(0.0), _f(0.5), _f(1.0), _f(2.0), _f(8.0)
_BLUR = _f(BLUR_PX2)
_MIN_ALPHA = _f(MIN_ALPHA)
# Standard deviations to which any splat can be seen, rounded up.
_MAX_REACH = _f(1.01 * math.sqrt(2.0 * math.log(255.0)))
_MIN_DEPTH = _f(1e-4)  # metres; keeps divisions finite for what is rejected later
_SLACK_M = _f(1e-3)  # covers the rounding of chunk bounds

# Planes of the projection buffer, one value per Gaussian of the chunk.
_PLANE = _u(CHUNK)
_AHEAD = _u(0)  # mean - eye, world frame, metres (3 planes)
_X, _Y, _DEPTH = _u(3 * CHUNK), _u(4 * CHUNK), _u(5 * CHUNK)
_SLOPE_X, _SLOPE_Y = _u(6 * CHUNK), _u(7 * CHUNK)  # x / z and y / z, held within the limits
_XX, _XY, _YY = _u(8 * CHUNK), _u(9 * CHUNK), _u(10 * CHUNK)  # blurred 2-D covariance, px^2
_SHARP, _BLURRED = _u(11 * CHUNK), _u(12 * CHUNK)  # its determinant before and after the blur
_ELLIPSE = _u(13 * CHUNK)  # 3 planes, as in SPLAT_FIELDS
_OPACITY = _u(16 * CHUNK)
_LEFT, _RIGHT, _TOP, _BOTTOM = _u(17 * CHUNK), _u(18 * CHUNK), _u(19 * CHUNK), _u(20 * CHUNK)
_SEEN = _u(21 * CHUNK)  # 1 or 0
_COLOUR = _u(22 * CHUNK)  # 3 planes
_BASIS = _u(25 * CHUNK)  # 16 planes
BUFFER_SIZE = 41 * CHUNK


class View(NamedTuple):
    """A camera and the picture rules, as the numbers that projection needs."""

    right_x: np.float32
    right_y: np.float32
    right_z: np.float32
    down_x: np.float32
    down_y: np.float32
    down_z: np.float32
    ahead_x: np.float32
    ahead_y: np.float32
    ahead_z: np.float32
    eye_x: np.float32
    eye_y: np.float32
    eye_z: np.float32
    focal: np.float32
    """Pixels."""
    centre_x: np.float32
    """Principal point, counted from the centre of the first pixel."""
    centre_y: np.float32
    last_x: np.float32
    """Index of the last column."""
    last_y: np.float32
    limit_x: np.float32
    """Largest |x / z| at which the projection is linearised."""
    limit_y: np.float32
    near: np.float32
    antialiased: np.float32
    """1 or 0."""
    min_compensation: np.float32


def view_of(camera: Camera, rules: PictureRules) -> View:
    """The numbers of ``camera``, computed in double precision."""
    centre_x, centre_y = camera.centre_px
    numbers = (
        *camera.view[:3, :3].ravel(),
        *camera.position,
        camera.focal_px,
        centre_x - 0.5,
        centre_y - 0.5,
        camera.width_px - 1,
        camera.height_px - 1,
        (0.5 + TANGENT_MARGIN) * camera.width_px / camera.focal_px,
        (0.5 + TANGENT_MARGIN) * camera.height_px / camera.focal_px,
        rules.near_m,
        rules.antialiased,
        rules.min_compensation,
    )
    return View(*(np.float32(number) for number in numbers))


@kernel
def project(chunks: Chunks, first_rank: int, view: View, count: int, splats: Splats, buffer: Float32s) -> int:
    """Project all chunks that may be in view; append what is seen to ``splats``.

    Args:
        chunks: C chunks of Gaussians.
        first_rank: rank of the cloud's first Gaussian.
        view: camera and rules.
        count: number of splats already there.
        splats: written from ``count`` on; must have room for 128 C more.
        buffer: (BUFFER_SIZE,) scratch.

    Returns:
        The number of splats now there.
    """
    for chunk in range(len(chunks.bounds)):
        if not _may_be_seen(chunks.bounds[chunk], view):
            continue
        start = _u(chunk) * _u(GEOMETRY_PLANES * CHUNK)
        _place_centres(chunks.geometry, start, view, buffer)
        _project_axes(chunks.geometry, start, view, buffer)
        _bound_splats(chunks.geometry, start, view, buffer)
        if _number_seen(buffer) == _ZERO:
            continue
        _evaluate_basis(buffer, chunks.terms)
        _evaluate_colour(chunks.harmonics, _u(chunk * 3 * chunks.terms * CHUNK), chunks.terms, buffer)
        count = _append_seen(buffer, chunks.source[chunk * CHUNK : (chunk + 1) * CHUNK], first_rank, count, splats)
    return count


@kernel
def _may_be_seen(bound: Float32s, view: View) -> bool:
    """Whether any splat of a chunk may reach a pixel: its sphere against the five planes of the frustum.

    A splat at depth z reaches at most r (sigma f sqrt(1 + limit^2) / z + sqrt(blur)) pixels beyond its centre, r the
    largest reach. Times z / f, both parts are linear in the camera frame: a margin in metres and a wider opening.
    """
    dx, dy, dz = bound[0] - view.eye_x, bound[1] - view.eye_y, bound[2] - view.eye_z
    x = abs(view.right_x * dx + view.right_y * dy + view.right_z * dz)
    y = abs(view.down_x * dx + view.down_y * dy + view.down_z * dz)
    z = view.ahead_x * dx + view.ahead_y * dy + view.ahead_z * dz
    radius, sigma = bound[3] + _SLACK_M, bound[4]
    if z + radius < view.near:
        return False
    blur_reach = _MAX_REACH * math.sqrt(_BLUR)
    open_x = (_HALF * view.last_x + _ONE + blur_reach) / view.focal
    open_y = (_HALF * view.last_y + _ONE + blur_reach) / view.focal
    reach_x = _MAX_REACH * sigma * math.sqrt(_ONE + view.limit_x * view.limit_x)
    reach_y = _MAX_REACH * sigma * math.sqrt(_ONE + view.limit_y * view.limit_y)
    margin_x = radius * math.sqrt(_ONE + open_x * open_x) + reach_x
    margin_y = radius * math.sqrt(_ONE + open_y * open_y) + reach_y
    return bool(x - open_x * z <= margin_x and y - open_y * z <= margin_y)


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
        buffer[_AHEAD + i], buffer[_AHEAD + _PLANE + i], buffer[_AHEAD + _u(2) * _PLANE + i] = dx, dy, dz
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
def _bound_splats(geometry: Float32s, start: np.uint64, view: View, buffer: Float32s) -> None:
    """Opacity, ellipse and pixel bounds of 128 projected Gaussians, and which of them are seen at all."""
    for number in range(np.uint32(CHUNK)):
        i = _u(number)
        g = start + i
        xx, yy, blurred = buffer[_XX + i], buffer[_YY + i], buffer[_BLURRED + i]
        factor = np.maximum(np.sqrt(buffer[_SHARP + i] / blurred), view.min_compensation)
        factor = view.antialiased * factor + (_ONE - view.antialiased)
        opacity = geometry[g + _u(12) * _PLANE] * factor
        # ln f <= 4 (sqrt f - 1) / (sqrt f + 1) for f <= 1, so this is at least 2 ln(255 opacity)
        root = math.sqrt(factor)
        reach2 = max(geometry[g + _u(13) * _PLANE] + _EIGHT * (root - _ONE) / (root + _ONE), _ZERO)
        reach_x, reach_y = math.sqrt(reach2 * xx), math.sqrt(reach2 * yy)
        x, y = buffer[_X + i], buffer[_Y + i]
        left, right = math.ceil(max(x - reach_x, _ZERO)), math.floor(min(x + reach_x, view.last_x))
        top, bottom = math.ceil(max(y - reach_y, _ZERO)), math.floor(min(y + reach_y, view.last_y))
        far_enough = buffer[_DEPTH + i] >= view.near
        seen = far_enough & (opacity >= _MIN_ALPHA) & (right >= left) & (bottom >= top)
        buffer[_ELLIPSE + i] = _HALF * yy / blurred
        buffer[_ELLIPSE + _PLANE + i] = -buffer[_XY + i] / yy
        buffer[_ELLIPSE + _u(2) * _PLANE + i] = _HALF / yy
        buffer[_OPACITY + i] = opacity
        buffer[_LEFT + i], buffer[_RIGHT + i], buffer[_TOP + i], buffer[_BOTTOM + i] = left, right, top, bottom
        buffer[_SEEN + i] = _ONE if seen else _ZERO


@kernel
def _number_seen(buffer: Float32s) -> np.float32:
    total = _ZERO
    for number in range(np.uint32(CHUNK)):
        total += buffer[_SEEN + _u(number)]
    return total


@kernel
def _evaluate_basis(buffer: Float32s, terms: int) -> None:
    """Real spherical harmonics of the directions eye -> mean, in the order and sign of Kerbl et al. 2023.

    Source: the polynomials of Sloan 2013, "Efficient spherical harmonic evaluation".
    """
    for number in range(np.uint32(CHUNK)):
        i = _u(number)
        buffer[_BASIS + i] = _f(0.28209479177387814)
    if terms == 1:
        return
    for number in range(np.uint32(CHUNK)):
        i = _u(number)
        x, y, z = buffer[_AHEAD + i], buffer[_AHEAD + _PLANE + i], buffer[_AHEAD + _u(2) * _PLANE + i]
        inverse = _ONE / math.sqrt(max(x * x + y * y + z * z, _f(1e-20)))
        x, y, z = x * inverse, y * inverse, z * inverse
        at = _BASIS + i
        buffer[at + _PLANE] = _f(-0.48860251190292) * y
        buffer[at + _u(2) * _PLANE] = _f(0.48860251190292) * z
        buffer[at + _u(3) * _PLANE] = _f(-0.48860251190292) * x
        zz, c1, s1 = z * z, x * x - y * y, _TWO * x * y
        buffer[at + _u(4) * _PLANE] = _f(0.5462742152960395) * s1
        buffer[at + _u(5) * _PLANE] = _f(-1.092548430592079) * z * y
        buffer[at + _u(6) * _PLANE] = _f(0.9461746957575601) * zz - _f(0.3153915652525201)
        buffer[at + _u(7) * _PLANE] = _f(-1.092548430592079) * z * x
        buffer[at + _u(8) * _PLANE] = _f(0.5462742152960395) * c1
        c2, s2 = x * c1 - y * s1, x * s1 + y * c1
        outer = _f(-2.285228997322329) * zz + _f(0.4570457994644658)
        buffer[at + _u(9) * _PLANE] = _f(-0.5900435899266435) * s2
        buffer[at + _u(10) * _PLANE] = _f(1.445305721320277) * z * s1
        buffer[at + _u(11) * _PLANE] = outer * y
        buffer[at + _u(12) * _PLANE] = z * (_f(1.865881662950577) * zz - _f(1.119528997770346))
        buffer[at + _u(13) * _PLANE] = outer * x
        buffer[at + _u(14) * _PLANE] = _f(1.445305721320277) * z * c1
        buffer[at + _u(15) * _PLANE] = _f(-0.5900435899266435) * c2


@kernel
def _evaluate_colour(harmonics: Float32s, start: np.uint64, terms: int, buffer: Float32s) -> None:
    """Colour planes: max(0, 1/2 + sum of basis x coefficient)."""
    for number in range(np.uint32(3 * CHUNK)):
        buffer[_COLOUR + _u(number)] = _HALF
    for term in range(_u(terms)):
        basis = _BASIS + term * _u(CHUNK)
        for channel in range(_u(3)):
            colour, source = _COLOUR + channel * _u(CHUNK), start + (term * _u(3) + channel) * _u(CHUNK)
            for number in range(np.uint32(CHUNK)):
                i = _u(number)
                buffer[colour + i] += buffer[basis + i] * harmonics[source + i]
    for number in range(np.uint32(3 * CHUNK)):
        buffer[_COLOUR + _u(number)] = max(buffer[_COLOUR + _u(number)], _ZERO)


@kernel
def _append_seen(buffer: Float32s, source: Int32s, first_rank: int, count: int, splats: Splats) -> int:
    """Copy the seen Gaussians of a chunk behind the ``count`` splats already there."""
    records = splats.records
    for number in range(CHUNK):
        i = _u(number)
        if buffer[_SEEN + i] == _ZERO:
            continue
        at = _u(count * SPLAT_FIELDS)
        records[at] = buffer[_X + i]
        records[at + _u(1)] = buffer[_Y + i]
        records[at + _u(2)] = buffer[_ELLIPSE + i]
        records[at + _u(3)] = buffer[_ELLIPSE + _PLANE + i]
        records[at + _u(4)] = buffer[_ELLIPSE + _u(2) * _PLANE + i]
        records[at + _u(5)] = buffer[_OPACITY + i]
        records[at + _u(6)] = buffer[_COLOUR + i]
        records[at + _u(7)] = buffer[_COLOUR + _PLANE + i]
        records[at + _u(8)] = buffer[_COLOUR + _u(2) * _PLANE + i]
        records[at + _u(9)] = buffer[_DEPTH + i]
        records[at + _u(10)] = buffer[_TOP + i]
        records[at + _u(11)] = buffer[_BOTTOM + i]
        splats.depths[count] = buffer[_DEPTH + i]
        splats.ranks[count] = first_rank + source[number]
        splats.columns[count] = np.int32(buffer[_LEFT + i]) | np.int32(buffer[_RIGHT + i]) << 16
        splats.rows[count] = np.int32(buffer[_TOP + i]) | np.int32(buffer[_BOTTOM + i]) << 16
        count += 1
    return count
