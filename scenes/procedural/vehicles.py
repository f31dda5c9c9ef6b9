"""Parked vehicles: cars of several body shapes, a van, and a rack with bicycles.

Every function returns a :class:`Part` in its own frame: wheels at z = 0, centred on the origin, front +x.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from navbench_gs.catalogue.obstacles import obstacle_look
from navbench_gs.splats.shapes import (
    Colour,
    bent_rod,
    disc,
    ellipsoid,
    hoop,
    kept,
    painted,
    pigment,
    tube,
    turned,
    weathered,
)
from navbench_gs.splats.surfels import Floats, Surfels, flat_colour, join_surfels, rectangle, sheet
from scenes.procedural.materials import known
from scenes.procedural.part import GLOSS, Part, Solid, box_solid

PAINTS = tuple(
    map(
        pigment,
        ("#1d1f22", "#8f9499", "#d9dadb", "#3c4650", "#7b1f1f", "#23406b", "#5a6b5a", "#b9b2a3", "#2c2f36", "#c8c9c7"),
    )
)
TYRE, RIM, TRIM = pigment("#1a1a1b"), pigment("#b4b7ba"), pigment("#17181a")
GLAZING: Colour = (0.012, 0.016, 0.02)
WHEEL_M = 0.32


@dataclass(frozen=True)
class BodyShape:
    """Silhouette of a car from the side, metres, front +x."""

    length: float
    width: float
    roof: tuple[tuple[float, float], ...]
    """(x, z) of the upper outline, front to back."""
    belt: tuple[float, float]
    """Height of the shoulder line at the front and the back."""
    glass: tuple[float, float, float, float]
    """x of: foot of the windscreen, its top, top of the rear window, its foot."""
    axles: tuple[float, float]
    pillars: tuple[float, ...]
    """x of the pillars between side windows."""
    blind_behind: float = -9.0
    """Side windows end here (panel vans)."""


SHAPES: dict[str, BodyShape] = {
    "hatchback": BodyShape(
        4.05, 1.76,
        (
            (2.02, 0.62), (1.95, 0.80), (1.05, 1.00), (0.20, 1.43), (-0.30, 1.50),
            (-1.25, 1.46), (-1.78, 1.12), (-2.00, 0.95), (-2.02, 0.60),
        ),
        (0.86, 0.98), (1.02, 0.22, -1.30, -1.76), (1.28, -1.28), (-0.32,),
    ),
    "saloon": BodyShape(
        4.62, 1.80,
        (
            (2.31, 0.60), (2.24, 0.76), (1.15, 0.95), (0.28, 1.38), (-0.25, 1.44),
            (-0.95, 1.40), (-1.62, 1.08), (-2.22, 1.00), (-2.31, 0.62),
        ),
        (0.82, 0.94), (1.12, 0.30, -1.00, -1.60), (1.42, -1.38), (-0.20,),
    ),
    "estate": BodyShape(
        4.65, 1.80,
        (
            (2.32, 0.60), (2.25, 0.78), (1.18, 0.97), (0.32, 1.40), (-0.25, 1.47),
            (-1.75, 1.43), (-2.18, 1.05), (-2.30, 0.92), (-2.32, 0.60),
        ),
        (0.84, 0.96), (1.14, 0.34, -1.80, -2.16), (1.42, -1.36), (-0.18, -1.12),
    ),
    "suv": BodyShape(
        4.40, 1.86,
        (
            (2.20, 0.72), (2.14, 0.95), (1.12, 1.12), (0.42, 1.58), (-0.20, 1.66),
            (-1.60, 1.62), (-2.02, 1.22), (-2.16, 1.05), (-2.20, 0.70),
        ),
        (0.98, 1.10), (1.10, 0.44, -1.66, -2.00), (1.36, -1.32), (-0.16, -1.05),
    ),
    "van": BodyShape(
        5.10, 1.95,
        (
            (2.55, 0.70), (2.50, 1.00), (1.95, 1.22), (1.25, 1.92), (0.80, 2.02),
            (-2.42, 2.02), (-2.52, 1.90), (-2.54, 1.10), (-2.55, 0.60),
        ),
        (1.08, 1.16), (1.92, 1.28, -9.0, -9.0), (1.62, -1.55), (0.95,), blind_behind=0.30,
    ),
}  # fmt: skip
SECTION = (0.0, 0.16, 0.38, 0.70, 1.0)
"""Shares of the half section from the sill to the middle of the roof: sill, flank, shoulder, roof edge, middle."""


def car(rng: np.random.Generator, *, shape: str = "hatchback", paint: str | None = None, detail: float = 1.0) -> Part:
    """A parked car of one of ``SHAPES``; about 3000 surfels. ``paint`` as sRGB hex text, else one is drawn."""
    form = SHAPES[shape]
    colour = pigment(paint) if paint else PAINTS[int(rng.random() * len(PAINTS))]
    spacing = 0.085 / detail
    parts = [shell(rng, form, colour, side, spacing) for side in (-1.0, 1.0)]
    parts += [end_face(rng, form, colour, end, spacing) for end in (-1.0, 1.0)]
    parts += wheels(rng, form, spacing)
    for side in (-1.0, 1.0):
        parts += window_frames(form, colour, side) + door_fittings(rng, form, colour, side)
    half_length, half_width = form.length / 2.0, form.width / 2.0
    under = rectangle(
        rng, (-half_length + 0.1, -half_width + 0.05, 0.2), (form.length - 0.2, 0, 0), (0, form.width - 0.1, 0),
        flat_colour(0.006, 0.006, 0.007), spacing=0.25 / detail,
    )  # fmt: skip
    return Part(surfels=(join_surfels([*parts, under]),), solids=car_solids(form))


def car_solids(form: BodyShape) -> tuple[Solid, Solid]:
    """The lower body down to the ground and the cabin, as boxes."""
    half_length, half_width = form.length / 2.0 + 0.05, form.width / 2.0
    belt, top = form.belt[0] + 0.05, max(z for _, z in form.roof)
    cabin = [x for x, z in form.roof if z > belt + 0.2]
    return (
        box_solid((0.0, 0.0, belt / 2.0), (half_length, half_width, belt / 2.0)),
        box_solid(
            ((max(cabin) + min(cabin)) / 2.0, 0.0, (belt + top) / 2.0),
            ((max(cabin) - min(cabin)) / 2.0, 0.86 * half_width, (top - belt) / 2.0),
        ),
    )


def van(rng: np.random.Generator, *, paint: str | None = None, detail: float = 1.0) -> Part:
    """A delivery van; about 3500 surfels."""
    return car(rng, shape="van", paint=paint or ("#d9dadb", "#c9b23a", "#34506e")[int(rng.random() * 3)], detail=detail)


def half_width_at(form: BodyShape, x: Floats) -> Floats:
    """Half width (N,) of the body at ``x`` (N,): rounded in plan towards both ends."""
    share = np.abs(x) / (form.length / 2.0)
    return form.width / 2.0 * (1.0 - 0.13 * np.clip(share, 0.0, 1.0) ** 6 - 0.03 * share**2)


def section_points(form: BodyShape, x: Floats) -> tuple[Floats, Floats]:
    """Distance from the middle (N, 5) and height (N, 5) of the section's five knots at ``x`` (N,)."""
    outline = np.array(form.roof)[::-1]
    top = np.interp(x, outline[:, 0], outline[:, 1])
    share = (x + form.length / 2.0) / form.length
    belt = np.minimum(form.belt[1] + (form.belt[0] - form.belt[1]) * share, top - 0.03)
    wide = half_width_at(form, x)
    cabin = np.clip((top - belt - 0.08) / 0.35, 0.0, 1.0)
    sill = np.full_like(x, 0.23) + 0.05 * (np.abs(x) / (form.length / 2.0)) ** 8
    edge = np.maximum(top - 0.035 - 0.03 * cabin, belt + 0.005)
    across = np.stack([0.94 * wide, wide, 0.97 * wide, wide * (0.86 - 0.13 * cabin), np.zeros_like(x)], axis=1)
    height = np.stack([sill, 0.5 * (sill + belt) + 0.05, belt, edge, top + 0.01], axis=1)
    return across, height


