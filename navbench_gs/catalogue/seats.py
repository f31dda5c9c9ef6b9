"""Looks of things that people sit on or ride: benches, chairs, bicycles, scooters.

Every look is ``look(rng, variant, spacing) -> Surfels`` in the object's frame: base at z = 0, front along +x.
"""

from __future__ import annotations

import numpy as np

from navbench_gs.catalogue.containers import BLACK, METAL, WOODS
from navbench_gs.splats.shapes import (
    bent_rod,
    disc,
    ellipsoid,
    hoop,
    loft,
    pigment,
    plank,
    rods,
    tube,
    turned,
    weathered,
)
from navbench_gs.splats.surfels import Surfels, box, flat_colour, join_surfels

IRON = pigment("#2c2f31")
FRAME_PAINTS = tuple(map(pigment, ("#a3211c", "#1f4f8a", "#1f2225", "#2c7a4b", "#c9c9c4", "#d07a16")))


def bench(rng: np.random.Generator, variant: int, spacing: float, length: float = 1.5) -> Surfels:
    """A slatted park bench (seat towards +x) on two iron sides; about 450 surfels."""
    wood = WOODS[variant % len(WOODS)]
    half = length / 2.0
    pieces = max(3, int(length * 0.24 / spacing))
    parts = [plank(rng, (x, 0, 0.43), (0.042, half, 0.016), wood, pieces=pieces) for x in (-0.14, -0.04, 0.06, 0.16)]
    parts += [
        plank(rng, (-0.215 - 0.02 * k, 0, z), (0.014, half, 0.042), wood, pieces=pieces)
        for k, z in enumerate((0.56, 0.67, 0.78))
    ]
    for y in (-half + 0.12, half - 0.12):
        outline = [
            [(0.20, y, 0.0), (0.17, y, 0.41), (-0.18, y, 0.41), (-0.27, y, 0.84)],
            [(-0.25, y, 0.0), (-0.18, y, 0.41)],
            [(0.17, y, 0.41), (0.20, y, 0.62), (-0.2, y, 0.62)],
        ]
        parts += [tube(rng, np.array(line), 0.02, IRON, spacing=1.4 * spacing, around=5) for line in outline]
    return weathered(rng, join_surfels(parts), grain=0.05)


def chair(rng: np.random.Generator, variant: int, spacing: float) -> Surfels:
    """A café chair with a curved back; about 400 surfels."""
    paint = tuple(map(pigment, ("#2a5d45", "#8c2a22", "#d9d6cc", "#33363a", "#b8862b")))[variant % 5]
    fine = 0.8 * spacing
    seat = box(rng, (0.0, 0, 0.45), (0.21, 0.21, 0.018), flat_colour(*paint), spacing=fine, bottom=True)
    legs = [
        tube(rng, [(x, y, 0.0), (0.85 * x, 0.9 * y, 0.44)], 0.014, METAL, spacing=0.05, around=5)
        for x in (-0.2, 0.2)
        for y in (-0.2, 0.2)
    ]
    posts = [
        tube(rng, [(-0.19, y, 0.44), (-0.24, y, 0.88)], 0.014, METAL, spacing=0.05, around=5) for y in (-0.18, 0.18)
    ]
    slats = [plank(rng, (-0.205 - 0.11 * (z - 0.5), 0, z), (0.012, 0.19, 0.035), paint) for z in (0.60, 0.71, 0.82)]
    return weathered(rng, join_surfels([seat, *legs, *posts, *slats]))


def spoked_wheel(rng: np.random.Generator, radius: float, spacing: float) -> Surfels:
    """A bicycle wheel about the y axis at the origin."""
    tyre = hoop(rng, radius, 0.040, BLACK, spacing=0.9 * spacing, width=0.036)
    wheel_rim = hoop(rng, radius - 0.036, 0.018, METAL, spacing=spacing, width=0.03)
    angles = np.arange(20) * (2 * np.pi / 20)
    rim = np.stack([np.cos(angles), np.zeros(20), np.sin(angles)], axis=1)
    spokes = rods(0.03 * rim, (radius - 0.05) * rim, 0.005, METAL)
    hub = turned(disc(rng, 0.035, METAL, spacing=0.03), 0, np.pi / 2)
    return join_surfels([tyre, wheel_rim, spokes, hub, hub.moved(0, -0.02)])


