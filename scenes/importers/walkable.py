"""The walkable grid of a capture: ground that was seen, is free, and can be roamed."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import binary_closing, distance_transform_edt

from navbench_gs.domain.cloud import GaussianCloud
from navbench_gs.terrain.reach import roamed
from navbench_gs.terrain.slices import cells_in_band
from navbench_gs.terrain.terrain import Grid, Mesh
from scenes.importers.density import VoxelGrid, density
from scenes.importers.height_field import HeightField
from scenes.importers.selection import chosen
from scenes.importers.structure import Field, lying, solid_plan

CELL_M = 0.1
CORRIDOR_M = 0.5
"""Walkable ground must be reachable by a disc of this radius, or it does not count."""
SEEN = 0.35
"""Density of the Gaussians that lie on the ground above which a cell's ground was seen."""
SHOWS = 0.7
"""Share of its width over which a Gaussian shows ground: what ends is drawn by splats that reach beyond its end."""
GAP_M = 0.5
"""Holes in the seen ground up to twice this wide are taken for ground as well."""


def walkable_grid(
    cloud: GaussianCloud,
    heights: NDArray[np.float64],
    structure: Mesh,
    solid: Field | None,
    ground: HeightField,
    bounds: tuple[float, float, float, float],
) -> Grid:
    """The grid over ``bounds`` (x0, y0, x1, y1): blocked where the structure is, walkable where ground is known.

    Args:
        cloud: aligned Gaussians.
        heights: (N,) of their centres above the ground, metres.
        structure: what a body would hit.
        solid: what the structure is the outline of, so that its inside is blocked as well.
        ground: its height.
        bounds: metres.
    """
    x0, y0, x1, y1 = bounds
    shape = (int(np.ceil((x1 - x0) / CELL_M)), int(np.ceil((y1 - y0) / CELL_M)))
    x, y = (low + (np.arange(count) + 0.5) * CELL_M for low, count in zip((x0, y0), shape, strict=True))
    level = ground.at(np.stack(np.meshgrid(x, y, indexing="ij"), axis=-1))
    blocked = cells_in_band(structure, shape, (x0, y0), CELL_M, level)
    if solid is not None:
        plan, voxel = solid_plan(solid) > solid.level, solid.grid.voxel_m
        i = np.minimum(((x - x0) / voxel).astype(np.int64), plan.shape[0] - 1)
        j = np.minimum(((y - y0) / voxel).astype(np.int64), plan.shape[1] - 1)
        blocked |= plan[np.ix_(i, j)]
    free = seen_ground(cloud, heights, (x0, y0), shape) & ~blocked
    return Grid(roamed(free, CELL_M, CORRIDOR_M), blocked, (x0, y0), CELL_M)


def seen_ground(
    cloud: GaussianCloud, heights: NDArray[np.float64], origin: tuple[float, float], shape: tuple[int, int]
) -> NDArray[np.bool_]:
    """Cells (NX, NY) whose ground the capture shows, small holes closed."""
    flat = lying(cloud, heights)
    part = chosen(cloud, flat)
    part = replace(part, scales=np.float32(SHOWS) * part.scales)
    layer = VoxelGrid((*origin, -CELL_M / 2.0), (*shape, 1), CELL_M)
    on_the_ground = np.clip(heights[flat], -CELL_M / 2.0, CELL_M / 2.0)
    seen = density(part, on_the_ground, layer)[..., 0] > SEEN
    cells = int(np.ceil(GAP_M / CELL_M))
    padded = np.pad(seen, cells)
    closed: NDArray[np.bool_] = binary_closing(padded, structure=_disc(cells))[cells:-cells, cells:-cells]
    return closed


def _disc(radius: int) -> NDArray[np.bool_]:
    """(2 radius + 1,) squared, true within ``radius`` cells of the middle."""
    middle = np.ones((2 * radius + 1, 2 * radius + 1), dtype=bool)
    middle[radius, radius] = False
    disc: NDArray[np.bool_] = distance_transform_edt(middle) <= radius
    return disc
