"""Heads of figures: face, hair and hats, in the frame of the head (origin: the base of the skull, x ahead)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from navbench_gs.catalogue.figures import NECK, Appearance
from navbench_gs.splats.shapes import Colour, ellipsoid, kept, loft, painted, pigment
from navbench_gs.splats.surfels import Floats, Surfels, join_surfels, surfels, unit

SKULL = (
    (-1.0, 0.0, 0.0, 0.30), (-0.98, 0.30, 0.30, 0.36), (-0.82, 0.52, 0.56, 0.26), (-0.5, 0.80, 0.82, 0.08),
    (0.0, 0.97, 0.97, 0.0), (0.35, 1.0, 1.0, -0.02), (0.70, 0.80, 0.80, -0.04), (0.93, 0.42, 0.42, -0.05),
    (1.0, 0.0, 0.0, -0.05),
)  # fmt: skip
"""Sections (z, half_x, half_y, shift_x) from the chin to the crown, in shares of the half axes."""


def head(rng: np.random.Generator, who: Appearance) -> Surfels:
    """Head with face, hair and hat."""
    h = who.height_m
    half = (0.048 * h + 0.014, 0.037 * h + 0.012, 0.056 * h + 0.017)
    middle = np.array([0.010 * h, 0.0, h - (0.53 + NECK) * h - half[2]])
    skin = pigment(who.skin)
    skull = _skull(rng, middle, half, skin, (14, 10))
    skull = kept(skull, ~_covered(skull.centres, middle, half, who))
    jaw = middle[2] - 0.80 * half[2]
    skull = painted(skull, lambda p: np.where((p[:, 2] < jaw)[:, None], 0.6, 1.0) * skull.albedo)
    parts = [skull, face(middle, half, skin)]
    if who.hair_style != "bald":
        parts += hair(rng, who, middle, half)
    if who.hat:
        parts += hat(rng, who, middle, half, pigment(who.hat))
    return join_surfels(parts)


def _skull(
    rng: np.random.Generator, middle: Floats, half: Colour, colour: Colour, counts: tuple[int, int], grow: float = 1.0
) -> Surfels:
    rows = [(z * half[2] * grow, x * half[0] * grow, y * half[1] * grow, s * half[0]) for z, x, y, s in SKULL]
    x, y, z = (float(value) for value in middle)
    return loft(rng, rows, colour, spacing=1.0, counts=counts).moved(x, y, z)


def _covered(points: Floats, middle: Floats, half: Colour, who: Appearance) -> NDArray[np.bool_]:
    """Which points (N, 3) of a skull hair grows on: a hairline over the brow, before the ears, down to the nape."""
    ahead, _, above = ((points - middle) / np.array(half)).T
    if who.hair_style == "bald":
        return np.zeros(len(points), dtype=bool)
    low = -0.9 if who.hair_style == "long" else -0.45
    covered: NDArray[np.bool_] = (above > 0.50) | (
        (ahead < 0.12) & (above > low) & (above > low + 1.6 * (ahead + 0.35))
    )
    return covered


def face(middle: Floats, half: Colour, skin: Colour) -> Surfels:
    """Eyes, brows, nose, ears and mouth on a skull of half axes ``half``."""
    lips = (0.55 * skin[0] + 0.10, 0.36 * skin[1], 0.36 * skin[2])
    dark = (0.4 * skin[0], 0.34 * skin[1], 0.32 * skin[2])
    rows: list[tuple[float, float, float, float, float, Colour]] = []
    for side in (-1, 1):
        rows += [
            (0.90, side * 0.36, 0.08, 0.012, 0.006, (0.55, 0.53, 0.50)),
            (0.93, side * 0.36, 0.08, 0.005, 0.005, (0.02, 0.015, 0.012)),
            (0.91, side * 0.38, 0.25, 0.015, 0.004, (0.05, 0.035, 0.03)),
        ]
    rows += [(0.93, 0.0, -0.45, 0.017, 0.005, lips), (0.97, 0.0, -0.27, 0.011, 0.004, dark)]
    ahead, across, up, wide, high, colour = (np.array(column) for column in zip(*rows, strict=True))
    offset = np.stack([ahead * half[0] + 0.014, across * half[1], up * half[2]], axis=1)
    sizes = np.stack([wide, high, np.full(len(rows), 0.003)], axis=1)
    marks = surfels(middle + offset, (0.0, 1.0, 0.0), (0.0, 0.0, 1.0), sizes, colour)
    bridge = middle + np.array([1.0 * half[0] + 0.008, 0.0, -0.08 * half[2]])
    bright = tuple(min(1.0, 1.12 * value) for value in skin)
    nose = surfels(bridge, (0.0, 1.0, 0.0), unit([-0.45, 0.0, 0.89]), (0.008, 0.020, 0.006), bright)
    ears = surfels(
        [middle + np.array([-0.05 * half[0], side * 1.03 * half[1], -0.05 * half[2]]) for side in (-1, 1)],
        (1.0, 0.0, 0.0), (0.0, 0.0, 1.0), (0.011, 0.020, 0.008), skin,
    )  # fmt: skip
    return join_surfels([marks, nose, ears])


def hair(rng: np.random.Generator, who: Appearance, middle: Floats, half: Colour) -> list[Surfels]:
    """Hair of the appearance's style around a skull of half axes ``half``."""
    colour = pigment(who.hair)
    x, _, z = (float(value) for value in middle)
    shell = _skull(rng, middle, half, colour, (15, 11), grow=1.08)
    mask = _covered(shell.centres, middle, half, who)
    if who.hat:
        mask = mask & (shell.centres[:, 2] < z + 0.35 * half[2])
    glossy = painted(kept(shell, mask), lambda p: 0.75 * np.array(colour) + 0.25 * np.array(colour) * _locks(p))
    parts = [glossy]
    if who.hair_style == "long":
        fall = [
            (-1.75, 0.0, 0.0, -0.55), (-1.72, 0.22, 0.80, -0.55), (-1.0, 0.36, 0.98, -0.62), (-0.2, 0.5, 1.0, -0.5),
        ]  # fmt: skip
        rows = [(d * half[2], a * half[0], b * half[1], s * half[0]) for d, a, b, s in fall]
        mane = loft(rng, rows, colour, spacing=1.0, counts=(11, 6)).moved(x, 0.0, z)
        parts.append(painted(mane, lambda p: np.array(colour) * _locks(p)))
    if who.hair_style == "bun":
        knot = (x - 1.15 * half[0], 0.0, z + 0.50 * half[2])
        parts.append(ellipsoid(rng, knot, (0.045, 0.05, 0.045), colour, spacing=0.035))
    return parts


