"""Looks of things that hold things: bins, crates, boxes, planters, luggage, a shopping cart.

Every look is ``look(rng, variant, spacing) -> Surfels`` in the object's frame: base at z = 0, front along +x.
``variant`` chooses colours; ``spacing`` is the distance of surfels in metres at full detail about 0.05.
"""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np

from navbench_gs.splats.shapes import (
    FREE_END,
    Colour,
    bent_rod,
    disc,
    ellipsoid,
    hoop,
    kept,
    loft,
    painted,
    pigment,
    plank,
    rods,
    toned,
    tube,
    turned,
    weathered,
)
from navbench_gs.splats.surfels import (
    Floats,
    Surfels,
    cylinder,
    flat_colour,
    join_surfels,
    surfels,
    unit,
)
from navbench_gs.splats.tiles import crisp_box, graded, panel, tiled

BIN_PAINTS = tuple(map(pigment, ("#2f4a3a", "#3b4046", "#1f2a44", "#6b6f72", "#23231f")))
WHEELIE_PAINTS = tuple(map(pigment, ("#2e5b35", "#3a3d40", "#23406b", "#7a5a2a", "#1c1d1e")))
WHEELIE_LIDS = tuple(map(pigment, ("#2e5b35", "#c9a21d", "#2a5fa8", "#5a4426", "#b0322b")))
WOODS = tuple(map(pigment, ("#b58b5a", "#9c7a55", "#c3a071", "#8a7560")))
CARDBOARD = tuple(map(pigment, ("#b08a5b", "#a67f51", "#bb9667")))
PLANTER_PAINTS = tuple(map(pigment, ("#8f8a82", "#a35c3c", "#4a4d50", "#c8c2b4")))
SUITCASE_PAINTS = tuple(map(pigment, ("#b3261f", "#1d3f72", "#22262a", "#d1a11a", "#2d7a6e")))
METAL = pigment("#a9adb0")
BLACK = pigment("#1d1d1f")
LEAF = pigment("#4c6f33")
FOLIAGE_KIND = 2


def litter_bin(rng: np.random.Generator, variant: int, spacing: float) -> Surfels:
    """A round street bin of upright slats, with a dark mouth, a domed lid and a notice; about 800 surfels."""
    paint = BIN_PAINTS[variant % len(BIN_PAINTS)]
    rows = graded(0.62, 2.4 * spacing)
    wide = 2.0 * np.pi * 0.25 / 18 * 0.80
    slat = tiled((0.25, -wide / 2, 0.04), (0, wide, 0), (0, 0, 0.62), np.linspace(0, wide, 3), rows, paint)
    slats = [
        painted(turned(slat, 2, k * np.pi / 9), lambda p: np.array(paint) * (0.8 + 0.35 * float(rng.random())))
        for k in range(18)
    ]
    liner = cylinder(rng, (0, 0, 0.01), 0.228, 0.68, flat_colour(*BLACK), spacing=2.2 * spacing)
    mouth = cylinder(rng, (0, 0, 0.70), 0.19, 0.12, flat_colour(0.012, 0.012, 0.012), spacing=1.8 * spacing)
    hoops = [hoop(rng, 0.255, 0.03, METAL, spacing=0.8 * spacing, width=0.04) for _ in range(2)]
    rims = [turned(ring, 0, np.pi / 2).moved(0, 0, z) for ring, z in zip(hoops, (0.03, 0.69), strict=True)]
    posts = rods(
        [(0.22 * np.cos(a), 0.22 * np.sin(a), 0.68) for a in np.arange(4) * np.pi / 2 + 0.78],
        [(0.22 * np.cos(a), 0.22 * np.sin(a), 0.83) for a in np.arange(4) * np.pi / 2 + 0.78], 0.018, paint,
    )  # fmt: skip
    lid = loft(
        rng, [(0.815, 0.20, 0.20), (0.82, 0.252, 0.252), (0.86, 0.225, 0.225), (0.90, 0.13, 0.13), (0.92, 0.0, 0.0)],
        paint, spacing=spacing,
    )  # fmt: skip
    notice = panel((0.262, -0.055, 0.40), (0, 0.11, 0), (0, 0, 0.15), _pictogram, spacing=0.4 * spacing)
    return weathered(rng, join_surfels([liner, *slats, *rims, mouth, posts, lid, notice, turned(notice, 2, np.pi)]))


