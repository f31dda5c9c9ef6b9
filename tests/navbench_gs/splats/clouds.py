"""Clouds for tests of splat files."""

from __future__ import annotations

import numpy as np

from navbench_gs.domain.cloud import GaussianCloud

FIELDS = ("means", "quats", "scales", "opacities", "sh")


def random_cloud(count: int, terms: int, *, seed: int = 3) -> GaussianCloud:
    """Gaussians of a few centimetres to 2 m within 30 m, with modest harmonics."""
    rng = np.random.default_rng(seed)
    quats = rng.normal(size=(count, 4))
    sh = rng.normal(0.0, 0.25, size=(count, terms, 3))
    sh[:, 0] = rng.uniform(-1.7, 1.7, (count, 3))
    return GaussianCloud(
        means=rng.uniform(-30.0, 30.0, size=(count, 3)).astype(np.float32),
        quats=(quats / np.linalg.norm(quats, axis=1, keepdims=True)).astype(np.float32),
        scales=np.exp(rng.uniform(-6.0, 0.7, (count, 3))).astype(np.float32),
        opacities=rng.uniform(0.01, 0.99, count).astype(np.float32),
        sh=sh.clip(-0.99, 0.99, out=sh, where=np.arange(terms)[:, None] > 0).astype(np.float32),
    )


def turn_error(found, expected) -> float:
    """Largest difference of quaternion components, up to the common sign."""
    sign = np.sign(np.sum(found * expected, axis=1, keepdims=True))
    return float(np.abs(found * sign - expected).max())
