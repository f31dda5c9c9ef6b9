"""Structure: what a body would hit, from a field over voxels or from a given mesh."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import binary_closing, binary_dilation, maximum_filter

from navbench_gs.domain.cloud import GaussianCloud
from navbench_gs.errors import DamagedFileError
from navbench_gs.terrain.slices import BODY_BAND_M, cells_in_band
from navbench_gs.terrain.terrain import Mesh
from scenes.importers.density import MOST_VOXELS, VoxelGrid, axes_of, density
from scenes.importers.floaters import floating
from scenes.importers.height_field import UPRIGHT, HeightField
from scenes.importers.selection import chosen

Floats32 = NDArray[np.float32]
SOLID = 0.3
"""Density at which a voxel counts as occupied."""
SURFACE = 0.5
"""A column is outside if its density is less than this share of the highest next to it: widened splats end slowly."""
CEILING_M = 1.2
"""Structure above this is seen, never met: the robot is half a metre high."""
LOWEST_M = 0.2
"""What is lower cannot be told from the roughness of splats on the ground; what stands higher is continued down."""
WALL_M = (-0.1, 0.8)
"""Heights between which walls stand."""
STRAIGHT_VOXELS = 0.2
"""Outlines may be straightened by so much of a voxel."""
LYING_M, SKIN_M, SUNK_M = 0.12, 0.04, -0.15
"""A Gaussian is ground if its centre is lower than the first and it lies flat, or than the second whatever its turn;
what is deeper than the third is under the ground."""


@dataclass(frozen=True, eq=False)
class Field:
    """A scalar over voxels whose level set is a surface; larger inside."""

    values: Floats32
    """(NX, NY, NZ); z counts from the ground."""
    grid: VoxelGrid
    level: float

    @property
    def solid(self) -> NDArray[np.bool_]:
        """(NX, NY, NZ) voxels inside."""
        return self.values > self.level


def voxel_grid(bounds: tuple[float, float, float, float], voxel_m: float) -> VoxelGrid:
    """Voxels over ``bounds`` (x0, y0, x1, y1), from the ground up to ``CEILING_M``.

    Raises:
        DamagedFileError: they would be too many for memory.
    """
    x0, y0, x1, y1 = bounds
    nx, ny, nz = (max(1, int(np.ceil(span / voxel_m))) for span in (x1 - x0, y1 - y0, CEILING_M))
    if nx * ny * nz > MOST_VOXELS:
        raise DamagedFileError(
            f"a place of {x1 - x0:.0f} x {y1 - y0:.0f} m takes {nx * ny * nz / 1e6:.0f} million voxels of {voxel_m} m; "
            "check the scale, or ask for larger voxels with --voxel"
        )
    return VoxelGrid((x0, y0, 0.0), (nx, ny, nz), voxel_m)


def lying(cloud: GaussianCloud, heights: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Which Gaussians (N,) are the ground, given the ``heights`` (N,) of their centres above it, metres."""
    low = heights < LYING_M
    flat = np.zeros(len(cloud), dtype=bool)
    part = chosen(cloud, low)
    flat[low] = np.abs(axes_of(part)[np.arange(len(part)), 2, np.argmin(part.scales, axis=1)]) > UPRIGHT
    ground: NDArray[np.bool_] = (flat & low) | (heights < SKIN_M)
    return ground


def density_field(
    cloud: GaussianCloud, heights: NDArray[np.float64], grid: VoxelGrid
) -> tuple[Field, NDArray[np.bool_]]:
    """Structure as the density of all that is not ground, floaters taken out; and the voxels of those floaters."""
    above = ~lying(cloud, heights) & (heights > SUNK_M) & (heights < CEILING_M + 2.0)
    values = density(chosen(cloud, above), heights[above], grid)
    continue_to_the_ground(values, grid.voxel_m)
    hanging = floating(values > SOLID, grid.voxel_m)
    values[hanging] = 0.0
    trim(values, grid.voxel_m)
    return Field(values, grid, SOLID), hanging


def trim(values: Floats32, voxel_m: float) -> None:
    """Take off the rim of the structure where it is only the slow end of denser columns, and even out the rest.

    Only the rim, one column wide: what lies farther inside, or closes a gap of less than two columns, stays solid.
    """
    plan = _highest(values, voxel_m)
    crest = np.maximum(maximum_filter(plan, size=3), SOLID / SURFACE)
    solid, dense = plan > SOLID, plan > SURFACE * crest
    closed = binary_closing(np.pad(dense, 2), structure=np.ones((3, 3)))[2:-2, 2:-2]
    inside = solid & (closed | ~binary_dilation(~solid, structure=np.ones((3, 3))))
    values *= np.where(inside & ~dense, 1.0, SOLID / SURFACE / crest)[..., None]
    np.minimum(values, SOLID / SURFACE, out=values)  # an even slope at the surface puts it halfway between voxels


