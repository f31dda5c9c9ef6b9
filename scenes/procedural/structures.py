"""Things that are built into a place: fountains, kiosks, stalls, canopies, walls, fences, planters."""

from __future__ import annotations

import numpy as np

from navbench_gs.splats.surfels import (
    Floats,
    Material,
    Surfels,
    box,
    cylinder,
    rectangle,
    sheet,
    strips,
    surfels,
    unit,
)
from scenes.procedural.materials import concrete, earth, mottled, planks, stripes
from scenes.procedural.noise import hash01, value_noise
from scenes.procedural.part import FOLIAGE, GLASS, Part, Solid, box_solid, prism_solid

STONE = (0.46, 0.45, 0.42)
DARK_METAL = (0.06, 0.065, 0.065)


def low_wall(rng: np.random.Generator, length: float, height: float, depth: float, material: Material) -> Part:
    """A free-standing wall along y with a coping stone, its broad sides facing +x and -x."""
    half = (depth / 2, length / 2, height / 2)
    seen = (
        box(rng, (0, 0, height / 2), half, material, spacing=0.11),
        box(rng, (0, 0, height), (half[0] + 0.025, half[1] + 0.02, 0.04), mottled(STONE), spacing=0.13),
    )
    return Part(surfels=seen, solids=(box_solid((0, 0, height / 2), half),))


def planter(rng: np.random.Generator, length: float, depth: float, height: float, *, planted: float = 0.5) -> Part:
    """A raised bed along y full of shrubs up to ``planted`` above its rim."""
    hx, hy, rim = depth / 2, length / 2, 0.14
    stone = concrete(STONE, 6 + int(rng.random() * 90), (1.2, 2.0))
    seen = [box(rng, (0, 0, height / 2), (hx, hy, height / 2), stone, spacing=0.09)]
    soil = (-hx + rim, -hy + rim, height + 0.006)
    seen.append(rectangle(rng, soil, (depth - 2 * rim, 0, 0), (0, length - 2 * rim, 0), earth(), spacing=0.11))
    seen.append(shrubbery(rng, (depth - 2 * rim, length - 2 * rim, planted), height))
    return Part(surfels=tuple(seen), solids=(box_solid((0, 0, height / 2), (hx, hy, height / 2)),))


def shrubbery(rng: np.random.Generator, size: tuple[float, float, float], z: float, density: float = 260.0) -> Surfels:
    """Leaves filling mounds over a rectangle of ``size`` (x, y, height) from height ``z`` up, ``density`` per m2."""
    count = int(density * size[0] * size[1] * (0.6 + size[2]))
    x, y = (rng.random(count) - 0.5) * size[0], (rng.random(count) - 0.5) * size[1]
    mound = 0.35 + 0.65 * value_noise(x * 1.6 + 31.0, y * 1.6, 71)
    up = np.sqrt(rng.random(count))
    centres = np.stack([x, y, z + size[2] * mound * up], axis=1)
    normals = unit(np.stack([rng.random(count) - 0.5, rng.random(count) - 0.5, 0.15 + 0.8 * rng.random(count)], axis=1))
    tangents = unit(np.cross(normals, np.stack([rng.random(count) - 0.5, rng.random(count), 0.3 + 0 * x], axis=1)))
    kindred = hash01(np.floor(x * 1.3), np.floor(y * 1.3), 9)
    greens = np.stack([0.06 + 0.09 * kindred, 0.15 + 0.06 * kindred, 0.04 + 0.02 * kindred], axis=1)
    bloom = (rng.random(count) < 0.05) & (up > 0.8)
    albedo = np.where(bloom[:, None], (0.55, 0.25, 0.35), greens * (0.45 + 0.75 * up)[:, None])
    sizes = np.stack(
        [0.035 + 0.03 * rng.random(count), 0.022 + 0.02 * rng.random(count), np.full(count, 0.004)], axis=1
    )
    return surfels(centres, tangents, np.cross(normals, tangents), sizes, albedo, 0.93, FOLIAGE)