def shell(rng: np.random.Generator, form: BodyShape, colour: Colour, side: float, spacing: float) -> Surfels:
    """One half of the skin from the sill over the window to the middle of the roof; glass where there are windows."""
    outline = np.array(form.roof)[::-1]
    run = np.concatenate([[0.0], np.cumsum(np.sqrt(np.sum(np.diff(outline, axis=0) ** 2, axis=1)))])
    knots = np.array(SECTION)

    def surface(u: Floats, v: Floats) -> Floats:
        x = np.interp(u * run[-1], run, outline[:, 0])
        across, height = section_points(form, x)
        seat = np.clip(np.searchsorted(knots, v, side="right") - 1, 0, 3)
        share = (v - knots[seat]) / (knots[seat + 1] - knots[seat])
        rows = np.arange(len(x))
        y = across[rows, seat] * (1 - share) + across[rows, seat + 1] * share
        z = height[rows, seat] * (1 - share) + height[rows, seat + 1] * share
        return np.stack([x, side * y, z], axis=1)

    counts = (int(run[-1] / spacing), int(2.0 / spacing))
    skin = sheet(rng, surface, *counts, flat_colour(*colour), flip=side > 0, jitter=0.04)
    _, height = section_points(form, skin.centres[:, 0])
    glazed = window_mask(form, skin.centres, height)
    z = skin.centres[:, 2]
    lower = 1.0 - 0.25 * np.clip((0.62 - z) / 0.25, 0.0, 1.0)
    albedo = np.where(glazed[:, None], np.array(GLAZING), np.array(colour) * lower[:, None])
    skin = replace(skin, albedo=albedo, kind=np.full(len(skin), GLOSS, dtype=np.uint8))
    in_arch = np.zeros(len(skin), dtype=bool)
    for axle in form.axles:
        offset = skin.centres[:, [0, 2]] - np.array([axle, WHEEL_M])
        in_arch |= (np.hypot(offset[:, 0], offset[:, 1]) < WHEEL_M + 0.05) & (height[:, 2] > z)
    return weathered(rng, kept(skin, ~in_arch), grain=0.0, dirt=0.35)


