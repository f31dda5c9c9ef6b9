"""Figures: people made of surfels, limb by limb, ready to be posed.

Each segment is modelled in its own frame: origin at the joint it hangs from, z up, x ahead, y left; limbs hang down.
Lengths are shares of the stature (Drillis and Contini 1966, rounded). Limbs have more surfels around than along, and
a garment ends where its surfels end, so that outlines and hems are crisp.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import IntEnum
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from navbench_gs.splats.shapes import Colour, loft, painted, pigment, rods, weathered
from navbench_gs.splats.surfels import Floats, Surfels, join_surfels

THIGH, SHIN, ANKLE = 0.245, 0.246, 0.039
UPPER_ARM, FOREARM = 0.172, 0.150
SHOULDER_HEIGHT, SHOULDER_HALF, HIP_HALF = 0.252, 0.100, 0.050
"""Above the hips, and to either side."""
NECK = 0.335
"""Base of the head above the hips."""
ELBOW_OUT = 0.010
HEEL, TOE = -0.045, 0.107
"""Ends of the foot behind and ahead of the ankle."""
SKIRT_PANELS = 6
SLEEVE_END, SHORTS_END = -0.105, -0.19
"""Hems of short sleeves and of shorts, below shoulder and hip."""
CRISPNESS = 0.88
"""Share of the usual surfel size: firm outlines; the far side of a limb, seen through a gap, has the same colour."""
Rows = list[tuple[float, ...]]


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
    """How far a coat, dress or skirt hangs below the hips; 0: none. It has the colour of ``top``."""
    stripes: str | None = None
    """Second colour of a striped top."""
    vest: str | None = None
    """Colour of the reflective bands of a safety vest."""
    shirt: str | None = None
    """What an open jacket shows."""
    tie: str | None = None
    belt: str | None = None
    hat: str | None = None
    hat_style: Literal["cap", "helmet", "sunhat", "hood"] = "cap"
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


def assembled(rng: np.random.Generator, who: Appearance, pieces: list[tuple[int, Surfels]]) -> Figure:
    """The figure of ``pieces``: pairs of a segment and the surfels it carries."""
    pieces = [(segment, weathered(rng, piece, grain=0.05, dirt=0.0)) for segment, piece in pieces]
    look = join_surfels(piece for _, piece in pieces)
    look = replace(look, sizes=look.sizes * CRISPNESS)
    segment = np.concatenate([np.full(len(piece), int(at), dtype=np.intp) for at, piece in pieces])
    vectors = np.stack([look.centres.T, look.tangents.T, look.bitangents.T], axis=1)
    return Figure(who, np.ascontiguousarray(vectors), segment, look)


def scaled(rows: Rows, height: float, girth: float) -> Rows:
    """Sections ``(z, half_x, half_y[, shift_x])`` in shares of the stature, as metres; widths times ``girth``."""
    return [
        (z * height, x * height * girth, y * height * girth, *(s * height for s in more)) for z, x, y, *more in rows
    ]


def skin(
    rng: np.random.Generator, who: Appearance, rows: Rows, colour: Colour, counts: tuple[int, int], *,
    girth: float | None = None, squareness: float = 2.0,
) -> Surfels:  # fmt: skip
    """A loft over sections in shares of the stature, ``counts`` (around, along) surfels; ``girth`` None: the build."""
    sections = scaled(rows, who.height_m, who.build if girth is None else girth)
    return loft(rng, sections, colour, spacing=1.0, squareness=squareness, counts=counts)


def shaded(body: Surfels, towards: tuple[float, float, float], share: float) -> Surfels:
    """The same surfels, those that face ``towards`` (unit) darker by up to ``share``: where limbs hide the sky."""
    facing = np.maximum(np.sum(body.normals * np.array(towards), axis=1), 0.0)[:, None]
    return replace(body, albedo=body.albedo * (1.0 - share * facing))


def sleeve_colour(who: Appearance) -> Colour:
    """What arms wear."""
    return pigment(who.top)


def upper_arm(rng: np.random.Generator, who: Appearance, side: float) -> Surfels:
    """From the shoulder to the elbow; ``side`` 1: left, -1: right."""
    cap: Rows = [(-0.04, 0.030, 0.026), (-0.015, 0.029, 0.025), (0.0, 0.020, 0.018), (0.004, 0.010, 0.009)]
    sleeve = sleeve_colour(who)
    if who.sleeves == "long":
        rows: Rows = [(-UPPER_ARM - 0.008, 0.022, 0.021), (-0.10, 0.027, 0.025), *cap]
        parts = [skin(rng, who, rows, sleeve, (9, 6))]
    else:
        wide: Rows = [(SLEEVE_END, 0.031, 0.028), (-0.06, 0.031, 0.028), *cap]
        bare: Rows = [(-UPPER_ARM - 0.008, 0.020, 0.019), (SLEEVE_END + 0.01, 0.024, 0.022)]
        parts = [skin(rng, who, wide, sleeve, (10, 5)), skin(rng, who, bare, pigment(who.skin), (8, 4))]
    parts += [ring(rng, who, z, half, 0.0345, 0.0315, colour) for z, half, colour in arm_bands(who)]
    return shaded(join_surfels(parts), (0.0, -side, 0.0), 0.45)


def arm_bands(who: Appearance) -> list[tuple[float, float, Colour]]:
    """Bands (height, half height, colour) of a striped or reflective sleeve."""
    if who.stripes:
        return [(z, 0.0155, pigment(who.stripes)) for z in (-0.086, -0.024)]
    return [(-0.09, 0.012, pigment(who.vest))] if who.vest else []


def ring(
    rng: np.random.Generator, who: Appearance, z: float, half: float, half_x: float, half_y: float, colour: Colour,
    around: int = 12,
) -> Surfels:  # fmt: skip
    """A band of cloth around a limb at height ``z``, in shares of the stature."""
    return skin(rng, who, [(z - half, half_x, half_y), (z + half, half_x, half_y)], colour, (around, 1))


def forearm(rng: np.random.Generator, who: Appearance, side: float) -> Surfels:
    """From the elbow to the fingers, palm inward."""
    h, bare = who.height_m, who.sleeves == "short"
    rows: Rows = [(-FOREARM, 0.016, 0.014), (-0.05, 0.022, 0.021), (0.0, 0.022, 0.021), (0.012, 0.0, 0.0)]
    if not bare:
        rows = [(-FOREARM, 0.0205, 0.019), (-0.05, 0.0235, 0.0225), (0.0, 0.023, 0.022), (0.012, 0.0, 0.0)]
    sleeve = skin(rng, who, rows, pigment(who.skin) if bare else sleeve_colour(who), (8, 6))
    palm: Rows = [
        (-FOREARM - 0.098, 0.0, 0.0, 0.008), (-FOREARM - 0.094, 0.011, 0.007, 0.008), (-FOREARM - 0.05, 0.021, 0.010),
        (-FOREARM - 0.02, 0.020, 0.011), (-FOREARM + 0.005, 0.013, 0.011),
    ]  # fmt: skip
    hand = skin(rng, who, palm, pigment(who.skin), (7, 5), girth=1.0)
    base, tip = np.array([0.016, 0.0, -FOREARM - 0.018]) * h, np.array([0.030, -0.006 * side, -FOREARM - 0.058]) * h
    thumb = rods([base], [tip], 0.007 * h, pigment(who.skin))
    return shaded(join_surfels([sleeve, hand, thumb]), (0.0, -side, 0.0), 0.35)


def thigh(rng: np.random.Generator, who: Appearance, side: float) -> Surfels:
    """From the hip to the knee."""
    hip: Rows = [(-0.10, 0.049, 0.045), (-0.02, 0.054, 0.049), (0.02, 0.047, 0.042)]
    if who.legs == "shorts":
        bare: Rows = [(-THIGH - 0.008, 0.034, 0.032), (SHORTS_END + 0.015, 0.039, 0.036)]
        wide: Rows = [(SHORTS_END, 0.052, 0.047), *hip]
        leg = join_surfels(
            [skin(rng, who, bare, pigment(who.skin), (9, 3)), skin(rng, who, wide, pigment(who.bottom), (11, 6))]
        )
    else:
        cloth = pigment(who.skin if who.legs == "bare" else who.bottom)
        leg = skin(rng, who, [(-THIGH - 0.008, 0.036, 0.034), *hip], cloth, (10, 8))
    return shaded(leg, (0.0, -side, 0.0), 0.5)


def shin(rng: np.random.Generator, who: Appearance, side: float) -> Surfels:
    """From the knee to the ankle."""
    if who.legs == "trousers":
        rows: Rows = [
            (-SHIN + 0.008, 0.034, 0.029, 0.004), (-0.17, 0.032, 0.029, -0.004), (-0.07, 0.037, 0.034, -0.005),
            (0.0, 0.037, 0.034), (0.02, 0.03, 0.028),
        ]  # fmt: skip
        leg = skin(rng, who, rows, pigment(who.bottom), (9, 8))
    else:
        rows = [
            (-SHIN - 0.01, 0.021, 0.019), (-0.19, 0.020, 0.018, -0.003), (-0.08, 0.033, 0.030, -0.008),
            (0.0, 0.033, 0.031), (0.02, 0.026, 0.025),
        ]  # fmt: skip
        leg = skin(rng, who, rows, pigment(who.skin), (9, 8))
        sock: Rows = [(-SHIN - 0.012, 0.023, 0.021), (-SHIN + 0.028, 0.022, 0.020)]
        leg = join_surfels([leg, skin(rng, who, sock, (0.62, 0.62, 0.60), (9, 1))] if who.legs == "shorts" else [leg])
    return shaded(leg, (0.0, -side, 0.0), 0.4)


def foot(rng: np.random.Generator, who: Appearance) -> Surfels:
    """A shoe; its sole lies one ankle height below the origin."""
    middle, half = (HEEL + TOE) / 2.0, (TOE - HEEL) / 2.0
    rows: Rows = [
        (-ANKLE + 0.008, half, 0.027, middle), (-0.022, half - 0.004, 0.028, middle), (-0.010, 0.050, 0.025, 0.008),
        (0.004, 0.028, 0.023, -0.006), (0.010, 0.022, 0.020, -0.006),
    ]  # fmt: skip
    shoe = skin(rng, who, rows, pigment(who.shoes), (12, 3), girth=1.0, squareness=2.6)
    bright = sum(pigment(who.shoes)) > 0.6
    rubber = (0.30, 0.29, 0.28) if bright else (0.035, 0.032, 0.03)
    edge: Rows = [
        (-ANKLE, 0.0, 0.0, middle),
        (-ANKLE, half, 0.027, middle),
        (-ANKLE + 0.010, half + 0.001, 0.028, middle),
    ]
    sole = skin(rng, who, edge, rubber, (12, 2), girth=1.0, squareness=2.6)
    return join_surfels([shoe, sole])


def legs_and_arms(rng: np.random.Generator, who: Appearance) -> list[tuple[int, Surfels]]:
    """All limbs with the segments that carry them."""
    pieces: list[tuple[int, Surfels]] = []
    for side, arm_at, leg_at in (
        (1.0, Segment.LEFT_UPPER_ARM, Segment.LEFT_THIGH), (-1.0, Segment.RIGHT_UPPER_ARM, Segment.RIGHT_THIGH),
    ):  # fmt: skip
        pieces += [(arm_at, upper_arm(rng, who, side)), (arm_at + 1, forearm(rng, who, side))]
        pieces += [(leg_at, thigh(rng, who, side)), (leg_at + 1, shin(rng, who, side)), (leg_at + 2, foot(rng, who))]
    return pieces


def seat_colour(who: Appearance) -> Colour:
    """What the hips wear: a coat or dress covers them."""
    return pigment(who.bottom if who.skirt_m == 0 else who.top)


def pelvis(rng: np.random.Generator, who: Appearance) -> Surfels:
    """Hips and seat, from the crotch to the belt."""
    rows: Rows = [
        (-0.055, 0.0, 0.0), (-0.045, 0.045, 0.075), (0.0, 0.061, 0.094), (0.045, 0.059, 0.089), (0.065, 0.057, 0.084),
    ]  # fmt: skip
    hips = skin(rng, who, rows, seat_colour(who), (14, 5), squareness=2.3)
    return painted(hips, lambda p: np.where((p[:, 2] < -0.03 * who.height_m)[:, None], 0.5, 1.0) * hips.albedo)
