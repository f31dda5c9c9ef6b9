"""Buildings: facades of bricks, plaster or concrete with windows, doors, shop fronts, awnings and cornices.

Facade frame: the wall lies in the plane x = 0, runs along y from 0 to its width, z is up, the outside is +x.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike

from navbench_gs.splats.shapes import kept
from navbench_gs.splats.surfels import Floats, Material, Surfels, box, join_surfels, rectangle, strips, surfels
from scenes.procedural.materials import bricks, concrete, mottled, plaster, stripes
from scenes.procedural.noise import hash01
from scenes.procedural.part import GLASS, Part, Solid, box_solid

RECESS_M = 0.09
"""How far glass lies behind the wall."""
FINE_BELOW_M = 3.3
"""Walls are sampled finely up to this height."""


@dataclass(frozen=True)
class FacadeStyle:
    """How a facade looks."""

    wall: str = "plaster"
    """``brick``, ``plaster`` or ``concrete``."""
    tone: tuple[float, float, float] = (0.58, 0.50, 0.38)
    frame: tuple[float, float, float] = (0.72, 0.71, 0.68)
    ground_floor: str = "windows"
    """``windows``, ``shop``, ``arcade`` (tall glass) or ``blank``."""
    window: tuple[float, float] = (1.15, 1.6)
    storey_m: float = 3.1
    bay_m: float = 2.5
    accent: tuple[float, float, float] = (0.40, 0.06, 0.05)
    awnings: bool = False
    plinth: bool = True
    roof: str = "flat"
    """``flat`` or ``tiled``: a pitched roof rising from the eaves."""


@dataclass(frozen=True)
class Opening:
    """A hole in a wall, facade frame, metres."""

    y: float
    z: float
    width: float
    height: float
    kind: str
    """``window``, ``shop``, ``hall`` (tall glass before a deep room) or ``door``."""


def wall_material(style: FacadeStyle, seed: int) -> Material:
    """The material of a style's wall."""
    if style.wall == "brick":
        return bricks(style.tone, seed)
    if style.wall == "concrete":
        return concrete(style.tone, seed)
    return plaster(style.tone, seed)


def facade(rng: np.random.Generator, width: float, height: float, style: FacadeStyle, *, far: bool = False) -> Part:
    """One facade, without a solid. ``far`` halves its resolution and leaves out small things."""
    openings = _openings(rng, width, height, style)
    parts: list[Surfels] = list(_wall(rng, width, height, style, openings, far))
    parts.extend(_door(rng, opening, style) for opening in openings if opening.kind == "door")
    glazed = [o for o in openings if o.kind != "door"]
    parts.extend(_glazing(rng, glazed, style, far))
    parts.extend(_trims(rng, width, height, style, far))
    if style.ground_floor == "shop" and not far:
        parts.extend(_shop_signs(rng, width, style))
    shades = (_awning_shade(width),) if style.ground_floor == "shop" and style.awnings else ()
    return Part(surfels=tuple(parts), shades=shades)


def _openings(rng: np.random.Generator, width: float, height: float, style: FacadeStyle) -> list[Opening]:
    """Where a facade has windows, shop fronts and its door."""
    openings: list[Opening] = []
    bays = max(1, round(width / style.bay_m))
    bay = width / bays
    ground_m = 3.7 if style.ground_floor in ("shop", "arcade") else style.storey_m
    door_bay = int(rng.random() * bays)
    if width < 1.8:
        return openings
    for b in range(bays):
        openings.extend(_ground_floor_opening(b * bay, bay, b == door_bay, style))
    z = ground_m
    window_w, window_h = min(style.window[0], bay - 0.5), style.window[1]
    while z + style.storey_m <= height - 0.25:
        openings.extend(
            Opening(b * bay + (bay - window_w) / 2, z + 0.95, window_w, window_h, "window") for b in range(bays)
        )
        z += style.storey_m
    return openings


