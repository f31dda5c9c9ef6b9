"""What is seen through a shop window: a shallow room with shelves, goods on display and ceiling lights."""

from __future__ import annotations

import numpy as np

from navbench_gs.splats.shapes import ellipsoid, loft
from navbench_gs.splats.surfels import Floats, Surfels, join_surfels, rectangle, surfels
from scenes.procedural.houses.style import Opening
from scenes.procedural.noise import hash01
from scenes.procedural.part import EMISSIVE, GLOW

DEPTH_M = 1.5
WALLS = ((0.42, 0.36, 0.28), (0.36, 0.37, 0.36), (0.40, 0.30, 0.22), (0.28, 0.33, 0.34), (0.44, 0.42, 0.38))
GOODS = (
    (0.50, 0.10, 0.07), (0.58, 0.38, 0.08), (0.10, 0.24, 0.42), (0.58, 0.54, 0.46), (0.12, 0.30, 0.14),
    (0.07, 0.07, 0.08), (0.50, 0.24, 0.30), (0.30, 0.19, 0.10),
)  # fmt: skip


def room_behind(rng: np.random.Generator, hole: Opening) -> Surfels:
    """The room behind one shop window or tall pane, facade frame: floor, sides, lights; shelves and goods in shops."""
    y0, z0, width, height = hole.y + 0.04, hole.z, hole.width - 0.08, hole.height
    tone = np.array(WALLS[int(rng.random() * len(WALLS))]) * (1.0 if rng.random() < 0.6 else 0.25 + 0.5 * rng.random())
    seed, shop = int(rng.random() * 1000), hole.kind == "shop"

    def shelves(u: Floats, v: Floats) -> Floats:
        board, slot = np.mod(v, 0.42) < 0.07, np.floor(u / (0.09 + 0.05 * (seed % 3)))
        pick = np.minimum((hash01(slot, np.floor(v / 0.42), seed) * 12).astype(int), len(GOODS))
        goods = np.array([*GOODS, tuple(tone)])[pick]
        empty = np.mod(v, 0.42) > 0.2 + 0.2 * hash01(slot, np.floor(v / 0.42), seed + 1)
        shade = np.where((board | empty)[:, None], tone * np.where(board, 0.5, 0.55)[:, None], goods)
        return np.where((v < 1.75)[:, None], shade, tone)

    def lined(u: Floats, v: Floats) -> Floats:
        return np.outer(np.where((np.mod(u, 1.2) < 0.12) | (v < 0.12), 0.45, 0.75 + 0.1 * (np.floor(v) % 2)), tone)

    def plain(level: float) -> object:
        return lambda u, v: np.broadcast_to(tone * level, (len(u), 3))

    back, floor = -DEPTH_M, 0.32 * tone + 0.03
    parts = [
        rectangle(rng, (back, y0, z0), (0, width, 0), (0, 0, height), shelves if shop else lined,
                  spacing=0.115 if shop else 0.2, kind=GLOW, inset=0.5),
        rectangle(rng, (back, y0, z0), (-back, 0, 0), (0, width, 0), lambda u, v: np.broadcast_to(floor, (len(u), 3)),
                  spacing=0.4, kind=GLOW, inset=0.5),
        rectangle(rng, (back, y0, z0 + height), (0, width, 0), (-back, 0, 0), plain(0.9), spacing=0.4, kind=GLOW),  # type: ignore[arg-type]
        rectangle(rng, (back, y0, z0), (0, 0, height), (-back, 0, 0), plain(0.7), spacing=0.4, kind=GLOW),  # type: ignore[arg-type]
        rectangle(rng, (back, y0 + width, z0), (-back, 0, 0), (0, 0, height), plain(0.7), spacing=0.4, kind=GLOW),  # type: ignore[arg-type]
    ]  # fmt: skip
    lights = max(1, int(width / 0.8))
    at = y0 + (np.arange(lights) + 0.5) * width / lights
    centres = np.stack([np.full(lights, -0.7), at, np.full(lights, z0 + height - 0.06)], axis=1)
    parts.append(surfels(centres, (0, 1, 0), (1, 0, 0), (0.10, 0.05, 0.01), (0.30, 0.28, 0.23), 0.98, EMISSIVE))
    if shop:
        parts.append(_display(rng, y0, z0, width))
    return join_surfels(parts)


def _display(rng: np.random.Generator, y0: float, z0: float, width: float) -> Surfels:
    """Boxes and cards on a step behind the glass, sometimes a dressed figure."""
    parts = []
    figure = rng.random() < 0.4
    count = int(width / 0.16)
    y = y0 + 0.1 + (width - 0.2) * rng.random(count)
    x = -0.25 - 0.35 * rng.random(count)
    tall = 0.06 + 0.10 * rng.random(count)
    colour = np.array(GOODS)[(rng.random(count) * len(GOODS)).astype(int)]
    wide = 0.04 + 0.05 * rng.random(count)
    sizes = np.stack([wide, tall, np.full(count, 0.03)], axis=1)
    parts.append(surfels(np.stack([x, y, z0 + 0.12 + tall], 1), (0, 1, 0), (0, 0, 1), sizes, colour * 1.1, 0.97, GLOW))
    if figure:
        at = y0 + width * (0.25 + 0.5 * rng.random())
        dress = GOODS[int(rng.random() * len(GOODS))]
        coat = loft(
            rng, [(0.5, 0.10, 0.16), (0.9, 0.09, 0.13), (1.25, 0.11, 0.20), (1.38, 0.06, 0.08)], dress, spacing=0.10,
            kind=GLOW,
        )  # fmt: skip
        head = ellipsoid(rng, (0, 0, 1.52), (0.08, 0.07, 0.11), (0.55, 0.45, 0.36), spacing=0.10, kind=GLOW)
        parts.append(join_surfels([coat, head]).moved(-0.5, at, z0 + 0.05))
    return join_surfels(parts)
