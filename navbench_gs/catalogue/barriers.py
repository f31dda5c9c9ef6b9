"""Looks of things that stand in the way on purpose: cones, bollards, barriers, boards, hydrants.

Every look is ``look(rng, variant, spacing) -> Surfels`` in the object's frame: base at z = 0, front along +x.
"""

from __future__ import annotations

import numpy as np

from navbench_gs.catalogue.containers import BLACK
from navbench_gs.splats.shapes import bent_rod, loft, painted, pigment, turned, weathered
from navbench_gs.splats.surfels import Floats, Surfels, box, cylinder, flat_colour, join_surfels, rectangle

ORANGE = pigment("#e8591c")
REFLECTIVE = pigment("#e9e9e4")
RED = pigment("#b8231c")
YELLOW = pigment("#e0ad13")


def cone(rng: np.random.Generator, variant: int, spacing: float) -> Surfels:
    """A traffic cone with two reflective bands on a square foot; about 400 surfels."""
    paint = (ORANGE, ORANGE, RED, pigment("#d8d417"))[variant % 4]
    foot = box(rng, (0, 0, 0.02), (0.19, 0.19, 0.02), flat_colour(*BLACK), spacing=spacing)
    body = cylinder(
        rng, (0, 0, 0.04), 0.145, 0.66, flat_colour(*paint), spacing=0.8 * spacing, top_radius=0.032, capped=True
    )

    def banded(points: Floats) -> Floats:
        z = points[:, 2]
        band = ((z > 0.28) & (z < 0.40)) | ((z > 0.49) & (z < 0.57))
        return np.where(band[:, None], np.array(REFLECTIVE), np.array(paint))

    return weathered(rng, join_surfels([foot, painted(body, banded)]))


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
    return weathered(
        rng, painted(post, lambda p: np.where(((p[:, 2] > 0.64) & (p[:, 2] < 0.74))[:, None], ring, paint))
    )


def barrier(rng: np.random.Generator, variant: int, spacing: float) -> Surfels:
    """A road-works barrier: two feet, two posts, boards with slanted red and white stripes; about 700 surfels."""
    second = (RED, ORANGE, RED, BLACK)[variant % 4]
    first = YELLOW if variant % 4 == 3 else REFLECTIVE
    parts = []
    for z in (0.42, 0.82):
        board = box(rng, (0, 0, z), (0.02, 0.80, 0.11), flat_colour(*first), spacing=0.8 * spacing, bottom=True)

        def striped(points: Floats, z: float = z) -> Floats:
            stripe = (points[:, 1] + 0.8 * (points[:, 2] - z)) % 0.4 < 0.2
            return np.where(stripe[:, None], np.array(second), np.array(first))

        parts.append(painted(board, striped))
    for y in (-0.66, 0.66):
        parts.append(box(rng, (0, y, 0.03), (0.26, 0.06, 0.03), flat_colour(*BLACK), spacing=spacing))
        parts.append(
            box(rng, (-0.035, y, 0.51), (0.02, 0.025, 0.45), flat_colour(*pigment("#8b8e90")), spacing=spacing)
        )
    return weathered(rng, join_surfels(parts))


def sign_board(rng: np.random.Generator, variant: int, spacing: float) -> Surfels:
    """A pavement A-board with a chalked menu on both faces; about 800 surfels."""
    frame = tuple(map(pigment, ("#6b4426", "#22262a", "#8f1f1c", "#c9b48a")))[variant % 4]
    ground = tuple(map(pigment, ("#24302a", "#202226", "#f0ead8", "#2b2f3a")))[variant % 4]
    chalk = (0.78, 0.76, 0.70) if variant % 4 != 2 else (0.12, 0.05, 0.04)
    fine = 0.7 * spacing
    width, height, lean = 0.60, 0.96, 0.24
    words = [(0.24 + 0.09 * k, 0.08 + 0.16 * float(rng.random())) for k in range(6)]

    def lettered(u: Floats, v: Floats) -> Floats:
        line = np.zeros(len(u), dtype=bool)
        for level, half in words:
            line |= (np.abs(v - level) < 0.016) & (np.abs(u - width / 2) < half)
        title = (np.abs(v - 0.82) < 0.04) & (np.abs(u - width / 2) < 0.17)
        edge = (u < 0.045) | (u > width - 0.045) | (v < 0.05) | (v > height - 0.05)
        face = np.where((line | title)[:, None], np.array(chalk), np.array(ground))
        return np.where(edge[:, None], np.array(frame), face)

    up = (-lean, 0.0, np.sqrt(height**2 - lean**2))
    front = rectangle(rng, (0.26, -width / 2, 0.0), (0, width, 0), up, lettered, spacing=fine)
    edges = [
        bent_rod([(0.25, side * 0.29, 0.0), (0.25 - lean, side * 0.29, 0.93)], 0.018, frame, spacing=0.12)
        for side in (-1, 1)
    ]
    half = join_surfels([front, *edges])
    return weathered(rng, join_surfels([half, turned(half, 2, np.pi)]), grain=0.06)


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
