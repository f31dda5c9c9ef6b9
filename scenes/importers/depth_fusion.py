"""Median-depth fusion: the surfaces that virtual cameras see in a cloud, as a truncated signed distance field.

Expected depth blends what stands in front with what shines through and puts surfaces into the air; the median depth,
where transmittance crosses one half, does not. Source of the fusion: Curless and Levoy 1996.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from navbench_gs.domain.cloud import GaussianCloud
from navbench_gs.render.camera import Camera, look
from navbench_gs.render.cpu import CpuRenderer
from navbench_gs.render.cpu_compile import kernel
from scenes.importers.height_field import HeightField
from scenes.importers.structure import Field, continue_to_the_ground
from scenes.importers.walkable import CELL_M, seen_ground

Floats = NDArray[np.float64]
Floats32 = NDArray[np.float32]
STEP_M = 2.0
"""Distance of two places that are looked from."""
HEADINGS = 6
EYE_M, PITCH_RAD = 0.7, -0.1
WIDTH_PX, HEIGHT_PX = 160, 120
TRUNCATION_VOXELS = 3.0
"""Distances are cut at so many voxels."""
FARTHEST_M = 12.0
MOST_PLACES = 400
MOST_OCCUPIED_NEAR = 0.35
"""No camera stands nearer than this to what the density says is solid, metres."""


def depth_field(cloud: GaussianCloud, ground: HeightField, occupancy: Field) -> Field:
    """Structure as fused median depth over the voxels of ``occupancy``, which also says where cameras may stand."""
    grid = occupancy.grid
    renderer = CpuRenderer()
    prepared = renderer.prepare(cloud)
    total = np.zeros(grid.shape, dtype=np.float32)
    weight = np.zeros(grid.shape, dtype=np.float32)
    x, y = (grid.origin[k] + (np.arange(grid.shape[k]) + 0.5) * grid.voxel_m for k in (0, 1))
    level = ground.at(np.stack(np.meshgrid(x, y, indexing="ij"), axis=-1))
    for place in viewpoints(cloud, ground, occupancy):
        cameras = cameras_at(place, float(ground.at(place)))
        depths = renderer.render(prepared, cameras).depth
        for camera, depth in zip(cameras, depths, strict=True):
            _fuse(
                depth, camera.view, camera.focal_px, np.array(grid.origin), grid.voxel_m, level, FARTHEST_M,
                TRUNCATION_VOXELS * grid.voxel_m, total, weight,
            )  # fmt: skip
    inside = np.where(weight > 0, -total / np.maximum(weight, 1e-9), -TRUNCATION_VOXELS * grid.voxel_m)
    values = inside.astype(np.float32)
    continue_to_the_ground(values, grid.voxel_m)  # what was seen lowest is the ground itself
    return Field(values, grid, 0.0)


def viewpoints(cloud: GaussianCloud, ground: HeightField, occupancy: Field) -> NDArray[np.float64]:
    """Places (P, 2) on seen, free ground, about ``STEP_M`` apart."""
    from scipy.ndimage import distance_transform_edt

    grid = occupancy.grid
    room = distance_transform_edt(~occupancy.solid.any(axis=2)) * grid.voxel_m
    spots = np.asarray(grid.origin[:2]) + (np.argwhere(room > MOST_OCCUPIED_NEAR) + 0.5) * grid.voxel_m
    heights = cloud.means[:, 2] - ground.at(cloud.means[:, :2].astype(np.float64))
    shape = (int(np.ceil(grid.shape[0] * grid.voxel_m / CELL_M)), int(np.ceil(grid.shape[1] * grid.voxel_m / CELL_M)))
    seen = seen_ground(cloud, heights, grid.origin[:2], shape)
    cells = np.floor((spots - grid.origin[:2]) / CELL_M).astype(np.int64)
    spots = spots[seen[cells[:, 0], cells[:, 1]]]
    _, first = np.unique(np.floor(spots / STEP_M), axis=0, return_index=True)  # one in each square of the step
    places: NDArray[np.float64] = spots[first]
    return places[:: max(1, math.ceil(len(places) / MOST_PLACES))]


def cameras_at(place: NDArray[np.float64], ground_z: float) -> list[Camera]:
    """Cameras all round at one place."""
    eye = (float(place[0]), float(place[1]), ground_z + EYE_M)
    focal = WIDTH_PX / 2.0 / math.tan(math.radians(90.0) / 2.0)
    yaws = np.linspace(-math.pi, math.pi, HEADINGS, endpoint=False)
    return [Camera(look(eye, float(yaw), PITCH_RAD), focal, WIDTH_PX, HEIGHT_PX) for yaw in yaws]


@kernel
def _fuse(
    depth: Floats32,
    view: Floats,
    focal: float,
    origin: Floats,
    voxel_m: float,
    level: Floats,
    farthest: float,
    cut: float,
    total: Floats32,
    weight: Floats32,
) -> None:
    """Add one depth picture (H, W) to the sums of truncated signed distances (NX, NY, NZ), positive before surfaces."""
    height, width = depth.shape
    nx, ny, nz = total.shape
    for i in range(nx):
        x = origin[0] + (i + 0.5) * voxel_m
        for j in range(ny):
            y = origin[1] + (j + 0.5) * voxel_m
            for k in range(nz):
                z = origin[2] + (k + 0.5) * voxel_m + level[i, j]
                ahead = view[2, 0] * x + view[2, 1] * y + view[2, 2] * z + view[2, 3]
                if ahead < 0.2 or ahead > farthest:
                    continue
                u = focal * (view[0, 0] * x + view[0, 1] * y + view[0, 2] * z + view[0, 3]) / ahead + width / 2.0
                v = focal * (view[1, 0] * x + view[1, 1] * y + view[1, 2] * z + view[1, 3]) / ahead + height / 2.0
                if u < 0.0 or v < 0.0 or u >= width or v >= height:
                    continue
                gap = depth[int(v), int(u)] - ahead
                if gap < -cut:
                    continue
                total[i, j, k] += min(gap, cut)
                weight[i, j, k] += 1.0
