"""Planar poses and frames, polylines, and rotations of Gaussians.

Conventions of the whole package: metres, seconds, radians. World frame: z up, right-handed. Robot frame: x ahead,
y left. A pose is ``(x, y, yaw)``, yaw counter-clockwise from the world's x axis. Quaternions are ``(w, x, y, z)``.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
FloatType = TypeVar("FloatType", bound=np.floating[Any])
Indices = NDArray[np.intp]
Rows = Sequence[Sequence[float]] | Floats


def wrap_angle(angle: float) -> float:
    """``angle`` in radians, moved into ``[-pi, pi)``."""
    return (angle + math.pi) % (2.0 * math.pi) - math.pi


def to_robot_frame(points: ArrayLike, pose: ArrayLike) -> Floats:
    """World points ``(..., 2)`` in metres, seen from ``pose`` ``(x, y, yaw)``: x ahead, y left."""
    x, y, yaw = np.asarray(pose, dtype=np.float64)
    offset = np.asarray(points, dtype=np.float64) - np.array([x, y])
    cos, sin = math.cos(yaw), math.sin(yaw)
    return np.stack(
        [cos * offset[..., 0] + sin * offset[..., 1], -sin * offset[..., 0] + cos * offset[..., 1]], axis=-1
    )


def to_world_frame(points: ArrayLike, pose: ArrayLike) -> Floats:
    """Robot-frame points ``(..., 2)`` in metres at ``pose`` ``(x, y, yaw)``, as world points."""
    x, y, yaw = np.asarray(pose, dtype=np.float64)
    local = np.asarray(points, dtype=np.float64)
    cos, sin = math.cos(yaw), math.sin(yaw)
    return np.stack(
        [x + cos * local[..., 0] - sin * local[..., 1], y + sin * local[..., 0] + cos * local[..., 1]], axis=-1
    )


def arc_lengths(polyline: ArrayLike) -> Floats:
    """Cumulative length ``(P,)`` in metres along a polyline ``(P, 2)``, zero at its first point."""
    points = np.asarray(polyline, dtype=np.float64)
    steps = np.sqrt(np.sum(np.diff(points, axis=0) ** 2, axis=1))
    return np.concatenate([[0.0], np.cumsum(steps)])


def point_along(polyline: ArrayLike, distance: float) -> tuple[float, float, float]:
    """Pose ``(x, y, heading)`` at ``distance`` metres along a polyline ``(P, 2)``, clamped to its ends."""
    points = np.asarray(polyline, dtype=np.float64)
    lengths = arc_lengths(points)
    distance = min(max(distance, 0.0), float(lengths[-1]))
    index = min(max(int(np.searchsorted(lengths, distance, side="right")) - 1, 0), len(points) - 2)
    span = lengths[index + 1] - lengths[index]
    share = 0.0 if span == 0 else (distance - lengths[index]) / span
    step = points[index + 1] - points[index]
    x, y = points[index] + share * step
    return float(x), float(y), math.atan2(step[1], step[0])


def nearest_on_polyline(points: Floats, polyline: Floats) -> tuple[Indices, Floats, Floats]:
    """The place on a polyline ``(P, 2)``, P >= 2, that is nearest to each of ``points`` ``(N, 2)``, all in metres.

    Returns:
        The number of its segment ``(N,)``, the share of that segment before it ``(N,)``, and how far away it is
        ``(N,)``, metres. The first of equally near segments is taken.
    """
    starts, spans = polyline[:-1], np.diff(polyline, axis=0)
    offsets = points[:, None, :] - starts[None]
    lengths = np.maximum(np.sum(spans * spans, axis=1), 1e-12)
    shares = np.clip(np.sum(offsets * spans[None], axis=2) / lengths, 0.0, 1.0)
    gaps = offsets - shares[..., None] * spans[None]
    squares = np.sum(gaps * gaps, axis=2)
    rows, nearest = np.arange(len(points)), np.argmin(squares, axis=1)
    return nearest, shares[rows, nearest], np.sqrt(squares[rows, nearest])


def distances_to_polyline(points: Floats, polyline: Floats) -> Floats:
    """Distance ``(N,)`` of ``points`` ``(N, 2)`` from the nearest place on a polyline ``(P, 2)``, P >= 2, metres."""
    return nearest_on_polyline(points, polyline)[2]


def way_to_nearest(point: ArrayLike, polyline: Floats) -> tuple[float, float]:
    """How far along a polyline ``(P, 2)``, P >= 2, its place nearest to ``point`` ``(2,)`` lies, and how far away.

    Both are in metres.
    """
    numbers, shares, gaps = nearest_on_polyline(np.asarray(point, dtype=np.float64)[None], polyline)
    step = polyline[numbers[0] + 1] - polyline[numbers[0]]
    along = arc_lengths(polyline)[numbers[0]] + shares[0] * np.sqrt(np.sum(step * step))
    return float(along), float(gaps[0])


def nearest_ahead(
    points: Rows, lengths: Sequence[float] | Floats, x: float, y: float, first: int, start_m: float, end_m: float
) -> tuple[float, float]:
    """The place nearest to ``(x, y)`` on a stretch of a polyline; plain Python that numba can compile too.

    Args:
        points: ``(P, 2)``, P >= 2, metres.
        lengths: ``(P,)`` as :func:`arc_lengths` has them.
        x: of the point, metres.
        y: of the point, metres.
        first: number of the segment that holds ``start_m``.
        start_m: where the stretch begins, metres along the polyline.
        end_m: where it ends.

    Returns:
        How far away that place is, and how far along the polyline it lies, both in metres.
    """
    best_gap, best = math.inf, start_m
    for k in range(first, len(points) - 1):
        low, high = lengths[k], lengths[k + 1]
        if low > end_m:
            break
        a, b = points[k], points[k + 1]
        span = max(high - low, 1e-12)
        ux, uy = (b[0] - a[0]) / span, (b[1] - a[1]) / span
        along = min(max((x - a[0]) * ux + (y - a[1]) * uy, start_m - low, 0.0), end_m - low, high - low)
        gap = math.hypot(x - a[0] - along * ux, y - a[1] - along * uy)
        if gap < best_gap:
            best_gap, best = gap, low + along
    return best_gap, best


def rotation_matrices(quaternions: NDArray[FloatType]) -> NDArray[FloatType]:
    """Rotation matrices ``(N, 3, 3)`` of unit quaternions ``(N, 4)`` wxyz, in their precision."""
    w, x, y, z = quaternions.T
    rows = [
        [1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y)],
        [2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x)],
        [2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)],
    ]
    return np.stack([np.stack(row, axis=1) for row in rows], axis=1)


def quaternions_from_frames(tangents: Floats, bitangents: Floats, normals: Floats) -> Floats:
    """Unit quaternions ``(N, 4)`` wxyz of rotations whose columns are the three orthonormal axes ``(N, 3)``.

    Source: the four-case formula by the largest diagonal term (Shepperd 1978); no matrix product, so the result does
    not depend on a BLAS.
    """
    columns = np.stack([tangents.T, bitangents.T, normals.T])
    d0, d1, d2 = columns[0, 0], columns[1, 1], columns[2, 2]
    candidates = np.stack([d0 + d1 + d2, d0 - d1 - d2, -d0 + d1 - d2, -d0 - d1 + d2])
    case = np.argmax(candidates, axis=0)
    big = np.sqrt(np.maximum(candidates.max(axis=0) + 1.0, 1e-12)) * 2.0
    a, b, c = columns[1, 2] - columns[2, 1], columns[2, 0] - columns[0, 2], columns[0, 1] - columns[1, 0]
    p, q, r = columns[0, 1] + columns[1, 0], columns[2, 0] + columns[0, 2], columns[1, 2] + columns[2, 1]
    quarter = 0.25 * big * big
    by_case = ((quarter, a, b, c), (a, quarter, p, q), (b, p, quarter, r), (c, q, r, quarter))
    quaternions: Floats = np.stack([np.choose(case, terms) for terms in by_case], axis=1) / big[:, None]
    return quaternions
