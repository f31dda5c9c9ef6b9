"""A courtyard whose truth is known, as a capture in a frame of its own: what importers are tried on."""

from __future__ import annotations

import numpy as np
from scipy.spatial.transform import Rotation

from navbench_gs.domain.cloud import GaussianCloud
from navbench_gs.splats.harmonics import constant_harmonics
from navbench_gs.splats.transform import Similarity, transformed

HALF_M = 9.0
BLOCK = (-1.0, 1.0, -3.0, 3.0)
"""x0, x1, y0, y1 of a block of 1 m height in the middle."""
UNITS_PER_METRE = 0.2
AWAY = Similarity(
    UNITS_PER_METRE,
    (Rotation.from_euler("x", 90, degrees=True) * Rotation.from_euler("xyz", [0.1, -0.07, 0.4])).as_matrix(),
    np.array([0.3, 0.2, -0.5]),
)
"""From the courtyard's frame to the capture's: y down and askew, as COLMAP leaves it."""
SPACING_M = 0.12


def _sheet(origin, along, across, normal_axis):
    """Flat Gaussians over a rectangle (origin, two edges); thin along a coordinate axis."""
    a, b = (
        np.arange(SPACING_M / 2, np.linalg.norm(edge), SPACING_M) / np.linalg.norm(edge) for edge in (along, across)
    )
    u, v = (grid.ravel()[:, None] for grid in np.meshgrid(a, b, indexing="ij"))
    means = np.asarray(origin) + u * np.asarray(along) + v * np.asarray(across)
    scales = np.full((len(means), 3), 0.08)
    scales[:, normal_axis] = 0.004
    return means, scales


def courtyard_cloud() -> GaussianCloud:
    """Ground, four outer walls, a block, and a few floaters at 0.4 m height in front of the block; metres, z up."""
    h, (x0, x1, y0, y1) = HALF_M, BLOCK
    sheets = [
        _sheet((-h, -h, 0), (2 * h, 0, 0), (0, 2 * h, 0), 2),
        *(_sheet((x, -h, 0), (0, 2 * h, 0), (0, 0, 2.4), 0) for x in (-h, h)),
        *(_sheet((-h, y, 0), (2 * h, 0, 0), (0, 0, 2.4), 1) for y in (-h, h)),
        *(_sheet((x, y0, 0), (0, y1 - y0, 0), (0, 0, 1.0), 0) for x in (x0, x1)),
        *(_sheet((x0, y, 0), (x1 - x0, 0, 0), (0, 0, 1.0), 1) for y in (y0, y1)),
        _sheet((x0, y0, 1.0), (x1 - x0, 0, 0), (0, y1 - y0, 0), 2),
        (np.array([[4.0, 4.0, 0.55], [4.05, 4.0, 0.58], [-5.0, 1.0, 0.7]]), np.full((3, 3), 0.05)),
    ]
    means = np.concatenate([means for means, _ in sheets])
    rng = np.random.default_rng(5)
    return GaussianCloud(
        means=means.astype(np.float32),
        quats=np.tile(np.array([1, 0, 0, 0], np.float32), (len(means), 1)),
        scales=np.concatenate([scales for _, scales in sheets]).astype(np.float32),
        opacities=np.full(len(means), 0.9, np.float32),
        sh=constant_harmonics(np.clip(0.5 + 0.1 * rng.standard_normal((len(means), 3)), 0, 1)),
    )


def captured_courtyard() -> GaussianCloud:
    """The courtyard in the capture's frame."""
    return transformed(courtyard_cloud(), AWAY)
