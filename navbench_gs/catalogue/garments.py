"""What the trunk of a figure wears and carries: jackets, vests, coats, dresses, packs, bags and scarves."""

from __future__ import annotations

import numpy as np

from navbench_gs.catalogue.figures import (
    SKIRT_PANELS,
    Appearance,
    Figure,
    Rows,
    Segment,
    assembled,
    legs_and_arms,
    pelvis,
    ring,
    shaded,
    skin,
)
from navbench_gs.catalogue.heads import head
from navbench_gs.splats.shapes import Colour, kept, painted, pigment, toned
from navbench_gs.splats.surfels import Surfels, join_surfels, surfels, unit

TRUNK: Rows = [
    (0.045, 0.060, 0.088), (0.10, 0.056, 0.081), (0.15, 0.059, 0.083), (0.20, 0.065, 0.091), (0.230, 0.063, 0.097),
    (0.248, 0.055, 0.094), (0.264, 0.046, 0.077), (0.280, 0.038, 0.052), (0.298, 0.030, 0.035), (0.310, 0.028, 0.031),
]  # fmt: skip
"""Sections of the trunk from the hem of a jacket to the neck, in shares of the stature."""


def build_figure(rng: np.random.Generator, who: Appearance) -> Figure:
    """Model a person; 800 to 1500 surfels."""
    pieces: list[tuple[int, Surfels]] = [
        (Segment.PELVIS, pelvis(rng, who)), (Segment.TORSO, torso(rng, who)), (Segment.HEAD, head(rng, who)),
        *legs_and_arms(rng, who),
    ]  # fmt: skip
    if who.skirt_m > 0:
        pieces += skirt_panels(rng, who)
    return assembled(rng, who, pieces)


def torso(rng: np.random.Generator, who: Appearance) -> Surfels:
    """Trunk and neck with what is worn on them."""
    trunk = skin(rng, who, TRUNK, pigment(who.top), (18, 9), squareness=2.2)
    neck = skin(rng, who, [(0.290, 0.029, 0.030), (0.365, 0.028, 0.027)], pigment(who.skin), (9, 4), girth=1.0)
    parts = [trunk, shaded(neck, (1.0, 0.0, 0.0), 0.35)]
    parts += [trunk_ring(rng, who, z, half, colour) for z, half, colour in trunk_bands(who)]
    if who.shirt:
        parts += [opening(who, pigment(who.shirt), 0.036), *([opening(who, pigment(who.tie), 0.0)] if who.tie else [])]
    if who.vest:
        parts += [braces(who, pigment(who.vest))]
    if who.scarf:
        rows: Rows = [(0.288, 0.050, 0.056), (0.305, 0.056, 0.058), (0.330, 0.046, 0.046)]
        parts.append(skin(rng, who, rows, pigment(who.scarf), (12, 3), girth=1.0))
        parts.append(on_chest(who, [(0.03, z, 0.020, 0.016) for z in (0.20, 0.225, 0.25, 0.275)], pigment(who.scarf)))
    if who.backpack:
        parts += backpack(rng, who, pigment(who.backpack))
    if who.bag:
        parts += shoulder_bag(rng, who, pigment(who.bag))
    return join_surfels(parts)


def trunk_bands(who: Appearance) -> list[tuple[float, float, Colour]]:
    """Bands (height, half height, colour) around the trunk: stripes, reflective tape, a belt."""
    bands = [(z, 0.0155, pigment(who.stripes)) for z in np.arange(0.08, 0.25, 0.062)] if who.stripes else []
    if who.vest:
        bands += [(z, 0.014, pigment(who.vest)) for z in (0.085, 0.155)]
    if who.belt:
        bands.append((0.062, 0.010, pigment(who.belt)))
    return bands


def trunk_ring(rng: np.random.Generator, who: Appearance, z: float, half: float, colour: Colour) -> Surfels:
    """A band of cloth around the trunk at height ``z`` (share of the stature), a little proud of it."""
    x, y = (1.10 * width for width in trunk_half_sizes(z))
    return ring(rng, who, z, half, x, y, colour, around=16)


def trunk_half_sizes(z: float) -> tuple[float, float]:
    """Half depth and half width of the trunk at height ``z``, in shares of the stature."""
    rows = np.array(TRUNK)
    return float(np.interp(z, rows[:, 0], rows[:, 1])), float(np.interp(z, rows[:, 0], rows[:, 2]))


def on_chest(
    who: Appearance, marks: list[tuple[float, float, float, float]], colour: Colour, *, back: bool = False
) -> Surfels:
    """Flat marks ``(y, z, half_width, half_height)`` (shares of the stature) on the front of the trunk, or its back."""
    side = -1.0 if back else 1.0
    centres, normals = [], []
    for y, z, *_ in marks:
        deep, wide = trunk_half_sizes(z)
        x = deep * (1.0 - min(abs(y) / wide, 0.98) ** 2.2) ** (1.0 / 2.2)
        slope = (trunk_half_sizes(z + 0.01)[0] - trunk_half_sizes(z - 0.01)[0]) / 0.02
        centres.append((side * (who.build * x * 1.05 + 0.010), who.build * y, z))
        normals.append((side, 1.4 * y / wide, -slope))
    normal = unit(np.array(normals))
    across = unit(np.cross([0.0, 0.0, 1.0], normal))
    sizes = np.array([(0.75 * wide, 0.95 * high, 0.002) for *_, wide, high in marks]) * who.height_m
    return surfels(np.array(centres) * who.height_m, across, np.cross(normal, across), sizes, colour)


