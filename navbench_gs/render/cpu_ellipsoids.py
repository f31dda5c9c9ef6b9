"""Gaussians by their scaled axes, the form in which the CPU renderer projects and merges them."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from navbench_gs.domain.cloud import GaussianCloud
from navbench_gs.render.cpu_compile import kernel

Float32s = NDArray[np.float32]
Int32s = NDArray[np.int32]


class Ellipsoids(NamedTuple):
    """N Gaussians; the covariance of one is ``A A^T`` of its axes A."""

    means: Float32s
    """(N, 3) metres."""
    axes: Float32s
    """(N, 9) matrix A row by row, one world axis after another; metres."""
    sizes: Float32s
    """(N,) largest standard deviation, metres."""
    opacities: Float32s
    """(N,) in [0, 1]."""
    sh: Float32s
    """(N, K, 3) harmonics of the colour."""
    source: Int32s
    """(N,) number of the Gaussian in its cloud."""

    def taken(self, which: NDArray[np.intp] | NDArray[np.bool_]) -> Ellipsoids:
        """Those that ``which`` names, in its order."""
        return Ellipsoids(
            self.means[which],
            self.axes[which],
            self.sizes[which],
            self.opacities[which],
            self.sh[which],
            self.source[which],
        )


def ellipsoids_of(cloud: GaussianCloud, which: Int32s) -> Ellipsoids:
    """The Gaussians ``which`` (M,) of a cloud."""
    axes = np.empty((len(which), 9), dtype=np.float32)
    quats, scales = (np.ascontiguousarray(field[which], dtype=np.float32) for field in (cloud.quats, cloud.scales))
    _scaled_axes(quats, scales, axes)
    sizes = scales.max(axis=1, initial=0.0)
    return Ellipsoids(cloud.means[which], axes, sizes, cloud.opacities[which], cloud.sh[which], which)


@kernel
def _scaled_axes(quats: Float32s, scales: Float32s, axes: Float32s) -> None:
    """Rotation matrix of each quaternion (wxyz) times the standard deviations."""
    one = np.float32(1.0)
    for i in range(len(quats)):
        w, x, y, z = quats[i, 0], quats[i, 1], quats[i, 2], quats[i, 3]
        twice = np.float32(2.0) / (w * w + x * x + y * y + z * z)
        sx, sy, sz = scales[i, 0], scales[i, 1], scales[i, 2]
        axes[i, 0] = (one - twice * (y * y + z * z)) * sx
        axes[i, 1] = twice * (x * y - w * z) * sy
        axes[i, 2] = twice * (x * z + w * y) * sz
        axes[i, 3] = twice * (x * y + w * z) * sx
        axes[i, 4] = (one - twice * (x * x + z * z)) * sy
        axes[i, 5] = twice * (y * z - w * x) * sz
        axes[i, 6] = twice * (x * z - w * y) * sx
        axes[i, 7] = twice * (y * z + w * x) * sy
        axes[i, 8] = (one - twice * (x * x + y * y)) * sz