def window_mask(form: BodyShape, points: Floats, height: Floats) -> NDArray[np.bool_]:
    """Which points (N, 3) of the skin, whose section has knots of ``height`` (N, 5), are glass."""
    x, z = points[:, 0], points[:, 2]
    foot, top, rear_top, rear_foot = form.glass
    tall = height[:, 3] - height[:, 2]
    flank = (z > height[:, 2] + 0.035) & (z < height[:, 3] - 0.035) & (tall > 0.14)
    flank &= (x < foot - 0.25) & (x > max(rear_foot + 0.22, form.blind_behind))
    for pillar in form.pillars:
        flank &= np.abs(x - pillar) > 0.045
    middle = z >= height[:, 3] - 0.01
    screen = middle & (x < foot - 0.03) & (x > top + 0.03)
    rear = middle & (x < rear_top - 0.04) & (x > rear_foot + 0.04)
    return flank | screen | rear


def end_face(rng: np.random.Generator, form: BodyShape, colour: Colour, end: float, spacing: float) -> Surfels:
    """The front (``end`` 1) or the back (-1): bumper, lamps, grille or boot, number plate."""
    x = end * form.length / 2.0
    wide = float(half_width_at(form, np.array([x]))[0])
    top = form.roof[0][1] if end > 0 else form.roof[-1][1]
    top = max(top, 0.62) + (0.03 if form.blind_behind < -5 or end > 0 else 1.25)

    def surface(u: Floats, v: Floats) -> Floats:
        y = wide * (2.0 * u - 1.0)
        bulge = 0.07 * (1.0 - (y / wide) ** 2) - 0.05 * v**2
        return np.stack([x + end * bulge, end * y, 0.27 + (top - 0.27) * v], axis=1)

    counts = (int(2 * wide / spacing), max(4, int((top - 0.25) / spacing)))
    face = painted(
        sheet(rng, surface, *counts, flat_colour(*colour)),
        lambda p: np.where((p[:, 2] < 0.36)[:, None], np.array(TRIM), np.array(colour)),
    )
    return join_surfels([face, *lamps_and_plate(rng, form, end, x, wide)])


