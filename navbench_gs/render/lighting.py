"""Light on actors: the scene's sun and sky on matt surfaces, seen through the film that the scene was seen through."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from navbench_gs.domain.cloud import GaussianCloud
from navbench_gs.domain.scene import Sun
from navbench_gs.domain.source import SceneLight
from navbench_gs.geometry import quaternions_from_frames
from navbench_gs.splats.film import displayed_colour
from navbench_gs.splats.harmonics import constant_harmonics
from navbench_gs.splats.surfels import Surfels

Floats = NDArray[np.float64]
UPWARD_SHARE, DOWNWARD_SHARE = 1.0, 0.4
"""Share of the ambient light that reaches a surface facing the sky, and one facing the ground (which reflects some)."""


REFLECTED, SUNLIT_SHARE, LOWEST_SUN = 0.26, 0.42, 0.15
"""What surroundings send on: share of the light that falls on them, share of them in the sun, least height of the sun
(the same as in the bake of the procedural scenes)."""


def displayed(
    albedo: ArrayLike, normals: ArrayLike, sun: Sun, sunshine: ArrayLike = 1.0, sky: ArrayLike = 1.0
) -> Floats:
    """Displayed sRGB (N, 3) in [0, 1] of matt surfaces of linear ``albedo`` (N, 3) with unit ``normals`` (N, 3).

    ``sunshine`` and ``sky`` are the shares (N,) of the sun's disc and of the open sky that reach each surface.

    Lambert's cosine law for the unshaded sun, plus an ambient term that changes linearly with the normal's height
    (hemisphere lighting), then exposure and film curve. As in the scenes, ``irradiance`` and ``ambient`` are the
    radiance of a white surface that faces that light.
    """
    x, y, z = np.asarray(normals, dtype=np.float64).T
    along = x * sun.direction[0] + y * sun.direction[1] + z * sun.direction[2]  # in an order that no BLAS decides
    facing = np.maximum(along, 0.0) * sunshine
    ambient = (DOWNWARD_SHARE + (UPWARD_SHARE - DOWNWARD_SHARE) * (0.5 + 0.5 * z)) * around(sun, sky)
    received = facing * np.asarray(sun.irradiance)[:, None] + ambient
    return displayed_colour(np.asarray(albedo, dtype=np.float64) * received.T, sun.exposure)


def around(sun: Sun, sky: ArrayLike) -> Floats:
    """Radiance (3, N) of what lies around where shares ``sky`` (N,) of the sky are open; (3, 1) for one share."""
    seen = np.atleast_1d(np.asarray(sky, dtype=np.float64))
    radiance: Floats = seen * np.asarray(sun.ambient)[:, None] + (1.0 - seen) * surroundings(sun)[:, None]
    return radiance


def surroundings(sun: Sun) -> Floats:
    """Radiance (3,) of the walls and the ground that hide the sky where little of it is seen."""
    falling = max(sun.direction[2], LOWEST_SUN) * SUNLIT_SHARE * np.asarray(sun.irradiance)
    radiance: Floats = REFLECTED * (falling + np.asarray(sun.ambient))
    return radiance


def lit_cloud(surfels: Surfels, sun: Sun, light: SceneLight | None = None) -> GaussianCloud:
    """Surfels in the world frame as Gaussians of the colour that ``sun`` gives them where ``light`` lets it."""
    normals = surfels.normals
    sunshine, sky = (1.0, 1.0) if light is None else light.shares(surfels.centres)
    return GaussianCloud(
        means=surfels.centres.astype(np.float32),
        quats=quaternions_from_frames(surfels.tangents, surfels.bitangents, normals).astype(np.float32),
        scales=surfels.sizes.astype(np.float32),
        opacities=surfels.opacity.astype(np.float32),
        sh=constant_harmonics(displayed(surfels.albedo, normals, sun, sunshine, sky)),
    )