def fountain(rng: np.random.Generator, radius: float) -> Part:
    """A round basin with a stepped rim, still water and a bowl on a pillar."""
    stone = concrete(STONE, 8 + int(rng.random() * 90), (9.0, 9.0))

    def around(u: Floats, v: Floats) -> Floats:
        return stone(u * 2 * np.pi * radius, v * 0.5)

    def rim(u: Floats, v: Floats) -> Floats:
        r = radius - 0.34 * (1 - v)
        return np.stack([r * np.cos(2 * np.pi * u), r * np.sin(2 * np.pi * u), np.full_like(u, 0.5)], axis=1)

    def water(u: Floats, v: Floats) -> Floats:
        r = (radius - 0.3) * np.sqrt(v)
        return np.stack([r * np.cos(2 * np.pi * u), r * np.sin(2 * np.pi * u), np.full_like(u, 0.36)], axis=1)

    turns = int(2 * np.pi * radius / 0.1)
    seen = (
        cylinder(rng, (0, 0, 0), radius, 0.5, around, spacing=0.1),
        sheet(rng, rim, turns, 4, lambda u, v: around(u, v) * 1.15, flip=True),
        sheet(
            rng, water, int(turns * 0.8), int(radius / 0.13), mottled((0.05, 0.11, 0.12), 0.5), kind=GLASS, flip=True
        ),
        cylinder(rng, (0, 0, 0.3), 0.26, 1.3, mottled(STONE, 0.2), spacing=0.08, top_radius=0.17),
        cylinder(rng, (0, 0, 1.5), 0.2, 0.35, mottled(STONE, 0.2), spacing=0.09, top_radius=0.95, capped=True),
    )
    solids = (prism_solid((0, 0, 0), radius, 0.5, 20), prism_solid((0, 0, 0.5), 0.24, 1.3))
    return Part(surfels=seen, solids=solids, shades=(prism_solid((0, 0, 1.6), 0.9, 0.25),))


def kiosk(rng: np.random.Generator, width: float, depth: float) -> Part:
    """A small pavilion that sells something: panels, a lit hatch in front, a flat roof that overhangs."""
    tone = ((0.08, 0.20, 0.14), (0.30, 0.06, 0.05), (0.09, 0.13, 0.25), (0.45, 0.40, 0.30))[int(rng.random() * 4)]
    hx, hy, height = depth / 2, width / 2, 2.6

    def panels(u: Floats, v: Floats) -> Floats:
        groove = (np.mod(u, 0.9) < 0.04) | (np.abs(v - 0.6) < 0.02)
        return mottled(tone, 0.1)(u, v) * (1.0 - 0.45 * groove)[:, None]

    walls = box(rng, (0, 0, height / 2), (hx, hy, height / 2), panels, spacing=0.09)
    hatch_w = width * 0.7

    def goods(u: Floats, v: Floats) -> Floats:
        lot = hash01(np.floor(u * 4.5), np.floor(v * 4.5), 5)
        lit = np.stack(
            [0.25 + 0.4 * lot, 0.22 + 0.2 * hash01(np.floor(u * 4.5), np.floor(v * 4.5), 6), 0.12 + 0 * lot], 1
        )
        return np.where((lot > 0.3)[:, None], lit, 0.06)

    hatch = rectangle(rng, (hx + 0.02, -hatch_w / 2, 0.95), (0, hatch_w, 0), (0, 0, 1.15), goods, spacing=0.08)
    counter = box(rng, (hx + 0.14, 0, 0.92), (0.16, hatch_w / 2, 0.035), planks(), spacing=0.08, bottom=True)
    roof = box(rng, (0, 0, height + 0.09), (hx + 0.4, hy + 0.3, 0.09), mottled(DARK_METAL), spacing=0.16, bottom=True)
    sign = rectangle(
        rng, (hx + 0.41, -hatch_w / 2, height), (0, hatch_w, 0), (0, 0, 0.3), mottled((0.7, 0.62, 0.4)), spacing=0.1
    )
    solids = (
        box_solid((0, 0, height / 2), (hx, hy, height / 2)),
        box_solid((hx + 0.14, 0, 0.46), (0.16, hatch_w / 2, 0.46)),
    )
    counter_front = rectangle(rng, (hx + 0.29, -hatch_w / 2, 0), (0, hatch_w, 0), (0, 0, 0.9), panels, spacing=0.09)
    shades = (box_solid((0, 0, height + 0.09), (hx + 0.4, hy + 0.3, 0.09)),)
    return Part(surfels=(walls, hatch, counter, counter_front, roof, sign), solids=solids, shades=shades)