def lamps_and_plate(rng: np.random.Generator, form: BodyShape, end: float, x: float, wide: float) -> list[Surfels]:
    """What is mounted on an end face at ``x``, whose half width is ``wide``."""

    def plate(y: float, z: float, width: float, height: float, colour: Colour, turn: float = 0.0) -> Surfels:
        corner = (0.0, -width / 2.0, z - height / 2.0)
        flat = rectangle(
            rng, corner, (0, width, 0), (0, 0, height), flat_colour(*colour), spacing=0.075, inset=0.5, jitter=0.1
        )
        lean = 0.07 * (1.0 - (y / wide) ** 2) + 0.02
        return turned(flat, 2, (0.0 if end > 0 else np.pi) + turn).moved(x + end * lean, end * y)

    level = 0.64 + 0.5 * (form.belt[0] - 0.84)
    lamp = (0.66, 0.68, 0.70) if end > 0 else (0.40, 0.012, 0.01)
    parts = [plate(0.0, 0.46, 0.50, 0.11, (0.72, 0.72, 0.68))]
    parts += [plate(side * 0.74 * wide, level, 0.40 * wide, 0.15, TRIM, side * 0.2) for side in (-1.0, 1.0)]
    glow = [plate(side * 0.73 * wide, level, 0.30 * wide, 0.10, lamp, side * 0.2) for side in (-1.0, 1.0)]
    parts += [piece.moved(end * 0.012, 0.0) for piece in glow]
    if end > 0:
        parts += [
            plate(0.0, level - 0.01, 0.95 * wide, 0.11, TRIM),
            plate(0.0, level, 0.10, 0.08, RIM).moved(0.012, 0.0),
            plate(0.0, 0.33, 1.3 * wide, 0.08, TRIM),
        ]
    return parts


def wheels(rng: np.random.Generator, form: BodyShape, spacing: float) -> list[Surfels]:
    """Four wheels in dark arches."""
    parts = []
    for axle in form.axles:
        for side in (-1.0, 1.0):
            y = side * (form.width / 2.0 - 0.13)
            tyre = hoop(rng, WHEEL_M, 0.13, TYRE, spacing=0.8 * spacing, width=0.2)
            rim = turned(disc(rng, 0.205, RIM, spacing=0.055), 0, -side * np.pi / 2)
            angle = np.arctan2(rim.centres[:, 2], rim.centres[:, 0])
            gap = (np.cos(5.0 * angle) < -0.15) & (np.hypot(rim.centres[:, 0], rim.centres[:, 2]) > 0.07)
            rim = painted(rim, known(np.where(gap[:, None], np.array(TRIM), np.array(RIM))))
            arch = turned(disc(rng, WHEEL_M + 0.09, (0.004, 0.004, 0.005), spacing=0.12), 0, -side * np.pi / 2)
            parts += [tyre.moved(axle, y, WHEEL_M + 0.005), rim.moved(axle, y + side * 0.075, WHEEL_M)]
            parts.append(arch.moved(axle, y - side * 0.11, WHEEL_M + 0.10))
    return parts