def _pictogram(u: Floats, v: Floats) -> Floats:
    """A dark figure that throws something away, on a white plate of 0.11 x 0.15 m."""
    ink = (np.hypot(u - 0.045, v - 0.120) < 0.016) | ((np.abs(u - 0.045) < 0.014) & (v > 0.03) & (v < 0.10))
    ink |= ((np.abs(v - 0.085) < 0.010) & (u > 0.045) & (u < 0.085)) | (
        (u > 0.07) & (u < 0.10) & (v > 0.025) & (v < 0.06)
    )
    return np.where(ink[:, None], 0.05, np.array([0.72, 0.72, 0.70]))


def wheelie_bin(rng: np.random.Generator, variant: int, spacing: float) -> Surfels:
    """A two-wheeled household bin, wider at the top, with ribs, a hinged lid, a handle and a label; about 1400."""
    paint, lid_paint = WHEELIE_PAINTS[variant % 5], WHEELIE_LIDS[variant % 5]
    body = [(0.06, 0.0, 0.0), (0.06, 0.20, 0.21), (0.88, 0.265, 0.265), (0.885, 0.285, 0.28), (0.93, 0.29, 0.285)]
    tub = loft(rng, body, paint, spacing=spacing, squareness=8.0, counts=(32, 17))
    rib = np.abs(tub.centres[:, 1] * 16.0 % 1.0 - 0.5) < 0.2
    shade = np.where(tub.centres[:, 2] > 0.88, 0.6, 1.0 - 0.35 * rib)
    tub = painted(tub, lambda p: np.array(paint) * shade[:, None])
    top = [(0.935, 0.285, 0.28), (0.955, 0.30, 0.29), (1.00, 0.29, 0.28), (1.04, 0.20, 0.20), (1.06, 0.0, 0.0)]
    lid = loft(rng, top, lid_paint, spacing=spacing, squareness=6.0, counts=(30, 9))
    grip = bent_rod(
        [(-0.28, -0.2, 0.95), (-0.325, -0.2, 0.97), (-0.325, 0.2, 0.97), (-0.28, 0.2, 0.95)], 0.022, lid_paint
    )
    wheel = join_surfels(
        [
            hoop(rng, 0.11, 0.07, BLACK, spacing=0.9 * spacing, width=0.05),
            turned(disc(rng, 0.06, METAL, spacing=0.04), 0, np.pi / 2),
        ]
    )
    wheels = [wheel.moved(-0.17, side * 0.215, 0.11) for side in (-1, 1)]
    label = panel((0.262, -0.10, 0.50), (0, 0.20, 0), (0.014, 0, 0.20), _recycling_sign, spacing=0.4 * spacing)
    return weathered(rng, join_surfels([tub, lid, grip, *wheels, label]))


def _recycling_sign(u: Floats, v: Floats) -> Floats:
    """A white sticker of 0.20 x 0.20 m with three arrows that chase each other, as bars of a triangle."""
    x, y = u - 0.10, v - 0.09
    sides = [np.abs(x * np.cos(a) + y * np.sin(a) - 0.035) < 0.012 for a in (np.pi / 6, 5 * np.pi / 6, -np.pi / 2)]
    ink = (sides[0] | sides[1] | sides[2]) & (np.hypot(x, y) < 0.075)
    return np.where(ink[:, None], np.array([0.03, 0.20, 0.07]), np.array([0.72, 0.72, 0.70]))


def boarded_side(
    rng: np.random.Generator, half: tuple[float, float, float], boards: int, wood: Colour, spacing: float
) -> Surfels:
    """The face towards +x of a box of horizontal boards: a row of cells a board, dark gaps between."""
    x, wide, tall = half[0], 2.0 * half[1], 2.0 * half[2]
    pitch, gap, rows = tall / boards, 0.008, []
    for k in range(boards):
        low = k * pitch
        rows.append((low, low + gap, 0.14))
        tone = 0.52 + 0.30 * float(rng.random())
        cuts = np.linspace(low + gap, low + pitch, 4)
        rows += [(float(a), float(b), tone) for a, b in itertools.pairwise(cuts)]
    levels = np.array([rows[0][0], *(high for _, high, _ in rows)])
    tones = np.array([tone for *_, tone in rows])

    def paint(u: Floats, v: Floats) -> Floats:
        tone = tones[np.clip(np.searchsorted(levels, v) - 1, 0, len(tones) - 1)]
        grain = 1.0 + 0.10 * np.sin(u * 47.0 + 23.0 * tone)
        albedo: Floats = (tone * grain)[:, None] * np.array(wood)
        return albedo

    return tiled((x, -half[1], 0.0), (0, wide, 0), (0, 0, tall), graded(wide, 2.2 * spacing), levels, paint)


