"""Slices: which cells of a grid a mesh occupies between two heights."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from navbench_gs.terrain.terrain import Mesh

Corners = NDArray[np.float64]
"""(T, 3, 3) corners of triangles, world frame, metres."""

BODY_BAND_M = (0.05, 0.6)
"""Heights above the ground between which structure stops a body and hides the goal."""
SAMPLES_A_CELL = 2.0
"""Points looked at along one cell's width on every triangle."""
PIECE_CELLS = 16
"""Triangles with an edge longer than so many cells are cut up, and what lies outside the band is left out: of a tall
wall only the foot is looked at."""
BATCH_POINTS = 4_000_000


def cells_in_band(
    mesh: Mesh,
    shape: tuple[int, int],
    origin: tuple[float, float],
    cell_m: float,
    ground_z: NDArray[np.float64] | float = 0.0,
    band_m: tuple[float, float] = BODY_BAND_M,
) -> NDArray[np.bool_]:
    """Cells (NX, NY) = ``shape`` that the surface of a mesh passes through between two heights above the ground.

    Surfaces are looked at in points at most ``cell_m / SAMPLES_A_CELL`` apart, so that no cell is missed that a surface
    crosses for more than such a step.

    Args:
        mesh: triangles in the world frame, metres.
        shape: size of the grid.
        origin: world x, y of the outer corner of cell (0, 0), metres.
        cell_m: side of a cell, metres.
        ground_z: height of the ground in each cell (NX, NY) or everywhere, metres.
        band_m: lowest and highest height above the ground that count.
    """
    cells = np.zeros(shape, dtype=bool)
    ground = np.broadcast_to(np.asarray(ground_z, dtype=np.float64), shape)
    corners = _pieces(
        mesh.vertices.astype(np.float64)[mesh.faces],
        PIECE_CELLS * cell_m,
        lambda corners: _may_touch(corners, shape, origin, cell_m, ground, band_m),
    )
    steps = _steps(corners, cell_m / SAMPLES_A_CELL)
    for count in np.unique(steps):
        group, share = corners[steps == count], _lattice(int(count))
        for start in range(0, len(group), size := max(1, BATCH_POINTS // len(share))):
            points = np.einsum("pk,tkd->tpd", share, group[start : start + size]).reshape(-1, 3)
            i, j = (np.floor((points[:, k] - origin[k]) / cell_m).astype(np.int64) for k in (0, 1))
            inside = (i >= 0) & (i < shape[0]) & (j >= 0) & (j < shape[1])
            i, j, z = i[inside], j[inside], points[inside, 2]
            height = z - ground[i, j]
            hit = (height >= band_m[0]) & (height <= band_m[1])
            cells[i[hit], j[hit]] = True
    return cells


def _pieces(corners: Corners, longest_m: float, wanted: Callable[[Corners], NDArray[np.bool_]]) -> Corners:
    """The triangles (T, 3, 3) that are ``wanted``, halved across their longest edge until none is longer."""
    kept = []
    while len(corners := corners[wanted(corners)]):
        edges = np.linalg.norm(corners - np.roll(corners, -1, axis=1), axis=2)  # edge k runs from corner k to k + 1
        small = edges.max(axis=1) <= longest_m
        kept.append(corners[small])
        corners = _halves(corners[~small], edges[~small].argmax(axis=1))
    return np.concatenate([np.zeros((0, 3, 3)), *kept])


def _halves(corners: Corners, edge: NDArray[np.int64]) -> Corners:
    """(2T, 3, 3): triangles (T, 3, 3) cut from the middle of one edge, which runs from corner ``edge`` on."""
    first, second, third = (corners[np.arange(len(corners)), (edge + k) % 3] for k in range(3))
    middle = (first + second) / 2.0
    return np.concatenate([np.stack([first, middle, third], axis=1), np.stack([middle, second, third], axis=1)])


def _may_touch(
    corners: Corners,
    shape: tuple[int, int],
    origin: tuple[float, float],
    cell_m: float,
    ground: NDArray[np.float64],
    band_m: tuple[float, float],
) -> NDArray[np.bool_]:
    """(T,) whether the box around a triangle (T, 3, 3) meets the grid and the band."""
    low, high = corners.min(axis=1), corners.max(axis=1)
    far = np.asarray(origin) + np.array(shape) * cell_m
    beside = (high[:, :2] < np.asarray(origin)).any(axis=1) | (low[:, :2] > far).any(axis=1)
    lowest, highest = ground.min() + band_m[0], ground.max() + band_m[1]
    may: NDArray[np.bool_] = ~beside & (high[:, 2] >= lowest) & (low[:, 2] <= highest)
    return may


def _steps(corners: Corners, step_m: float) -> NDArray[np.int64]:
    """Into how many steps (T,) the longest edge of each triangle is cut, rounded up to a power of two."""
    edges = np.linalg.norm(corners - np.roll(corners, 1, axis=1), axis=2).max(axis=1)
    wanted = np.maximum(edges / step_m, 1.0)
    most = 2 ** int(math.log2(math.sqrt(BATCH_POINTS)))
    steps: NDArray[np.int64] = np.minimum(2 ** np.ceil(np.log2(wanted)), most).astype(np.int64)
    return steps


def _lattice(count: int) -> NDArray[np.float64]:
    """Barycentric weights (P, 3) of the points that cut each edge into ``count`` steps."""
    i, j = np.meshgrid(np.arange(count + 1), np.arange(count + 1), indexing="ij")
    keep = i + j <= count
    u, v = i[keep] / count, j[keep] / count
    return np.stack([u, v, 1.0 - u - v], axis=1)