def window_frames(form: BodyShape, colour: Colour, side: float) -> list[Surfels]:
    """Crisp edges of the side windows, painted pillars of windscreen and rear window, and the dark sill."""

    def along(xs: Floats, knot: int, lift: float) -> Floats:
        across, height = section_points(form, xs)
        return np.stack([xs, side * (across[:, knot] + 0.022), height[:, knot] + lift], axis=1)

    foot, top, rear_top, rear_foot = form.glass
    front, back = foot - 0.22, max(rear_foot + 0.20, form.blind_behind)
    parts = [
        bent_rod(along(np.linspace(front + 0.1, back, 9), 2, 0.02), 0.016, TRIM, spacing=0.14),
        bent_rod(along(np.linspace(top + 0.02, max(rear_top, back), 7), 3, -0.02), 0.026, colour, spacing=0.14),
        bent_rod(along(np.linspace(foot, top, 5), 3, 0.0), 0.034, colour, spacing=0.25),
    ]
    if form.blind_behind < -5:
        parts.append(bent_rod(along(np.linspace(rear_top, rear_foot, 4), 3, 0.0), 0.05, colour, spacing=0.25))
    sill = along(np.linspace(form.axles[1] + 0.36, form.axles[0] - 0.36, 6), 0, 0.02)
    parts.append(bent_rod(sill + np.array([0.0, 0.02 * side, -0.02]), 0.045, TRIM, spacing=0.16))
    for pillar in form.pillars:
        low, high = (along(np.full(1, pillar), knot, 0.0)[0] for knot in (2, 3))
        parts.append(bent_rod([low, high], 0.03, TRIM, spacing=0.25))
    return parts


def door_fittings(rng: np.random.Generator, form: BodyShape, colour: Colour, side: float) -> list[Surfels]:
    """Seams, handles, a mirror and the lips of the wheel arches on one side."""
    parts = []
    foot, _, _, rear_foot = form.glass
    doors = [foot - 0.25, *form.pillars]
    if form.blind_behind < -5:
        doors.append(max(rear_foot + 0.25, form.axles[1] + 0.42))
    for x in doors:
        across, height = section_points(form, np.full(1, x))
        line = np.stack([np.full(3, x), side * (across[0, :3] + 0.014), height[0, :3]], axis=1)
        parts.append(bent_rod(line, 0.006, (0.01, 0.01, 0.01), spacing=0.15))
        grip = (x - 0.22, side * (across[0, 2] + 0.012), height[0, 2] - 0.08)
        parts.append(ellipsoid(rng, grip, (0.08, 0.012, 0.014), TRIM, spacing=0.07))
    x = foot - 0.42
    across, height = section_points(form, np.array([x]))
    mirror = (x, side * (across[0, 2] + 0.11), height[0, 2] + 0.07)
    parts.append(ellipsoid(rng, mirror, (0.07, 0.10, 0.065), colour, spacing=0.07))
    angles = np.linspace(0.0, np.pi, 9)
    for axle in form.axles:
        y = float(half_width_at(form, np.array([axle]))[0]) - 0.005
        arch = [axle + 0.37 * np.cos(angles), np.full(9, side * y), WHEEL_M - 0.02 + 0.37 * np.sin(angles)]
        parts.append(bent_rod(np.stack(arch, axis=1), 0.018, TRIM, spacing=0.2))
    return parts


def bicycle_rack(rng: np.random.Generator, *, places: int = 5, taken: float = 0.7, detail: float = 1.0) -> Part:
    """Steel hoops in a row along y, some with a bicycle; about 60 surfels a place and 900 a bicycle."""
    steel = pigment("#8f9497")
    parts, solids = [], []
    for k in range(places):
        y = 0.75 * (k - (places - 1) / 2.0)
        angles = np.linspace(0.0, np.pi, 9)
        bow = np.stack([0.36 * np.cos(angles), np.full(9, y), 0.50 + 0.32 * np.sin(angles)], axis=1)
        line = np.concatenate([[[0.36, y, 0.0]], bow, [[-0.36, y, 0.0]]])
        parts.append(tube(rng, line, 0.025, steel, spacing=0.09 / detail, around=6))
        solids.append(box_solid((0.0, y, 0.41), (0.38, 0.03, 0.41)))
        if rng.random() < taken:
            bicycle = obstacle_look("bicycle", int(6 * rng.random()), detail=detail)
            parts.append(bicycle.moved(0.1 * (rng.random() - 0.5), y + 0.14, 0.0, np.pi if rng.random() < 0.5 else 0.0))
            solids.append(box_solid((0.0, y + 0.14, 0.5), (0.86, 0.08, 0.5)))
    return Part(surfels=(join_surfels(parts),), solids=tuple(solids))