def crate(rng: np.random.Generator, variant: int, spacing: float) -> Surfels:
    """A wooden shipping crate with corner posts, rails and a diagonal brace on each side; about 1500 surfels."""
    wood = WOODS[variant % len(WOODS)]
    trim = toned(wood, 1.35)
    side, top = 0.286, 0.59
    edge, parts = side + 0.012, []
    for turn in range(4):
        boards = boarded_side(rng, (side, side, top / 2.0), 6, wood, spacing)
        posts = [panel((edge, y, 0.0), (0, 0.07, 0), (0, 0, top), trim, spacing=0.09) for y in (-edge, edge - 0.07)]
        rails = [
            panel((edge, -edge + 0.07, z), (0, 2 * edge - 0.14, 0), (0, 0, 0.065), trim, spacing=0.09)
            for z in (0.0, top - 0.065)
        ]
        lean = np.array([0.0, 2 * edge - 0.19, top - 0.18])
        across = np.array([0.0, -lean[2], lean[1]]) / np.sqrt(np.sum(lean * lean))
        foot = np.array([edge + 0.008, -edge + 0.095, 0.09])
        brace = panel(foot - 0.03 * across, lean, 0.06 * across, trim, spacing=0.09)
        parts += [turned(part, 2, turn * np.pi / 2.0) for part in (boards, *posts, *rails, brace)]
    lid = turned(boarded_side(rng, (top - 0.001, side + 0.01, side + 0.01), 5, wood, spacing), 1, -np.pi / 2.0)
    return weathered(rng, join_surfels([*parts, lid.moved(side + 0.01, 0.0)]), grain=0.06)


def pallet(rng: np.random.Generator, variant: int, spacing: float) -> Surfels:
    """A stack of three wooden pallets with gaps one can look into; about 2000 surfels."""
    wood = WOODS[(variant + 1) % len(WOODS)]
    core = (0.03, 0.024, 0.02)
    sawn = toned(wood, 1.15)
    pieces = max(5, int(0.35 / spacing))
    parts = [crisp_box((0, 0, 0.20), (0.50, 0.33, 0.20), core, spacing=0.14, border=0.02)]
    for level in range(3):
        z = 0.145 * level
        for y in (-0.36, 0.0, 0.36):
            parts.append(plank(rng, (0, y, z + 0.011), (0.59, 0.045, 0.011), wood, pieces=pieces))
            parts += [
                crisp_box((x, y, z + 0.066), (0.07, 0.045, 0.042), wood, spacing=0.06, border=0.022)
                for x in (-0.52, 0.0, 0.52)
                if y or x
            ]
        boards = np.linspace(-0.545, 0.545, 7) if level == 2 else np.array([-0.545, 0.545])
        parts += [plank(rng, (float(x), 0, z + 0.125), (0.045, 0.40, 0.013), sawn, pieces=pieces) for x in boards]
        parts += [
            plank(rng, (0, y, z + 0.118), (0.59, 0.008, 0.010), wood, pieces=pieces)
            for y in (-0.395, 0.395)
            if level < 2
        ]
    return weathered(rng, join_surfels(parts), grain=0.10)