def _ground_floor_opening(y: float, bay: float, is_door: bool, style: FacadeStyle) -> list[Opening]:
    if style.ground_floor == "blank":
        return []
    if is_door:
        door_w = min(1.1, bay - 0.4)
        return [Opening(y + (bay - door_w) / 2, 0.02, door_w, 2.3, "door")]
    if style.ground_floor == "shop":
        shop_w = bay * 0.84
        return [Opening(y + (bay - shop_w) / 2, 0.45, shop_w, 2.45, "shop")]
    if style.ground_floor == "arcade":
        shop_w = bay * 0.78
        return [Opening(y + (bay - shop_w) / 2, 0.15, shop_w, 3.1, "hall")]
    window_w = min(style.window[0], bay - 0.5)
    return [Opening(y + (bay - window_w) / 2, 0.95, window_w, style.window[1] - 0.1, "window")]


def _wall(
    rng: np.random.Generator, width: float, height: float, style: FacadeStyle, openings: Sequence[Opening], far: bool
) -> list[Surfels]:
    """The wall between its openings, finer near the ground."""
    seed = int(rng.random() * 1000)
    material = wall_material(style, seed)
    if style.plinth and style.ground_floor not in ("shop", "arcade"):
        material = _on_plinth(material)
    brick = style.wall == "brick"
    cell = (0.24, 0.08) if brick else (0.13, 0.13)
    coarse = (cell[0] * 2, cell[1] * 2.5) if brick else (0.27, 0.27)
    if far:
        coarse, cell = (coarse[0] * 1.5, coarse[1] * 1.5), coarse
    split = min(FINE_BELOW_M, height)
    parts = [_wall_cells(rng, width, 0.0, split, cell, brick, material, openings)]
    if height > split:
        parts.append(_wall_cells(rng, width, split, height, coarse, brick, material, openings))
    if brick and not far:
        parts.append(_mortar(width, split, cell[1], openings))
    return parts


def gable(rng: np.random.Generator, depth: float, z0: float, z1: float, style: FacadeStyle) -> Part:
    """The bare side of a house between two heights, facade frame."""
    tone = tuple(0.75 * c + 0.06 for c in style.tone)
    wall = rectangle(rng, (0.0, 0.0, z0), (0.0, depth, 0.0), (0.0, 0.0, z1 - z0), plaster(tone), spacing=0.34)
    return Part(surfels=(wall,))


def _wall_cells(
    rng: np.random.Generator, width: float, z0: float, z1: float, cell: tuple[float, float], brick: bool,
    material: Material, openings: Sequence[Opening],
) -> Surfels:  # fmt: skip
    """One surfel per brick (running bond) or per cell of plaster, cut at the openings."""
    rows = max(1, round((z1 - z0) / cell[1]))
    columns = max(1, round(width / cell[0])) + (1 if brick else 0)
    step_y, step_z = width / (columns - (1 if brick else 0)), (z1 - z0) / rows
    row, column = (a.ravel() for a in np.meshgrid(np.arange(rows), np.arange(columns), indexing="ij"))
    left = (column - (0.5 * (row % 2) if brick else 0.0)) * step_y
    y0, y1 = np.clip(left, 0.0, width), np.clip(left + step_y, 0.0, width)
    zl, zh = z0 + row * step_z, z0 + (row + 1) * step_z
    y0, y1, zl, zh = _cut(y0, y1, zl, zh, openings)
    keep = (y1 - y0 > 0.03) & (zh - zl > 0.012)
    y0, y1, zl, zh = y0[keep], y1[keep], zl[keep], zh[keep]
    y, z, wide, high = (y0 + y1) / 2, (zl + zh) / 2, y1 - y0, zh - zl
    if brick:
        sizes = np.stack([0.44 * wide, 0.50 * high, np.full_like(wide, 0.004)], axis=1)
    else:
        y = y + (rng.random(len(y)) - 0.5) * 0.3 * wide * (wide > 0.8 * step_y)
        z = z + (rng.random(len(z)) - 0.5) * 0.3 * high * (high > 0.8 * step_z)
        y, z = np.clip(y, 0.75 * wide, width - 0.75 * wide), np.clip(z, z0 + 0.4 * high, z1 - 0.4 * high)
        sizes = np.stack([0.60 * wide, 0.60 * high, np.full_like(wide, 0.004)], axis=1)
    return surfels(np.stack([0 * y, y, z], axis=1), (0, 1, 0), (0, 0, 1), sizes, material(y, z))


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
    return strips(
        np.stack([zero, y, z], 1), np.stack([zero, y1, z], 1), 0.0045, (0.40, 0.37, 0.33), normal=(1, 0, 0), opacity=0.7
    )


