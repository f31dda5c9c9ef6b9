"""Looks of things that hold things: bins, crates, boxes, planters, luggage, a shopping cart.

Every look is ``look(rng, variant, spacing) -> Surfels`` in the object's frame: base at z = 0, front along +x.
``variant`` chooses colours; ``spacing`` is the distance of surfels in metres at full detail about 0.05.
"""

from __future__ import annotations

import numpy as np

from navbench_gs.splats.shapes import (
    FREE_END,
    Colour,
    bent_rod,
    ellipsoid,
    hoop,
    loft,
    painted,
    pigment,
    plank,
    rods,
    tube,
    turned,
    weathered,
)
from navbench_gs.splats.surfels import (
    Floats,
    Surfels,
    box,
    cylinder,
    flat_colour,
    join_surfels,
    rectangle,
    surfels,
    unit,
)

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
    """A round street bin with slats, a dark mouth and a domed lid; about 600 surfels."""
    paint = BIN_PAINTS[variant % len(BIN_PAINTS)]
    dark = (paint[0] * 0.45, paint[1] * 0.45, paint[2] * 0.45)

    def slats(u: Floats, v: Floats) -> Floats:
        groove = ((u * 16) % 1.0 < 0.28) & (v > 0.06) & (v < 0.94)
        return np.where(groove[:, None], np.array(dark), np.array(paint))

    side = cylinder(rng, (0, 0, 0), 0.25, 0.70, slats, spacing=spacing)
    mouth = cylinder(rng, (0, 0, 0.70), 0.21, 0.12, flat_colour(*BLACK), spacing=spacing)
    rim = cylinder(rng, (0, 0, 0.68), 0.255, 0.045, flat_colour(*METAL), spacing=spacing)
    lid = loft(
        rng, [(0.80, 0.20, 0.20), (0.81, 0.25, 0.25), (0.88, 0.20, 0.20), (0.92, 0.0, 0.0)], paint, spacing=spacing
    )
    return weathered(rng, join_surfels([side, mouth, rim, lid]))


def wheelie_bin(rng: np.random.Generator, variant: int, spacing: float) -> Surfels:
    """A two-wheeled household bin, wider at the top, with a hinged lid and a handle; about 900 surfels."""
    paint, lid_paint = WHEELIE_PAINTS[variant % 5], WHEELIE_LIDS[variant % 5]
    tub = loft(
        rng,
        [(0.06, 0.0, 0.0), (0.06, 0.20, 0.21), (0.92, 0.27, 0.27), (0.93, 0.29, 0.285)],
        paint,
        spacing=spacing,
        squareness=7.0,
    )
    lid = loft(
        rng,
        [(0.94, 0.28, 0.28), (0.96, 0.30, 0.29), (1.02, 0.28, 0.27), (1.06, 0.0, 0.0)],
        lid_paint,
        spacing=spacing,
        squareness=6.0,
    )
    grip = bent_rod(
        [(-0.28, -0.2, 0.97), (-0.32, -0.2, 0.98), (-0.32, 0.2, 0.98), (-0.28, 0.2, 0.97)], 0.018, lid_paint
    )
    wheels = [
        hoop(rng, 0.10, 0.08, BLACK, spacing=spacing, width=0.05).moved(-0.17, side * 0.22, 0.10) for side in (-1, 1)
    ]
    label = rectangle(
        rng, (0.263, -0.09, 0.55), (0, 0.18, 0), (0.012, 0, 0.14), flat_colour(0.75, 0.75, 0.72), spacing=spacing * 0.8
    )
    return weathered(rng, join_surfels([tub, lid, grip, *wheels, label]))


def slatted_box(
    rng: np.random.Generator, half: tuple[float, float, float], boards: int, wood: Colour, spacing: float
) -> Surfels:
    """A box of horizontal boards with dark gaps between them, resting on the ground."""
    height = 2.0 * half[2]
    body = box(rng, (0, 0, half[2]), half, flat_colour(*wood), spacing=spacing)

    def boarded(points: Floats) -> Floats:
        share = points[:, 2] / height * boards
        gap = (np.abs(share - np.round(share)) < 0.12) & (points[:, 2] < height - 0.02) & (points[:, 2] > 0.02)
        tone = 0.82 + 0.3 * ((np.floor(share) * 0.618) % 1.0)
        shade: Floats = np.where(gap, 0.12, tone)
        albedo: Floats = shade[:, None] * np.array(wood)
        return albedo

    return painted(body, boarded)


