"""A Gaussian cloud as the CPU renderer wants it: near neighbours in chunks of 128, each number in a plane of its own.

A chunk is culled as a whole by its box, and projected by loops over planes that LLVM turns into vector code. Chunks are
the leaves of a forest; its inner nodes, where levels of detail were asked for, are chunks of merged Gaussians.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from navbench_gs.domain.cloud import GaussianCloud
from navbench_gs.render.cpu_compile import kernel
from navbench_gs.render.cpu_detail import BRANCHES, merge_neighbours
from navbench_gs.render.cpu_ellipsoids import Ellipsoids, ellipsoids_of
from navbench_gs.render.picture import MIN_ALPHA

CHUNK = 128
GEOMETRY_PLANES = 17
"""Mean (3), axes scaled by their standard deviations (9, row by row: one world axis after another), opacity,
``2 ln(255 opacity)`` (the squared Mahalanobis distance at which the splat fades below 1/255), and the part of the
colour that no direction changes (3)."""
BOX_FIELDS = 7
"""Centre (3) and half extent (3) of the box around the means, and the largest standard deviation; metres."""
OUTSIZED = 8.0
"""Splats this many times larger than the median are kept in chunks of their own, so that others cull tightly."""
MATT_BELOW = 0.25 / 255.0
"""A colour that no direction changes by more than this is taken to be the same from everywhere."""
CONSTANT_TERM = np.float32(0.28209479177387814)
LANES = 16
"""Harmonics lie by sixteens of a chunk, so that they are read from front to back."""
STEPS = 32767
"""Harmonics that depend on the direction are kept as 16-bit steps of their chunk's largest coefficient."""
DETAIL_LEVELS = 3
"""Levels of merged Gaussians where a level of detail is asked for: the coarsest stand for 64."""
COARSE_PERCENTILE = 90.0
LARGEST_OVER_USUAL = 3.0
"""A chunk is as coarse as its 90th percentile, but no finer than its largest Gaussian over this: neighbours on a curve
through space may lie on two surfaces, and then merge into something that stands between them."""

Float32s = NDArray[np.float32]
Int32s = NDArray[np.int32]


class Chunks(NamedTuple):
    """C chunks of 128 Gaussians; unused places of a chunk have opacity zero."""

    geometry: Float32s
    """(C * 17 * 128,) for each chunk the ``GEOMETRY_PLANES``."""
    harmonics: NDArray[np.int16]
    """For each chunk with more than one term, and for each 16 of its Gaussians, planes red, green, blue of term 1, then
    of term 2, ..."""
    harmonics_start: NDArray[np.int64]
    """(C,) where a chunk's harmonics begin."""
    harmonics_step: Float32s
    """(C,) worth of one step of them."""
    terms: Int32s
    """(C,) number of terms: 1 (the colour depends on no direction), 4, 9 or 16."""
    boxes: Float32s
    """(C, 7) ``BOX_FIELDS``."""
    source: Int32s
    """(C * 128,) which Gaussian of the cloud this was; of merged ones the first."""
    first_child: Int32s
    """(C,) the chunks that a coarse one stands for follow one another from here."""
    children: Int32s
    """(C,) how many they are; none for a leaf."""
    coarseness: Float32s
    """(C,) size for which a coarse chunk is judged, metres; 0 for a leaf. See ``LARGEST_OVER_USUAL``."""
    roots: Int32s
    """(R,) the chunks that together stand for the whole cloud."""
    size: int
    """Number of Gaussians of the cloud, those left out included."""


def scene_chunks(cloud: GaussianCloud, levels: int = 0) -> Chunks:
    """Chunks of spatial neighbours below ``levels`` levels of merged ones; what is too faint to be seen is left out."""
    visible = np.flatnonzero(cloud.opacities >= np.float32(MIN_ALPHA)).astype(np.int32)
    gaussians = ellipsoids_of(cloud, visible)
    outsized = gaussians.sizes > OUTSIZED * np.median(gaussians.sizes) if len(visible) else np.zeros(0, dtype=bool)
    group = 2 * outsized + (view_dependence(gaussians.sh) > MATT_BELOW)
    order = np.lexsort((_morton_codes(gaussians.means), group))
    gaussians, group = gaussians.taken(order), group[order]
    parts = [gaussians.taken(group == number) for number in range(4)]
    matt = [part._replace(sh=part.sh[:, :1]) if number % 2 == 0 else part for number, part in enumerate(parts)]
    return _forest([part for part in matt if len(part.means)], levels, len(cloud))


