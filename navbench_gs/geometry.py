"""Planar poses and frames, polylines, and rotations of Gaussians.

Conventions of the whole package: metres, seconds, radians. World frame: z up, right-handed. Robot frame: x ahead,
y left. A pose is ``(x, y, yaw)``, yaw counter-clockwise from the world's x axis. Quaternions are ``(w, x, y, z)``.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]


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