def stall(rng: np.random.Generator, width: float = 2.4) -> Part:
    """A market stall: trestle with cloth, crates of fruit, four posts, a striped roof. It sells towards +x."""
    tones = ((0.45, 0.06, 0.05), (0.05, 0.25, 0.13), (0.07, 0.14, 0.38), (0.55, 0.36, 0.05), (0.38, 0.10, 0.22))
    tone = tones[int(rng.random() * len(tones))]
    hy = width / 2
    cloth = stripes(tone, (0.66, 0.64, 0.60), 0.48) if rng.random() < 0.6 else mottled(tone, 0.15)
    skirt = mottled(tuple(0.8 * c + 0.03 for c in tone), 0.25)
    seen = [
        box(rng, (0.35, 0, 0.42), (0.45, hy - 0.06, 0.42), skirt, spacing=0.10),
        rectangle(rng, (1.05, -hy - 0.1, 2.15), (0, width + 0.2, 0), (-1.1, 0, 0.42), cloth, spacing=0.10),
        rectangle(rng, (-0.05, -hy - 0.1, 2.57), (0, width + 0.2, 0), (-1.0, 0, -0.42), cloth, spacing=0.10),
        rectangle(rng, (1.05, -hy - 0.1, 1.97), (0, width + 0.2, 0), (0, 0, 0.18), cloth, spacing=0.085),
        rectangle(rng, (1.0, hy + 0.1, 2.12), (0, -width - 0.2, 0), (-1.05, 0, 0.42), skirt, spacing=0.14),
        _crates(rng, hy),
    ]
    posts = [(x, y) for x in (0.78, -0.85) for y in (-hy + 0.05, hy - 0.05)]
    starts = [(x, y, z) for x, y in posts for z in (0.0, 0.75, 1.5)]
    ends = [(x, y, z + 0.75) for x, y in posts for z in (0.0, 0.75, 1.5)]
    seen.append(strips(starts, ends, 0.024, (0.42, 0.40, 0.36), normal=(1, 0, 0), overlap=0.45, lift=0.0))
    solids = [box_solid((0.35, 0, 0.42), (0.45, hy - 0.06, 0.42))]
    solids += [prism_solid((x, y, 0), 0.03, 2.2, 5) for x, y in posts]
    if rng.random() < 0.75:
        back = (-0.7, (rng.random() - 0.5) * (hy - 0.4), 0.3)
        seen.append(box(rng, back, (0.22, 0.4, 0.3), planks((0.42, 0.30, 0.17)), spacing=0.08))
        solids.append(box_solid(back, (0.22, 0.4, 0.3)))
    roof = np.array(
        [
            [1.05, -hy, 2.15],
            [1.05, hy, 2.15],
            [-0.05, hy, 2.57],
            [-0.05, -hy, 2.57],
            [-1.05, hy, 2.15],
            [-1.05, -hy, 2.15],
        ]
    )
    shade = Solid(roof, np.array([[0, 1, 2], [0, 2, 3], [3, 2, 4], [3, 4, 5]]))
    return Part(surfels=tuple(seen), solids=tuple(solids), shades=(shade,))


def _crates(rng: np.random.Generator, half_width: float) -> Surfels:
    """Fruit in crates on a trestle: small round dabs, one colour a crate."""
    colours = np.array([(0.55, 0.08, 0.04), (0.60, 0.35, 0.03), (0.25, 0.42, 0.06), (0.60, 0.50, 0.08), (0.24, 0.07, 0.16),
                        (0.50, 0.20, 0.05), (0.12, 0.28, 0.05)])  # fmt: skip
    count = int(260 * half_width)
    x, y = -0.05 + 0.8 * rng.random(count), (rng.random(count) - 0.5) * 2 * (half_width - 0.12)
    crate = np.floor(y / 0.42) * 2 + np.floor((x + 0.05) / 0.41)
    pick = (hash01(crate, np.full(count, float(int(rng.random() * 1000))), 3) * len(colours)).astype(int)
    heap = 0.07 * (1 - (np.mod(y, 0.42) / 0.21 - 1) ** 2) + 0.04 * rng.random(count)
    normals = unit(np.stack([0.6 * (rng.random(count) - 0.2), 0.8 * (rng.random(count) - 0.5), np.ones(count)], axis=1))
    tangents = unit(np.cross(np.array([0.0, 1.0, 0.1]), normals))
    albedo = colours[pick] * (0.7 + 0.5 * rng.random(count))[:, None]
    centres = np.stack([x, y, 0.88 + heap + 0.08 * (0.4 - x)], axis=1)
    return surfels(centres, tangents, np.cross(normals, tangents), (0.032, 0.030, 0.008), albedo, 0.97)


def canopy(rng: np.random.Generator, length: float, depth: float, height: float) -> Part:
    """A roof along y on two rows of round columns."""
    count = max(2, round(length / 5.0) + 1)
    ys = np.linspace(-length / 2 + 0.6, length / 2 - 0.6, count)
    seen: list[Surfels] = []
    solids: list[Solid] = []
    for x in (-depth / 2 + 0.5, depth / 2 - 0.5):
        for y in ys:
            seen.append(cylinder(rng, (x, y, 0), 0.19, height, mottled((0.55, 0.55, 0.54), 0.12), spacing=0.09))
            solids.append(prism_solid((x, float(y), 0), 0.19, height))
    roof = ((0, 0, height + 0.2), (depth / 2, length / 2, 0.2))
    under = planks((0.40, 0.29, 0.18), width=0.3)
    seen.append(box(rng, *roof, mottled((0.42, 0.42, 0.42)), spacing=0.22))
    seen.append(rectangle(rng, (-depth / 2, -length / 2, height), (0, length, 0), (depth, 0, 0), under, spacing=0.16))
    return Part(surfels=tuple(seen), solids=tuple(solids), shades=(box_solid(*roof),))


