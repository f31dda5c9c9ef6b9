"""Similarity transforms of clouds: a uniform scale, a rotation and a shift of everything a Gaussian has."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike, NDArray

from navbench_gs.domain.cloud import GaussianCloud
from navbench_gs.errors import InvalidRecordError
from navbench_gs.geometry import quaternions_from_frames
from navbench_gs.splats.harmonics import harmonic_rotation

Floats = NDArray[np.float64]

BLOCK = 1 << 14
"""Gaussians turned at a time, so that what is in work stays in the processor's cache."""
RIGID = 1e-6
"""How far R^T R may be from the identity."""


@dataclass(frozen=True, eq=False)
class Similarity:
    """The map x -> scale * rotation x + translation."""

    scale: float = 1.0
    rotation: Floats = field(default_factory=lambda: np.eye(3))
    """(3, 3) right-handed rotation."""
    translation: Floats = field(default_factory=lambda: np.zeros(3))
    """(3,) in the units of the new frame."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "rotation", np.array(self.rotation, dtype=np.float64))
        object.__setattr__(self, "translation", np.array(self.translation, dtype=np.float64))
        numbers = (np.array(self.scale), self.rotation, self.translation)
        if [array.shape for array in numbers] != [(), (3, 3), (3,)] or not all(np.isfinite(a).all() for a in numbers):
            raise InvalidRecordError("a similarity needs a finite scale, a 3 x 3 rotation and a shift of three numbers")
        if self.scale <= 0:
            raise InvalidRecordError(f"the scale of a similarity is positive, not {self.scale}")
        gram = np.sum(self.rotation[:, :, None] * self.rotation[:, None, :], axis=0)
        if np.abs(gram - np.eye(3)).max() > RIGID or np.linalg.det(self.rotation) < 0:
            raise InvalidRecordError(
                "the rotation of a similarity is orthonormal and right-handed (no mirror, no shear)"
            )

    def applied_to(self, points: ArrayLike) -> Floats:
        """Points (..., 3), moved."""
        return self.scale * _times(self.rotation, np.asarray(points, dtype=np.float64)) + self.translation

    def then(self, after: Similarity) -> Similarity:
        """This map, and then the other one."""
        rotation = np.stack([_times(after.rotation, column) for column in self.rotation.T], axis=1)
        return Similarity(after.scale * self.scale, rotation, after.applied_to(self.translation))

    def inverse(self) -> Similarity:
        """The map back."""
        back = self.rotation.T
        return Similarity(1.0 / self.scale, back, -_times(back, self.translation) / self.scale)


def transformed(cloud: GaussianCloud, by: Similarity) -> GaussianCloud:
    """The cloud moved by a similarity: means, scales, quaternions and the harmonics of its colours.

    What a camera saw of the cloud, the camera moved alike sees of the new one.
    """
    turn = quaternions_from_frames(*(by.rotation[:, axis][None] for axis in range(3)))[0]
    return GaussianCloud(
        means=by.applied_to(cloud.means).astype(np.float32),
        quats=_quaternion_product(turn, cloud.quats.astype(np.float64)).astype(np.float32),
        scales=(by.scale * cloud.scales.astype(np.float64)).astype(np.float32),
        opacities=cloud.opacities,
        sh=_turned_harmonics(cloud.sh, harmonic_rotation(by.rotation, cloud.sh_degree)),
    )


def _times(matrix: Floats, vectors: Floats) -> Floats:
    """Matrix (3, 3) times vectors (..., 3); sums of products, so that the result does not depend on a BLAS."""
    x, y, z = vectors[..., 0:1], vectors[..., 1:2], vectors[..., 2:3]
    product: Floats = matrix[:, 0] * x + matrix[:, 1] * y + matrix[:, 2] * z
    return product


def _quaternion_product(first: Floats, others: Floats) -> Floats:
    """Hamilton product of one quaternion (4,) wxyz with many (N, 4)."""
    a, b, c, d = first
    w, x, y, z = others.T
    rows = (
        a * w - b * x - c * y - d * z,
        a * x + b * w + c * z - d * y,
        a * y - b * z + c * w + d * x,
        a * z + b * y - c * x + d * w,
    )
    return np.stack(rows, axis=1)


def _turned_harmonics(sh: NDArray[np.float32], matrix: Floats) -> NDArray[np.float32]:
    """Coefficients (N, K, 3) times the matrix (K, K) of :func:`harmonic_rotation`, band by band."""
    turned = sh.copy()
    rows, columns = np.nonzero(matrix)
    for start in range(0, len(sh), BLOCK):
        block = np.ascontiguousarray(sh[start : start + BLOCK].transpose(1, 2, 0), dtype=np.float64)
        sums = np.zeros_like(block)
        sums[0] = block[0]
        for row, column in zip(rows, columns, strict=True):
            if row:
                sums[row] += matrix[row, column] * block[column]
        turned[start : start + BLOCK] = sums.transpose(2, 0, 1)
    return turned
