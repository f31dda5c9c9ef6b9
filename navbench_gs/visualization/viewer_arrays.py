"""What a browser draws of a scene: Gaussians as covariances, the walkable area as a mesh, ways as line segments."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from navbench_gs.domain.cloud import GaussianCloud
from navbench_gs.geometry import rotation_matrices
from navbench_gs.splats.harmonics import CONSTANT_TERM
from navbench_gs.terrain.terrain import Grid, Mesh

Float32s = NDArray[np.float32]
GroundHeight = Callable[[float, float], float]
"""World x, y -> height of the ground, metres."""
STRIP_M = 1.0
"""Longest piece of the walkable area that is drawn at one height."""
LIFT_M = 0.03
"""How far things drawn on the ground lie above it."""


class SplatArrays(NamedTuple):
    """N Gaussians without view-dependent colour."""

    centers: Float32s
    """(N, 3) metres."""
    covariances: Float32s
    """(N, 3, 3) square metres."""
    rgbs: Float32s
    """(N, 3) in [0, 1]."""
    opacities: Float32s
    """(N, 1) in [0, 1]."""


def splat_arrays(cloud: GaussianCloud) -> SplatArrays:
    """A cloud for a viewer that knows neither quaternions nor harmonics; of these the constant term is kept."""
    quaternions = cloud.quats / np.linalg.norm(cloud.quats, axis=1, keepdims=True)
    axes = rotation_matrices(quaternions) * cloud.scales[:, None, :]
    colours = np.clip(0.5 + CONSTANT_TERM * cloud.sh[:, 0], 0.0, 1.0)
    return SplatArrays(cloud.means, axes @ axes.transpose(0, 2, 1), colours, cloud.opacities[:, None])


def walkable_mesh(grid: Grid, ground_height: GroundHeight) -> Mesh:
    """The walkable cells as strips of at most ``STRIP_M``, each as high as the ground under its middle."""
    strips = walkable_strips(grid.walkable, max(1, round(STRIP_M / grid.cell_m)))
    x = grid.origin[0] + strips[:, 0] * grid.cell_m
    low, high = (grid.origin[1] + strips[:, column] * grid.cell_m for column in (1, 2))
    middles = zip(x + grid.cell_m / 2.0, (low + high) / 2.0, strict=True)
    z = np.array([ground_height(float(mx), float(my)) for mx, my in middles]).reshape(-1) + LIFT_M
    corners = [(x, low), (x + grid.cell_m, low), (x + grid.cell_m, high), (x, high)]
    vertices = np.stack([np.stack([cx, cy, z], axis=-1) for cx, cy in corners], axis=1).reshape(-1, 3)
    quads = 4 * np.arange(len(strips))[:, None] + np.arange(4)
    faces = np.concatenate([quads[:, [0, 1, 2]], quads[:, [0, 2, 3]]])
    return Mesh(vertices.astype(np.float32), faces.astype(np.int32))


def walkable_strips(walkable: NDArray[np.bool_], longest: int) -> NDArray[np.int64]:
    """(S, 3) column i, first cell j, end j: runs along the second axis that together cover the true cells once."""
    edges = np.diff(np.pad(walkable.astype(np.int8), ((0, 0), (1, 1))), axis=1)
    starts, ends = np.argwhere(edges == 1), np.argwhere(edges == -1)[:, 1]
    pieces = [
        (column, first, min(first + longest, end))
        for (column, start), end in zip(starts, ends, strict=True)
        for first in range(start, end, longest)
    ]
    return np.array(pieces, dtype=np.int64).reshape(-1, 3)


def way_segments(way: ArrayLike, ground_height: GroundHeight) -> Float32s:
    """Segments (P - 1, 2, 3) of a way (P, 2) on the ground."""
    points = np.asarray(way, dtype=np.float64)[:, :2]
    heights = [ground_height(float(x), float(y)) + 2.0 * LIFT_M for x, y in points]
    raised = np.column_stack([points, heights]).astype(np.float32)
    return np.stack([raised[:-1], raised[1:]], axis=1)