def bicycle(rng: np.random.Generator, variant: int, spacing: float) -> Surfels:
    """A parked city bicycle with basket or rack, standing upright; about 900 surfels."""
    paint = FRAME_PAINTS[variant % len(FRAME_PAINTS)]
    rear, front, crank = np.array([-0.52, 0, 0.34]), np.array([0.52, 0, 0.34]), np.array([-0.08, 0, 0.29])
    seat, head, low_head = np.array([-0.20, 0, 0.80]), np.array([0.34, 0, 0.84]), np.array([0.38, 0, 0.68])
    frame = [(rear, crank), (crank, seat), (rear, seat), (crank, low_head), (seat * [1, 1, 0.93], head * [1, 1, 0.96])]
    parts = [tube(rng, np.stack(pair), 0.018, paint, spacing=0.06, around=6) for pair in frame]
    parts += [tube(rng, np.stack([front, low_head, head]), 0.018, METAL, spacing=0.06, around=6)]
    parts += [spoked_wheel(rng, 0.34, spacing).moved(x, 0, 0.34) for x in (-0.52, 0.52)]
    bars = [(0.24, -0.29, 1.00), (0.33, -0.2, 1.01), (0.36, 0, 0.98), (0.33, 0.2, 1.01), (0.24, 0.29, 1.00)]
    parts.append(tube(rng, bars, 0.015, METAL, spacing=0.05, around=5))
    parts.append(tube(rng, np.stack([head, np.array([0.36, 0, 0.98])]), 0.015, METAL, spacing=0.05, around=5))
    parts.append(tube(rng, np.stack([seat, seat + np.array([-0.02, 0, 0.10])]), 0.014, METAL, spacing=0.05, around=5))
    parts.append(ellipsoid(rng, (-0.24, 0, 0.93), (0.14, 0.075, 0.04), BLACK, spacing=0.04))
    guards = [(0.37 * np.cos(a) - 0.52, 0.0, 0.37 * np.sin(a) + 0.34) for a in np.linspace(0.3, 2.6, 9)]
    parts.append(bent_rod(guards, 0.024, paint))
    parts.append(turned(disc(rng, 0.08, IRON, spacing=0.04), 0, np.pi / 2).moved(-0.08, -0.03, 0.29))
    parts.append(
        rods([(-0.08, -0.10, 0.29), (-0.08, 0.10, 0.29)], [(0.06, -0.10, 0.20), (-0.22, 0.10, 0.38)], 0.014, IRON)
    )
    if variant % 2:
        parts.append(
            box(rng, (0.50, 0, 0.92), (0.12, 0.16, 0.10), flat_colour(*pigment("#7a5a34")), spacing=0.05, bottom=True)
        )
    else:
        rack = [(-0.76, -0.07, 0.74), (-0.36, -0.07, 0.76), (-0.36, 0.07, 0.76), (-0.76, 0.07, 0.74)]
        parts.append(bent_rod(rack, 0.012, IRON, closed=True))
        parts.append(bent_rod([(-0.52, 0.05, 0.34), (-0.66, 0.07, 0.74)], 0.008, IRON))
    return weathered(rng, join_surfels(parts), grain=0.08)


def scooter(rng: np.random.Generator, variant: int, spacing: float) -> Surfels:
    """A parked electric kick scooter; about 500 surfels."""
    accent = tuple(map(pigment, ("#2fae5a", "#e4572a", "#e0c21a", "#2f6fc0")))[variant % 4]
    fine = 0.85 * spacing
    deck = loft(
        rng,
        [(0.11, 0.0, 0.0), (0.11, 0.30, 0.08), (0.16, 0.30, 0.08), (0.165, 0, 0)],
        BLACK,
        spacing=fine,
        squareness=6.0,
    ).moved(-0.06, 0)
    strip = box(rng, (-0.06, 0, 0.135), (0.305, 0.083, 0.012), flat_colour(*accent), spacing=fine)
    stem = tube(rng, [(0.44, 0, 0.14), (0.36, 0, 0.60), (0.29, 0, 1.08)], 0.032, accent, spacing=fine, around=8)
    neck = tube(rng, [(0.22, 0, 0.14), (0.36, 0, 0.22), (0.42, 0, 0.26)], 0.035, BLACK, spacing=fine, around=7)
    bars = tube(rng, [(0.26, -0.25, 1.12), (0.29, 0, 1.10), (0.26, 0.25, 1.12)], 0.02, BLACK, spacing=0.04, around=6)
    lamp = ellipsoid(rng, (0.33, 0, 1.00), (0.03, 0.03, 0.04), (0.85, 0.85, 0.8), spacing=0.03)
    wheels = [hoop(rng, 0.11, 0.09, BLACK, spacing=0.04, width=0.06).moved(x, 0, 0.11) for x in (-0.44, 0.46)]
    hubs = [
        turned(disc(rng, 0.05, METAL, spacing=0.04), 0, s * np.pi / 2).moved(x, -0.031 * s, 0.11)
        for x in (-0.44, 0.46)
        for s in (-1, 1)
    ]
    guard = bent_rod([(-0.55, 0, 0.18), (-0.44, 0, 0.235), (-0.32, 0, 0.17)], 0.03, BLACK)
    return weathered(rng, join_surfels([deck, strip, stem, neck, bars, lamp, *wheels, *hubs, guard]), grain=0.06)
