"""Figures: people made of surfels, limb by limb, ready to be posed.

Each segment is modelled in its own frame: origin at the joint it hangs from, z up, x ahead, y left; limbs hang down.
Lengths are shares of the stature (Drillis and Contini 1966, rounded).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import IntEnum
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from navbench_gs.splats.shapes import Colour, ellipsoid, kept, loft, painted, pigment, weathered
from navbench_gs.splats.surfels import Floats, Surfels, join_surfels, surfels

THIGH, SHIN, ANKLE = 0.245, 0.246, 0.039
UPPER_ARM, FOREARM = 0.172, 0.150
SHOULDER_HEIGHT, SHOULDER_HALF, HIP_HALF = 0.268, 0.098, 0.050
"""Above the hips, and to either side."""
NECK = 0.335
"""Base of the head above the hips."""
ELBOW_OUT = 0.012
HEEL, TOE = -0.045, 0.107
"""Ends of the foot behind and ahead of the ankle."""
SKIRT_PANELS = 6
SPACING = 0.040
"""Distance of surfels on limbs and trunk as a share of the stature; heads and hands are finer."""


CRISPNESS = 0.96
"""Share of the usual surfel size: firmer silhouettes for thin limbs."""


class Segment(IntEnum):
    """What moves as one. Skirt panels follow from ``SKIRT`` on, rearmost first."""

    PELVIS = 0
    TORSO = 1
    HEAD = 2
    LEFT_UPPER_ARM = 3
    LEFT_FOREARM = 4
    RIGHT_UPPER_ARM = 5
    RIGHT_FOREARM = 6
    LEFT_THIGH = 7
    LEFT_SHIN = 8
    LEFT_FOOT = 9
    RIGHT_THIGH = 10
    RIGHT_SHIN = 11
    RIGHT_FOOT = 12
    SKIRT = 13


@dataclass(frozen=True)
class Appearance:
    """Who walks there: stature, build and clothes; colours as sRGB hex texts."""

    name: str
    height_m: float
    skin: str
    hair: str
    top: str
    bottom: str
    shoes: str = "#2a2522"
    build: float = 1.0
    """Girth relative to the average adult of that height."""
    hair_style: Literal["short", "long", "bun", "bald"] = "short"
    sleeves: Literal["long", "short"] = "long"
    legs: Literal["trousers", "shorts", "bare"] = "trousers"
    skirt_m: float = 0.0
    """How far a coat, dress or skirt hangs below the hips; 0: none. A coat has the colour of ``top``."""
    skirt: str | None = None
    """Colour of the hanging part, if not that of ``top``."""
    stripes: str | None = None
    """Second colour of a striped top."""
    hat: str | None = None
    backpack: str | None = None
    bag: str | None = None
    scarf: str | None = None
    embedded_only: bool = False


@dataclass(frozen=True, eq=False)
class Figure:
    """One person's surfels in segment frames, grouped for fast posing."""

    appearance: Appearance
    vectors: Floats
    """(3, 3, N): component x, y, z; of centre, tangent, bitangent; of each surfel, in its segment's frame."""
    segment: NDArray[np.intp]
    """(N,) index of the segment that carries each surfel."""
    look: Surfels
    """Sizes, albedo, opacity and kind of the N surfels (its centres and axes are those of the segment frames)."""

    @property
    def height_m(self) -> float:
        """Stature."""
        return self.appearance.height_m


def build_figure(rng: np.random.Generator, who: Appearance) -> Figure:
    """Model a person; 800 to 1500 surfels."""
    pieces: list[tuple[int, Surfels]] = [
        (Segment.PELVIS, pelvis(rng, who)),
        (Segment.TORSO, torso(rng, who)),
        (Segment.HEAD, head(rng, who)),
        (Segment.LEFT_UPPER_ARM, upper_arm(rng, who)),
        (Segment.RIGHT_UPPER_ARM, upper_arm(rng, who)),
        (Segment.LEFT_FOREARM, forearm(rng, who)),
        (Segment.RIGHT_FOREARM, forearm(rng, who)),
    ]
    for thigh_at, shin_at, foot_at in (
        (Segment.LEFT_THIGH, Segment.LEFT_SHIN, Segment.LEFT_FOOT),
        (Segment.RIGHT_THIGH, Segment.RIGHT_SHIN, Segment.RIGHT_FOOT),
    ):
        pieces += [(thigh_at, thigh(rng, who)), (shin_at, shin(rng, who)), (foot_at, foot(rng, who))]
    if who.skirt_m > 0:
        pieces += skirt_panels(rng, who)
    pieces = [(segment, weathered(rng, piece, grain=0.07, dirt=0.0)) for segment, piece in pieces]
    look = join_surfels(piece for _, piece in pieces)
    look = replace(look, sizes=look.sizes * CRISPNESS)
    segment = np.concatenate([np.full(len(piece), int(at), dtype=np.intp) for at, piece in pieces])
    vectors = np.stack([look.centres.T, look.tangents.T, look.bitangents.T], axis=1)
    return Figure(who, np.ascontiguousarray(vectors), segment, look)


