"""The density of a cloud on a grid of voxels: the sum of ``opacity * exp(-d^2 / 2)`` over its Gaussians.

``d`` is the Mahalanobis distance from a voxel's centre. Gaussians thinner than a voxel are widened to it, or a wall of
flat discs would fall between the centres.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from navbench_gs.domain.cloud import GaussianCloud
from navbench_gs.geometry import rotation_matrices
from navbench_gs.render.cpu_compile import kernel

Floats = NDArray[np.float64]
Floats32 = NDArray[np.float32]

REACH_SIGMAS = 2.5
"""Beyond this many standard deviations a Gaussian adds nothing."""
LEAST_WIDTH = 0.5
"""Standard deviations are at least this share of a voxel's side."""
MOST_VOXELS = 400_000_000


@dataclass(frozen=True)
class VoxelGrid:
    """Where voxels lie."""

    origin: tuple[float, float, float]
    """Outer corner of voxel (0, 0, 0), metres."""
    shape: tuple[int, int, int]
    voxel_m: float


def density(cloud: GaussianCloud, heights: NDArray[np.float64], grid: VoxelGrid) -> NDArray[np.float32]:
    """Density (NX, NY, NZ) at voxel centres of a cloud whose centres stand ``heights`` (N,) above the ground, metres.

    The grid's z is height above the ground: uneven ground is straightened.
    """
    field = np.zeros(grid.shape, dtype=np.float32)
    means = cloud.means.astype(np.float64).copy()
    means[:, 2] = heights
    covariances = widened_covariances(cloud, LEAST_WIDTH * grid.voxel_m)
    _add_gaussians(
        means,
        covariances,
        cloud.opacities.astype(np.float64),
        np.array(grid.origin),
        grid.voxel_m,
        REACH_SIGMAS,
        field,
    )
    return field


def widened_covariances(cloud: GaussianCloud, least_m: float) -> NDArray[np.float64]:
    """(N, 3, 3) covariances with every standard deviation at least ``least_m``, metres squared."""
    axes = axes_of(cloud)
    variances = np.maximum(cloud.scales.astype(np.float64), least_m) ** 2
    covariances: NDArray[np.float64] = np.einsum("nij,nj,nkj->nik", axes, variances, axes)
    return covariances


def axes_of(cloud: GaussianCloud) -> NDArray[np.float64]:
    """(N, 3, 3) rotations whose columns are the Gaussians' axes."""
    return rotation_matrices(cloud.quats.astype(np.float64))


@kernel
def _add_gaussians(
    means: Floats, covariances: Floats, opacities: Floats, origin: Floats, voxel_m: float, reach: float, field: Floats32
) -> None:
    """Add every Gaussian to the voxels within ``reach`` standard deviations of it."""
    nx, ny, nz = field.shape
    for n in range(len(means)):
        c = covariances[n]
        a00 = c[1, 1] * c[2, 2] - c[1, 2] * c[1, 2]
        a01 = c[0, 2] * c[1, 2] - c[0, 1] * c[2, 2]
        a02 = c[0, 1] * c[1, 2] - c[0, 2] * c[1, 1]
        a11 = c[0, 0] * c[2, 2] - c[0, 2] * c[0, 2]
        a12 = c[0, 1] * c[0, 2] - c[0, 0] * c[1, 2]
        a22 = c[0, 0] * c[1, 1] - c[0, 1] * c[0, 1]
        determinant = c[0, 0] * a00 + c[0, 1] * a01 + c[0, 2] * a02
        if not determinant > 0.0:
            continue
        x, y, z = (means[n, 0] - origin[0]), (means[n, 1] - origin[1]), (means[n, 2] - origin[2])
        rx, ry, rz = reach * np.sqrt(c[0, 0]), reach * np.sqrt(c[1, 1]), reach * np.sqrt(c[2, 2])
        if x + rx < 0 or y + ry < 0 or z + rz < 0:
            continue
        i0, i1 = max(int((x - rx) / voxel_m - 0.5), 0), min((x + rx) / voxel_m + 0.5, nx)
        j0, j1 = max(int((y - ry) / voxel_m - 0.5), 0), min((y + ry) / voxel_m + 0.5, ny)
        k0, k1 = max(int((z - rz) / voxel_m - 0.5), 0), min((z + rz) / voxel_m + 0.5, nz)
        for i in range(i0, int(i1)):
            dx = (i + 0.5) * voxel_m - x
            for j in range(j0, int(j1)):
                dy = (j + 0.5) * voxel_m - y
                flat = a00 * dx * dx + 2.0 * a01 * dx * dy + a11 * dy * dy
                for k in range(k0, int(k1)):
                    dz = (k + 0.5) * voxel_m - z
                    d2 = (flat + dz * (2.0 * (a02 * dx + a12 * dy) + a22 * dz)) / determinant
                    if d2 < reach * reach:
                        field[i, j, k] += opacities[n] * np.exp(-0.5 * d2)
