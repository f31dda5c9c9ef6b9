"""Light on actors: the scene's sun and sky on matt surfaces, seen through the film that the scene was seen through."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from navbench_gs.domain.cloud import GaussianCloud
from navbench_gs.domain.scene import Sun
from navbench_gs.geometry import quaternions_from_frames
from navbench_gs.splats.film import displayed_colour
from navbench_gs.splats.harmonics import constant_harmonics
from navbench_gs.splats.surfels import Surfels

Floats = NDArray[np.float64]
UPWARD_SHARE, DOWNWARD_SHARE = 1.0, 0.4
"""Share of the ambient light that reaches a surface facing the sky, and one facing the ground (which reflects some)."""


def displayed(albedo: ArrayLike, normals: ArrayLike, sun: Sun) -> Floats:
    """Displayed sRGB (N, 3) in [0, 1] of matt surfaces of linear ``albedo`` (N, 3) with unit ``normals`` (N, 3).

    Lambert's cosine law for the unshaded sun, plus an ambient term that changes linearly with the normal's height
    (hemisphere lighting), then exposure and film curve. As in the scenes, ``irradiance`` and ``ambient`` are the
    radiance of a white surface that faces that light.
    """
    facing = np.maximum(_along(normals, sun.direction), 0.0)[:, None]
    upward = 0.5 + 0.5 * np.asarray(normals, dtype=np.float64)[:, 2:3]
    ambient = (DOWNWARD_SHARE + (UPWARD_SHARE - DOWNWARD_SHARE) * upward) * np.asarray(sun.ambient)
    radiance = np.asarray(albedo, dtype=np.float64) * (facing * np.asarray(sun.irradiance) + ambient)
    return displayed_colour(radiance, sun.exposure)


def lit_cloud(surfels: Surfels, sun: Sun) -> GaussianCloud:
    """Surfels in the world frame as Gaussians of the colour that ``sun`` gives them."""
    normals = surfels.normals
    return GaussianCloud(
        means=surfels.centres.astype(np.float32),
        quats=quaternions_from_frames(surfels.tangents, surfels.bitangents, normals).astype(np.float32),
        scales=surfels.sizes.astype(np.float32),
        opacities=surfels.opacity.astype(np.float32),
        sh=constant_harmonics(displayed(surfels.albedo, normals, sun)),
    )


def _along(vectors: ArrayLike, axis: tuple[float, float, float]) -> Floats:
    """Coordinate (N,) of vectors (N, 3) along ``axis``, added in an order that no BLAS decides."""
    x, y, z = np.asarray(vectors, dtype=np.float64).T
    along: Floats = x * axis[0] + y * axis[1] + z * axis[2]
    return along
