"""Clouds for tests of renderers: Gaussians of every shape, and a street."""

from __future__ import annotations

import numpy as np

from navbench_gs.domain.cloud import GaussianCloud
from navbench_gs.render.camera import Camera, look
from navbench_gs.splats.cloud import join_clouds


def camera(width: int = 80, height: int = 60, x: float = 0.0, y: float = 0.0, yaw: float = 0.0) -> Camera:
    """A robot's camera half a metre up with a field of view of 90 degrees."""
    return Camera(look((x, y, 0.5), yaw), width / 2.0, width, height)


def cloud_around(
    rng: np.random.Generator,
    count: int,
    *,
    sigma: tuple[float, float, float],
    ahead: tuple[float, float] = (0.5, 6.0),
    opacity: tuple[float, float] = (0.02, 1.0),
    degree: int = 0,
) -> GaussianCloud:
    """Gaussians of one shape with every orientation, in the view of :func:`camera` and somewhat beyond it."""
    x = rng.uniform(*ahead, count)
    means = np.stack([x, rng.uniform(-1.4, 1.4, count) * x, 0.5 + rng.uniform(-1.1, 1.1, count) * x], axis=1)
    quats = rng.normal(size=(count, 4))
    sh = rng.normal(size=(count, (degree + 1) ** 2, 3)) * 0.3
    sh[:, 0] = rng.uniform(-1.7, 1.7, (count, 3))
    return GaussianCloud(
        means=means.astype(np.float32),
        quats=(quats / np.linalg.norm(quats, axis=1, keepdims=True)).astype(np.float32),
        scales=(np.array(sigma) * rng.uniform(0.5, 2.0, (count, 1))).astype(np.float32),
        opacities=rng.uniform(*opacity, count).astype(np.float32),
        sh=sh.astype(np.float32),
    )


def clouds_of_every_shape() -> dict[str, GaussianCloud]:
    """Name -> a few hundred Gaussians that are hard to draw in one particular way."""
    rng = np.random.default_rng(7)
    shapes = {
        "balls": cloud_around(rng, 300, sigma=(0.1, 0.1, 0.1)),
        "needles": cloud_around(rng, 300, sigma=(0.5, 0.006, 0.006)),
        "discs": cloud_around(rng, 300, sigma=(0.2, 0.2, 0.0005)),
        "huge": cloud_around(rng, 30, sigma=(8.0, 5.0, 3.0), ahead=(1.0, 12.0)),
        "tiny": cloud_around(rng, 800, sigma=(0.002, 0.002, 0.002)),
        "far": cloud_around(rng, 500, sigma=(0.5, 0.5, 0.05), ahead=(60.0, 300.0)),
        "behind": cloud_around(rng, 200, sigma=(0.5, 0.2, 0.02), ahead=(-5.0, 0.3)),
        "near plane": cloud_around(rng, 200, sigma=(0.03, 0.01, 0.002), ahead=(0.05, 0.2)),
        "barely visible": cloud_around(rng, 400, sigma=(0.2, 0.2, 0.01), opacity=(0.5 / 255, 3 / 255)),
        "opaque": cloud_around(rng, 400, sigma=(0.2, 0.2, 0.01), opacity=(1.0, 1.0)),
    }
    for degree in range(4):
        shapes[f"degree {degree}"] = cloud_around(rng, 300, sigma=(0.15, 0.08, 0.02), degree=degree)
    shapes["all together"] = join_clouds(list(shapes.values()))
    return shapes


def street(count: int, *, degree: int = 3, length_m: float = 60.0, seed: int = 0) -> GaussianCloud:
    """About ``count`` flat Gaussians on the ground and two facades of a straight street along x, under a far dome.

    Sizes are log-normal around the spacing and opacities bimodal, as in trained scenes.
    """
    rng = np.random.default_rng(seed)
    kind = rng.choice(4, size=count, p=[0.4, 0.28, 0.28, 0.04])
    along, across, up = rng.uniform(-5.0, length_m, count), rng.uniform(-7.0, 7.0, count), rng.uniform(0.0, 9.0, count)
    bearing, rise = rng.uniform(0.0, 2 * np.pi, count), rng.uniform(0.0, 1.0, count)
    flat = np.sqrt(1 - rise**2)
    means = np.select(
        [kind[:, None] == 0, kind[:, None] == 1, kind[:, None] == 2],
        [
            np.stack([along, across, 0.0 * up], axis=1),
            np.stack([along, np.full(count, 7.0), up], axis=1),
            np.stack([along, np.full(count, -7.0), up], axis=1),
        ],
        150.0 * np.stack([flat * np.cos(bearing), flat * np.sin(bearing), rise], axis=1),
    )
    spacing = np.sqrt(length_m * 32.0 / count)
    size = np.where(kind == 3, 12.0, 0.75 * spacing * np.exp(rng.normal(0.0, 0.5, count)))
    scales = np.stack([size, 0.6 * size, np.where(kind == 3, 12.0, 0.1 * size)], axis=1)
    half = np.sqrt(0.5)
    upright, facing = np.array([1.0, 0.0, 0.0, 0.0]), np.array([half, half, 0.0, 0.0])
    quats = np.where((kind == 0)[:, None], upright, facing) + rng.normal(0.0, 0.05, (count, 4))
    sh = rng.normal(0.0, 0.06, (count, (degree + 1) ** 2, 3))
    base = np.array([[-0.5, -0.5, -0.4], [0.5, 0.0, -0.4], [0.6, 0.5, 0.2], [-0.2, 0.5, 1.2]])
    sh[:, 0] = base[kind] * (1 + rng.normal(0.0, 0.3, (count, 1)))
    solid = rng.random(count) < 0.7
    return GaussianCloud(
        means=means.astype(np.float32),
        quats=(quats / np.linalg.norm(quats, axis=1, keepdims=True)).astype(np.float32),
        scales=scales.astype(np.float32),
        opacities=np.where(solid, rng.beta(5, 1.3, count), rng.beta(0.8, 3.5, count)).clip(0.0, 1.0).astype(np.float32),
        sh=sh.astype(np.float32),
    )
