"""Part: anything a place is built of. What is seen, what is hit, and what throws a shadow."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from navbench_gs.splats.surfels import Surfels

MATT, GLASS, FOLIAGE, EMISSIVE, WET, GLOW, GLOSS = 0, 1, 2, 3, 4, 5, 6
"""Values of ``Surfels.kind`` in scenes: the light model that applies. GLOW is matt by day and shines after dark."""


@dataclass(frozen=True)
class Lamp:
    """A point that shines on its surroundings after dark."""

    x: float
    y: float
    z: float
    power: float = 1.6
    """Radiance of white ground straight below at 3 m."""

    def moved(self, x: float, y: float, z: float = 0.0, yaw: float = 0.0) -> Lamp:
        """The same lamp turned by ``yaw`` about the z axis through the origin, then shifted."""
        cos, sin = float(np.cos(yaw)), float(np.sin(yaw))
        return Lamp(cos * self.x - sin * self.y + x, sin * self.x + cos * self.y + y, self.z + z, self.power)


@dataclass(frozen=True, eq=False)
class Solid:
    """A closed or open triangle mesh, world or part frame."""

    vertices: NDArray[np.float64]
    """(V, 3) metres."""
    faces: NDArray[np.int64]
    """(F, 3)"""

    def moved(self, x: float, y: float, z: float = 0.0, yaw: float = 0.0) -> Solid:
        """The same mesh turned by ``yaw`` about the z axis through the origin, then shifted."""
        cos, sin = np.cos(yaw), np.sin(yaw)
        vx, vy, vz = self.vertices.T
        return Solid(np.stack([cos * vx - sin * vy + x, sin * vx + cos * vy + y, vz + z], axis=1), self.faces)


@dataclass(frozen=True, eq=False)
class Part:
    """One built thing, in its own frame (base at z = 0, front along +x) or placed in the world."""

    surfels: tuple[Surfels, ...] = ()
    """What is seen."""
    solids: tuple[Solid, ...] = ()
    """What a body hits (structure); also throws a shadow."""
    ground: tuple[Solid, ...] = ()
    """What wheels stand on; also throws a shadow."""
    shades: tuple[Solid, ...] = field(default=())
    """What only throws a shadow (leaves, thin rods, awnings above head height)."""
    lamps: tuple[Lamp, ...] = ()
    """What shines after dark."""

    def moved(self, x: float, y: float, z: float = 0.0, yaw: float = 0.0) -> Part:
        """The same part turned by ``yaw``, then shifted."""
        return Part(
            surfels=tuple(s.moved(x, y, z, yaw) for s in self.surfels),
            solids=tuple(s.moved(x, y, z, yaw) for s in self.solids),
            ground=tuple(s.moved(x, y, z, yaw) for s in self.ground),
            shades=tuple(s.moved(x, y, z, yaw) for s in self.shades),
            lamps=tuple(lamp.moved(x, y, z, yaw) for lamp in self.lamps),
        )


def box_solid(centre: tuple[float, float, float], half: tuple[float, float, float], yaw: float = 0.0) -> Solid:
    """A box turned by ``yaw`` about the vertical through its centre."""
    corners = np.array([[x, y, z] for x in (-1, 1) for y in (-1, 1) for z in (-1, 1)], dtype=np.float64)
    corners = corners * np.asarray(half)
    faces = np.array(
        [[0, 1, 3], [0, 3, 2], [4, 6, 7], [4, 7, 5], [0, 4, 5], [0, 5, 1], [2, 3, 7], [2, 7, 6], [0, 2, 6], [0, 6, 4],
         [1, 5, 7], [1, 7, 3]]
    )  # fmt: skip
    return Solid(corners, faces).moved(0.0, 0.0, 0.0, yaw).moved(*centre)


def prism_solid(base: tuple[float, float, float], radius: float, height: float, sides: int = 10) -> Solid:
    """An upright regular prism: the collision shape of poles, trunks and bins."""
    angles = np.arange(sides) * (2 * np.pi / sides)
    ring = np.stack([radius * np.cos(angles), radius * np.sin(angles)], axis=1)
    low = np.column_stack([ring, np.zeros(sides)])
    vertices = np.concatenate([low, low + np.array([0.0, 0.0, height]), [[0.0, 0.0, height]]])
    here = np.arange(sides)
    after = (here + 1) % sides
    walls = np.concatenate(
        [np.stack([here, after, after + sides], 1), np.stack([here, after + sides, here + sides], 1)]
    )
    lid = np.stack([here + sides, after + sides, np.full(sides, 2 * sides)], axis=1)
    return Solid(vertices, np.concatenate([walls, lid])).moved(*base)
