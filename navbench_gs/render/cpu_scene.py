"""A Gaussian cloud as the CPU renderer wants it: near neighbours in chunks of 128, each number in a plane of its own.

A chunk is culled as a whole by its bounds, and projected by loops over planes that LLVM turns into vector code.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from navbench_gs.domain.cloud import GaussianCloud
from navbench_gs.render.cpu_compile import kernel
from navbench_gs.render.picture import MIN_ALPHA

CHUNK = 128
GEOMETRY_PLANES = 14
"""Mean (3), axes scaled by their standard deviations (9, row by row: one world axis after another), opacity, and
``2 ln(255 opacity)``: the squared Mahalanobis distance at which the splat fades below 1/255."""
OUTSIZED = 8.0
"""Splats this many times larger than the median are kept in chunks of their own, so that others cull tightly."""

Float32s = NDArray[np.float32]
Int32s = NDArray[np.int32]


class Chunks(NamedTuple):
    """C chunks of 128 Gaussians with K harmonics each; unused places of the last chunk have opacity zero."""

    geometry: Float32s
    """(C * 14 * 128,) for each chunk the ``GEOMETRY_PLANES``."""
    harmonics: Float32s
    """(C * 3 K * 128,) for each chunk planes red, green, blue of term 0, then of term 1, ..."""
    bounds: Float32s
    """(C, 5) centre and radius of a sphere around the means, and the largest standard deviation; metres."""
    source: Int32s
    """(C * 128,) which Gaussian of the cloud this was."""
    terms: int
    """K: 1, 4, 9 or 16."""
    size: int
    """Number of Gaussians of the cloud, those left out included."""


def scene_chunks(cloud: GaussianCloud) -> Chunks:
    """Chunks of spatial neighbours; Gaussians too faint to be seen anywhere are left out."""
    visible = np.flatnonzero(cloud.opacities >= np.float32(MIN_ALPHA))
    sizes = cloud.scales[visible].max(axis=1, initial=0.0)
    outsized = sizes > OUTSIZED * np.median(sizes) if len(sizes) else np.zeros(0, dtype=bool)
    order = np.lexsort((_morton_codes(cloud.means[visible]), outsized))
    return chunks_in_order(cloud, visible[order].astype(np.int32))


def chunks_in_order(cloud: GaussianCloud, order: Int32s) -> Chunks:
    """Chunks of the Gaussians ``order`` (M,) names, 128 by 128."""
    count = -(-len(order) // CHUNK)
    terms = cloud.sh.shape[1]
    chunks = Chunks(
        geometry=np.zeros(count * GEOMETRY_PLANES * CHUNK, dtype=np.float32),
        harmonics=np.zeros(count * 3 * terms * CHUNK, dtype=np.float32),
        bounds=np.zeros((count, 5), dtype=np.float32),
        source=np.zeros(count * CHUNK, dtype=np.int32),
        terms=terms,
        size=len(cloud),
    )
    colours = np.ascontiguousarray(cloud.sh.reshape(len(cloud), 3 * terms))
    fields = (cloud.means, cloud.quats, cloud.scales, cloud.opacities)
    _fill_geometry(order, *(np.ascontiguousarray(field, dtype=np.float32) for field in fields), chunks.geometry)
    _fill_harmonics(order, colours, chunks.harmonics)
    _fill_bounds(order, cloud.means, cloud.scales, chunks.bounds)
    chunks.source[: len(order)] = order
    return chunks


def _morton_codes(points: Float32s) -> NDArray[np.uint64]:
    """Place (N,) along a Z-order curve of 1024^3 cells over the central 98 % of the points (N, 3)."""
    if len(points) == 0:
        return np.zeros(0, dtype=np.uint64)
    low, high = np.percentile(points, [1.0, 99.0], axis=0)
    cells = (points - low) / max(float((high - low).max()), 1e-6) * 1023.0
    x, y, z = np.clip(cells, 0.0, 1023.0).astype(np.uint64).T
    codes: NDArray[np.uint64] = _spread_bits(x) | _spread_bits(y) << np.uint64(1) | _spread_bits(z) << np.uint64(2)
    return codes


def _spread_bits(values: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Ten-bit numbers with two zero bits put between neighbouring bits."""
    for shift, mask in ((16, 0x030000FF), (8, 0x0300F00F), (4, 0x030C30C3), (2, 0x09249249)):
        values = (values | values << np.uint64(shift)) & np.uint64(mask)
    return values


@kernel
def _fill_geometry(
    order: Int32s, means: Float32s, quats: Float32s, scales: Float32s, opacities: Float32s, geometry: Float32s
) -> None:
    """Rotation matrix times standard deviations, from the quaternion: the covariance is this times its transpose."""
    for place in range(len(order)):
        i = order[place]
        at = (place // CHUNK) * GEOMETRY_PLANES * CHUNK + place % CHUNK
        w, x, y, z = quats[i, 0], quats[i, 1], quats[i, 2], quats[i, 3]
        twice = np.float32(2.0) / (w * w + x * x + y * y + z * z)
        one = np.float32(1.0)
        sx, sy, sz = scales[i, 0], scales[i, 1], scales[i, 2]
        geometry[at] = means[i, 0]
        geometry[at + CHUNK] = means[i, 1]
        geometry[at + 2 * CHUNK] = means[i, 2]
        geometry[at + 3 * CHUNK] = (one - twice * (y * y + z * z)) * sx
        geometry[at + 4 * CHUNK] = twice * (x * y - w * z) * sy
        geometry[at + 5 * CHUNK] = twice * (x * z + w * y) * sz
        geometry[at + 6 * CHUNK] = twice * (x * y + w * z) * sx
        geometry[at + 7 * CHUNK] = (one - twice * (x * x + z * z)) * sy
        geometry[at + 8 * CHUNK] = twice * (y * z - w * x) * sz
        geometry[at + 9 * CHUNK] = twice * (x * z - w * y) * sx
        geometry[at + 10 * CHUNK] = twice * (y * z + w * x) * sy
        geometry[at + 11 * CHUNK] = (one - twice * (x * x + y * y)) * sz
        geometry[at + 12 * CHUNK] = opacities[i]
        geometry[at + 13 * CHUNK] = np.float32(2.0 * math.log(max(255.0 * opacities[i], 1e-6)))


@kernel
def _fill_harmonics(order: Int32s, colours: Float32s, harmonics: Float32s) -> None:
    planes = colours.shape[1]
    for place in range(len(order)):
        at = (place // CHUNK) * planes * CHUNK + place % CHUNK
        for plane in range(planes):
            harmonics[at + plane * CHUNK] = colours[order[place], plane]


@kernel
def _fill_bounds(order: Int32s, means: Float32s, scales: Float32s, bounds: Float32s) -> None:
    for chunk in range(len(bounds)):
        members = order[chunk * CHUNK : (chunk + 1) * CHUNK]
        sigma = np.float32(0.0)
        for axis in range(3):
            low = high = means[members[0], axis]
            for i in members:
                low, high = min(low, means[i, axis]), max(high, means[i, axis])
                sigma = max(sigma, scales[i, axis])
            bounds[chunk, axis] = np.float32(0.5) * (low + high)
        square = np.float32(0.0)
        for i in members:
            x = means[i, 0] - bounds[chunk, 0]
            y = means[i, 1] - bounds[chunk, 1]
            z = means[i, 2] - bounds[chunk, 2]
            square = max(square, x * x + y * y + z * z)
        bounds[chunk, 3] = math.sqrt(square)
        bounds[chunk, 4] = sigma
