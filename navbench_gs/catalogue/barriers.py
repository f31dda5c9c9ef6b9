"""Looks of things that stand in the way on purpose: cones, bollards, barriers, boards, hydrants.

Every look is ``look(rng, variant, spacing) -> Surfels`` in the object's frame: base at z = 0, front along +x.
"""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np

from navbench_gs.catalogue.containers import BLACK
from navbench_gs.splats.shapes import Colour, bent_rod, disc, loft, pigment, toned, turned, weathered
from navbench_gs.splats.surfels import Floats, Surfels, join_surfels
from navbench_gs.splats.tiles import crisp_box, graded, panel, tiled

ORANGE = pigment("#e8591c")
REFLECTIVE = pigment("#e9e9e4")
RED = pigment("#b8231c")
YELLOW = pigment("#e0ad13")


def cone(rng: np.random.Generator, variant: int, spacing: float) -> Surfels:
    """A traffic cone with two reflective bands on a square foot; about 600 surfels."""
    paint = (ORANGE, ORANGE, RED, pigment("#d8d417"))[variant % 4]
    foot = crisp_box((0, 0, 0.02), (0.19, 0.19, 0.02), BLACK, spacing=1.4 * spacing, border=0.012)
    around = max(12, int(0.95 / spacing))

    def slope(low: float, high: float, colour: Colour, rows: int) -> Surfels:
        radii = [0.148 - 0.116 * (z - 0.04) / 0.66 for z in (low, high)]
        sections = [(low, radii[0], radii[0]), (high, radii[1], radii[1])]
        return loft(rng, sections, colour, spacing=spacing, counts=(around, rows))

    bands = [(0.04, 0.27, paint, 5), (0.27, 0.40, REFLECTIVE, 4), (0.40, 0.49, paint, 3)]
    bands += [(0.49, 0.57, REFLECTIVE, 3), (0.57, 0.70, paint, 4)]
    hole = disc(rng, 0.03, BLACK, spacing=0.03).moved(0.0, 0.0, 0.70)
    return weathered(rng, join_surfels([foot, *(slope(*band) for band in bands), hole]), grain=0.05)


def bollard(rng: np.random.Generator, variant: int, spacing: float) -> Surfels:
    """A street bollard with a rounded head and a bright ring; about 350 surfels."""
    paint = tuple(map(pigment, ("#2b2d30", "#6f7376", "#274436", "#5a2320")))[variant % 4]
    fine = 0.75 * spacing
    post = loft(
        rng,
        [
            (0.0, 0.125, 0.125), (0.05, 0.125, 0.125), (0.07, 0.09, 0.09), (0.78, 0.085, 0.085), (0.80, 0.105, 0.105),
            (0.84, 0.105, 0.105), (0.86, 0.08, 0.08), (0.93, 0.085, 0.085), (0.98, 0.05, 0.05), (0.995, 0.0, 0.0),
        ],
        paint,
        spacing=fine,
    )  # fmt: skip
    ring = YELLOW if variant % 2 else REFLECTIVE
    tape = loft(rng, [(0.60, 0.091, 0.091), (0.74, 0.091, 0.091)], ring, spacing=fine, counts=(18, 5))
    return weathered(rng, join_surfels([post, tape]), grain=0.05)


def barrier(rng: np.random.Generator, variant: int, spacing: float) -> Surfels:
    """A road-works barrier: two feet, two posts, boards with slanted red and white stripes; about 2000 surfels."""
    second = (RED, ORANGE, RED, BLACK)[variant % 4]
    first = YELLOW if variant % 4 == 3 else REFLECTIVE
    boards = join_surfels([striped_board(first, second, spacing).moved(0, 0, z) for z in (0.31, 0.71)])
    rear = replace(boards, bitangents=-boards.bitangents)  # the same stripes, so that none shines through
    parts = [boards.moved(0.018, 0.0), rear.moved(-0.018, 0.0)]
    edge = toned(first, 0.5)
    for z in (0.31, 0.53, 0.71, 0.93):
        cuts = graded(1.6, 3 * spacing)
        parts.append(tiled((-0.018, -0.80, z), (0.036, 0, 0), (0, 1.6, 0), np.array([0, 0.036]), cuts, edge))
    steel = pigment("#8b8e90")
    for y in (-0.66, 0.66):
        parts.append(crisp_box((0, y, 0.03), (0.26, 0.06, 0.03), BLACK, spacing=1.6 * spacing, border=0.014))
        parts.append(crisp_box((-0.038, y, 0.49), (0.014, 0.025, 0.46), steel, spacing=1.6 * spacing, border=0.012))
    return weathered(rng, join_surfels(parts), grain=0.05)