def opening(who: Appearance, colour: Colour, widest: float) -> Surfels:
    """The shirt that shows in the V of a jacket; ``widest`` 0: the tie on it."""
    levels = np.linspace(0.135, 0.285, 10)
    marks = []
    for z in levels:
        half = 0.010 if widest == 0.0 else 0.006 + widest * (z - 0.125) / 0.16
        spots = (0.0,) if half < 0.016 else (-half / 2, half / 2)
        marks += [(y, float(z) + (0.001 if widest == 0.0 else 0.0), half / len(spots), 0.011) for y in spots]
    shown = on_chest(who, marks, colour)
    return shown.moved(0.004, 0.0) if widest == 0.0 else shown


def braces(who: Appearance, colour: Colour) -> Surfels:
    """The upright bands of a safety vest, front and back."""
    marks = [(side * 0.045, float(z), 0.012, 0.013) for z in np.linspace(0.165, 0.272, 6) for side in (-1, 1)]
    return join_surfels([on_chest(who, marks, colour), on_chest(who, marks, colour, back=True)])


def backpack(rng: np.random.Generator, who: Appearance, colour: Colour) -> list[Surfels]:
    """A pack with a pocket on the back and straps over the chest."""
    h = who.height_m
    back = 0.050 * who.build * h
    rows: Rows = [
        (0.085, 0.0, 0.0), (0.088, 0.038, 0.066), (0.12, 0.046, 0.078), (0.22, 0.046, 0.078), (0.275, 0.036, 0.066),
        (0.288, 0.015, 0.03), (0.289, 0.0, 0.0),
    ]  # fmt: skip
    body = skin(rng, who, rows, colour, (14, 7), girth=1.0, squareness=3.0).moved(-back - 0.040 * h, 0.0)
    dark = toned(colour, 0.55)
    pocket: Rows = [(0.10, 0.0, 0.0), (0.102, 0.014, 0.052), (0.165, 0.014, 0.052), (0.170, 0.0, 0.0)]
    pouch = skin(rng, who, pocket, dark, (10, 3), girth=1.0, squareness=3.0).moved(-back - 0.082 * h, 0.0)
    marks = [(side * 0.055, float(z), 0.013, 0.016) for z in np.linspace(0.16, 0.268, 6) for side in (-1, 1)]
    return [body, pouch, on_chest(who, marks, dark)]


def shoulder_bag(rng: np.random.Generator, who: Appearance, colour: Colour) -> list[Surfels]:
    """A bag on the right hip and its strap from the left shoulder, front and back."""
    h = who.height_m
    rows: Rows = [
        (-0.055, 0.0, 0.0),
        (-0.053, 0.062, 0.021),
        (0.02, 0.058, 0.021),
        (0.035, 0.050, 0.012),
        (0.036, 0.0, 0.0),
    ]
    bag = skin(rng, who, rows, colour, (14, 5), girth=1.0, squareness=4.0).moved(-0.01 * h, -0.128 * who.build * h)
    share = np.linspace(0.0, 1.0, 9)
    line = [(0.060 - 0.135 * float(s), 0.272 - 0.20 * float(s), 0.010, 0.016) for s in share]
    dark = toned(colour, 0.6)
    return [bag, on_chest(who, line, dark), on_chest(who, line, dark, back=True)]


def skirt_panels(rng: np.random.Generator, who: Appearance) -> list[tuple[int, Surfels]]:
    """The hanging part of a coat or dress, cut into panels from back to front, each its own segment."""
    h, hem = who.height_m, -who.skirt_m / who.height_m
    flare = -0.05 * hem
    rows: Rows = [
        (hem, 0.080 + flare, 0.106 + flare), (hem / 2, 0.076, 0.105), (0.0, 0.070, 0.101), (0.075, 0.061, 0.089),
    ]  # fmt: skip
    skirt = skin(rng, who, rows, pigment(who.top), (18, max(4, round(-hem * h / 0.08) + 1)), squareness=2.2)
    folds = 0.85 + 0.15 * np.cos(11.0 * np.arctan2(skirt.centres[:, 1], skirt.centres[:, 0]))
    skirt = painted(skirt, lambda p: folds[:, None] * skirt.albedo)
    reach = np.abs(skirt.centres[:, 0]).max()
    panel = np.clip(((skirt.centres[:, 0] / reach + 1.0) / 2.0 * SKIRT_PANELS).astype(int), 0, SKIRT_PANELS - 1)
    return [(Segment.SKIRT + k, kept(skirt, panel == k)) for k in range(SKIRT_PANELS)]