def cardboard_boxes(rng: np.random.Generator, variant: int, spacing: float) -> Surfels:
    """Three cartons, two below and one on top askew, with tape, flap lines and labels; about 1400 surfels."""
    tape, ink, white = np.array(pigment("#dcc79a")), np.array([0.06, 0.045, 0.035]), np.array([0.70, 0.69, 0.66])

    def carton(half: tuple[float, float, float], shade: int) -> Surfels:
        tone = np.array(CARDBOARD[(variant + shade) % 3])
        tall = 2 * half[2]

        def printed(u: Floats, v: Floats) -> Floats:
            wide = float(u.max()) + 0.005
            on_tape = (np.abs(u - wide / 2) < 0.026) & (v > tall - 0.09)
            arrow = (np.abs(u - wide + 0.07) < 0.010) & (v > 0.05) & (v < 0.13)
            arrow |= (np.abs(u - wide + 0.07) < 0.030 - 0.6 * (v - 0.11)) & (v > 0.11) & (v < 0.155)
            label = (u > 0.04) & (u < 0.15) & (v > tall - 0.16) & (v < tall - 0.09)
            colour = np.where(on_tape[:, None], tape, tone)
            return np.where(label[:, None], white, np.where(arrow[:, None], ink, colour))

        def closed(u: Floats, v: Floats) -> Floats:
            middle = float(u.max()) / 2
            return np.where((np.abs(u - middle) < 0.028)[:, None], tape, tone * 1.06)

        sides = crisp_box((0, 0, half[2]), half, printed, spacing=0.75 * spacing, border=0.008)
        sides = kept(sides, sides.centres[:, 2] < tall - 1e-6)
        corner, edges = (-half[0], -half[1], tall), ((2 * half[0], 0, 0), (0, 2 * half[1], 0))
        return join_surfels([sides, panel(corner, *edges, closed, spacing=0.8 * spacing)])

    left = carton((0.23, 0.20, 0.19), 0).moved(-0.01, -0.21)
    right = carton((0.20, 0.19, 0.16), 1).moved(0.01, 0.20, 0.0, 0.06)
    top = carton((0.17, 0.21, 0.13), 2).moved(0.0, -0.05, 0.385, 0.16)
    return weathered(rng, join_surfels([left, right, top]), grain=0.05)


def planter(rng: np.random.Generator, variant: int, spacing: float) -> Surfels:
    """A square tub with a rim, soil and a leafy, flowering shrub; about 1700 surfels."""
    paint = PLANTER_PAINTS[variant % len(PLANTER_PAINTS)]
    lean, parts = 0.035, []
    for turn in range(4):
        side = panel((0.25, -0.25, 0.0), (0, 0.50, 0), (lean, 0, 0.42), paint, spacing=1.6 * spacing)
        inset = panel((0.262, -0.17, 0.08), (0, 0.34, 0), (0.024, 0, 0.27), toned(paint, 0.78), spacing=1.6 * spacing)
        rim = panel((0.298, -0.298, 0.42), (0, 0.596, 0), (0, 0, 0.08), paint, spacing=1.6 * spacing)
        ledge = panel((0.298, -0.298, 0.50), (0, 0.596, 0), (-0.05, 0, 0), paint, spacing=1.6 * spacing)
        parts += [turned(part, 2, turn * np.pi / 2) for part in (side, inset, rim, ledge)]
    ends = np.array([[x, y, 0.0] for x in (-1, 1) for y in (-1, 1)])
    parts.append(rods(0.248 * ends, 0.280 * ends + np.array([0, 0, 0.42]), 0.02, paint, overlap=FREE_END))
    soil = panel((-0.25, -0.25, 0.47), (0.5, 0, 0), (0, 0.5, 0), pigment("#3a2c20"), spacing=1.6 * spacing)
    tub = weathered(rng, join_surfels([*parts, soil]), grain=0.06)
    return join_surfels([tub, leaf_mound(rng, variant, (0.27, 0.27, 0.25), 0.50, spacing)])


def leaf_mound(
    rng: np.random.Generator, variant: int, radii: tuple[float, float, float], base: float, spacing: float
) -> Surfels:
    """Lumps of leaf cards with a few flowers, its lowest leaves at height ``base``."""
    count = int(900 * (0.05 / spacing) ** 1.5)
    lumps = rng.random((7, 3)) * np.array([2.0 * np.pi / 7.0, 0.30, 0.40]) + np.array([0.0, 0.30, 0.32])
    lumps[:, 0] += np.arange(7) * (2.0 * np.pi / 7.0)
    owner = (rng.random(count) * len(lumps)).astype(int)
    middle = np.stack([np.cos(lumps[:, 0]), np.sin(lumps[:, 0]), np.ones(7)], axis=1) * lumps[:, [1, 1, 2]]
    around, rise = 2.0 * np.pi * rng.random(count), 2.0 * rng.random(count) - 1.0
    flat = np.sqrt(1.0 - rise**2)
    outward = np.stack([flat * np.cos(around), flat * np.sin(around), rise], axis=1)
    places = middle[owner] + outward * 0.48 * (1.0 - 0.6 * rng.random((count, 1)) ** 2)
    centres = places * np.array(radii) * np.array([1.0, 1.0, 1.3]) + np.array([0.0, 0.0, base])
    centres[:, 2] = base - 0.02 + np.abs(centres[:, 2] - base + 0.02)
    normal = unit(outward + np.array([0.0, 0.0, 0.5]) + 1.4 * (rng.random((count, 3)) - 0.5))
    tangent = unit(np.cross(normal, rng.random((count, 3)) - 0.5))
    size = 0.025 * (spacing / 0.05) ** 0.5 * (0.7 + 0.8 * rng.random(count))
    lit = np.clip((centres[:, 2:3] - base) / (1.6 * radii[2]), 0.0, 1.0)
    green = np.array(LEAF) * (0.6 + 0.7 * rng.random((count, 1))) * (0.5 + 0.6 * lit)
    bloom = np.array(((0.70, 0.08, 0.12), (0.75, 0.50, 0.06), (0.62, 0.55, 0.66), (0.60, 0.14, 0.42))[variant % 4])
    flower = (rng.random(count) < 0.14) & (lit[:, 0] > 0.4)
    sizes = np.stack([1.5 * size, size, np.full(count, 0.004)], axis=1)
    colours = np.where(flower[:, None], bloom * (0.8 + 0.4 * rng.random((count, 1))), green)
    return surfels(centres, tangent, np.cross(normal, tangent), sizes, colours, 0.95, FOLIAGE_KIND)