def _repeated(template: Surfels, shifts: Floats) -> Surfels:
    """The template once at each shift (K, 3)."""
    count = len(shifts)
    moved = replace(template, centres=template.centres + shifts[0])
    if count == 1:
        return moved
    tiles = {
        name: np.concatenate([getattr(template, name)] * count)
        for name in ("tangents", "bitangents", "sizes", "albedo", "opacity", "kind")
    }
    centres = (shifts[:, None] + template.centres[None]).reshape(-1, 3)
    return Surfels(centres=centres, **tiles)


def _glazing(rng: np.random.Generator, openings: Sequence[Opening], style: FacadeStyle, far: bool) -> list[Surfels]:
    """Glass, reveals, frames and sills of all windows, one template per size."""
    parts: list[Surfels] = []
    sizes = sorted({(o.kind, round(o.width, 3), round(o.height, 3)) for o in openings})
    for kind, width, height in sizes:
        group = [o for o in openings if (o.kind, round(o.width, 3), round(o.height, 3)) == (kind, width, height)]
        shifts = np.array([[0.0, o.y, o.z] for o in group])
        glass = _repeated(_pane(rng, width, height, far), shifts)
        parts.append(replace(glass, albedo=_interiors(rng, glass, group, width, height, kind)))
        if not far:
            parts.append(_repeated(_reveals(rng, width, height, style), shifts))
        parts.append(_repeated(_frame(width, height, kind, style, far), shifts))
    return parts


def _pane(rng: np.random.Generator, width: float, height: float, far: bool) -> Surfels:
    corner = (-RECESS_M, 0.0, 0.0)
    return rectangle(
        rng, corner, (0, width, 0), (0, 0, height), mottled((0.04, 0.04, 0.045)), spacing=0.22 if far else 0.14,
        kind=GLASS, inset=0.5,
    )  # fmt: skip


def _interiors(
    rng: np.random.Generator, glass: Surfels, group: Sequence[Opening], width: float, height: float, kind: str
) -> Floats:
    """Albedo behind the panes: darkness, blinds, curtains, or the lit back of a shop."""
    count = len(group)
    each = len(glass) // count
    window = np.repeat(np.arange(count), each)
    y = glass.centres[:, 1] - np.array([o.y for o in group])[window]
    z = glass.centres[:, 2] - np.array([o.z for o in group])[window]
    style, level, tone = rng.random(count)[window], rng.random(count)[window], rng.random(count)[window]
    albedo = np.full((len(glass), 3), 0.035) + (0.02 * tone + 0.02 * z / height)[:, None]
    if kind == "shop":
        goods = hash01(np.floor(y * 2.2 + 9 * tone), np.floor(z * 2.5), 31)
        shelf = (z < 0.55 * height) & (goods > 0.5)
        warm = np.stack([0.08 + 0.22 * goods, 0.07 + 0.14 * tone, 0.06 + 0.08 * level], axis=1)
        return np.where(shelf[:, None], warm, albedo + 0.03)
    if kind == "hall":
        lamps = (np.mod(y + tone, 0.9) < 0.3) & (np.abs(z - 0.78 * height) < 0.12)
        pillars = 0.05 * (np.mod(y + 2 * level, 1.7) < 0.25)
        room = 0.03 + 0.05 * np.clip(1.0 - z / 0.9, 0.0, 1.0) + pillars
        return np.where(lamps[:, None], (0.75, 0.66, 0.48), np.outer(room, (1.0, 0.92, 0.82)))
    cloth = np.array([0.42, 0.39, 0.34]) * (0.6 + 0.5 * tone)[:, None]
    blind = (style < 0.35) & (z > height * (0.3 + 0.5 * level))
    curtain = (style > 0.35) & (style < 0.75) & ((y < width * 0.24) | (y > width * 0.76))
    return np.where((blind | curtain)[:, None], cloth, albedo)


