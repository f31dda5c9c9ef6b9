"""The light of a capture, guessed, so that actors do not stand out from it.

A splat scene has its light baked into its colours. The guess: the ground is grey of the usual albedo, so its mean
colour tells how much light falls on it; two fifths of that come from a high sun, the rest from all round.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from navbench_gs.domain.cloud import GaussianCloud
from navbench_gs.domain.scene import Sun
from navbench_gs.splats.film import displayed_colour
from navbench_gs.splats.harmonics import CONSTANT_TERM

GROUND_ALBEDO = 0.3
"""Of pavements and roads, roughly."""
SUN_SHARE = 0.4
SUN_DIRECTION = (0.36, 0.48, 0.8)
TINT = 0.5
"""Share of the ground's tint that is put down to the light; the rest is its own colour."""
BRIGHTEST = 8.0


def guess_sun(cloud: GaussianCloud, ground: NDArray[np.bool_]) -> Sun:
    """The light on the Gaussians of an aligned cloud that are ``ground`` (N,); a plain daylight if none is."""
    colours = np.clip(0.5 + CONSTANT_TERM * cloud.sh[ground, 0].astype(np.float64), 0.0, 1.0)
    weights = cloud.opacities[ground].astype(np.float64)
    mean = np.average(colours, axis=0, weights=weights) if weights.sum() > 0 else np.full(3, 0.5)
    radiance = _undeveloped(mean)
    grey = float(radiance.mean())
    light = np.maximum((TINT * radiance + (1.0 - TINT) * grey) / GROUND_ALBEDO, 1e-3)
    irradiance, ambient = SUN_SHARE / SUN_DIRECTION[2] * light, (1.0 - SUN_SHARE) * light
    return Sun(direction=SUN_DIRECTION, irradiance=_rounded(irradiance), ambient=_rounded(ambient))


def _undeveloped(colour: NDArray[np.float64]) -> NDArray[np.float64]:
    """Linear radiance (3,) that the film curve shows as ``colour`` (3,)."""
    light = np.concatenate([[0.0], np.geomspace(1e-4, BRIGHTEST, 4096)])
    radiance: NDArray[np.float64] = np.interp(colour, displayed_colour(light), light)
    return radiance


def _rounded(colour: NDArray[np.float64]) -> tuple[float, float, float]:
    red, green, blue = (round(float(value), 4) for value in colour)
    return red, green, blue