def suitcase(rng: np.random.Generator, variant: int, spacing: float) -> Surfels:
    """A hard-shell trolley case with ribs, a zip, corner guards, wheels and a pulled-out handle; about 1500."""
    paint = SUITCASE_PAINTS[variant % len(SUITCASE_PAINTS)]
    shell = loft(
        rng,
        [
            (0.05, 0.0, 0.0), (0.053, 0.105, 0.205), (0.075, 0.128, 0.228), (0.66, 0.128, 0.228), (0.69, 0.105, 0.205),
            (0.70, 0.0, 0.0),
        ],
        paint, spacing=spacing, squareness=7.0, counts=(40, 17),
    )  # fmt: skip
    zipped = np.abs(shell.centres[:, 0]) < 0.016
    shell = painted(shell, lambda p: np.where(zipped[:, None], 0.02, np.array(paint)))
    ribs = []
    for side in (-1, 1):
        for y in np.linspace(-0.165, 0.165, 7):
            wide = (0.0, 0.022 * side, 0.0)
            for shift, tone in ((0.0, 1.35), (-0.022 * side, 0.5)):
                corner = (side * 0.131, float(y) + shift, 0.10)
                shade = toned(paint, tone)
                ribs.append(tiled(corner, wide, (0, 0, 0.55), np.array([0, 0.022]), graded(0.55, 0.12), shade))
    handle = bent_rod(
        [(-0.10, -0.1, 0.69), (-0.10, -0.1, 0.96), (-0.10, 0.1, 0.96), (-0.10, 0.1, 0.69)], 0.018, (0.10, 0.10, 0.105)
    )
    grip = rods([(-0.10, -0.12, 0.965), (-0.10, 0.0, 0.965)], [(-0.10, 0.0, 0.965), (-0.10, 0.12, 0.965)], 0.022, BLACK)
    carry = bent_rod([(0.03, -0.07, 0.70), (0.03, -0.05, 0.725), (0.03, 0.05, 0.725), (0.03, 0.07, 0.70)], 0.012, BLACK)
    castors = [
        ellipsoid(rng, (x, y, 0.032), (0.032, 0.022, 0.032), BLACK, spacing=0.02)
        for x in (-0.09, 0.09)
        for y in (-0.18, 0.18)
    ]
    return weathered(rng, join_surfels([shell, *ribs, handle, grip, carry, *castors]), grain=0.04, dirt=0.1)


def rubbish_bags(rng: np.random.Generator, variant: int, spacing: float) -> Surfels:
    """Three rubbish bags in a heap, creased, tied with bright string; about 1300 surfels."""
    plastic = (BLACK, pigment("#3c5f8f"), pigment("#d8d8d4"))[variant % 3]
    string = pigment(("#d9b21e", "#c8372d", "#c8372d")[variant % 3])
    parts = []
    for x, y, size in ((-0.16, -0.17, 0.25), (-0.12, 0.21, 0.23), (0.19, 0.02, 0.24)):
        rows = [
            (0.0, 0.0, 0.0), (0.01, 0.75 * size, 0.7 * size), (0.55 * size, size, 0.95 * size),
            (1.25 * size, 0.72 * size, 0.7 * size), (1.7 * size, 0.12 * size, 0.12 * size),
            (1.78 * size, 0.07 * size, 0.07 * size), (2.0 * size, 0.2 * size, 0.18 * size),
        ]  # fmt: skip
        bag = loft(rng, rows, plastic, spacing=1.1 * spacing)
        angle = np.arctan2(bag.centres[:, 1], bag.centres[:, 0])
        creases = np.cos(9.0 * angle + 11.0 * bag.centres[:, 2] / size) * np.cos(4.0 * angle - 17.0 * bag.centres[:, 2])
        shine = np.clip(1.0 + 1.1 * creases, 0.35, 2.6)[:, None] + np.where(creases > 0.55, 1.2, 0.0)[:, None]
        bag = replace(bag, albedo=np.clip(bag.albedo * shine, 0.0, 1.0))
        tie = hoop(rng, 0.11 * size, 0.035, string, spacing=0.03)
        tied = join_surfels([bag, turned(tie, 0, np.pi / 2).moved(0.0, 0.0, 1.76 * size)])
        parts.append(weathered(rng, tied, grain=0.25, dirt=0.1).moved(x, y, 0.0, 6.28 * float(rng.random())))
    return join_surfels(parts)