def scaled(rows: list[tuple[float, ...]], height: float, girth: float) -> list[tuple[float, ...]]:
    """Sections ``(z, half_x, half_y[, shift_x])`` in shares of the stature, as metres; widths times ``girth``."""
    return [
        (z * height, x * height * girth, y * height * girth, *(s * height for s in more)) for z, x, y, *more in rows
    ]


def pelvis(rng: np.random.Generator, who: Appearance) -> Surfels:
    """Hips and seat, from the crotch to the belt."""
    rows: list[tuple[float, ...]] = [
        (-0.05, 0.0, 0.0), (-0.045, 0.045, 0.08), (0.0, 0.062, 0.096), (0.06, 0.058, 0.09), (0.10, 0.054, 0.082),
    ]  # fmt: skip
    cloth = pigment(who.bottom if who.skirt_m == 0 else who.skirt or who.top)
    return loft(rng, scaled(rows, who.height_m, who.build), cloth, spacing=SPACING * who.height_m, squareness=2.4)


def torso(rng: np.random.Generator, who: Appearance) -> Surfels:
    """Trunk and neck with what is worn on them."""
    h, wide = who.height_m, who.build
    top = pigment(who.top)
    rows: list[tuple[float, ...]] = [
        (0.065, 0.063, 0.092), (0.12, 0.059, 0.086), (0.20, 0.066, 0.096), (0.24, 0.061, 0.100), (0.262, 0.053, 0.090),
        (0.284, 0.042, 0.066), (0.306, 0.030, 0.034),
    ]  # fmt: skip
    trunk = loft(rng, scaled(rows, h, wide), top, spacing=SPACING * who.height_m, squareness=2.5)
    if who.stripes:
        second = np.array(pigment(who.stripes))
        trunk = painted(trunk, lambda p: np.where(((p[:, 2] / h) % 0.11 < 0.055)[:, None], second, np.array(top)))
    parts = [
        trunk,
        loft(rng, scaled([(0.30, 0.030, 0.031), (0.36, 0.029, 0.029)], h, 1.0), pigment(who.skin), spacing=0.03),
    ]
    if who.scarf:
        rows = [(0.293, 0.052, 0.058), (0.31, 0.058, 0.058), (0.335, 0.045, 0.045)]
        parts.append(loft(rng, scaled(rows, h, 1.0), pigment(who.scarf), spacing=0.045))
    if who.backpack:
        rows = [(0.10, 0.0, 0.0), (0.105, 0.035, 0.07), (0.20, 0.045, 0.085), (0.28, 0.035, 0.07), (0.29, 0.0, 0.0)]
        pack = loft(rng, scaled(rows, h, 1.0), pigment(who.backpack), spacing=SPACING * who.height_m, squareness=3.5)
        parts.append(pack.moved(-0.095 * h * wide, 0.0))
        strap = np.array(pigment(who.backpack))
        parts[0] = painted(
            trunk,
            lambda p: np.where(
                ((np.abs(np.abs(p[:, 1]) / h - 0.06) < 0.013) & (p[:, 2] > 0.15 * h))[:, None], strap, trunk.albedo
            ),
        )
    if who.bag:
        rows = [(-0.06, 0.0, 0.0), (-0.055, 0.06, 0.022), (0.03, 0.06, 0.022), (0.035, 0.0, 0.0)]
        bag = loft(rng, scaled(rows, h, 1.0), pigment(who.bag), spacing=SPACING * who.height_m, squareness=5.0)
        parts.append(bag.moved(-0.01 * h, -0.125 * wide * h, -0.01 * h))
    return join_surfels(parts)


