"""Flat things with crisp edges and features: one surfel a cell, the cells cut where the features are.

A jittered grid blurs an edge over its spacing; here the cells shrink towards every edge instead, and a stripe, board
or line of text is a row of cells of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import ArrayLike

from navbench_gs.splats.surfels import THICKNESS_M, Floats, Surfels, join_surfels, surfels

TILE_SIGMA = 0.54
"""Standard deviation over the size of a cell: neighbours close, and the outermost do not bleed over the edge."""
BORDER_M = 0.010
Paint = Callable[[Floats, Floats], ArrayLike] | Sequence[float]
"""A linear albedo, or one (N, 3) for every (u, v) in metres from the corner."""


def graded(length: float, spacing: float, border: float = BORDER_M) -> Floats:
    """Cuts from 0 to ``length``: cells of ``border`` and twice that at both ends, at most ``spacing`` between."""
    if length <= 6.5 * border:
        return np.linspace(0.0, length, max(2, int(np.ceil(length / max(border, spacing) - 1e-6)) + 1))
    middle = length - 6.0 * border
    count = max(1, int(np.ceil(middle / spacing - 1e-6)))
    inner = 3.0 * border + middle * np.arange(count + 1) / count
    return np.concatenate([[0.0, border], inner, [length - border, length]])


def tiled(
    corner: ArrayLike, edge_u: ArrayLike, edge_v: ArrayLike, cuts_u: ArrayLike, cuts_v: ArrayLike, paint: Paint,
    *, thickness: float = THICKNESS_M, kind: int = 0,
) -> Surfels:  # fmt: skip
    """A parallelogram cut into cells at ``cuts_u`` and ``cuts_v`` (metres along its edges); normal edge_u x edge_v."""
    origin, along_u, along_v = (np.asarray(a, dtype=np.float64) for a in (corner, edge_u, edge_v))
    axis_u, axis_v = (a / np.sqrt(np.sum(a * a)) for a in (along_u, along_v))
    cu, cv = (np.asarray(c, dtype=np.float64) for c in (cuts_u, cuts_v))
    n, m = len(cu) - 1, len(cv) - 1
    u, v = np.repeat(0.5 * (cu[:-1] + cu[1:]), m), np.tile(0.5 * (cv[:-1] + cv[1:]), n)
    sizes = np.stack(
        [TILE_SIGMA * np.repeat(np.diff(cu), m), TILE_SIGMA * np.tile(np.diff(cv), n), np.full(n * m, thickness)],
        axis=1,
    )
    albedo = paint(u, v) if callable(paint) else paint
    bitangent = axis_v - np.sum(axis_v * axis_u) * axis_u
    bitangent = bitangent / np.sqrt(np.sum(bitangent * bitangent))
    centres = origin + u[:, None] * axis_u + v[:, None] * axis_v
    return surfels(centres, axis_u, bitangent, sizes, albedo, kind=kind)


def panel(
    corner: ArrayLike, edge_u: ArrayLike, edge_v: ArrayLike, paint: Paint, *, spacing: float, border: float = BORDER_M
) -> Surfels:
    """A parallelogram with graded cells: crisp on all four sides."""
    along_u, along_v = (
        graded(float(np.sqrt(np.sum(np.asarray(edge, dtype=np.float64) ** 2))), spacing, border)
        for edge in (edge_u, edge_v)
    )
    return tiled(corner, edge_u, edge_v, along_u, along_v, paint)


def crisp_box(
    centre: ArrayLike, half_sizes: ArrayLike, paint: Paint, *, spacing: float, border: float = BORDER_M,
    bottom: bool = False,
) -> Surfels:  # fmt: skip
    """The faces of an upright box as panels; each face's (u, v) runs left to right and up, seen from outside."""
    c = np.asarray(centre, dtype=np.float64)
    hx, hy, hz = np.diag(np.asarray(half_sizes, dtype=np.float64))
    faces = [
        (c + hx - hy - hz, 2 * hy, 2 * hz), (c - hx + hy - hz, -2 * hy, 2 * hz), (c + hx + hy - hz, -2 * hx, 2 * hz),
        (c - hx - hy - hz, 2 * hx, 2 * hz), (c - hx - hy + hz, 2 * hx, 2 * hy),
    ]  # fmt: skip
    if bottom:
        faces.append((c - hx + hy - hz, 2 * hx, -2 * hy))
    return join_surfels(panel(o, u, v, paint, spacing=spacing, border=border) for o, u, v in faces)