def shopping_cart(rng: np.random.Generator, variant: int, spacing: float) -> Surfels:
    """A wire basket on a frame with four castors, a coloured handle, seat flap and bumpers; about 900 surfels."""
    bar = tuple(map(pigment, ("#c22f27", "#1f5fa8", "#e07b1a", "#2f8a3b")))[variant % 4]
    wire = (0.62, 0.64, 0.66)
    front, back = np.array([0.42, 0.19, 0.56]), np.array([-0.36, 0.25, 0.50])
    parts = []
    for side in (-1, 1):
        flip = np.array([1.0, side, 1.0])
        rows = np.linspace(0.0, 1.0, 15)
        low = (back * (1 - rows[:, None]) + front * rows[:, None] - np.array([0, 0.04, 0.06])) * flip
        high = (back * (1 - rows[:, None]) + front * rows[:, None] + np.array([0.0, 0.005, 0.36])) * flip
        parts.append(rods(low, high, 0.008, wire, overlap=FREE_END))
        for level in np.linspace(0.0, 1.0, 7):
            line = (low * (1 - level) + high * level)[::2]
            parts.append(rods(line[:-1], line[1:], 0.016 if level in (0.0, 1.0) else 0.008, wire))
        frame = [
            (-0.42, side * 0.25, 0.97),
            (-0.36, side * 0.235, 0.50),
            (-0.39, side * 0.24, 0.15),
            (0.37, side * 0.20, 0.13),
        ]
        parts.append(bent_rod(frame, 0.020, METAL, spacing=0.12))
        parts.append(bent_rod([(0.36, side * 0.15, 0.50), (0.10, side * 0.17, 0.15)], 0.016, METAL, spacing=0.12))
        for x, y in ((-0.38, 0.235), (0.36, 0.195)):
            parts.append(hoop(rng, 0.065, 0.05, BLACK, spacing=0.035, width=0.035).moved(x, side * y, 0.065))
            parts.append(rods([(x, side * y, 0.08)], [(x, side * y, 0.16)], 0.018, METAL))
        parts.append(ellipsoid(rng, (0.42, side * 0.19, 0.56), (0.025, 0.025, 0.035), bar, spacing=0.03))
    for x in np.linspace(-0.34, 0.40, 12):
        share = (x + 0.36) / 0.78
        half = 0.205 * (1 - share) + 0.145 * share
        knots = np.stack([np.full(4, x), np.linspace(-half, half, 4), np.full(4, 0.445 + 0.05 * share)], axis=1)
        parts.append(rods(knots[:-1], knots[1:], 0.008, wire))
    for x, half, low, tall in ((0.42, 0.17, 0.50, 0.42), (-0.36, 0.225, 0.46, 0.40)):
        columns = np.linspace(-half, half, 9)
        parts.append(
            rods([(x, y, low) for y in columns], [(x, y, low + tall) for y in columns], 0.008, wire, overlap=FREE_END)
        )
        levels = np.linspace(low, low + tall, 6)
        parts += [bent_rod([(x, -half, z), (x, half, z)], 0.016 if z == levels[-1] else 0.008, wire) for z in levels]
    parts.append(tube(rng, [(-0.42, -0.26, 0.975), (-0.42, 0.26, 0.975)], 0.024, bar, spacing=0.04))
    parts.append(panel((-0.352, 0.16, 0.68), (0, -0.32, 0), (0.0, 0, 0.19), bar, spacing=0.06))
    return weathered(rng, join_surfels(parts), grain=0.08)