def actor_chunks(cloud: GaussianCloud) -> Chunks:
    """Chunks of the Gaussians in the order of the cloud: quick to make, for what stands elsewhere in the next frame."""
    everything = ellipsoids_of(cloud, np.arange(len(cloud), dtype=np.int32))
    return _forest([everything] if len(cloud) else [], 0, len(cloud))


def view_dependence(sh: Float32s) -> Float32s:
    """The most (N,) by which the direction can change a channel of harmonics (N, K, 3).

    The squares of the harmonics of band l add up to (2 l + 1) / 4 pi in every direction (Unsoeld's theorem), so by
    Cauchy and Schwarz no sum over bands above 0 exceeds sqrt((K - 1) / 4 pi) times the length of its coefficients.
    """
    higher = sh[:, 1:, :]
    length = np.sqrt(np.square(higher).sum(axis=1).max(axis=1, initial=0.0))
    bound: Float32s = (length * math.sqrt(higher.shape[1] / (4.0 * math.pi))).astype(np.float32)
    return bound


def _forest(groups: list[Ellipsoids], levels: int, size: int) -> Chunks:
    """Trees over each group: ``BRANCHES`` chunks of one level below one chunk of the next."""
    layers = []
    roots: list[Int32s] = []
    chunk = 0
    for gaussians in groups:
        first_child, judged = -1, gaussians.sizes
        for level in range(levels + 1):
            layer = _layer(gaussians, first_child, judged)
            layers.append(layer)
            first_child, chunk = chunk, chunk + len(layer.boxes)
            if level == levels or len(layer.boxes) <= BRANCHES:
                break
            gaussians, judged = merge_neighbours(gaussians)
        roots.append(np.arange(first_child, chunk, dtype=np.int32))
    return _joined(layers, roots, size)