def head(rng: np.random.Generator, who: Appearance) -> Surfels:
    """Head with face, hair and hat; its origin is the base of the skull."""
    h = who.height_m
    skin, hair = pigment(who.skin), pigment(who.hair)
    size = (0.046 * h + 0.016, 0.036 * h + 0.013, 0.055 * h + 0.018)
    middle = np.array([0.008 * h, 0.0, 1.0 * h - (0.53 + NECK) * h - size[2]])
    x, y, z = middle
    parts = [ellipsoid(rng, middle, size, skin, spacing=0.038)]
    parts.append(ellipsoid(rng, (x + size[0], y, z - 0.1 * size[2]), (0.014, 0.012, 0.02), skin, spacing=0.02))
    parts.append(face_marks(middle, size, skin))
    if who.hair_style != "bald" or who.hat:
        parts += hair_and_hat(rng, who, middle, size, hair)
    return join_surfels(parts)


def face_marks(middle: Floats, size: Colour, skin: Colour) -> Surfels:
    """Eyes, brows and mouth, one surfel each, on a skull of half axes ``size``."""
    lips = (0.5 * skin[0] + 0.1, 0.35 * skin[1], 0.35 * skin[2])
    rows = [(0.93, side * 0.38, 0.12, 0.012, 0.007, (0.02, 0.015, 0.012)) for side in (-1, 1)]
    rows += [(0.93, side * 0.40, 0.30, 0.016, 0.004, (0.05, 0.035, 0.03)) for side in (-1, 1)]
    rows.append((0.93, 0.0, -0.48, 0.020, 0.006, lips))
    ahead, across, up, wide, high, colour = (np.array(column) for column in zip(*rows, strict=True))
    offset = np.stack([ahead * size[0] + 0.006, across * size[1], up * size[2]], axis=1)
    sizes = np.stack([wide, high, np.full(len(rows), 0.004)], axis=1)
    return surfels(middle + offset, (0.0, 1.0, 0.0), (0.0, 0.0, 1.0), sizes, colour)


def hair_and_hat(
    rng: np.random.Generator, who: Appearance, middle: Floats, size: Colour, hair: Colour
) -> list[Surfels]:
    """Hair of the appearance's style around a skull of half axes ``size``, and its hat."""
    x, _, z = (float(value) for value in middle)
    shell = ellipsoid(rng, middle, (1.07 * size[0], 1.10 * size[1], 1.06 * size[2]), hair, spacing=0.043)
    ahead = (shell.centres[:, 0] - x) / size[0]
    above = (shell.centres[:, 2] - z) / size[2]
    parts = []
    if who.hair_style != "bald":
        low = -0.75 if who.hair_style == "long" else -0.35
        covered = (above > 0.52) | ((ahead < 0.25) & (above > low) & (above > low + 1.1 * ahead))
        parts.append(kept(shell, covered & ((above < 0.30) | (who.hat is None))))
    if who.hair_style == "long":
        parts.append(
            ellipsoid(rng, (x - 0.75 * size[0], 0, z - 1.0 * size[2]), (0.035, 0.085, 0.13), hair, spacing=0.035)
        )
    if who.hair_style == "bun":
        parts.append(
            ellipsoid(rng, (x - 1.15 * size[0], 0, z + 0.55 * size[2]), (0.045, 0.05, 0.045), hair, spacing=0.03)
        )
    if who.hat:
        wool = pigment(who.hat)
        crown = ellipsoid(rng, middle, (1.12 * size[0], 1.15 * size[1], 1.10 * size[2]), wool, spacing=0.040)
        parts.append(kept(crown, crown.centres[:, 2] > z + 0.28 * size[2]))
        parts.append(
            ellipsoid(rng, (x + 1.1 * size[0], 0, z + 0.33 * size[2]), (0.065, 0.062, 0.008), wool, spacing=0.035)
        )
    return parts


def upper_arm(rng: np.random.Generator, who: Appearance) -> Surfels:
    """From the shoulder to the elbow."""
    rows: list[tuple[float, ...]] = [
        (-UPPER_ARM - 0.01, 0.022, 0.022), (-UPPER_ARM, 0.026, 0.025), (-0.09, 0.030, 0.027), (-0.03, 0.032, 0.027),
        (0.0, 0.028, 0.024), (0.012, 0.018, 0.016), (0.016, 0.0, 0.0),
    ]  # fmt: skip
    sleeve = pigment(who.top if who.stripes is None else who.stripes)
    arm = loft(rng, scaled(rows, who.height_m, who.build), sleeve, spacing=SPACING * who.height_m)
    if who.sleeves == "long":
        return arm
    cuff = -0.095 * who.height_m
    return painted(arm, lambda p: np.where((p[:, 2] < cuff)[:, None], pigment(who.skin), sleeve))