def continue_to_the_ground(values: Floats32, voxel_m: float) -> None:
    """Let the lowest layers be what stands over them."""
    first = round(LOWEST_M / voxel_m)
    values[..., :first] = values[..., first : first + 1]


def solid_plan(field: Field) -> NDArray[np.float32]:
    """(NX, NY) the largest value of each column between the heights that a body has."""
    return _highest(field.values, field.grid.voxel_m)


def _highest(values: Floats32, voxel_m: float) -> Floats32:
    layers = slice(0, max(1, round(BODY_BAND_M[1] / voxel_m)))
    plan: Floats32 = values[..., layers].max(axis=2)
    return plan


def walls(field: Field, ground: HeightField) -> Mesh:
    """What a body would hit as upright walls along the outlines of the solid columns; outsides counter-clockwise.

    A robot that stands on the ground meets a column or does not; the shape of things above and below tells it nothing.
    """
    from skimage.measure import approximate_polygon, find_contours

    outside = min(float(field.values.min()), field.level - 1e-3)
    plan = np.pad(solid_plan(field), 1, constant_values=outside)
    pieces = []
    contours = find_contours(plan, field.level, positive_orientation="high")  # type: ignore[no-untyped-call]
    for contour in contours:
        outline = approximate_polygon(contour, STRAIGHT_VOXELS)  # type: ignore[no-untyped-call]
        points = np.asarray(field.grid.origin[:2]) + (outline - 0.5) * field.grid.voxel_m
        if len(points) > 2:
            pieces.append(_fence(points, ground))
    return _joined(pieces)


def _fence(points: NDArray[np.float64], ground: HeightField) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Vertices (2 P, 3) and faces of a wall along a polyline (P, 2)."""
    level = ground.at(points)
    low, high = (np.column_stack([points, level + z]) for z in WALL_M)
    a = np.arange(len(points) - 1)
    b, c, d = a + 1, a + 1 + len(points), a + len(points)
    faces = np.concatenate([np.stack([a, b, c], axis=1), np.stack([a, c, d], axis=1)])
    return np.concatenate([low, high]), faces


def _joined(pieces: list[tuple[NDArray[np.float64], NDArray[np.int64]]]) -> Mesh:
    """One mesh of many, vertices rounded to a tenth of a millimetre."""
    if not pieces:
        return Mesh(np.zeros((0, 3), np.float32), np.zeros((0, 3), np.int32))
    starts = np.cumsum([0, *(len(vertices) for vertices, _ in pieces[:-1])])
    vertices = np.concatenate([vertices for vertices, _ in pieces])
    faces = np.concatenate([faces + start for (_, faces), start in zip(pieces, starts, strict=True)])
    return Mesh(np.round(vertices, 4).astype(np.float32), faces.astype(np.int32))


def columns_of(mesh: Mesh, ground: HeightField, grid: VoxelGrid) -> Field:
    """The columns of voxels that a mesh passes through, as a field."""
    nx, ny, _ = grid.shape
    x, y = (grid.origin[k] + (np.arange(grid.shape[k]) + 0.5) * grid.voxel_m for k in (0, 1))
    level = ground.at(np.stack(np.meshgrid(x, y, indexing="ij"), axis=-1))
    touched = cells_in_band(mesh, (nx, ny), grid.origin[:2], grid.voxel_m, level, (LOWEST_M, BODY_BAND_M[1]))
    return Field(touched[..., None].astype(np.float32), VoxelGrid(grid.origin, (nx, ny, 1), grid.voxel_m), 0.5)


def cut_to_bodies(mesh: Mesh, ground: HeightField, bounds: tuple[float, float, float, float]) -> Mesh:
    """The triangles of a mesh (world frame) over ``bounds`` that reach between the ground and ``CEILING_M``."""
    x0, y0, x1, y1 = bounds
    corners = mesh.vertices.astype(np.float64)[mesh.faces]
    heights = corners[..., 2] - ground.at(corners[..., :2])
    low, high = corners.min(axis=1), corners.max(axis=1)
    inside = (high[:, 0] >= x0) & (low[:, 0] <= x1) & (high[:, 1] >= y0) & (low[:, 1] <= y1)
    kept = mesh.faces[inside & (heights.max(axis=1) > LOWEST_M) & (heights.min(axis=1) < CEILING_M)]
    used, renumbered = np.unique(kept, return_inverse=True)
    return Mesh(mesh.vertices[used], renumbered.reshape(-1, 3).astype(np.int32))