def striped_board(first: Colour, second: Colour, spacing: float) -> Surfels:
    """A board in the plane x = 0, 1.6 m wide and 0.22 m high: every row of cells is cut where its stripes begin."""
    levels, pitch, parts = np.linspace(0.0, 0.22, max(4, int(0.45 / spacing)) + 1), 0.4, []
    for low, high in itertools.pairwise(levels):
        shift = -0.8 * 0.5 * (low + high)
        starts = np.arange(-1, 6) * pitch + shift % pitch
        knots = [k for a in starts for k in (a, a + 0.05, a + 0.15, a + 0.2, a + 0.25, a + 0.35)]
        cuts = np.array([0.0, 0.01, *(k for k in knots if 0.03 < k < 1.57), 1.59, 1.6])

        def paint(u: Floats, v: Floats, shift: float = shift) -> Floats:
            return np.where(((u - shift) % pitch < 0.2)[:, None], np.array(second), np.array(first))

        parts.append(tiled((0, -0.8, 0), (0, 1.6, 0), (0, 0, 0.22), cuts, np.array([low, high]), paint))
    return join_surfels(parts)


def sign_board(rng: np.random.Generator, variant: int, spacing: float) -> Surfels:
    """A pavement A-board with a chalked menu on both faces; about 1500 surfels."""
    frame = tuple(map(pigment, ("#6b4426", "#22262a", "#8f1f1c", "#c9b48a")))[variant % 4]
    ground = tuple(map(pigment, ("#24302a", "#202226", "#f0ead8", "#2b2f3a")))[variant % 4]
    accent = tuple(map(pigment, ("#e0b12c", "#d8452f", "#b8231c", "#5fb0d8")))[variant % 4]
    chalk = (0.60, 0.58, 0.53) if variant % 4 != 2 else (0.12, 0.05, 0.04)
    width, height, lean = 0.60, 0.96, 0.24
    up = np.array([-lean, 0.0, np.sqrt(height**2 - lean**2)])
    corner, near = np.array([0.26, -width / 2, 0.0]), np.array([0.006, 0.0, 0.002])

    def mark(y: float, z: float, wide: float, tall: float, colour: Colour) -> Surfels:
        start = corner + near + np.array([0.0, width / 2 + y, 0.0]) + z / height * up
        return panel(start, (0, wide, 0), tall / height * up, colour, spacing=0.04, border=0.008)

    parts = [panel(corner, (0, width, 0), up, ground, spacing=1.5 * spacing)]
    for z in (0.18, 0.28, 0.38, 0.48, 0.58):
        half = 0.10 + 0.12 * float(rng.random())
        starts = np.arange(-half, half, 0.12)
        parts += [mark(float(y), z, 0.06 + 0.04 * float(rng.random()), 0.042, chalk) for y in starts]
    parts.append(mark(-0.20, 0.675, 0.40, 0.030, accent))
    parts += [mark(y, 0.745, wide, 0.12, chalk) for y, wide in ((-0.19, 0.12), (-0.04, 0.07), (0.06, 0.13))]

    def rim(a: tuple[float, float], b: tuple[float, float]) -> Surfels:
        ends = [(0.265 - lean * z / 0.93, y, z) for y, z in (a, b)]
        return bent_rod(ends, 0.026, frame, spacing=0.12)

    parts += [rim((side * 0.285, 0.0), (side * 0.285, 0.93)) for side in (-1, 1)]
    parts += [rim((-0.285, z), (0.285, z)) for z in (0.09, 0.92)]
    half_board = join_surfels(parts)
    return weathered(rng, join_surfels([half_board, turned(half_board, 2, np.pi)]), grain=0.04)


def hydrant(rng: np.random.Generator, variant: int, spacing: float) -> Surfels:
    """A fire hydrant with flange, domed bonnet and three caps; about 600 surfels."""
    paint = (RED, YELLOW, pigment("#9fa4a6"), pigment("#b8431c"))[variant % 4]
    cap = REFLECTIVE if variant % 2 else pigment("#30343a")
    fine = 0.65 * spacing
    body = loft(
        rng,
        [
            (0.0, 0.16, 0.16), (0.05, 0.16, 0.16), (0.07, 0.105, 0.105), (0.46, 0.10, 0.10), (0.48, 0.14, 0.14),
            (0.53, 0.14, 0.14), (0.56, 0.115, 0.115), (0.66, 0.08, 0.08), (0.69, 0.03, 0.03), (0.74, 0.028, 0.028),
            (0.745, 0.0, 0.0),
        ],
        paint,
        spacing=fine,
    )  # fmt: skip
    parts = [body]
    for turn, size in ((0.0, 0.075), (np.pi / 2, 0.055), (-np.pi / 2, 0.055)):
        profile = ((0.09, 1.0), (0.15, 1.0), (0.155, 1.1), (0.18, 0.9), (0.185, 0.0))
        nozzle = loft(rng, [(z, share * size, share * size) for z, share in profile], cap, spacing=fine)
        parts.append(turned(turned(nozzle, 1, np.pi / 2), 2, turn).moved(0, 0, 0.38))
    return weathered(rng, join_surfels(parts))
