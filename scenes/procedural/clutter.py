"""What gathers along walls and kerbs: cabinets, wheeled bins, bags, boxes, boards, crates, scooters, pots, machines.

Every function returns a :class:`Part` in its own frame (base at z = 0, centred on the origin, front +x, back at the
wall) and takes ``detail``: below 1 it makes fewer, larger surfels.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from navbench_gs.splats.shapes import (
    bent_rod,
    ellipsoid,
    hoop,
    loft,
    painted,
    pigment,
    tube,
    turned,
    weathered,
)
from navbench_gs.splats.surfels import Floats, Surfels, box, flat_colour, join_surfels, rectangle, surfels
from scenes.procedural.edges import box_edges
from scenes.procedural.materials import known
from scenes.procedural.noise import hash01
from scenes.procedural.part import GLOW, Part, box_solid, prism_solid
from scenes.procedural.vegetation import shrub

BLACK, STEEL, CARD = pigment("#1d1e20"), pigment("#8f9497"), pigment("#a8845a")


def cabinet(rng: np.random.Generator, *, detail: float = 1.0) -> Part:
    """A telecom or power cabinet with stickers and a vent; about 450 surfels."""
    half = (0.17 + 0.06 * rng.random(), 0.32 + 0.25 * rng.random(), 0.50 + 0.14 * rng.random())
    colour = np.array(pigment(("#6d7468", "#8b8d86", "#4f5a52", "#9a9584")[int(4 * rng.random())]))
    case = box(rng, (0, 0, half[2]), half, flat_colour(*colour), spacing=0.085 / detail)
    seed = int(1000 * rng.random())

    def worn(p: Floats) -> Floats:
        vent = (p[:, 0] > half[0] - 0.01) & (p[:, 2] > 1.55 * half[2]) & (np.mod(p[:, 2], 0.09) < 0.045)
        cell = hash01(np.floor(p[:, 1] / 0.17), np.floor(p[:, 2] / 0.2), seed)
        sticker = (p[:, 0] > half[0] - 0.01) & (cell > 0.86)
        hue = np.stack(
            [0.15 + 0.5 * (cell * 7 % 1), 0.15 + 0.5 * (cell * 13 % 1), 0.15 + 0.5 * (cell * 29 % 1)], axis=1
        )
        return np.where(vent[:, None], 0.3 * colour, np.where(sticker[:, None], hue, colour))

    seam = bent_rod([(half[0] + 0.004, 0, 0.06), (half[0] + 0.004, 0, 2 * half[2] - 0.05)], 0.008, BLACK, spacing=0.25)
    rim = box_edges((0, 0, half[2]), half, 0.010, tuple(0.7 * c for c in colour))
    return Part(
        surfels=(weathered(rng, join_surfels([painted(case, worn), seam, rim])),),
        solids=(box_solid((0, 0, half[2]), half),),
    )


def wheeled_bin(rng: np.random.Generator, *, detail: float = 1.0) -> Part:
    """A household waste bin on two wheels; about 400 surfels."""
    colour = pigment(("#3f4a3a", "#2d3a4a", "#4a3b2e", "#333638", "#54602f")[int(5 * rng.random())])
    lid = pigment(("#3f4a3a", "#2f5f95", "#c2a529", "#333638", "#7a3b2a")[int(5 * rng.random())])
    spacing = 0.085 / detail
    body = loft(rng, [(0.06, 0.20, 0.21), (0.92, 0.27, 0.27)], colour, spacing=spacing, squareness=7.0)
    cover = loft(
        rng, [(0.92, 0.30, 0.29), (0.98, 0.31, 0.30), (1.03, 0.26, 0.25), (1.04, 0.0, 0.0)], lid, spacing=spacing,
        squareness=7.0,
    )  # fmt: skip
    handle = bent_rod([(-0.33, -0.2, 0.95), (-0.33, 0.2, 0.95)], 0.02, BLACK, spacing=0.2)
    wheels = [hoop(rng, 0.10, 0.05, BLACK, spacing=0.08, width=0.05).moved(-0.22, s * 0.24, 0.10) for s in (-1, 1)]
    return Part(
        surfels=(weathered(rng, join_surfels([body, cover, handle, *wheels])),),
        solids=(box_solid((-0.02, 0, 0.52), (0.31, 0.30, 0.52)),),
    )


def bags(rng: np.random.Generator, *, detail: float = 1.0) -> Part:
    """Two to four full refuse bags leaning together; about 350 surfels."""
    parts, solids = [], []
    for k in range(2 + int(3 * rng.random())):
        colour = pigment(("#202226", "#26292e", "#3a4a6a", "#cfcabf")[min(3, int(4.4 * rng.random()))])
        x, y = -0.05 + 0.16 * (rng.random() - 0.5), 0.36 * (k - 1) + 0.1 * rng.random()
        r = 0.20 + 0.06 * rng.random()
        bag = ellipsoid(rng, (x, y, 0.9 * r), (r, r, 0.9 * r), colour, spacing=0.075 / detail)
        crumple = 0.65 + 0.7 * hash01(np.floor(bag.centres[:, 1] * 19), np.floor(bag.centres[:, 2] * 23), 4)
        bag = painted(bag, known(np.array(colour) * crumple[:, None]))
        knot = ellipsoid(rng, (x, y, 1.85 * r), (0.05, 0.05, 0.07), colour, spacing=0.06)
        parts += [bag, knot]
        solids.append(prism_solid((x, y, 0.0), 0.95 * r, 1.8 * r, 8))
    return Part(surfels=(join_surfels(parts),), solids=tuple(solids))


def cartons(rng: np.random.Generator, *, detail: float = 1.0) -> Part:
    """A stack of cardboard boxes put out; about 400 surfels."""
    parts, solids = [], []
    height = 0.0
    for _ in range(1 + int(3 * rng.random())):
        half = (0.16 + 0.07 * rng.random(), 0.20 + 0.12 * rng.random(), 0.10 + 0.08 * rng.random())
        shift = 0.06 * (rng.random() - 0.5)
        tone = np.array(CARD) * (0.8 + 0.3 * rng.random())
        case = box(rng, (0, shift, height + half[2]), half, flat_colour(*tone), spacing=0.08 / detail)
        tape = np.abs(case.centres[:, 1] - shift) < 0.035
        case = painted(case, known(np.where(tape[:, None], 0.7 * tone + 0.1, tone)))
        parts += [case, box_edges((0, shift, height + half[2]), half, 0.008, tuple(0.6 * tone))]
        solids.append(box_solid((0, shift, height + half[2]), half))
        height += 2 * half[2]
    return Part(surfels=(weathered(rng, join_surfels(parts)),), solids=tuple(solids))


def menu_board(rng: np.random.Generator, *, detail: float = 1.0) -> Part:
    """A folding board with chalk lines, seen from both sides; about 300 surfels."""
    seed = int(1000 * rng.random())
    wood = pigment(("#7a5a3c", "#2b2b2b", "#8a3a2c")[int(3 * rng.random())])
    parts: list[Surfels] = []
    for side in (-1.0, 1.0):

        def chalk(u: Floats, v: Floats) -> Floats:
            row = np.floor(v / 0.085)
            line = (np.mod(v, 0.085) < 0.04) & (hash01(np.floor(u / 0.05), row, seed) > 0.3) & (row > 1)
            line &= np.abs(u - 0.26) < 0.10 + 0.12 * hash01(row, np.zeros_like(row), seed + 1)
            return np.where(line[:, None], 0.62, 0.035)

        foot, top = 0.24 * side, 0.04 * side
        a, along = (foot, -0.26 * side, 0.05), (0, 0.52 * side, 0)
        up = (top - foot, 0.0, 0.87)
        parts.append(rectangle(rng, a, along, up, chalk, spacing=0.05 / detail, inset=0.5, jitter=0.05))
        ring = [(foot, -0.28, 0.0), (foot, 0.28, 0.0), (top, 0.28, 0.94), (top, -0.28, 0.94)]
        parts.append(bent_rod(ring, 0.02, wood, spacing=0.25, closed=True))
    return Part(surfels=(join_surfels(parts),), solids=(box_solid((0, 0, 0.47), (0.20, 0.28, 0.47)),))


def crates(rng: np.random.Generator, *, detail: float = 1.0) -> Part:
    """Plastic or wooden crates with bottles or fruit, stacked; about 500 surfels."""
    colour = pigment(("#b0362a", "#2f6f8f", "#8a6b42", "#4f7a3a", "#c49a2c")[int(5 * rng.random())])
    levels = 1 + int(3 * rng.random())
    half = (0.19, 0.29, 0.14)
    parts, solids = [], []
    for k in range(levels):
        z = 2 * half[2] * k
        case = box(rng, (0, 0, z + half[2]), half, flat_colour(*colour), spacing=0.08 / detail)
        slot = (np.mod(case.centres[:, 2] - z, 0.1) < 0.035) & (case.centres[:, 2] < z + 0.25)
        top = case.centres[:, 2] > z + 0.27
        fill = np.array(pigment(("#6b8f2e", "#c8321f", "#7a5a34")[int(3 * rng.random())]))
        slatted = np.array(colour) * np.where(slot, 0.35, 1.0)[:, None]
        case = painted(case, known(np.where(top[:, None], fill, slatted)))
        parts += [case, box_edges((0, 0, z + half[2]), half, 0.012, colour)]
        solids.append(box_solid((0, 0, z + half[2]), half))
    return Part(surfels=(weathered(rng, join_surfels(parts), grain=0.2),), solids=tuple(solids))


def kick_scooter(rng: np.random.Generator, *, detail: float = 1.0) -> Part:
    """A rental scooter standing along the wall; about 250 surfels."""
    colour = pigment(("#2fae8f", "#e8e8e6", "#d96a1e", "#2c2f33")[int(4 * rng.random())])
    deck = box(rng, (0, 0, 0.13), (0.07, 0.34, 0.025), flat_colour(*BLACK), spacing=0.07 / detail, bottom=True)
    stem = tube(rng, [(0, 0.38, 0.14), (0, 0.46, 1.08)], 0.028, colour, spacing=0.08 / detail, around=6)
    bar = bent_rod([(-0.22, 0.45, 1.08), (0.22, 0.45, 1.08)], 0.018, BLACK, spacing=0.11)
    tyres = [
        turned(hoop(rng, 0.11, 0.05, BLACK, spacing=0.07, width=0.05), 2, np.pi / 2).moved(0.0, y, 0.11)
        for y in (-0.42, 0.44)
    ]
    badge = box(rng, (0, 0.30, 0.17), (0.05, 0.05, 0.03), flat_colour(*colour), spacing=0.06)
    return Part(
        surfels=(join_surfels([deck, stem, bar, badge, *tyres]),),
        solids=(box_solid((0, 0, 0.14), (0.08, 0.53, 0.14)), box_solid((0, 0.43, 0.6), (0.22, 0.07, 0.5))),
    )


def pot(rng: np.random.Generator, *, detail: float = 1.0) -> Part:
    """A terracotta or glazed pot with a shrub; about 600 surfels."""
    colour = pigment(("#a85b3a", "#8f4a33", "#3f5a6a", "#c9c2b4")[int(4 * rng.random())])
    wall = loft(
        rng, [(0.0, 0.14, 0.14), (0.30, 0.21, 0.21), (0.34, 0.24, 0.24), (0.40, 0.24, 0.24), (0.38, 0.0, 0.0)], colour,
        spacing=0.065 / detail,
    )  # fmt: skip
    bloom = ("#c9405a", "#dfd6e6", "#e0b53c", None)[int(4 * rng.random())]
    bush = shrub(rng, radius_m=0.30, height_m=0.5 + 0.3 * rng.random(), bloom=bloom, detail=0.8 * detail)
    return Part(
        surfels=(weathered(rng, wall), *(s.moved(0, 0, 0.36) for s in bush.surfels)),
        solids=(prism_solid((0, 0, 0), 0.23, 0.8, 8),),
    )


def machine(rng: np.random.Generator, *, detail: float = 1.0) -> Part:
    """A ticket, cash or parcel machine with a screen that shines after dark; about 600 surfels."""
    half = (0.26, 0.40 + 0.25 * rng.random(), 0.90)
    colour = np.array(pigment(("#b5362c", "#27507f", "#d0b12c", "#7d8286")[int(4 * rng.random())]))
    case = box(rng, (0, 0, half[2]), half, flat_colour(*colour), spacing=0.09 / detail)

    def front(p: Floats) -> Floats:
        face = p[:, 0] > half[0] - 0.01
        door = face & (p[:, 2] < 0.85) & (np.mod(p[:, 2], 0.21) < 0.025)
        band = face & (p[:, 2] > 1.55)
        return np.where(door[:, None], 0.4 * colour, np.where(band[:, None], 0.25 * colour + 0.42, colour))

    screen = rectangle(
        rng, (half[0] + 0.012, -0.20, 1.05), (0, 0.40, 0), (0, 0, 0.30), flat_colour(0.20, 0.42, 0.52), spacing=0.07,
        kind=GLOW,
    )  # fmt: skip
    slot = bent_rod([(half[0] + 0.01, -0.12, 0.93), (half[0] + 0.01, 0.12, 0.93)], 0.018, BLACK, spacing=0.12)
    rim = box_edges((0, 0, half[2]), half, 0.012, tuple(0.6 * colour))
    return Part(
        surfels=(weathered(rng, join_surfels([painted(case, front), slot, rim])), screen),
        solids=(box_solid((0, 0, half[2]), half),),
    )


def cone(rng: np.random.Generator, *, detail: float = 1.0) -> Part:
    """A traffic cone; about 200 surfels."""
    body = loft(
        rng, [(0.04, 0.15, 0.15), (0.70, 0.03, 0.03), (0.71, 0.0, 0.0)], pigment("#d9541e"), spacing=0.05 / detail
    )
    white = (np.abs(body.centres[:, 2] - 0.30) < 0.06) | (np.abs(body.centres[:, 2] - 0.50) < 0.05)
    body = painted(body, lambda p: np.where(white[:, None], 0.75, body.albedo))
    foot = box(rng, (0, 0, 0.02), (0.19, 0.19, 0.02), flat_colour(*BLACK), spacing=0.1)
    return Part(surfels=(join_surfels([body, foot]),), solids=(prism_solid((0, 0, 0), 0.17, 0.7, 8),))


def drain(rng: np.random.Generator) -> Part:
    """An iron grating let into the gutter, along x; no body."""
    bars = np.arange(9) * 0.05 - 0.20
    zero = np.zeros(9)
    slots = surfels(
        np.stack([bars, zero, zero + 0.006], axis=1),
        (1, 0, 0),
        (0, 1, 0),
        (0.010, 0.12, 0.003),
        (0.012, 0.012, 0.012),
        0.95,
    )
    plate = surfels([(0.0, 0.0, 0.002)], (1, 0, 0), (0, 1, 0), (0.16, 0.11, 0.003), (0.10, 0.095, 0.09), 0.97)
    return Part(surfels=(join_surfels([plate, slots]),))


def stain(rng: np.random.Generator) -> Part:
    """Oil, a spill or tyre dust on the ground: faint large surfels; no body."""
    count = 5 + int(6 * rng.random())
    spot = 0.5 * (rng.random((count, 2)) - 0.5)
    size = 0.08 + 0.16 * rng.random(count)
    sizes = np.stack([size, 0.7 * size, np.full(count, 0.003)], axis=1)
    centres = np.column_stack([spot, np.full(count, 0.002)])
    return Part(surfels=(surfels(centres, (1, 0, 0), (0, 1, 0), sizes, (0.03, 0.029, 0.027), 0.28),))


AT_WALLS: dict[str, Callable[..., Part]] = {
    "cabinet": cabinet, "wheeled_bin": wheeled_bin, "bags": bags, "cartons": cartons, "menu_board": menu_board,
    "crates": crates, "kick_scooter": kick_scooter, "pot": pot, "machine": machine,
}  # fmt: skip
"""What may stand against a wall; its back is towards -x."""
