"""Walls of bricks, plaster or concrete: one surfel per brick, mortar between them near the ground."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from navbench_gs.splats.surfels import Floats, Material, Surfels, join_surfels, rectangle, strips, surfels
from scenes.procedural.houses.style import FacadeStyle, Opening
from scenes.procedural.materials import bricks, concrete, plaster
from scenes.procedural.noise import hash01
from scenes.procedural.part import Part

FINE_BELOW_M = 3.3
"""Walls are sampled finely up to this height."""
PERPENDS_BELOW_M = 1.5
BRICK_M = 0.24
MORTAR = (0.40, 0.37, 0.33)


@dataclass(frozen=True, eq=False)
class Wall:
    """What one facade is made of and where it is open."""

    width: float
    brick: bool
    material: Material
    openings: Sequence[Opening]


def wall_material(style: FacadeStyle, seed: int) -> Material:
    """The material of a style's wall."""
    if style.wall == "brick":
        return bricks(style.tone, seed)
    if style.wall == "concrete":
        return concrete(style.tone, seed)
    return plaster(style.tone, seed)


def wall_surfels(
    rng: np.random.Generator, width: float, height: float, style: FacadeStyle, openings: Sequence[Opening], far: bool
) -> list[Surfels]:
    """The wall between its openings, finer near the ground."""
    seed = int(rng.random() * 1000)
    material = wall_material(style, seed)
    if style.plinth and style.ground_floor not in ("shop", "arcade"):
        material = _on_plinth(material)
    brick = style.wall == "brick"
    cell = (BRICK_M, 0.08) if brick else (0.115, 0.115)
    coarse = (cell[0] * 2, cell[1] * 2.5) if brick else (0.26, 0.26)
    if far:
        coarse, cell = (coarse[0] * 1.5, coarse[1] * 1.5), coarse
    split = min(FINE_BELOW_M, height)
    wall = Wall(width, brick, material, openings)
    parts = [_wall_cells(rng, wall, (0.0, split), cell)]
    if height > split:
        parts.append(_wall_cells(rng, wall, (split, height), coarse))
    if brick and not far:
        parts.append(_mortar(width, split, cell[1], openings))
    return parts


def _on_plinth(material: Material) -> Material:
    """The wall's material above a plinth of dark stone."""

    def stacked(u: Floats, v: Floats) -> Floats:
        stone = np.outer(0.20 + 0.06 * hash01(np.floor(u / 0.7), np.zeros_like(u), 3), (1.0, 0.98, 0.94))
        return np.where((v < 0.32)[:, None], stone, material(u, v))

    return stacked


def gable(rng: np.random.Generator, depth: float, z0: float, z1: float, style: FacadeStyle) -> Part:
    """The bare side of a house between two heights, facade frame."""
    tone = tuple(0.75 * c + 0.06 for c in style.tone)
    wall = rectangle(rng, (0.0, 0.0, z0), (0.0, depth, 0.0), (0.0, 0.0, z1 - z0), plaster(tone), spacing=0.34)
    return Part(surfels=(wall,))


def _wall_cells(
    rng: np.random.Generator, wall: Wall, heights: tuple[float, float], cell: tuple[float, float]
) -> Surfels:
    """One surfel per brick (running bond) or per cell of plaster, cut at the openings."""
    (z0, z1), width, brick = heights, wall.width, wall.brick
    rows = max(1, round((z1 - z0) / cell[1]))
    columns = max(1, round(width / cell[0])) + (1 if brick else 0)
    step_y, step_z = width / (columns - (1 if brick else 0)), (z1 - z0) / rows
    row, column = (a.ravel() for a in np.meshgrid(np.arange(rows), np.arange(columns), indexing="ij"))
    left = (column - (0.5 * (row % 2) if brick else 0.0)) * step_y
    y0, y1 = np.clip(left, 0.0, width), np.clip(left + step_y, 0.0, width)
    zl, zh = (np.asarray(z0 + edge * step_z, dtype=np.float64) for edge in (row, row + 1))
    y0, y1, zl, zh = _cut(y0, y1, zl, zh, wall.openings)
    keep = (y1 - y0 > 0.03) & (zh - zl > 0.012)
    y0, y1, zl, zh = y0[keep], y1[keep], zl[keep], zh[keep]
    y, z, wide, high = (y0 + y1) / 2, (zl + zh) / 2, y1 - y0, zh - zl
    if brick:
        sizes = np.stack([0.44 * wide, 0.50 * high, np.full_like(wide, 0.004)], axis=1)
    else:
        y = y + (rng.random(len(y)) - 0.5) * 0.3 * wide * (wide > 0.8 * step_y)
        z = z + (rng.random(len(z)) - 0.5) * 0.3 * high * (high > 0.8 * step_z)
        y, z = np.clip(y, 0.75 * wide, width - 0.75 * wide), np.clip(z, z0 + 0.4 * high, z1 - 0.4 * high)
        sizes = np.stack([0.66 * wide, 0.66 * high, np.full_like(wide, 0.004)], axis=1)
    return surfels(np.stack([0 * y, y, z], axis=1), (0, 1, 0), (0, 0, 1), sizes, wall.material(y, z))