def _reveals(rng: np.random.Generator, width: float, height: float, style: FacadeStyle) -> Surfels:
    """The four sides of the hole and the sill."""
    tone = tuple(0.55 * c + 0.2 for c in style.tone)
    paint, d = mottled(tone, 0.06), RECESS_M
    sides = [
        rectangle(rng, (-d, 0, 0), (0, 0, height), (d, 0, 0), paint, spacing=0.16, inset=0.5),
        rectangle(rng, (-d, width, 0), (d, 0, 0), (0, 0, height), paint, spacing=0.16, inset=0.5),
        rectangle(rng, (-d, 0, height), (0, width, 0), (d, 0, 0), paint, spacing=0.16, inset=0.5),
    ]
    sill = box(
        rng, (0.02, width / 2, -0.035), (0.09, width / 2 + 0.06, 0.035), mottled((0.5, 0.49, 0.46)), spacing=0.13
    )
    return join_surfels([*sides, sill])


def _frame(width: float, height: float, kind: str, style: FacadeStyle, far: bool) -> Surfels:
    """The frame and its bars, as long thin surfels just before the glass."""
    upright, level = ((3, 1) if width > 1.6 else (2, 1)) if kind != "window" else (2, 2)
    x, half = -RECESS_M + 0.02, 0.026 if kind != "window" else 0.02
    starts, ends = [], []
    for k in range(upright + 1):
        y = min(max(width * k / upright, 0.03), width - 0.03)
        for a, b in _pieces(height, 0.6 if far else 0.4):
            starts.append((x, y, a))
            ends.append((x, y, b))
    for k in range(level + 1):
        z = min(max(height * (k / level if kind != "window" or k != 1 else 0.68), 0.03), height - 0.03)
        for a, b in _pieces(width, 0.6 if far else 0.4):
            starts.append((x, a, z))
            ends.append((x, b, z))
    return strips(starts, ends, half, style.frame, normal=(1, 0, 0), opacity=0.97, overlap=0.5)


def _pieces(length: float, piece: float) -> list[tuple[float, float]]:
    """A length cut into equal pieces of about ``piece``."""
    count = max(1, round(length / piece))
    return [(length * i / count, length * (i + 1) / count) for i in range(count)]


def _door(rng: np.random.Generator, hole: Opening, style: FacadeStyle) -> Surfels:
    """A panelled door in its recess, with reveals and a flush threshold."""
    tone = np.asarray([(0.16, 0.05, 0.04), (0.05, 0.12, 0.08), (0.06, 0.08, 0.16), (0.2, 0.13, 0.07)][
        int(rng.random() * 4)
    ])  # fmt: skip
    width, height, depth = hole.width, hole.height, RECESS_M

    def panels(u: Floats, v: Floats) -> Floats:
        across, up = np.abs(u - width / 2), np.mod(v - 0.1, 0.75)
        groove = (np.abs(across - 0.12) < 0.02) | (np.abs(across - 0.42) < 0.02) | (np.abs(up - 0.08) < 0.02)
        return np.broadcast_to(tone, (len(u), 3)) * (1.0 - 0.4 * groove)[:, None]

    leaf = rectangle(rng, (-depth, 0, 0), (0, width, 0), (0, 0, height), panels, spacing=0.055)
    paint = mottled(tuple(0.55 * c + 0.15 for c in style.tone), 0.06)
    sides = [
        rectangle(rng, (-depth, 0, 0), (0, 0, height), (depth, 0, 0), paint, spacing=0.12, inset=0.5),
        rectangle(rng, (-depth, width, 0), (depth, 0, 0), (0, 0, height), paint, spacing=0.12, inset=0.5),
        rectangle(rng, (-depth, 0, height), (0, width, 0), (depth, 0, 0), paint, spacing=0.12, inset=0.5),
    ]
    handle = strips([(-depth + 0.03, width - 0.16, 1.0)], [(-depth + 0.03, width - 0.16, 1.16)], 0.014,
                    (0.5, 0.48, 0.42), normal=(1, 0, 0), overlap=0.45)  # fmt: skip
    return join_surfels([leaf, *sides, handle]).moved(0.0, hole.y, hole.z)


def _trims(rng: np.random.Generator, width: float, height: float, style: FacadeStyle, far: bool) -> list[Surfels]:
    """Cornice, bands between storeys, and the plinth."""
    stone = mottled((0.46, 0.45, 0.42), 0.1)
    parts = [box(rng, (0.06, width / 2, height - 0.12), (0.16, width / 2, 0.12), stone, spacing=0.3, bottom=True)]
    if not far:
        parts.append(_quoins(rng, width, height, style))
    if style.roof == "tiled":
        parts.append(_tiled_roof(rng, width, height, style))
    if far:
        return parts
    z = 3.7 if style.ground_floor in ("shop", "arcade") else style.storey_m
    tone = tuple(0.6 * c + 0.18 for c in style.tone)
    while z < height - 1.0:
        parts.append(_band(width, z, 0.05, tone))
        z += style.storey_m
    return parts


