"""Skies: what the light is like, and the dome of Gaussians that shows it."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from navbench_gs.domain.scene import Sun
from navbench_gs.splats.surfels import Surfels, surfels, unit
from scenes.procedural.noise import fractal_noise
from scenes.procedural.part import EMISSIVE

Floats = NDArray[np.float64]
DOME_RADIUS_M = 140.0
Colour = tuple[float, float, float]
LAMP_DIRECTION = (0.36, 0.48, 0.8)
"""Where the light on actors comes from in places lit by lamps: a scene's record holds one sun."""
LAMP_POOL = 2.5
"""Lamplight in the pools under the lamps over the mean."""
LAMP_COLOUR: Colour = (1.22, 0.98, 0.68)
"""Colour of the light of street lamps and shop windows; its mean is about one."""


@dataclass(frozen=True)
class Sky:
    """One weather at one time of day. Colours are linear radiance."""

    name: str
    azimuth_deg: float
    """Direction of the sun, counter-clockwise from the x axis."""
    elevation_deg: float
    sunlight: Colour
    zenith: Colour
    horizon: Colour
    glow: Colour
    """Added around the sun."""
    clouds: float
    """0: none, 1: closed."""
    cloud_colour: Colour
    exposure: float
    wet: bool = False
    """After rain: dark glossy ground with puddles."""
    lamps: float = 0.0
    """How strongly street lamps and shop windows shine, 0: off."""
    lit_windows: float = 0.0
    """Share of the windows with light behind them."""
    key: float = 1.0
    """How bright the picture is meant to be, over that of a day."""
    seed: int = 40

    @property
    def sun_direction(self) -> Floats:
        """(3,) unit vector towards the sun."""
        azimuth, elevation = math.radians(self.azimuth_deg), math.radians(self.elevation_deg)
        flat = math.cos(elevation)
        return np.array([flat * math.cos(azimuth), flat * math.sin(azimuth), math.sin(elevation)])

    def sun(self, lamplight: float = 0.0) -> Sun:
        """What actors are lit by; ``lamplight`` is the mean radiance that lamps give white ground where robots go.

        There is one sun in the record: where the lamps outshine it, they are it, from overhead.
        """
        zenith, horizon = np.array(self.zenith), np.array(self.horizon)
        clouds = self.clouds * np.array(self.cloud_colour)
        ambient = 0.85 * ((1.0 - self.clouds) * (0.5 * zenith + 0.5 * horizon) + clouds) * 0.95
        direction, direct = self.sun_direction, np.array(self.sunlight)
        if self.lamps >= 0.5 and lamplight > float(direct.mean()):
            direction, direct = np.array(LAMP_DIRECTION), LAMP_POOL * lamplight * np.array(LAMP_COLOUR)
            ambient = ambient + 0.3 * lamplight * np.array(LAMP_COLOUR)
        x, y, z = (round(float(v), 6) for v in direction)
        red, green, blue = (round(float(v), 6) for v in ambient)
        irradiance = round(float(direct[0]), 6), round(float(direct[1]), 6), round(float(direct[2]), 6)
        return Sun(direction=(x, y, z), irradiance=irradiance, ambient=(red, green, blue), exposure=self.exposure)


def sky_radiance(sky: Sky, directions: Floats) -> Floats:
    """Linear RGB (N, 3) of the sky in unit directions (N, 3); below the horizon that of the horizon."""
    up = np.clip(directions[:, 2:3], 0.0, 1.0)
    height = np.sqrt(up)
    base = np.asarray(sky.horizon) * (1.0 - height) + np.asarray(sky.zenith) * height
    across = directions[:, :2] / (up + 0.18)
    cover = fractal_noise(across[:, 0] * 1.3 + 3.0, across[:, 1] * 1.3, 5, sky.seed)[:, None]
    edge = 0.78 - 0.62 * sky.clouds
    mask = np.clip((cover - edge) / 0.2, 0.0, 1.0)
    mask = mask * mask * (3 - 2 * mask) * np.clip(up * 7.0 + sky.clouds * 0.8, 0.0, 1.0)
    shade = 1.0 - 0.35 * np.clip((cover - edge - 0.12) * 3.0, 0.0, 1.0)
    colour = base * (1 - mask) + np.asarray(sky.cloud_colour) * shade * mask
    towards = np.clip(np.sum(directions * sky.sun_direction, axis=1), 0.0, 1.0)[:, None]
    radiance: Floats = colour + (0.25 * towards**4 + towards**24) * np.asarray(sky.glow)
    return radiance