def _locks(points: Floats) -> Floats:
    """Shade (N, 1) of strands that hang down: lighter and darker across."""
    return 1.0 + 0.35 * np.sin(points[:, 1:2] * 210.0)


def hat(rng: np.random.Generator, who: Appearance, middle: Floats, half: Colour, colour: Colour) -> list[Surfels]:
    """A cap with a peak, a builder's helmet, a broad sun hat, or a hood."""
    x, y, z = half
    at = (float(middle[0]), 0.0, float(middle[2]))
    if who.hat_style == "hood":
        shell = _skull(rng, middle, half, colour, (16, 11), grow=1.18)
        ahead, _, above = ((shell.centres - middle) / np.array(half)).T
        return [kept(shell, ((ahead < 0.55) | (above > 0.62)) & (above > -0.95))]
    brims = {"cap": (0.24, 0.90, 0.92, 0.62), "helmet": (0.26, 1.30, 1.30, 0.10), "sunhat": (0.30, 1.85, 2.1, 0.0)}
    level, long, wide, shift = brims[who.hat_style]
    swell = 1.20 if who.hat_style == "helmet" else 1.11
    dome = [
        (level * z, swell * x, swell * y), (0.7 * z, 0.95 * swell * x, 0.95 * swell * y),
        (1.0 * z, 0.62 * swell * x, 0.62 * swell * y), (1.11 * z, 0.0, 0.0),
    ]  # fmt: skip
    crown = loft(rng, dome, colour, spacing=1.0, counts=(16, 6)).moved(*at)
    edge = [((level - 0.06) * z, long * x, wide * y, shift * x), ((level + 0.02) * z, 0.8 * x, 0.8 * y, 0.0)]
    brim = loft(rng, edge, colour, spacing=1.0, counts=(18, 3)).moved(*at)
    parts = [crown, painted(brim, lambda p: 0.85 * brim.albedo)]
    if who.hat_style == "sunhat":
        band = [(0.32 * z, 1.15 * x, 1.15 * y), (0.50 * z, 1.10 * x, 1.10 * y)]
        parts.append(loft(rng, band, (0.06, 0.045, 0.035), spacing=1.0, counts=(16, 1)).moved(*at))
    if who.hat_style == "helmet":
        ridge = [(0.45 * z, 0.9 * swell * x, 0.10 * y), (1.02 * z, 0.75 * swell * x, 0.10 * y), (1.16 * z, 0.0, 0.0)]
        parts.append(loft(rng, ridge, colour, spacing=1.0, counts=(6, 4)).moved(*at))
    return parts