def crate(rng: np.random.Generator, variant: int, spacing: float) -> Surfels:
    """A wooden shipping crate with corner posts and a diagonal brace on each side; about 900 surfels."""
    wood = WOODS[variant % len(WOODS)]
    trim = (wood[0] * 1.25, wood[1] * 1.25, wood[2] * 1.2)
    side, top = 0.29, 0.60
    parts = [slatted_box(rng, (side, side, top / 2.0), 6, wood, spacing)]
    edge = side + 0.008
    for turn in range(4):
        post = rectangle(
            rng, (edge, -edge, 0.0), (0, 0.075, 0), (0, 0, top), flat_colour(*trim), spacing=0.75 * spacing
        )
        other = rectangle(
            rng, (edge, edge - 0.075, 0.0), (0, 0.075, 0), (0, 0, top), flat_colour(*trim), spacing=0.75 * spacing
        )
        brace = rods(
            [(edge, -0.22 + 0.11 * k, 0.08 + 0.11 * k) for k in range(4)],
            [(edge, -0.11 + 0.11 * k, 0.19 + 0.11 * k) for k in range(4)],
            0.028,
            trim,
        )
        parts += [turned(part, 2, turn * np.pi / 2.0) for part in (post, other, brace)]
    return weathered(rng, join_surfels(parts), grain=0.16)


def pallet(rng: np.random.Generator, variant: int, spacing: float) -> Surfels:
    """A stack of three wooden pallets with gaps one can look into; about 500 surfels."""
    wood = WOODS[(variant + 1) % len(WOODS)]
    shadow = (wood[0] * 0.25, wood[1] * 0.25, wood[2] * 0.25)
    pieces = max(3, int(0.25 / spacing))
    parts = []
    for level in range(3):
        z = 0.145 * level
        boards = np.linspace(-0.54, 0.54, 7 if level == 2 else 2)
        block = box(rng, (0, 0, z + 0.06), (0.58, 0.045, 0.055), flat_colour(*shadow), spacing=0.09)
        board = plank(rng, (0, 0, z + 0.127), (0.055, 0.40, 0.012), wood, pieces=pieces)
        rail = rods([(-0.58, 0, z + 0.02), (0, 0, z + 0.02)], [(0, 0, z + 0.02), (0.58, 0, z + 0.02)], 0.018, wood)
        parts += [block.moved(0, y) for y in (-0.36, 0.0, 0.36)]
        parts += [board.moved(float(x), 0) for x in boards]
        parts += [rail.moved(0, y) for y in (-0.39, 0.39)]
    return weathered(rng, join_surfels(parts), grain=0.18)


def cardboard_boxes(rng: np.random.Generator, variant: int, spacing: float) -> Surfels:
    """Three cartons, two below and one on top askew, with tape; about 900 surfels."""
    tape = pigment("#d9c79b")

    def carton(half: tuple[float, float, float], shade: int) -> Surfels:
        body = box(rng, (0, 0, half[2]), half, flat_colour(*CARDBOARD[(variant + shade) % 3]), spacing=spacing)

        def taped(points: Floats) -> Floats:
            on_tape = (np.abs(points[:, 1]) < 0.03) & (points[:, 2] > 2 * half[2] - 0.12)
            return np.where(on_tape[:, None], np.array(tape), body.albedo)

        return painted(body, taped)

    left = carton((0.23, 0.20, 0.19), 0).moved(-0.01, -0.21)
    right = carton((0.20, 0.19, 0.16), 1).moved(0.01, 0.20, 0.0, 0.06)
    top = carton((0.17, 0.21, 0.13), 2).moved(0.0, -0.05, 0.385, 0.16)
    return weathered(rng, join_surfels([left, right, top]), grain=0.08)


def planter(rng: np.random.Generator, variant: int, spacing: float) -> Surfels:
    """A square tub with soil and a leafy, flowering shrub; about 1200 surfels."""
    paint = PLANTER_PAINTS[variant % len(PLANTER_PAINTS)]
    tub = loft(
        rng,
        [(0.0, 0.25, 0.25), (0.44, 0.30, 0.30), (0.50, 0.30, 0.30), (0.50, 0.25, 0.25), (0.46, 0.0, 0.0)],
        paint,
        spacing=spacing,
        squareness=9.0,
    )
    soil = pigment("#3a2c20")
    tub = painted(
        tub, lambda p: np.where(((p[:, 2] > 0.455) & (np.max(np.abs(p[:, :2]), axis=1) < 0.25))[:, None], soil, paint)
    )
    return join_surfels([weathered(rng, tub), leaf_mound(rng, variant, (0.27, 0.27, 0.25), 0.50, spacing)])


