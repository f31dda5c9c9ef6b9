"""What is put onto a wall: cornices, corner stones, bands, roofs, shop signs, awnings."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from navbench_gs.splats.shapes import kept
from navbench_gs.splats.surfels import Floats, Surfels, box, join_surfels, rectangle, strips
from scenes.procedural.houses.style import FacadeStyle
from scenes.procedural.houses.windows import equal_pieces
from scenes.procedural.materials import mottled, plaster, stripes
from scenes.procedural.noise import hash01
from scenes.procedural.part import Solid


def trims(rng: np.random.Generator, width: float, height: float, style: FacadeStyle, far: bool) -> list[Surfels]:
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
    y = np.array(equal_pieces(width, 0.6))
    zero, level = np.zeros(len(y)), np.full(len(y), z)
    return strips(
        np.stack([zero, y[:, 0], level], 1), np.stack([zero, y[:, 1], level], 1), half, tone, normal=(1, 0, 0),
        lift=0.02, opacity=0.95, overlap=0.5,
    )  # fmt: skip


def shop_signs(rng: np.random.Generator, width: float, style: FacadeStyle) -> list[Surfels]:
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


def awning_shade(width: float) -> Solid:
    vertices = np.array([[1.05, 0.1, 2.45], [1.05, width - 0.1, 2.45], [0.05, width - 0.1, 2.95], [0.05, 0.1, 2.95]])
    return Solid(vertices, np.array([[0, 1, 2], [0, 2, 3]]))
