"""The film curve: linear light -> the displayed colour that Gaussians carry. One curve for scenes and actors."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def displayed_colour(linear: Floats, exposure: float = 1.0) -> Floats:
    """Displayed sRGB ``(..., 3)`` in [0, 1] of linear radiance ``(..., 3)``.

    Source: the rational fit of the ACES filmic curve (Narkowicz 2015), then the sRGB transfer function.
    """
    light = np.maximum(linear, 0.0)
    light *= exposure
    above, below = 2.51 * light, 2.43 * light
    above += 0.03
    above *= light
    below += 0.59
    below *= light
    below += 0.14
    above /= below
    return encoded_colour(np.clip(above, 0.0, 1.0, out=above))


def encoded_colour(light: Floats) -> Floats:
    """Light ``(..., 3)`` in [0, 1] that a screen is to give off, as sRGB ``(..., 3)`` (IEC 61966-2-1)."""
    encoded: Floats = np.maximum(light, 1e-9)
    encoded **= 1 / 2.4
    encoded *= 1.055
    encoded -= 0.055
    return np.multiply(light, 12.92, out=encoded, where=light <= 0.0031308)


def decoded_colour(encoded: Floats) -> Floats:
    """Light ``(..., 3)`` in [0, 1] that a screen gives off for sRGB ``(..., 3)``: undoes the encoding."""
    light: Floats = np.where(
        encoded <= 0.04045, encoded / 12.92, (np.maximum(encoded, 0.0) / 1.055 + 0.055 / 1.055) ** 2.4
    )
    return light
