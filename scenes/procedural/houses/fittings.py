"""What hangs on house walls: pipes, boxes, plates, posters, lamps, cables, shutters, flower boxes, stains, chimneys."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from navbench_gs.splats.shapes import bent_rod, ellipsoid, pigment, toned
from navbench_gs.splats.surfels import Floats, Surfels, box, flat_colour, join_surfels, rectangle, strips, surfels
from scenes.procedural.houses.style import FacadeStyle, Opening
from scenes.procedural.noise import hash01
from scenes.procedural.part import FOLIAGE, GLOW, Lamp

SHUTTERS = tuple(map(pigment, ("#3f5a4a", "#5b6f82", "#7a3b30", "#c9c2b2", "#4a4038")))
METALS = tuple(map(pigment, ("#6f7377", "#8a8378", "#4f3a2c")))


def fittings(
    rng: np.random.Generator, width: float, height: float, style: FacadeStyle, openings: Sequence[Opening]
) -> tuple[list[Surfels], list[Lamp]]:
    """Everything that hangs on one near facade, and the lamps among it."""
    parts = [*_downpipe(rng, width, height), *_wall_boxes(rng, width, openings), *_stains(rng, width, height, openings)]
    parts += _shutters(rng, openings) if style.wall == "plaster" and rng.random() < 0.45 else []
    parts += _flower_boxes(rng, openings) if rng.random() < 0.5 else []
    parts += _posters(rng, width, openings)
    if style.roof == "flat" and rng.random() < 0.7:
        parts += _chimneys(rng, width, height)
    lamps: list[Lamp] = []
    for hole in openings:
        if hole.kind == "door":
            parts += _door_lamp(rng, hole)
            lamps.append(Lamp(0.35, hole.y + hole.width / 2, 2.5, 0.16))
        elif hole.kind == "shop":
            lamps.append(Lamp(0.9, hole.y + hole.width / 2, 1.6, 0.22))
        elif hole.kind == "hall":
            lamps.append(Lamp(0.8, hole.y + hole.width / 2, 1.8, 0.16))
    return parts, lamps


def _free(openings: Sequence[Opening], y0: float, y1: float, z0: float, z1: float) -> bool:
    """Whether a patch of wall has no opening."""
    return not any(y1 > o.y - 0.08 and y0 < o.y + o.width + 0.08 and z1 > o.z and z0 < o.z + o.height for o in openings)


def _downpipe(rng: np.random.Generator, width: float, height: float) -> list[Surfels]:
    """A rain pipe with clamps near one end of the wall."""
    y = 0.18 if rng.random() < 0.5 else width - 0.18
    metal = METALS[int(rng.random() * 3)]
    pipe = bent_rod([(0.06, y, 0.02), (0.06, y, height - 0.3)], 0.042, metal, spacing=0.45)
    clamps = np.arange(0.6, height - 0.5, 1.6)
    zero, dark = np.zeros_like(clamps), tuple(0.6 * c for c in metal)
    left, right = (np.stack([zero + 0.10, zero + y + side * 0.055, clamps], axis=1) for side in (-1, 1))
    rings = strips(left, right, 0.02, dark, normal=(1, 0, 0))
    return [pipe, rings]


def _wall_boxes(rng: np.random.Generator, width: float, openings: Sequence[Opening]) -> list[Surfels]:
    """Meter cupboards, vents, letter boxes, house numbers and a street name, wherever there is free wall."""
    parts: list[Surfels] = []
    kinds = (
        (0.30, 0.42, 0.05, 0.9, "#8d918f"), (0.16, 0.16, 0.02, 0.45, "#55575a"), (0.26, 0.20, 0.06, 1.25, "#3a4a5e"),
        (0.13, 0.13, 0.015, 2.05, "#25406b"), (0.42, 0.14, 0.015, 2.75, "#24507a"), (0.50, 0.62, 0.06, 0.65, "#9a958a"),
        (0.10, 0.22, 0.02, 1.4, "#b0b2b2"),
    )  # fmt: skip
    for _ in range(3 + int(width / 3.0)):
        wide, tall, deep, z, tone = kinds[int(rng.random() * len(kinds))]
        y = 0.4 + rng.random() * max(width - 0.8 - wide, 0.1)
        if not _free(openings, y, y + wide, z, z + tall):
            continue
        colour = pigment(tone)
        case = rectangle(rng, (deep, y, z), (0, wide, 0), (0, 0, tall), flat_colour(*colour), spacing=0.085, inset=0.5)
        edge = [(deep, y, z), (deep, y + wide, z), (deep, y + wide, z + tall), (deep, y, z + tall)]
        rim = bent_rod(edge, 0.010, toned(colour, 0.55), spacing=0.2, closed=True)
        shadow = surfels(
            [(0.012, y + wide / 2, z - 0.05)],
            (0, 1, 0),
            (0, 0, 1),
            (0.42 * wide, 0.05, 0.004),
            (0.02, 0.02, 0.02),
            0.35,
        )
        parts += [case, rim, shadow]
    return parts


def _stains(rng: np.random.Generator, width: float, height: float, openings: Sequence[Opening]) -> list[Surfels]:
    """Faint dark streaks under sills, splashes along the foot of the wall, spalls and hairline cracks."""
    sills = [o for o in openings if o.kind == "window" and rng.random() < 0.7]
    y = np.array([o.y + o.width * side for o in sills for side in (0.06, 0.94)])
    z = np.array([o.z - 0.45 for o in sills for _ in range(2)])
    parts = []
    if len(y):
        long = 0.20 + 0.16 * rng.random(len(y))
        sizes = np.stack([np.full(len(y), 0.045), long, np.full(len(y), 0.003)], axis=1)
        centres = np.stack([np.full(len(y), 0.012), y, z - 0.2 * rng.random(len(y))], axis=1)
        parts.append(surfels(centres, (0, 1, 0), (0, 0, 1), sizes, (0.05, 0.047, 0.04), 0.30))
    count = int(2.2 * width)
    sizes = np.stack([0.12 + 0.2 * rng.random(count), 0.05 + 0.07 * rng.random(count), np.full(count, 0.003)], axis=1)
    foot = np.stack([np.full(count, 0.012), width * rng.random(count), 0.10 * rng.random(count)], axis=1)
    parts.append(surfels(foot, (0, 1, 0), (0, 0, 1), sizes, (0.05, 0.048, 0.042), 0.32))
    spots = int(9 * width)
    sy, sz = width * rng.random(spots), 2.4 * rng.random(spots)
    clear = np.array([_free(openings, a, a, b, b) for a, b in zip(sy, sz, strict=True)], dtype=bool)
    sy, sz = sy[clear], sz[clear]
    size = 0.008 + 0.02 * rng.random(len(sy)) ** 3
    tone = np.where(rng.random((len(sy), 1)) < 0.6, 0.10, 0.48)
    sizes = np.stack([size, 0.7 * size, np.full(len(sy), 0.003)], axis=1)
    parts.append(surfels(np.stack([np.full(len(sy), 0.015), sy, sz], 1), (0, 1, 0), (0, 0, 1), sizes, tone, 0.6))
    return parts


def _shutters(rng: np.random.Generator, openings: Sequence[Opening]) -> list[Surfels]:
    """Painted boards on both sides of the windows."""
    colour = SHUTTERS[int(rng.random() * len(SHUTTERS))]
    parts = []
    for o in openings:
        if o.kind != "window" or rng.random() < 0.12:
            continue
        for y in (o.y - 0.46, o.y + o.width + 0.04):

            def slats(u: Floats, v: Floats) -> Floats:
                return np.outer(0.75 + 0.35 * hash01(np.floor(v / 0.2), np.zeros_like(v), 5), colour)

            leaf = rectangle(rng, (0.035, y, o.z), (0, 0.42, 0), (0, 0, o.height), slats, spacing=0.2, inset=0.5)
            edge = [(0.04, y, o.z), (0.04, y + 0.42, o.z), (0.04, y + 0.42, o.z + o.height), (0.04, y, o.z + o.height)]
            parts += [leaf, bent_rod(edge, 0.016, toned(colour, 0.7), spacing=0.6, closed=True)]
    return parts


def _flower_boxes(rng: np.random.Generator, openings: Sequence[Opening]) -> list[Surfels]:
    """Boxes with flowers on some sills of upper floors."""
    parts = []
    bloom = np.array([(0.55, 0.08, 0.10), (0.6, 0.3, 0.4), (0.62, 0.58, 0.52)][int(rng.random() * 3)])
    for o in openings:
        if o.kind != "window" or o.z < 2.5 or rng.random() < 0.55:
            continue
        count = int(42 * o.width)
        spot = rng.random((count, 3))
        centres = np.stack(
            [0.03 + 0.18 * spot[:, 0], o.y + o.width * spot[:, 1], o.z + 0.05 + 0.30 * spot[:, 2]], axis=1
        )
        flower = rng.random(count) < 0.35
        green = np.array([0.07, 0.15, 0.05]) * (0.6 + 0.8 * rng.random((count, 1)))
        colour = np.where(flower[:, None], bloom, green)
        parts.append(surfels(centres, (0, 1, 0), (0, 0, 1), (0.04, 0.035, 0.01), colour, 0.93, FOLIAGE))
        parts.append(
            box(rng, (0.13, o.y + o.width / 2, o.z + 0.02), (0.09, o.width / 2, 0.08), flat_colour(0.16, 0.07, 0.045),
                spacing=0.3, bottom=True)
        )  # fmt: skip
    return parts


def _posters(rng: np.random.Generator, width: float, openings: Sequence[Opening]) -> list[Surfels]:
    """A few bills pasted side by side where there is free wall, or paint somebody sprayed there."""
    parts: list[Surfels] = []
    if rng.random() < 0.45:
        return parts
    y, z, kind = 0.5 + rng.random() * max(width - 3.0, 0.2), 0.95 + 0.3 * rng.random(), rng.random()
    count = 1 + int(rng.random() * 4)
    for k in range(count):
        left = y + 0.50 * k
        if not _free(openings, left, left + 0.46, z, z + 0.66) or left + 0.5 > width:
            continue
        hue, seed = np.array([0.12 + 0.5 * rng.random() for _ in range(3)]), int(rng.random() * 1000)
        if kind < 0.7:

            def bill(u: Floats, v: Floats, hue: Floats = hue, seed: int = seed) -> Floats:
                lines = hash01(np.floor(v / 0.06), np.zeros_like(v), seed) > 0.6
                picture = (v > 0.28) & (np.hypot(u - 0.22, v - 0.44) < 0.14)
                tone = np.where((lines & (v < 0.26) & (np.abs(u - 0.22) < 0.17))[:, None], 0.08, hue)
                return np.where(picture[:, None], 0.75 - hue, tone)

            parts.append(
                rectangle(rng, (0.025, left, z), (0, 0.44, 0), (0, 0, 0.62), bill, spacing=0.06, inset=0.5, jitter=0.05)
            )
        else:
            turn = np.cumsum(1.6 * (rng.random(14) - 0.5)) + 0.3
            line = np.stack([np.full(15, 0.02), np.concatenate([[0.0], np.cumsum(0.055 * np.cos(turn))]),
                             np.concatenate([[0.0], np.cumsum(0.085 * np.sin(2.1 * turn))])], axis=1)  # fmt: skip
            line[:, 1] = np.clip(line[:, 1] + left, 0.1, width - 0.1)
            line[:, 2] = np.clip(line[:, 2] + z + 0.3, 0.3, 2.2)
            parts.append(strips(line[:-1], line[1:], 0.022, hue, normal=(1, 0, 0), opacity=0.9, overlap=0.5))
    return parts


def _chimneys(rng: np.random.Generator, width: float, height: float) -> list[Surfels]:
    """Chimneys, pipes and an aerial that break the line of a flat roof."""
    parts = []
    for _ in range(1 + int(rng.random() * 2)):
        y, tall = 0.8 + rng.random() * max(width - 1.6, 0.1), 0.7 + 0.8 * rng.random()
        tone = flat_colour(*pigment(("#8a5a45", "#a09a90", "#6f6a66")[int(rng.random() * 3)]))
        parts.append(box(rng, (-1.0, y, height + tall / 2), (0.28, 0.36, tall / 2), tone, spacing=0.24))
    if rng.random() < 0.6:
        y = 0.8 + rng.random() * max(width - 1.6, 0.1)
        parts.append(bent_rod([(-0.8, y, height), (-0.8, y, height + 2.0)], 0.022, METALS[0], spacing=0.7))
        for k in range(4):
            z = height + 1.2 + 0.2 * k
            parts.append(bent_rod([(-0.8, y - 0.4, z), (-0.8, y + 0.4, z)], 0.014, METALS[0], spacing=0.5))
    return parts


def _door_lamp(rng: np.random.Generator, hole: Opening) -> list[Surfels]:
    """A lamp over a door, a doorbell plate beside it and a mat of worn stone before it."""
    middle = hole.y + hole.width / 2
    globe = ellipsoid(rng, (0.12, middle, 2.56), (0.08, 0.09, 0.10), (0.72, 0.69, 0.6), spacing=0.08, kind=GLOW)
    plate = rectangle(
        rng, (0.02, hole.y - 0.22, 1.25), (0, 0.11, 0), (0, 0, 0.26), flat_colour(0.42, 0.41, 0.38), spacing=0.055
    )
    return [join_surfels([globe, plate])]