def _on_plinth(material: Material) -> Material:
    """The wall's material above a plinth of dark stone."""

    def stacked(u: Floats, v: Floats) -> Floats:
        stone = np.outer(0.20 + 0.06 * hash01(np.floor(u / 0.7), np.zeros_like(u), 3), (1.0, 0.98, 0.94))
        return np.where((v < 0.32)[:, None], stone, material(u, v))

    return stacked


def _quoins(rng: np.random.Generator, width: float, height: float, style: FacadeStyle) -> Surfels:
    """Corner stones at both ends: they keep the edges of the wall crisp."""
    rows = np.arange(max(1, int(height / 0.36)))
    z = np.tile(rows * (height / len(rows)), 2)
    y = np.repeat([0.055, width - 0.055], len(rows))
    zero, step = np.zeros_like(z), height / len(rows)
    tone = (0.55 * np.asarray(style.tone) + 0.14) * (0.85 + 0.25 * rng.random((len(z), 1)))
    return strips(
        np.stack([zero, y, z], 1), np.stack([zero, y, z + step], 1), 0.05, tone, normal=(1, 0, 0), opacity=0.97,
        overlap=0.48, lift=0.012,
    )  # fmt: skip


def _tiled_roof(rng: np.random.Generator, width: float, height: float, style: FacadeStyle) -> Surfels:
    """The near slope of a pitched roof, in rows of tiles, and the triangles of wall under its ends."""
    tone = ((0.30, 0.12, 0.08), (0.22, 0.11, 0.09), (0.13, 0.13, 0.14))[int(rng.random() * 3)]

    def tiles(u: Floats, v: Floats) -> Floats:
        shade = 0.75 + 0.4 * hash01(np.floor(u / 0.3), np.floor(v / 0.33), 8)
        return np.outer(shade * (1.0 - 0.3 * (np.mod(v, 0.33) < 0.08)), tone)

    eaves, slope = (0.30, 0.0, height + 0.02), (-3.6, 0.0, 2.3)
    cover = rectangle(rng, eaves, (0.0, width, 0.0), slope, tiles, spacing=0.3)
    wall = plaster(tuple(0.75 * c + 0.06 for c in style.tone))
    ends = [
        rectangle(rng, (-3.3, 0.03, height), (3.4, 0, 0), (0, 0, 2.2), wall, spacing=0.22),
        rectangle(rng, (0.1, width - 0.03, height), (-3.4, 0, 0), (0, 0, 2.2), wall, spacing=0.22),
    ]
    under = [kept(end, (end.centres[:, 2] - height) < (0.12 - end.centres[:, 0]) * 2.3 / 3.6) for end in ends]
    return join_surfels([cover, *under])


def _band(width: float, z: float, half: float, tone: ArrayLike) -> Surfels:
    y = np.array(_pieces(width, 0.6))
    zero, level = np.zeros(len(y)), np.full(len(y), z)
    return strips(
        np.stack([zero, y[:, 0], level], 1), np.stack([zero, y[:, 1], level], 1), half, tone, normal=(1, 0, 0),
        lift=0.02, opacity=0.95, overlap=0.5,
    )  # fmt: skip