def _cut(
    y0: Floats, y1: Floats, z0: Floats, z1: Floats, openings: Sequence[Opening]
) -> tuple[Floats, Floats, Floats, Floats]:
    """Shrink cells so that they leave the openings free; cells inside one become empty."""
    for o in openings:
        a0, a1, b0, b1 = o.y, o.y + o.width, o.z, o.z + o.height
        overlap = (y1 > a0) & (y0 < a1) & (z1 > b0) & (z0 < b1)
        inside_y = overlap & (y0 >= a0 - 0.01) & (y1 <= a1 + 0.01)
        left, right = overlap & ~inside_y & (y0 < a0), overlap & ~inside_y & (y0 >= a0)
        middle = (z0 + z1) / 2
        held = inside_y & (middle > b0) & (middle < b1)
        crossing = (left | right) & (middle > b0) & (middle < b1)
        y1 = np.where(crossing & left, np.minimum(y1, a0), y1)
        y0 = np.where(crossing & right, np.maximum(y0, a1), y0)
        y1 = np.where(held, y0, y1)
    return y0, y1, z0, z1


def _mortar(width: float, height: float, course: float, openings: Sequence[Opening]) -> Surfels:
    """Thin light lines between the courses."""
    rows = np.arange(1, round(height / course)) * (height / round(height / course))
    pieces = max(1, round(width / 0.5))
    z = np.repeat(rows, pieces)
    y = np.tile(np.arange(pieces), len(rows)) * (width / pieces)
    y1 = y + width / pieces
    middle = (y + y1) / 2
    free = np.ones(len(z), dtype=bool)
    for o in openings:
        free &= ~((middle > o.y - 0.2) & (middle < o.y + o.width + 0.2) & (z > o.z) & (z < o.z + o.height))
    y, y1, z = y[free], y1[free], z[free]
    zero = np.zeros_like(y)
    beds = strips(
        np.stack([zero, y, z], 1), np.stack([zero, y1, z], 1), 0.005, MORTAR, normal=(1, 0, 0), opacity=0.75, lift=0.014
    )
    return join_surfels([beds, _perpends(width, height, course, openings)])


def _perpends(width: float, height: float, course: float, openings: Sequence[Opening]) -> Surfels:
    """The upright joints between the bricks of the lowest courses."""
    low = min(PERPENDS_BELOW_M, height)
    rows, columns = max(1, round(low / course)), max(1, round(width / BRICK_M))
    row, column = (a.ravel() for a in np.meshgrid(np.arange(rows), np.arange(1, columns), indexing="ij"))
    step = height / round(height / course)
    y, z = (column - 0.5 * (row % 2)) * (width / columns), row * step
    free = np.ones(len(z), dtype=bool)
    for o in openings:
        free &= ~((y > o.y - 0.02) & (y < o.y + o.width + 0.02) & (z + step > o.z) & (z < o.z + o.height))
    y, z, zero = y[free], z[free], np.zeros(int(free.sum()))
    return strips(
        np.stack([zero, y, z], 1), np.stack([zero, y, z + step], 1), 0.005, MORTAR, normal=(1, 0, 0), opacity=0.7,
        lift=0.014, overlap=0.4,
    )  # fmt: skip