def leaf_mound(
    rng: np.random.Generator, variant: int, radii: tuple[float, float, float], base: float, spacing: float
) -> Surfels:
    """Lumps of leaf cards with a few flowers, its lowest leaves at height ``base``."""
    count = int(480 * (0.05 / spacing) ** 1.5)
    lumps = rng.random((7, 3)) * np.array([2.0 * np.pi, 0.62, 0.75])
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
    """A hard-shell trolley case with ribs, wheels and a pulled-out handle; about 900 surfels."""
    paint = SUITCASE_PAINTS[variant % len(SUITCASE_PAINTS)]
    fine = 0.7 * spacing
    shell = loft(
        rng,
        [
            (0.05, 0.0, 0.0),
            (0.055, 0.10, 0.20),
            (0.10, 0.13, 0.23),
            (0.64, 0.13, 0.23),
            (0.69, 0.10, 0.20),
            (0.70, 0, 0),
        ],
        paint,
        spacing=fine,
        squareness=6.0,
    )
    shell = painted(
        shell, lambda p: np.array(paint) * np.where(np.cos(p[:, 1] * 2 * np.pi / 0.075) < -0.2, 0.62, 1.0)[:, None]
    )
    handle = bent_rod([(-0.10, -0.1, 0.69), (-0.10, -0.1, 0.97), (-0.10, 0.1, 0.97), (-0.10, 0.1, 0.69)], 0.012, METAL)
    grip = rods([(-0.10, -0.11, 0.97)], [(-0.10, 0.11, 0.97)], 0.02, BLACK)
    castors = [
        ellipsoid(rng, (x, y, 0.03), (0.03, 0.02, 0.03), BLACK, spacing=0.02)
        for x in (-0.09, 0.09)
        for y in (-0.17, 0.17)
    ]
    return weathered(rng, join_surfels([shell, handle, grip, *castors]), grain=0.05, dirt=0.1)


def rubbish_bags(rng: np.random.Generator, variant: int, spacing: float) -> Surfels:
    """Three tied rubbish bags in a heap; about 900 surfels."""
    plastic = (BLACK, pigment("#3c5f8f"), pigment("#d8d8d4"))[variant % 3]
    parts = []
    for x, y, size in ((-0.16, -0.17, 0.25), (-0.12, 0.21, 0.23), (0.19, 0.02, 0.24)):
        rows = [
            (0.0, 0.0, 0.0), (0.01, 0.75 * size, 0.7 * size), (0.55 * size, size, 0.95 * size),
            (1.25 * size, 0.72 * size, 0.7 * size), (1.7 * size, 0.12 * size, 0.12 * size),
            (1.78 * size, 0.07 * size, 0.07 * size), (2.0 * size, 0.2 * size, 0.18 * size),
        ]  # fmt: skip
        bag = loft(rng, rows, plastic, spacing=1.25 * spacing)
        parts.append(weathered(rng, bag, grain=0.55, dirt=0.1).moved(x, y, 0.0, 6.28 * float(rng.random())))
    return join_surfels(parts)


def shopping_cart(rng: np.random.Generator, variant: int, spacing: float) -> Surfels:
    """A wire basket on a frame with four castors and a coloured handle; about 700 surfels."""
    bar = tuple(map(pigment, ("#c22f27", "#1f5fa8", "#e07b1a", "#2f8a3b")))[variant % 4]
    front, back = np.array([0.42, 0.20, 0.55]), np.array([-0.38, 0.27, 0.52])
    parts = []
    for side in (-1, 1):
        flip = np.array([1.0, side, 1.0])
        rows = np.linspace(0.0, 1.0, 9)
        low = (back * (1 - rows[:, None]) + front * rows[:, None] - np.array([0, 0.03, 0.08])) * flip
        high = (back * (1 - rows[:, None]) + front * rows[:, None] + np.array([0.02, 0, 0.36])) * flip
        parts.append(rods(low, high, 0.007, METAL, overlap=FREE_END))
        for level in np.linspace(0.0, 1.0, 6):
            line = low * (1 - level) + high * level
            parts.append(rods(line[:-1], line[1:], 0.009 if level in (0.0, 1.0) else 0.006, METAL))
        parts.append(bent_rod([low[0], (-0.40, side * 0.25, 0.16), (0.38, side * 0.2, 0.14)], 0.014, METAL))
        for x in (-0.38, 0.36):
            wheel = hoop(rng, 0.06, 0.05, BLACK, spacing=0.04, width=0.03)
            parts.append(wheel.moved(x, side * (0.24 if x < 0 else 0.19), 0.06))
            parts.append(rods([(x, side * (0.24 if x < 0 else 0.19), 0.08)], [(x, side * 0.22, 0.16)], 0.012, METAL))
    for x in np.linspace(-0.36, 0.42, 10):
        share = (x + 0.38) / 0.80
        half = 0.24 * (1 - share) + 0.17 * share
        knots = np.stack([np.full(4, x), np.linspace(-half, half, 4), np.full(4, 0.44 + 0.03 * share)], axis=1)
        parts.append(rods(knots[:-1], knots[1:], 0.006, METAL))
    cross_wires = [(0.42, 0.18, z) for z in (0.5, 0.6, 0.7, 0.8)] + [(0.44, 0.2, 0.9), (-0.38, 0.25, 0.88)]
    parts += [bent_rod([(x, -half, z), (x, half, z)], 0.007, METAL) for x, half, z in cross_wires]
    parts.append(tube(rng, [(-0.44, -0.26, 0.98), (-0.44, 0.26, 0.98)], 0.02, bar, spacing=0.04))
    parts.append(bent_rod([(-0.38, -0.26, 0.88), (-0.44, -0.26, 0.98)], 0.012, METAL))
    parts.append(bent_rod([(-0.38, 0.26, 0.88), (-0.44, 0.26, 0.98)], 0.012, METAL))
    return weathered(rng, join_surfels(parts), grain=0.15)