def _shop_signs(rng: np.random.Generator, width: float, style: FacadeStyle) -> list[Surfels]:
    """The fascia over a shop front with a hint of lettering, and an awning where the style has one."""
    accent = np.asarray(style.accent)
    board = rectangle(rng, (0.05, 0, 3.02), (0, width, 0), (0, 0, 0.52), mottled(style.accent, 0.1), spacing=0.11)
    letters = []
    at = 0.3 * width
    while at < 0.7 * width:
        wide = 0.10 + 0.12 * rng.random()
        low, high = 3.18, 3.30 + 0.12 * rng.random()
        letters.append(((0.07, at, low), (0.07, at + wide * 0.3, high)))
        letters.append(((0.07, at, low + 0.05), (0.07, at + wide, low + 0.05)))
        at += wide + 0.08
    starts, ends = [a for a, _ in letters], [b for _, b in letters]
    parts = [board, strips(starts, ends, 0.018, 0.75 - 0.3 * accent, normal=(1, 0, 0), overlap=0.45)]
    if style.awnings:
        cloth = stripes(0.06 + 0.8 * accent, (0.50, 0.48, 0.44), 0.5)
        parts.append(rectangle(rng, (1.05, 0.1, 2.45), (0, width - 0.2, 0), (-1.0, 0, 0.5), cloth, spacing=0.10))
        parts.append(rectangle(rng, (1.05, 0.1, 2.27), (0, width - 0.2, 0), (0, 0, 0.18), cloth, spacing=0.09))
    return parts


def _awning_shade(width: float) -> Solid:
    vertices = np.array([[1.05, 0.1, 2.45], [1.05, width - 0.1, 2.45], [0.05, width - 0.1, 2.95], [0.05, 0.1, 2.95]])
    return Solid(vertices, np.array([[0, 1, 2], [0, 2, 3]]))


def building(
    rng: np.random.Generator,
    bounds: tuple[float, float, float, float],
    height: float,
    style: FacadeStyle,
    *,
    seen: str = "NESW",
    far: bool = False,
) -> Part:
    """A block over ``bounds`` (x0, y0, x1, y1) in the world frame.

    Its sides named in ``seen`` (compass letters, north is +y) are facades; the others are left out.
    """
    x0, y0, x1, y1 = bounds
    sides = {
        "E": ((x1, y0), 0.0, y1 - y0),
        "N": ((x1, y1), math.pi / 2, x1 - x0),
        "W": ((x0, y1), math.pi, y1 - y0),
        "S": ((x0, y0), -math.pi / 2, x1 - x0),
    }
    parts = []
    for letter in seen:
        (x, y), yaw, width = sides[letter]
        parts.append(facade(rng, width, height, style, far=far).moved(x, y, 0.0, yaw))
    solid = box_solid(((x0 + x1) / 2, (y0 + y1) / 2, height / 2), ((x1 - x0) / 2, (y1 - y0) / 2, height / 2))
    return Part(
        surfels=tuple(s for part in parts for s in part.surfels),
        solids=(solid,),
        shades=tuple(s for part in parts for s in part.shades),
    )


def random_style(rng: np.random.Generator, ground_floor: str | None = None) -> FacadeStyle:
    """A facade style of a European street, drawn at random."""
    walls: list[tuple[str, tuple[float, float, float]]] = [
        ("plaster", (0.58, 0.50, 0.38)), ("plaster", (0.52, 0.53, 0.52)), ("plaster", (0.60, 0.44, 0.33)),
        ("plaster", (0.62, 0.58, 0.50)), ("plaster", (0.44, 0.50, 0.52)), ("brick", (0.36, 0.15, 0.10)),
        ("brick", (0.40, 0.24, 0.15)), ("brick", (0.33, 0.13, 0.095)), ("brick", (0.44, 0.36, 0.26)),
        ("concrete", (0.42, 0.415, 0.40)), ("concrete", (0.36, 0.36, 0.37)),
    ]  # fmt: skip
    accents = [(0.40, 0.05, 0.045), (0.05, 0.2, 0.12), (0.06, 0.11, 0.3), (0.46, 0.29, 0.06), (0.06, 0.06, 0.065)]
    wall, tone = walls[int(rng.random() * len(walls))]
    floor = ground_floor or ("windows", "shop", "windows", "shop", "arcade")[int(rng.random() * 5)]
    return FacadeStyle(
        wall=wall,
        tone=tone,
        frame=(0.72, 0.71, 0.68) if rng.random() < 0.6 else (0.06, 0.06, 0.065),
        ground_floor=floor,
        window=(0.95 + 0.4 * rng.random(), 1.45 + 0.35 * rng.random()),
        storey_m=2.95 + 0.5 * rng.random(),
        bay_m=2.2 + 0.9 * rng.random(),
        accent=accents[int(rng.random() * len(accents))],
        awnings=rng.random() < 0.5,
        roof="tiled" if wall != "concrete" and rng.random() < 0.5 else "flat",
    )
