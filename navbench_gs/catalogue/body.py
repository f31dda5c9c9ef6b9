"""Bodies: the primitive shapes a robot can bump into, in an object's own frame (base at z = 0, metres)."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

Vector = tuple[float, float, float]


@dataclass(frozen=True)
class BoxBody:
    """A box along the axes of the object's frame."""

    half: Vector
    """Half sizes along x, y, z."""
    centre: Vector

    @property
    def reach_m(self) -> float:
        """Radius of the circle about the object's origin that holds the footprint."""
        return math.hypot(abs(self.centre[0]) + self.half[0], abs(self.centre[1]) + self.half[1])

    @property
    def top_m(self) -> float:
        """Height of the highest point."""
        return self.centre[2] + self.half[2]

    def distance(self, points: ArrayLike) -> NDArray[np.float64]:
        """Distance (N,) of points (N, 3) from the solid box; zero inside."""
        gap = np.maximum(np.abs(np.asarray(points) - np.array(self.centre)) - np.array(self.half), 0.0)
        length: NDArray[np.float64] = np.sqrt(np.sum(gap * gap, axis=1))
        return length


@dataclass(frozen=True)
class CylinderBody:
    """An upright cylinder around its centre."""

    radius_m: float
    height_m: float
    centre: Vector

    @property
    def reach_m(self) -> float:
        """Radius of the circle about the object's origin that holds the footprint."""
        return math.hypot(self.centre[0], self.centre[1]) + self.radius_m

    @property
    def top_m(self) -> float:
        """Height of the highest point."""
        return self.centre[2] + self.height_m / 2.0

    def distance(self, points: ArrayLike) -> NDArray[np.float64]:
        """Distance (N,) of points (N, 3) from the solid cylinder; zero inside."""
        offset = np.asarray(points, dtype=np.float64) - np.array(self.centre)
        side = np.maximum(np.hypot(offset[:, 0], offset[:, 1]) - self.radius_m, 0.0)
        end = np.maximum(np.abs(offset[:, 2]) - self.height_m / 2.0, 0.0)
        length: NDArray[np.float64] = np.hypot(side, end)
        return length


Body: TypeAlias = BoxBody | CylinderBody


def standing_box(length_m: float, width_m: float, height_m: float, x: float = 0.0, z: float = 0.0) -> BoxBody:
    """A box of full sizes along x, y, z whose underside is at height ``z``, shifted by ``x``."""
    return BoxBody((length_m / 2.0, width_m / 2.0, height_m / 2.0), (x, 0.0, z + height_m / 2.0))


def standing_cylinder(radius_m: float, height_m: float, x: float = 0.0, y: float = 0.0) -> CylinderBody:
    """A cylinder that stands on the ground at (x, y)."""
    return CylinderBody(radius_m, height_m, (x, y, height_m / 2.0))