def hoarding(rng: np.random.Generator, length: float, height: float = 2.1) -> Part:
    """A boarded fence along y, seen from both sides."""
    tone = ((0.30, 0.22, 0.13), (0.50, 0.50, 0.48), (0.10, 0.20, 0.28), (0.24, 0.30, 0.20))[int(rng.random() * 4)]
    boards = planks(tone, 23 + int(rng.random() * 90), 0.2)
    solid = box_solid((0, 0, height / 2), (0.04, length / 2, height / 2))
    return Part(
        surfels=(box(rng, (0, 0, height / 2), (0.04, length / 2, height / 2), boards, spacing=0.10),), solids=(solid,)
    )


def railing(length: float, height: float = 1.0, tone: tuple[float, float, float] = DARK_METAL) -> Part:
    """A metal railing along y: two rails, posts, and bars."""
    bars = max(2, round(length / 0.14))
    y = np.linspace(-length / 2, length / 2, bars + 1)
    low = np.stack([0 * y, y, np.full_like(y, 0.12)], axis=1)
    high = np.stack([0 * y, y, np.full_like(y, height)], axis=1)
    middle = (low + high) / 2
    starts = [low, middle, high[:-1], low[:-1]]
    ends = [middle, high, high[1:], low[1:]]
    thin = strips(np.concatenate(starts[:2]), np.concatenate(ends[:2]), 0.010, tone, normal=(1, 0, 0), overlap=0.5)
    rails = strips(np.concatenate(starts[2:]), np.concatenate(ends[2:]), 0.022, tone, normal=(1, 0, 0), overlap=0.6)
    slim = box_solid((0, 0, height / 2), (0.03, length / 2, height / 2))
    return Part(surfels=(thin, rails), solids=(slim,))


def shelter(rng: np.random.Generator, length: float = 4.0) -> Part:
    """A bus shelter open towards +x: glass back and sides, bench, roof, advertisement."""
    back, side = -0.65, length / 2
    glass: Material = mottled((0.16, 0.20, 0.21), 0.3)
    seen = [
        rectangle(rng, (back, -side, 0.25), (0, length, 0), (0, 0, 1.9), glass, spacing=0.15, kind=GLASS, opacity=0.75),
        rectangle(
            rng, (back - 0.02, side, 0.25), (0, -length, 0), (0, 0, 1.9), glass, spacing=0.15, kind=GLASS, opacity=0.75
        ),
        box(rng, (0, 0, 2.35), (0.85, side + 0.15, 0.07), mottled((0.3, 0.3, 0.3)), spacing=0.14, bottom=True),
        box(rng, (back + 0.3, 0, 0.46), (0.2, side - 0.5, 0.03), planks(), spacing=0.07, bottom=True),
        box(rng, (0.0, side, 1.2), (0.62, 0.06, 0.95), _poster(int(rng.random() * 1000)), spacing=0.08),
    ]
    frame = [(x, y) for x in (back, 0.6) for y in (-side, side)]
    seen.append(
        strips(
            [(x, y, z) for x, y in frame for z in (0.0, 0.8, 1.6)],
            [(x, y, z + 0.8) for x, y in frame for z in (0.0, 0.8, 1.6)],
            0.035, DARK_METAL, normal=(1, 0, 0), overlap=0.45, lift=0.0,
        )
    )  # fmt: skip
    solids = (
        box_solid((back, 0, 1.1), (0.05, side, 1.1)),
        box_solid((0, side, 1.1), (0.62, 0.06, 1.1)),
        box_solid((back + 0.3, 0, 0.25), (0.2, side - 0.5, 0.25)),
        prism_solid((0.6, -side, 0), 0.05, 2.3, 6),
    )
    return Part(surfels=tuple(seen), solids=solids, shades=(box_solid((0, 0, 2.35), (0.85, side + 0.15, 0.07)),))


def _poster(seed: int) -> Material:
    """A picture of large soft fields and a title."""
    lots = hash01(np.arange(6.0), np.full(6, float(seed)), 7)

    def material(u: Floats, v: Floats) -> Floats:
        bright = value_noise(u * 2.1, v * 1.7, seed) > 0.5
        tone = np.where(bright[:, None], 0.5 * lots[:3], 0.1 + 0.6 * lots[3:])
        return np.where(((v > 1.45) & (v < 1.6))[:, None], 0.75, tone)

    return material