def _layer(gaussians: Ellipsoids, first_child: int, judged: Float32s) -> Chunks:
    """The chunks of one level of one group.

    Args:
        gaussians: N of them.
        first_child: the first chunk of the level below, -1 if none is.
        judged: (N,) how large each merged one counts, metres.
    """
    order = len(gaussians.means)
    count, terms = -(-order // CHUNK), gaussians.sh.shape[1]
    layer = Chunks(
        geometry=np.zeros(count * GEOMETRY_PLANES * CHUNK, dtype=np.float32),
        harmonics=np.zeros(count * 3 * (terms - 1) * CHUNK, dtype=np.int16),
        harmonics_start=np.arange(count, dtype=np.int64) * (3 * (terms - 1) * CHUNK),
        harmonics_step=np.zeros(count, dtype=np.float32),
        terms=np.full(count, terms, dtype=np.int32),
        boxes=np.zeros((count, BOX_FIELDS), dtype=np.float32),
        source=np.zeros(count * CHUNK, dtype=np.int32),
        first_child=first_child + BRANCHES * np.arange(count, dtype=np.int32),
        children=np.zeros(count, dtype=np.int32),
        coarseness=np.zeros(count, dtype=np.float32),
        roots=np.zeros(0, dtype=np.int32),
        size=order,
    )
    means, opacities = (
        np.ascontiguousarray(field, dtype=np.float32) for field in (gaussians.means, gaussians.opacities)
    )
    colours = np.ascontiguousarray(gaussians.sh.reshape(order, 3 * terms), dtype=np.float32)
    _fill_geometry(means, gaussians.axes, opacities, colours, layer.geometry)
    _fill_harmonics(colours, layer.harmonics_step, layer.harmonics)
    _fill_boxes(means, gaussians.sizes, layer.boxes)
    layer.source[:order] = gaussians.source
    if first_child >= 0:
        sizes = np.pad(judged, (0, count * CHUNK - order), mode="edge").reshape(count, CHUNK)
        usual = np.percentile(sizes, COARSE_PERCENTILE, axis=1)
        layer.coarseness[:] = np.maximum(usual, sizes.max(axis=1) / LARGEST_OVER_USUAL)
    return layer


def _joined(layers: list[Chunks], roots: list[Int32s], size: int) -> Chunks:
    """All layers as one; those with children lie right behind the layer of these."""
    if not layers:
        return _layer(_NOTHING, -1, _NOTHING.sizes)._replace(size=size)
    starts = np.cumsum([0, *(len(layer.harmonics) for layer in layers)])
    firsts = np.cumsum([0, *(len(layer.boxes) for layer in layers)])
    for number, layer in enumerate(layers):
        layer.harmonics_start[:] += starts[number]
        if layer.coarseness.any():
            layer.children[:] = np.minimum(BRANCHES, firsts[number] - layer.first_child)
            _enclose_children(layers[number - 1].boxes, layer.boxes)
    fields = {
        name: np.concatenate([getattr(layer, name) for layer in layers])
        for name in Chunks._fields
        if name not in ("roots", "size")
    }
    return Chunks(roots=np.concatenate(roots), size=size, **fields)


def _enclose_children(finer: Float32s, boxes: Float32s) -> None:
    """Grow the boxes of coarse chunks around those of the chunks they stand for: what is not drawn of a coarse chunk,
    because it lies behind the camera or beside the picture, is then nothing of these either.
    """
    firsts = np.arange(0, len(finer), BRANCHES)
    low, high = boxes[:, :3] - boxes[:, 3:6], boxes[:, :3] + boxes[:, 3:6]
    low = np.minimum(low, np.minimum.reduceat(finer[:, :3] - finer[:, 3:6], firsts))
    high = np.maximum(high, np.maximum.reduceat(finer[:, :3] + finer[:, 3:6], firsts))
    boxes[:, :3], boxes[:, 3:6] = 0.5 * (low + high), 0.5 * (high - low)
    boxes[:, 6] = np.maximum(boxes[:, 6], np.maximum.reduceat(finer[:, 6], firsts))


_NOTHING = Ellipsoids(
    means=np.zeros((0, 3), dtype=np.float32),
    axes=np.zeros((0, 9), dtype=np.float32),
    sizes=np.zeros(0, dtype=np.float32),
    opacities=np.zeros(0, dtype=np.float32),
    sh=np.zeros((0, 1, 3), dtype=np.float32),
    source=np.zeros(0, dtype=np.int32),
)


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
def _fill_geometry(means: Float32s, axes: Float32s, opacities: Float32s, colours: Float32s, geometry: Float32s) -> None:
    for i in range(len(means)):
        at = (i // CHUNK) * GEOMETRY_PLANES * CHUNK + i % CHUNK
        for axis in range(3):
            geometry[at + axis * CHUNK] = means[i, axis]
        for number in range(9):
            geometry[at + (3 + number) * CHUNK] = axes[i, number]
        geometry[at + 12 * CHUNK] = opacities[i]
        geometry[at + 13 * CHUNK] = np.float32(2.0 * math.log(max(255.0 * opacities[i], 1e-6)))
        for channel in range(3):
            geometry[at + (14 + channel) * CHUNK] = np.float32(0.5) + CONSTANT_TERM * colours[i, channel]


@kernel
def _fill_harmonics(colours: Float32s, step: Float32s, harmonics: NDArray[np.int16]) -> None:
    """Terms above the first, in steps of their chunk."""
    planes = colours.shape[1] - 3
    if planes == 0:
        return
    for chunk in range(len(step)):
        first, stop = chunk * CHUNK, min((chunk + 1) * CHUNK, len(colours))
        largest = np.float32(0.0)
        for i in range(first, stop):
            for plane in range(planes):
                largest = max(largest, abs(colours[i, 3 + plane]))
        step[chunk] = max(largest, np.float32(1e-20)) / np.float32(STEPS)
        for i in range(first, stop):
            for plane in range(planes):
                block, lane = (i - first) // LANES, (i - first) % LANES
                at = chunk * planes * CHUNK + (block * planes + plane) * LANES + lane
                harmonics[at] = np.int16(round(colours[i, 3 + plane] / step[chunk]))


@kernel
def _fill_boxes(means: Float32s, sizes: Float32s, boxes: Float32s) -> None:
    for chunk in range(len(boxes)):
        first, stop = chunk * CHUNK, min((chunk + 1) * CHUNK, len(means))
        for axis in range(3):
            low = high = means[first, axis]
            for i in range(first, stop):
                low, high = min(low, means[i, axis]), max(high, means[i, axis])
            boxes[chunk, axis] = np.float32(0.5) * (low + high)
            boxes[chunk, 3 + axis] = np.float32(0.5) * (high - low)
        for i in range(first, stop):
            boxes[chunk, 6] = max(boxes[chunk, 6], sizes[i])
