"""The ground that episodes are sampled on: its grid, its clearance, and the written rules."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from navbench_gs.domain.rules import SamplingRules
from navbench_gs.terrain.distance import DistanceField, clearance_field
from navbench_gs.terrain.terrain import Grid

Floats = NDArray[np.float64]
Footprint = tuple[float, float, float]
"""x, y and radius of a disc that an obstacle stands in, metres."""


@dataclass(frozen=True, eq=False)
class Lot:
    """What the drawing of one episode needs beside the ground: its random stream, and a tally of the candidates."""

    rng: np.random.Generator
    rejected: Counter[str] = field(default_factory=Counter)
    """Geometric rule -> how many candidates it turned down; may be shared by episodes."""

    def reject(self, rule: str) -> None:
        """Count one candidate that ``rule`` turned down."""
        self.rejected[rule] += 1


@dataclass(frozen=True, eq=False)
class Site:
    """One scene's ground, or a window of it."""

    grid: Grid
    clearance: DistanceField
    rules: SamplingRules

    def window(self, points: Floats, margin_m: float) -> Site:
        """The part of the site around ``points`` (P, 2), ``margin_m`` wider on every side."""
        grid = self.grid.window(points, margin_m)
        return Site(grid, clearance_field(grid), self.rules)


def site_of(grid: Grid, rules: SamplingRules) -> Site:
    """The whole ground of a scene."""
    return Site(grid, clearance_field(grid), rules)


def to_millimetres(*values: float) -> tuple[float, ...]:
    """Coordinates as episodes store them."""
    return tuple(round(float(value), 3) for value in values)