def upper_directions(count: int) -> Floats:
    """``count`` directions spread evenly over the upper hemisphere."""
    index = np.arange(count) + 0.5
    z = index / count
    angle = math.pi * (1 + math.sqrt(5.0)) * index
    flat = np.sqrt(1 - z * z)
    return np.stack([flat * np.cos(angle), flat * np.sin(angle), z], axis=1)


def sky_dome(sky: Sky, count: int = 6000) -> Surfels:
    """A dome of large emissive surfels on a spiral, dense enough to be closed; albedo holds the radiance / 4."""
    index = np.arange(count) + 0.5
    z = 1.0 - 1.04 * index / count
    angle = math.pi * (1 + math.sqrt(5.0)) * index
    flat = np.sqrt(np.maximum(0.0, 1 - z * z))
    directions = np.stack([flat * np.cos(angle), flat * np.sin(angle), z], axis=1)
    pole = np.where(np.abs(z[:, None]) > 0.99, np.array([[1.0, 0.0, 0.0]]), np.array([[0.0, 0.0, 1.0]]))
    tangents = unit(np.cross(pole, -directions))
    sigma = DOME_RADIUS_M * math.sqrt(2 * math.pi * 1.04 / count) * 0.72
    radiance = sky_radiance(sky, directions)
    return surfels(
        directions * DOME_RADIUS_M, tangents, np.cross(-directions, tangents), (sigma, sigma, 0.05), radiance / 4.0,
        0.995, EMISSIVE,
    )  # fmt: skip


SKIES: dict[str, Sky] = {
    sky.name: sky
    for sky in (
        Sky("clear", 0, 48, (2.75, 2.50, 2.15), (0.20, 0.38, 0.74), (0.62, 0.72, 0.86), (0.5, 0.42, 0.3), 0.35,
            (0.95, 0.95, 0.97), 0.60),
        Sky("noon", 0, 64, (2.9, 2.72, 2.45), (0.17, 0.35, 0.74), (0.58, 0.70, 0.86), (0.45, 0.4, 0.3), 0.12,
            (0.95, 0.96, 0.98), 0.56),
        Sky("hazy", 0, 38, (1.5, 1.33, 1.10), (0.50, 0.58, 0.70), (0.82, 0.82, 0.80), (0.5, 0.45, 0.35), 0.5,
            (0.88, 0.88, 0.88), 0.62),
        Sky("golden", 0, 20, (3.1, 1.95, 1.02), (0.20, 0.30, 0.52), (0.82, 0.60, 0.42), (0.9, 0.50, 0.18), 0.3,
            (0.86, 0.64, 0.48), 0.60, key=0.85),
        Sky("overcast", 0, 55, (0.10, 0.10, 0.10), (0.80, 0.83, 0.88), (0.72, 0.75, 0.79), (0.1, 0.1, 0.1), 0.95,
            (0.92, 0.94, 0.98), 0.78),
        Sky("wet", 0, 50, (0.10, 0.10, 0.10), (0.60, 0.64, 0.71), (0.66, 0.69, 0.73), (0.1, 0.1, 0.1), 0.8,
            (0.62, 0.66, 0.72), 0.85, wet=True, lamps=0.25, lit_windows=0.3, key=0.72),
        Sky("dusk", 0, 7, (0.30, 0.15, 0.07), (0.05, 0.085, 0.22), (0.34, 0.20, 0.17), (0.60, 0.22, 0.06), 0.4,
            (0.24, 0.15, 0.18), 1.25, lamps=0.8, lit_windows=0.5, key=0.68),
        Sky("night", 0, 40, (0.012, 0.015, 0.022), (0.010, 0.015, 0.036), (0.055, 0.048, 0.055), (0.0, 0.0, 0.0), 0.35,
            (0.05, 0.045, 0.05), 1.7, lamps=1.0, lit_windows=0.4, key=0.58),
        Sky("wet night", 0, 40, (0.010, 0.012, 0.018), (0.012, 0.016, 0.034), (0.050, 0.045, 0.055), (0.0, 0.0, 0.0),
            0.6, (0.05, 0.045, 0.055), 1.7, wet=True, lamps=1.0, lit_windows=0.45, key=0.78),
    )
}  # fmt: skip
