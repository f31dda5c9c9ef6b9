"""Real spherical harmonics: how view-dependent colour is written, and how it turns with the scene."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

CONSTANT_TERM = 0.28209479177387814
"""Value of the harmonic of degree 0: 1 / (2 sqrt(pi))."""
POLAR_NODES = 4
AZIMUTHS = 8
"""Gauss-Legendre nodes by equal azimuths: integrates products of two harmonics of degree 3 exactly."""
ROUNDING = 1e-14
"""Entries of a rotation smaller than this are zeros that the integral rounded."""

Floats = NDArray[np.float64]


def constant_harmonics(colour: ArrayLike) -> NDArray[np.float32]:
    """Harmonics (N, 1, 3) that show the displayed ``colour`` (N, 3) in [0, 1] from every side."""
    terms = (np.asarray(colour, dtype=np.float64) - 0.5) / CONSTANT_TERM
    return terms[:, None, :].astype(np.float32)


def harmonic_values(directions: ArrayLike, degree: int) -> Floats:
    """Values (N, (degree + 1)^2) of the harmonics at unit ``directions`` (N, 3), degree 0 to 3.

    Order and signs are those of Kerbl et al. 2023, as in the renderers. Source: the polynomials of Sloan 2013,
    "Efficient spherical harmonic evaluation".
    """
    x, y, z = np.asarray(directions, dtype=np.float64).T
    zz, c1, s1 = z * z, x * x - y * y, 2.0 * x * y
    c2, s2 = x * c1 - y * s1, x * s1 + y * c1
    outer = -2.285228997322329 * zz + 0.4570457994644658
    values = (
        np.full_like(x, CONSTANT_TERM),
        -0.48860251190292 * y,
        0.48860251190292 * z,
        -0.48860251190292 * x,
        0.5462742152960395 * s1,
        -1.092548430592079 * z * y,
        0.9461746957575601 * zz - 0.3153915652525201,
        -1.092548430592079 * z * x,
        0.5462742152960395 * c1,
        -0.5900435899266435 * s2,
        1.445305721320277 * z * s1,
        outer * y,
        z * (1.865881662950577 * zz - 1.119528997770346),
        outer * x,
        1.445305721320277 * z * c1,
        -0.5900435899266435 * c2,
    )
    return np.stack(values[: (degree + 1) ** 2], axis=1)


def harmonic_rotation(rotation: ArrayLike, degree: int) -> Floats:
    """Matrix (K, K), K = (degree + 1)^2, that turns coefficients with the scene: new = matrix @ old.

    The turned colour at d is the old one at R^T d. Its coefficient on harmonic j is the integral of the two over the
    sphere, which a product of Gauss-Legendre nodes and equal azimuths gives exactly. Degrees do not mix.

    Args:
        rotation: (3, 3) rotation R of the scene, right-handed.
        degree: 0 to 3.
    """
    heights, weights = np.polynomial.legendre.leggauss(POLAR_NODES)
    azimuths = 2.0 * np.pi * np.arange(AZIMUTHS) / AZIMUTHS
    z, azimuth = (grid.ravel() for grid in np.meshgrid(heights, azimuths, indexing="ij"))
    flat = np.sqrt(1.0 - z * z)
    directions = np.stack([flat * np.cos(azimuth), flat * np.sin(azimuth), z], axis=1)
    turned_back = np.sum(directions[:, :, None] * np.asarray(rotation, dtype=np.float64)[None], axis=1)
    areas = np.repeat(weights, AZIMUTHS) * 2.0 * np.pi / AZIMUTHS
    new, old = harmonic_values(directions, degree), harmonic_values(turned_back, degree)
    matrix: Floats = np.sum(areas[:, None, None] * new[:, :, None] * old[:, None, :], axis=0)
    bands = np.repeat(np.arange(degree + 1), 2 * np.arange(degree + 1) + 1)
    return np.where((bands[:, None] == bands[None]) & (np.abs(matrix) > ROUNDING), matrix, 0.0)
