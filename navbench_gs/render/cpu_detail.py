"""Level of detail: neighbours merged into one Gaussian that covers as much and has the same moments.

What is merged is seen as one where it would be smaller than a pixel. Source: moment matching of mixtures (the first two
moments of the union), and the area of the ellipse spanned by the two longest axes for what a flat Gaussian covers.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from navbench_gs.render.cpu_compile import kernel
from navbench_gs.render.cpu_ellipsoids import Ellipsoids
from navbench_gs.splats.harmonics import CONSTANT_TERM

Float32s = NDArray[np.float32]

BRANCHES = 4
"""So many neighbours become one, and so many chunks lie below one chunk of merged Gaussians."""
MAX_MERGED_OPACITY = 0.99
MAX_SPREAD = 1.2
"""Opaque neighbours overlap, and one Gaussian of their moments would let more through between it and the next: it is
spread as far as keeps what they cover, up to this factor of the covariance (best of 1 to 1.6 at 96 x 72)."""
LEAST_SHARE, USUAL_CONTRAST = 0.5, 0.1
"""What is all of one colour counts half its size, and what differs by more than a tenth counts more than it, in
proportion: to stand for it shows the more."""
_SMALLEST = 1e-12


def merge_neighbours(fine: Ellipsoids) -> tuple[Ellipsoids, Float32s]:
    """Every ``BRANCHES`` consecutive Gaussians as one; the last may stand for fewer.

    Returns:
        The M merged ones, and how large each counts (M,): its largest standard deviation in metres, times a share that
        grows with the contrast of those that it stands for.
    """
    count = -(-len(fine.means) // BRANCHES)
    terms = fine.sh.shape[1]
    coarse = Ellipsoids(
        means=np.empty((count, 3), dtype=np.float32),
        axes=np.empty((count, 9), dtype=np.float32),
        sizes=np.empty(count, dtype=np.float32),
        opacities=np.empty(count, dtype=np.float32),
        sh=np.empty((count, terms, 3), dtype=np.float32),
        source=fine.source[::BRANCHES].copy(),
    )
    colours, merged = fine.sh.reshape(-1, 3 * terms), coarse.sh.reshape(count, 3 * terms)
    contrasts = np.empty(count, dtype=np.float32)
    _merge(fine.means, fine.axes, fine.opacities, np.ascontiguousarray(colours), coarse._replace(sh=merged), contrasts)
    return coarse, coarse.sizes * np.hypot(np.float32(LEAST_SHARE), contrasts / np.float32(USUAL_CONTRAST))


@kernel
def _merge(
    means: Float32s, axes: Float32s, opacities: Float32s, colours: Float32s, coarse: Ellipsoids, contrasts: Float32s
) -> None:
    """Weights are opacity times area; the merged opacity spreads their sum over the merged area."""
    weights = np.empty(BRANCHES)
    mean = np.empty(3)
    moments = np.empty((3, 3))
    for group in range(len(coarse.opacities)):
        first, stop = group * BRANCHES, min((group + 1) * BRANCHES, len(means))
        total = 0.0
        for i in range(first, stop):
            longest, second = _longest_axes(_square(axes[i]))
            weights[i - first] = max(opacities[i] * longest * second, _SMALLEST)
            total += weights[i - first]
        mean[:] = 0.0
        for i in range(first, stop):
            for axis in range(3):
                mean[axis] += weights[i - first] / total * means[i, axis]
        moments[:] = 0.0
        for i in range(first, stop):
            own = _square(axes[i])
            for row in range(3):
                for column in range(3):
                    apart = (means[i, row] - mean[row]) * (means[i, column] - mean[column])
                    moments[row, column] += weights[i - first] / total * (own[row, column] + apart)
        longest, second = _longest_axes(moments)
        crowding = total / max(longest * second, _SMALLEST) / MAX_MERGED_OPACITY
        spread = min(max(crowding, 1.0), MAX_SPREAD)
        for row in range(3):
            for column in range(3):
                moments[row, column] *= spread
        coarse.means[group] = mean.astype(np.float32)
        coarse.sizes[group] = longest * math.sqrt(spread)
        coarse.opacities[group] = min(crowding / spread, 1.0) * MAX_MERGED_OPACITY
        _square_root(moments, coarse.axes[group])
        for plane in range(colours.shape[1]):
            colour = 0.0
            for i in range(first, stop):
                colour += weights[i - first] / total * colours[i, plane]
            coarse.sh[group, plane] = colour
        contrasts[group] = _contrast(colours[first:stop], weights, total, coarse.sh[group])


@kernel
def _contrast(colours: Float32s, weights: NDArray[np.float64], total: float, mean: Float32s) -> float:
    """Root mean square by which colours, as seen from everywhere, differ from their ``mean``; white is 1 from black."""
    square = 0.0
    for i in range(len(colours)):
        for channel in range(3):
            square += weights[i] / total * (colours[i, channel] - mean[channel]) ** 2
    return CONSTANT_TERM * math.sqrt(square / 3.0)


@kernel
def _square(axes: Float32s) -> NDArray[np.float64]:
    """A A^T of nine numbers."""
    square = np.empty((3, 3))
    for row in range(3):
        for column in range(3):
            value = 0.0
            for k in range(3):
                value += float(axes[3 * row + k]) * float(axes[3 * column + k])
            square[row, column] = value
    return square


@kernel
def _longest_axes(covariance: NDArray[np.float64]) -> tuple[float, float]:
    """Square roots of the two largest eigenvalues of a symmetric 3 x 3 matrix, by the trigonometric solution of its
    characteristic cubic (Smith 1961).
    """
    mean = (covariance[0, 0] + covariance[1, 1] + covariance[2, 2]) / 3.0
    a, b, c = covariance[0, 0] - mean, covariance[1, 1] - mean, covariance[2, 2] - mean
    d, e, f = covariance[0, 1], covariance[0, 2], covariance[1, 2]
    spread = math.sqrt((a * a + b * b + c * c + 2.0 * (d * d + e * e + f * f)) / 6.0)
    if spread < 1e-30:
        return math.sqrt(mean), math.sqrt(mean)
    half = (a * (b * c - f * f) - d * (d * c - f * e) + e * (d * f - b * e)) / (2.0 * spread**3)
    angle = math.acos(min(max(half, -1.0), 1.0)) / 3.0
    largest = mean + 2.0 * spread * math.cos(angle)
    smallest = mean + 2.0 * spread * math.cos(angle + 2.0 * math.pi / 3.0)
    middle = 3.0 * mean - largest - smallest
    return math.sqrt(max(largest, 0.0)), math.sqrt(max(middle, 0.0))


@kernel
def _square_root(covariance: NDArray[np.float64], axes: Float32s) -> None:
    """Cholesky's factor of a covariance as nine numbers: any A with A A^T = covariance projects the same."""
    axes[:] = 0.0
    xx = math.sqrt(max(covariance[0, 0], _SMALLEST))
    yx, zx = covariance[1, 0] / xx, covariance[2, 0] / xx
    yy = math.sqrt(max(covariance[1, 1] - yx * yx, _SMALLEST))
    zy = (covariance[2, 1] - zx * yx) / yy
    axes[0], axes[3], axes[4], axes[6], axes[7] = xx, yx, yy, zx, zy
    axes[8] = math.sqrt(max(covariance[2, 2] - zx * zx - zy * zy, _SMALLEST))