def forearm(rng: np.random.Generator, who: Appearance) -> Surfels:
    """From the elbow to the fingers."""
    h = who.height_m
    cloth = pigment(who.skin if who.sleeves == "short" else who.stripes or who.top)
    rows: list[tuple[float, ...]] = [
        (-FOREARM, 0.019, 0.017),
        (-0.05, 0.026, 0.025),
        (0.0, 0.026, 0.025),
        (0.015, 0.0, 0.0),
    ]
    if who.sleeves == "short":
        rows = [(z, 0.85 * x, 0.85 * y) for z, x, y in rows]
    sleeve = loft(rng, scaled(rows, h, who.build), cloth, spacing=0.05)
    hand = ellipsoid(
        rng,
        (0.005 * h, 0, -(FOREARM + 0.04) * h),
        (0.019 * h, 0.011 * h, 0.048 * h),
        pigment(who.skin),
        spacing=0.042,
    )
    return join_surfels([sleeve, hand])


def thigh(rng: np.random.Generator, who: Appearance) -> Surfels:
    """From the hip to the knee."""
    rows: list[tuple[float, ...]] = [
        (-THIGH - 0.01, 0.036, 0.034), (-THIGH + 0.03, 0.039, 0.037), (-0.10, 0.050, 0.046), (-0.02, 0.054, 0.048),
        (0.02, 0.045, 0.04),
    ]  # fmt: skip
    cloth = pigment(who.skin if who.legs == "bare" else who.bottom)
    leg = loft(rng, scaled(rows, who.height_m, who.build), cloth, spacing=SPACING * who.height_m)
    if who.legs != "shorts":
        return leg
    hem = -0.19 * who.height_m
    return painted(leg, lambda p: np.where((p[:, 2] < hem)[:, None], pigment(who.skin), cloth))


def shin(rng: np.random.Generator, who: Appearance) -> Surfels:
    """From the knee to the ankle."""
    cloth = pigment(who.bottom if who.legs == "trousers" else who.skin)
    rows: list[tuple[float, ...]] = [
        (-SHIN - 0.005, 0.031, 0.028, 0.0), (-0.17, 0.031, 0.029, -0.006), (-0.07, 0.038, 0.035, -0.006),
        (0.0, 0.037, 0.035, 0.0), (0.02, 0.03, 0.028, 0.0),
    ]  # fmt: skip
    if who.legs != "trousers":
        rows = [(z, x * (0.7 if z < -0.1 else 0.9), y * (0.7 if z < -0.1 else 0.9), s) for z, x, y, s in rows]
    return loft(rng, scaled(rows, who.height_m, who.build), cloth, spacing=SPACING * who.height_m)


def foot(rng: np.random.Generator, who: Appearance) -> Surfels:
    """A shoe; its sole lies one ankle height below the origin."""
    middle, half = (HEEL + TOE) / 2.0, (TOE - HEEL) / 2.0
    rows: list[tuple[float, ...]] = [
        (-ANKLE, 0.0, 0.0, middle), (-ANKLE, half, 0.027, middle), (-0.026, half, 0.028, middle),
        (-0.012, 0.055, 0.025, 0.012), (0.006, 0.026, 0.022, -0.006), (0.01, 0.0, 0.0, -0.006),
    ]  # fmt: skip
    shoe = loft(rng, scaled(rows, who.height_m, 1.0), pigment(who.shoes), spacing=0.04, squareness=2.6)
    sole = tuple(0.35 * value + 0.02 for value in pigment(who.shoes))
    edge = (-ANKLE + 0.007) * who.height_m
    return painted(shoe, lambda p: np.where((p[:, 2] < edge)[:, None], sole, pigment(who.shoes)))


def skirt_panels(rng: np.random.Generator, who: Appearance) -> list[tuple[int, Surfels]]:
    """The hanging part of a coat, dress or skirt, cut into panels from back to front, each its own segment."""
    h, hem = who.height_m, -who.skirt_m / who.height_m
    flare = -0.05 * hem
    rows: list[tuple[float, ...]] = [
        (hem, 0.082 + flare, 0.108 + flare), (hem / 2, 0.078, 0.108), (0.0, 0.072, 0.104), (0.09, 0.064, 0.093),
    ]  # fmt: skip
    cloth = pigment(who.skirt or who.top)
    skirt = loft(rng, scaled(rows, h, who.build), cloth, spacing=1.3 * SPACING * h, squareness=2.3)
    reach = np.abs(skirt.centres[:, 0]).max()
    panel = np.clip(((skirt.centres[:, 0] / reach + 1.0) / 2.0 * SKIRT_PANELS).astype(int), 0, SKIRT_PANELS - 1)
    return [(Segment.SKIRT + k, kept(skirt, panel == k)) for k in range(SKIRT_PANELS)]
