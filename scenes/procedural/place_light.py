"""The light of places, read off a scene's bake: what share of the sun and of the sky a point in the air sees."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from navbench_gs.splats.surfels import Surfels, surfels
from scenes.procedural.light import LightBake, lamplight, mean_lamplight, read_light, sky_share, sun_visibility
from scenes.procedural.sky import LAMP_DIRECTION, LAMP_POOL, SKIES, Sky

Floats = NDArray[np.float64]
HORIZONTAL_WHOLE = 0.5
"""What a level axis sees of an open sky: the other half of its hemisphere is ground."""


@dataclass(frozen=True, eq=False)
class PlaceLight:
    """A bake, asked at points; the ``SceneLight`` of a procedural scene."""

    bake: LightBake
    sky: Sky
    """Any sky with the sun where the scene has it; nothing else of it is used."""
    lamplit: bool = False
    """Whether lamps are what the scene's record calls its sun."""

    def shares(self, points: Floats) -> tuple[Floats, Floats]:
        """Shares (N,) of the sun's disc and of the open sky, each 0 to 1, that ``points`` (N, 3) see."""
        if self.lamplit:
            leaves = np.ones(len(points), dtype=bool)  # which gather light from all round, as a body does
            sun = np.clip(lamplight(probes(points), self.bake, leaves) / (LAMP_POOL * mean_lamplight(self.bake)), 0, 1)
        else:
            sun = sun_visibility(probes(points), self.bake, self.sky)
        # the grid is read half a step along the normal: ask that much lower
        below = probes(points - np.array([0.0, 0.0, 0.5 * self.bake.grid_m]))
        seen = sky_share(below, self.bake)
        level = np.minimum(seen[:, :4] / HORIZONTAL_WHOLE, 1.0).mean(axis=1)
        return sun, 0.5 * seen[:, 4] + 0.5 * level


def probes(points: Floats) -> Surfels:
    """Surfels that face the sky, for the functions that light surfels."""
    return surfels(points, (1, 0, 0), (0, 1, 0), (0.01, 0.01, 0.01), (0, 0, 0))


@lru_cache(maxsize=2)
def place_light(path: Path, digest: str, sun_direction: tuple[float, float, float]) -> PlaceLight:
    """The light of a scene whose bake lies at ``path``; the last two stay in memory, by the file's ``digest``.

    Raises as ``read_light``.
    """
    x, y, z = sun_direction
    sky = replace(
        SKIES["clear"], azimuth_deg=math.degrees(math.atan2(y, x)), elevation_deg=math.degrees(math.asin(min(z, 1.0)))
    )
    return PlaceLight(read_light(path), sky, lamplit=sun_direction == LAMP_DIRECTION)
