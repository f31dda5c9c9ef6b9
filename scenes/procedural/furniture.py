"""Street furniture without a roof: lamps, seats, bins, planters, signs, rails, fountains, tables, steps.

Every function returns a :class:`Part` in its own frame (base at z = 0, centred on the origin, front +x) and takes
``detail``: below 1 it makes fewer, larger surfels. Roofed things (stalls, shelters, canopies) are in ``shelters.py``.
"""

from __future__ import annotations

import numpy as np

from navbench_gs.catalogue.body import BoxBody
from navbench_gs.catalogue.obstacles import OBSTACLES, SPACING_M, obstacle_look
from navbench_gs.catalogue.pedestrians import figure, posed_figure
from navbench_gs.catalogue.seats import bench as bench_look
from navbench_gs.splats.shapes import (
    bent_rod,
    disc,
    ellipsoid,
    kept,
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
    Material,
    Surfels,
    box,
    flat_colour,
    join_surfels,
    rectangle,
    surfels,
    unit,
)
from scenes.procedural.part import EMISSIVE, GLASS, GLOW, Lamp, Part, box_solid, prism_solid
from scenes.procedural.vegetation import shrub

IRON, STEEL = pigment("#26292b"), pigment("#8f9497")
STONE, WOOD = pigment("#b3aca0"), pigment("#8f6d48")
RAIL_STEP_M = 0.12
ROAD_SIGNS = ("no_entry", "parking", "crossing", "yield")


def catalogue_part(kind: str, variant: int, detail: float = 1.0) -> Part:
    """An obstacle of the catalogue as a fixed part of the place."""
    solids = []
    for body in OBSTACLES[kind].bodies:
        if isinstance(body, BoxBody):
            solids.append(box_solid(body.centre, body.half))
        else:
            x, y, z = body.centre
            solids.append(prism_solid((x, y, z - body.height_m / 2.0), body.radius_m, body.height_m))
    return Part(surfels=(obstacle_look(kind, variant, detail=detail),), solids=tuple(solids))


def litter_bin(rng: np.random.Generator, *, detail: float = 1.0) -> Part:
    """A round litter bin; about 800 surfels."""
    return catalogue_part("bin", int(6 * rng.random()), detail)


def bollard(rng: np.random.Generator, *, variant: int | None = None, detail: float = 1.0) -> Part:
    """A bollard; about 650 surfels. Give one ``variant`` to a whole row."""
    return catalogue_part("bollard", int(6 * rng.random()) if variant is None else variant, detail)


def planter(rng: np.random.Generator, *, detail: float = 1.0) -> Part:
    """A square tub with a shrub; about 1250 surfels."""
    return catalogue_part("planter", int(6 * rng.random()), detail)


def parked_bicycle(rng: np.random.Generator, *, detail: float = 1.0) -> Part:
    """A bicycle on its stand; about 1100 surfels."""
    return catalogue_part("bicycle", int(6 * rng.random()), detail)


def bench(rng: np.random.Generator, *, length_m: float = 1.8, detail: float = 1.0) -> Part:
    """A slatted park bench, seat towards +x; about 450 surfels."""
    half = length_m / 2.0
    look = bench_look(rng, int(4 * rng.random()), 1.25 * SPACING_M / detail, length_m)
    seat = box_solid((0.0, 0.0, 0.225), (0.21, half, 0.225))
    back = box_solid((-0.24, 0.0, 0.645), (0.04, half, 0.195))
    return Part(surfels=(look,), solids=(seat, back))


def stone_bench(rng: np.random.Generator, *, length_m: float = 1.6, detail: float = 1.0) -> Part:
    """A plain slab on two blocks; about 350 surfels."""
    slab = box(rng, (0, 0, 0.42), (0.22, length_m / 2, 0.05), flat_colour(*STONE), spacing=0.09 / detail, bottom=True)
    feet = [
        box(rng, (0, s * 0.33 * length_m, 0.185), (0.17, 0.12, 0.185), flat_colour(*STONE), spacing=0.1 / detail)
        for s in (-1, 1)
    ]
    solid = box_solid((0.0, 0.0, 0.235), (0.22, length_m / 2, 0.235))
    return Part(surfels=(weathered(rng, join_surfels([slab, *feet]), grain=0.15),), solids=(solid,))


def lamp_post(rng: np.random.Generator, *, height_m: float = 4.2, style: str = "lantern", detail: float = 1.0) -> Part:
    """A street lamp: ``lantern`` (old town), ``globe`` (park), ``arm`` (road, arm along +x); about 400 surfels."""
    spacing = 0.095 / detail
    profile = [(0.0, 0.14, 0.14), (0.12, 0.13, 0.13), (0.16, 0.085, 0.085), (0.70, 0.075, 0.075), (0.75, 0.052, 0.052)]
    post = loft(rng, [*profile, (height_m, 0.038, 0.038)], IRON, spacing=1.3 * spacing)
    parts = [weathered(rng, post)]
    if style == "lantern":
        parts += lantern_head(rng, height_m, spacing)
    elif style == "globe":
        glow = ellipsoid(
            rng, (0, 0, height_m + 0.17), (0.18, 0.18, 0.18), (0.8, 0.79, 0.74), spacing=spacing, kind=GLOW
        )
        parts += [glow, ellipsoid(rng, (0, 0, height_m + 0.0), (0.09, 0.09, 0.05), IRON, spacing=spacing)]
    else:
        reach = np.linspace(0.0, 1.3, 7)
        line = np.stack([reach, np.zeros(7), height_m + 0.28 * np.sin(reach / 1.3 * 1.5)], axis=1)
        parts.append(tube(rng, line, 0.035, IRON, spacing=1.5 * spacing, around=6))
        head = (1.45, 0.0, height_m + 0.27)
        parts.append(ellipsoid(rng, head, (0.30, 0.11, 0.06), STEEL, spacing=spacing))
        parts.append(disc(rng, 0.09, (0.8, 0.79, 0.74), spacing=spacing, kind=GLOW).moved(1.45, 0.0, height_m + 0.20))
        parts.append(turned(parts[-1].moved(-1.45, 0.0, -height_m - 0.20), 0, np.pi).moved(1.45, 0.0, height_m + 0.2))
    out, rise = {"lantern": (0.0, 0.25), "globe": (0.0, 0.17)}.get(style, (1.45, 0.15))
    return Part(
        surfels=tuple(parts),
        lamps=(Lamp(out, 0.0, height_m + rise),),
        solids=(prism_solid((0.0, 0.0, 0.0), 0.12, min(height_m, 2.2), sides=8),),
        shades=(prism_solid((0.0, 0.0, 0.0), 0.05, height_m, sides=6),),
    )


def lantern_head(rng: np.random.Generator, height_m: float, spacing: float) -> list[Surfels]:
    """Four glazed sides that widen upwards, iron edges and a pointed roof."""
    panes = loft(
        rng, [(height_m + 0.05, 0.10, 0.10), (height_m + 0.42, 0.17, 0.17)], (0.62, 0.58, 0.46),
        spacing=spacing, squareness=9.0, kind=GLOW,
    )  # fmt: skip
    roof = loft(
        rng,
        [(height_m + z, half, half) for z, half in ((0.42, 0.21), (0.58, 0.08), (0.68, 0.03), (0.70, 0.0))],
        IRON, spacing=spacing, squareness=5.0,
    )  # fmt: skip
    corners = [(sx, sy) for sx in (-1, 1) for sy in (-1, 1)]
    edges = rods(
        [(0.10 * a, 0.10 * b, height_m + 0.03) for a, b in corners],
        [(0.17 * a, 0.17 * b, height_m + 0.43) for a, b in corners], 0.014, IRON,
    )  # fmt: skip
    base = box(rng, (0, 0, height_m + 0.03), (0.12, 0.12, 0.03), flat_colour(*IRON), spacing=spacing, bottom=True)
    return [panes, roof, edges, base]


def long_planter(rng: np.random.Generator, *, length_m: float = 2.4, width_m: float = 0.7, detail: float = 1.0) -> Part:
    """A stone or timber trough along x full of shrubs; about 700 surfels a metre."""
    timber = rng.random() < 0.5
    half = (length_m / 2.0, width_m / 2.0, 0.26)
    tub = box(rng, (0, 0, 0.26), half, flat_colour(*(WOOD if timber else STONE)), spacing=0.085 / detail)
    soil = np.array([0.035, 0.025, 0.017])

    def filled(points: Floats) -> Floats:
        inside = (
            (points[:, 2] > 0.5) & (np.abs(points[:, 1]) < half[1] - 0.06) & (np.abs(points[:, 0]) < half[0] - 0.06)
        )
        board = 0.8 + 0.3 * ((np.floor(points[:, 2] / 0.13) * 0.618) % 1.0) if timber else np.ones(len(points))
        return np.where(inside[:, None], soil, tub.albedo * board[:, None])

    plants = []
    for k in range(max(1, int(length_m / 0.55))):
        bloom = ("#c9405a", "#dfd6e6", "#e0b53c", None)[int(4 * rng.random())]
        bush = shrub(rng, radius_m=0.36, height_m=0.45 + 0.25 * rng.random(), bloom=bloom, detail=0.8 * detail)
        plants += [s.moved(-half[0] + 0.35 + 0.55 * k, 0.1 * (rng.random() - 0.5), 0.46) for s in bush.surfels]
    return Part(
        surfels=(weathered(rng, painted(tub, filled)), *plants), solids=(box_solid((0.0, 0.0, 0.26), half),),
        shades=(box_solid((0.0, 0.0, 0.65), (half[0] * 0.9, half[1] * 0.7, 0.15)),),
    )  # fmt: skip


def road_sign(rng: np.random.Generator, *, kind: str = "no_entry", detail: float = 1.0) -> Part:
    """A traffic sign, one of ``ROAD_SIGNS``, face towards +x; 200 to 400 surfels."""
    pole = tube(rng, [(0, 0, 0), (0, 0, 2.7)], 0.03, STEEL, spacing=0.12 / detail, around=6)
    spacing = 0.07 / detail
    if kind in ("no_entry", "yield"):
        plate = turned(disc(rng, 0.31, pigment("#b01c1c"), spacing=spacing), 1, np.pi / 2)
    else:
        blue = flat_colour(*pigment("#1f4f9c"))
        plate = rectangle(rng, (0, -0.3, -0.3), (0, 0.6, 0), (0, 0, 0.6), blue, spacing=spacing)
    face = join_surfels([plate, sign_symbol(rng, kind)]).moved(0.045, 0.0, 2.35)
    back = painted(turned(plate, 2, np.pi), lambda p: np.array(STEEL)).moved(0.03, 0.0, 2.35)
    return Part(
        surfels=(join_surfels([weathered(rng, pole), face, back]),),
        solids=(prism_solid((0, 0, 0), 0.04, 2.2, sides=6),),
        shades=(box_solid((0.035, 0.0, 2.35), (0.01, 0.3, 0.3)),),
    )


def sign_symbol(rng: np.random.Generator, kind: str) -> Surfels:
    """What stands white on a sign's plate, drawn in the yz plane through the origin, a little ahead of it."""
    white = (0.78, 0.78, 0.76)
    if kind == "yield":
        return turned(disc(rng, 0.20, white, spacing=0.08), 1, np.pi / 2).moved(0.012, 0.0)
    strokes = {
        "no_entry": ([(-0.21, 0.0), (0.21, 0.0)], 0.055),
        "parking": (
            [(-0.09, -0.21), (-0.09, 0.2), (0.03, 0.2), (0.1, 0.14), (0.1, 0.06), (0.03, 0.0), (-0.09, 0.0)],
            0.032,
        ),
        "crossing": ([(-0.2, -0.2), (0.2, -0.2), (0.0, 0.2), (-0.2, -0.2)], 0.04),
    }
    line, radius = strokes[kind]
    return bent_rod([(0.035, y, z) for y, z in line], radius, white, spacing=0.11)


def printed(tone: Floats, lines: Floats) -> Material:
    """Paper with rows of print: each 5 cm of v is as light as ``lines`` (8,) says."""
    return lambda u, v: tone * lines[(v * 20).astype(int) % 8][:, None]


def notice_board(rng: np.random.Generator, *, detail: float = 1.0) -> Part:
    """A park map or notice board on two posts, face towards +x; about 350 surfels."""
    spacing = 0.06 / detail
    frame = box(
        rng, (0, 0, 1.35), (0.04, 0.70, 0.50), flat_colour(*pigment("#3f4f3c")), spacing=1.3 * spacing, bottom=True
    )
    sheets = []
    for k in range(6):
        y, z = -0.52 + 0.36 * (k % 3), 1.42 - 0.42 * (k // 3)
        tone = np.array([pigment(c) for c in ("#e9e5d8", "#d8c66a", "#9fb8cf", "#d98d6f")][int(4 * rng.random())])
        lines = 0.65 + 0.35 * (np.sin(np.arange(8) * 2.1 + k) > -0.2)
        paper = rectangle(
            rng, (0.05, y, z - 0.02), (0, 0.29, 0), (0, 0, 0.35),
            printed(tone, lines), spacing=0.8 * spacing,
        )  # fmt: skip
        sheets.append(paper)
    posts = [
        tube(rng, [(0, s * 0.72, 0), (0, s * 0.72, 1.95)], 0.05, WOOD, spacing=0.12 / detail, around=6) for s in (-1, 1)
    ]
    solids = (
        box_solid((0.0, 0.0, 1.35), (0.05, 0.75, 0.55)),
        *(prism_solid((0.0, s * 0.72, 0.0), 0.06, 1.95, 6) for s in (-1, 1)),
    )
    return Part(surfels=(weathered(rng, join_surfels([frame, *sheets, *posts])),), solids=solids)


def railing(rng: np.random.Generator, *, length_m: float = 3.0, height_m: float = 1.0, detail: float = 1.0) -> Part:
    """Iron railings along x with upright bars; about 75 surfels a metre."""
    half = length_m / 2.0
    count = max(2, int(length_m / RAIL_STEP_M * min(detail, 1.0)))
    x = np.linspace(-half, half, count)
    foot, middle, head = (
        np.stack([x, np.zeros(count), np.full(count, z)], axis=1) for z in (0.08, height_m / 2, height_m - 0.01)
    )
    bars = rods(np.concatenate([foot, middle]), np.concatenate([middle, head]), 0.011, IRON, overlap=0.38)
    rails = [bent_rod([(-half, 0, z), (half, 0, z)], 0.02, IRON, spacing=0.25) for z in (0.1, height_m)]
    posts = [
        tube(rng, [(px, 0, 0), (px, 0, height_m + 0.08)], 0.03, IRON, spacing=0.12 / detail, around=6)
        for px in np.linspace(-half, half, max(2, int(length_m / 2.0) + 1))
    ]
    solid = box_solid((0.0, 0.0, height_m / 2.0), (half, 0.03, height_m / 2.0))
    return Part(surfels=(weathered(rng, join_surfels([bars, *rails, *posts])),), solids=(solid,))


def fence(rng: np.random.Generator, *, length_m: float = 3.0, height_m: float = 1.2, detail: float = 1.0) -> Part:
    """A wooden picket fence along x; about 140 surfels a metre."""
    half = length_m / 2.0
    count = max(2, int(length_m / 0.14))
    picket = plank(rng, (0, 0, height_m / 2), (0.048, 0.012, height_m / 2 - 0.03), WOOD, pieces=4)
    pickets = [
        picket.moved(float(x), 0.0, 0.04 * rng.random() - 0.02) for x in np.linspace(-half + 0.07, half - 0.07, count)
    ]
    rails = [bent_rod([(-half, -0.03, z), (half, -0.03, z)], 0.03, WOOD, spacing=0.3) for z in (0.3, height_m - 0.25)]
    solid = box_solid((0.0, 0.0, height_m / 2.0), (half, 0.04, height_m / 2.0))
    return Part(surfels=(weathered(rng, join_surfels([*pickets, *rails]), grain=0.22),), solids=(solid,))


def low_wall(rng: np.random.Generator, *, length_m: float = 3.0, height_m: float = 0.5, detail: float = 1.0) -> Part:
    """A wall of coursed stone along x with a coping; about 350 surfels a metre."""
    half = (length_m / 2.0, 0.16, height_m / 2.0)
    body = box(rng, (0, 0, half[2]), half, flat_colour(*STONE), spacing=0.075 / detail)

    def coursed(points: Floats) -> Floats:
        row = np.floor(points[:, 2] / 0.17)
        along = points[:, 0] + points[:, 1] + 0.17 * (row % 2)
        joint = (points[:, 2] % 0.17 < 0.028) | (along % 0.36 < 0.028)
        tone = 0.78 + 0.35 * ((np.floor(along / 0.36) * 0.618 + row * 0.37) % 1.0)
        return np.array(STONE) * np.where(joint, 0.55, tone)[:, None]

    coping = box(
        rng,
        (0, 0, height_m + 0.03),
        (half[0] + 0.02, 0.2, 0.03),
        flat_colour(*STONE),
        spacing=0.1 / detail,
        bottom=True,
    )
    solid = box_solid((0.0, 0.0, (height_m + 0.06) / 2.0), (half[0], 0.18, (height_m + 0.06) / 2.0))
    return Part(surfels=(weathered(rng, join_surfels([painted(body, coursed), coping])),), solids=(solid,))


def fountain(rng: np.random.Generator, *, radius_m: float = 1.8, detail: float = 1.0) -> Part:
    """A round basin with water, a bowl on a column and falling jets; about 2600 surfels."""
    spacing = 0.14 / detail
    r = radius_m
    basin = loft(
        rng,
        [(0.0, r, r), (0.10, r, r), (0.12, 0.95 * r, 0.95 * r), (0.42, 0.95 * r, 0.95 * r), (0.44, r, r),
         (0.52, r, r), (0.52, 0.86 * r, 0.86 * r), (0.30, 0.84 * r, 0.84 * r)],
        STONE, spacing=spacing,
    )  # fmt: skip
    column = loft(
        rng, [(0.3, 0.3, 0.3), (0.5, 0.2, 0.2), (0.9, 0.14, 0.14), (1.15, 0.2, 0.2), (1.3, 0.34 * r, 0.34 * r),
              (1.42, 0.42 * r, 0.42 * r), (1.44, 0.38 * r, 0.38 * r), (1.36, 0.0, 0.0)],
        STONE, spacing=0.8 * spacing,
    )  # fmt: skip
    water = painted(
        disc(rng, 0.87 * r, (0.1, 0.2, 0.22), spacing=1.2 * spacing, kind=GLASS),
        lambda p: np.array([0.05, 0.12, 0.13]) * (0.8 + 0.5 * (np.sin(9 * np.hypot(p[:, 0], p[:, 1])) > 0.2))[:, None],
    ).moved(0, 0, 0.40)
    jets = falling_water(rng, 0.40 * r, 0.72 * r, 1.42, 0.42, int(160 * detail))
    solids = (prism_solid((0.0, 0.0, 0.0), r, 0.52, 16), prism_solid((0.0, 0.0, 0.52), 0.32, 0.9, 8))
    return Part(surfels=(weathered(rng, join_surfels([basin, column]), grain=0.14), water, jets), solids=solids)


def falling_water(
    rng: np.random.Generator, inner: float, outer: float, top: float, bottom: float, count: int
) -> Surfels:
    """Pale streaks that leave a bowl's rim (``inner``) and fall outward to ``outer``, from height ``top``."""
    angle = 2.0 * np.pi * rng.random(count)
    share = rng.random(count)
    radius = inner + (outer - inner) * np.sqrt(share)
    centres = np.stack([radius * np.cos(angle), radius * np.sin(angle), top - (top - bottom) * share**1.2], axis=1)
    down = unit(np.stack([0.3 * np.cos(angle), 0.3 * np.sin(angle), -0.4 - share], axis=1))
    across = np.stack([-np.sin(angle), np.cos(angle), np.zeros(count)], axis=1)
    sizes = np.stack([0.05 + 0.04 * share, np.full(count, 0.012), np.full(count, 0.004)], axis=1)
    return surfels(centres, across, down, sizes[:, [1, 0, 2]], (0.72, 0.78, 0.8), 0.45)


def cafe_table(rng: np.random.Generator, *, chairs: int = 3, detail: float = 1.0) -> Part:
    """A round table with chairs about it; about 250 surfels and 500 a chair."""
    spacing = 0.06 / detail
    top = join_surfels([
        disc(rng, 0.36, pigment("#d9d3c6"), spacing=spacing).moved(0, 0, 0.73),
        loft(rng, [(0.70, 0.36, 0.36), (0.73, 0.365, 0.365)], pigment("#9a948a"), spacing=spacing),
    ])  # fmt: skip
    foot = loft(
        rng, [(0.0, 0.22, 0.22), (0.03, 0.2, 0.2), (0.06, 0.03, 0.03), (0.70, 0.03, 0.03)], IRON, spacing=spacing
    )
    parts, solids = [top, foot], [prism_solid((0.0, 0.0, 0.0), 0.36, 0.73)]
    variant = int(6 * rng.random())
    for k in range(chairs):
        angle = 2.0 * np.pi * (k + 0.35 * rng.random()) / chairs
        x, y = 0.62 * np.cos(angle), 0.62 * np.sin(angle)
        chair = catalogue_part("chair", variant, 0.8 * detail).moved(
            x, y, 0.0, angle + np.pi + 0.3 * (rng.random() - 0.5)
        )
        parts += chair.surfels
        solids += chair.solids
    return Part(surfels=(join_surfels(parts),), solids=tuple(solids))


def traffic_light(rng: np.random.Generator, *, detail: float = 1.0) -> Part:
    """A pedestrian and vehicle signal on a post, heads towards +x; about 350 surfels."""
    spacing = 0.06 / detail
    pole = tube(rng, [(0, 0, 0), (0, 0, 3.1)], 0.055, STEEL, spacing=0.12 / detail, around=7)
    lit = int(3 * rng.random())
    head = box(rng, (0.12, 0, 2.75), (0.08, 0.14, 0.42), flat_colour(*IRON), spacing=spacing, bottom=True)
    parts = [weathered(rng, pole), head]
    for k, colour in enumerate(("#e0301e", "#e8a71c", "#27b35a")):
        on = k == lit
        tone = tuple((1.0 if on else 0.12) * value for value in pigment(colour))
        lens = disc(rng, 0.095, (tone[0], tone[1], tone[2]), spacing=0.05, kind=EMISSIVE if on else 0)
        parts.append(turned(lens, 1, np.pi / 2).moved(0.215, 0.0, 3.02 - 0.27 * k))
    parts.append(box(rng, (0.0, 0.09, 1.05), (0.05, 0.05, 0.10), flat_colour(*pigment("#d1a11a")), spacing=0.05))
    return Part(
        surfels=tuple(parts),
        solids=(prism_solid((0.0, 0.0, 0.0), 0.08, 2.3, sides=8),),
        shades=(box_solid((0.12, 0.0, 2.75), (0.08, 0.14, 0.42)),),
    )


def steps(
    rng: np.random.Generator, *, width_m: float = 4.0, count: int = 4, rise_m: float = 0.15, detail: float = 1.0
) -> Part:
    """Stone steps that climb towards -x, lowest edge at x = 0; about 120 surfels a metre of step. All structure."""
    tread = 0.34
    parts, solids = [], []
    for k in range(count):
        back, low = -tread * count, rise_m * k
        front = -tread * k
        centre = ((front + back) / 2.0, 0.0, low + rise_m / 2.0)
        half = ((front - back) / 2.0, width_m / 2.0, rise_m / 2.0)
        step = box(rng, centre, half, flat_colour(*STONE), spacing=0.11 / detail)
        hidden = (
            (step.centres[:, 2] > low + rise_m - 0.01) & (step.centres[:, 0] < front - tread - 0.05) & (k < count - 1)
        )
        parts.append(kept(step, ~hidden))
        nose = bent_rod(
            [(front, -width_m / 2, low + rise_m), (front, width_m / 2, low + rise_m)],
            0.012,
            (0.62, 0.6, 0.56),
            spacing=0.4,
        )
        parts.append(nose)
        solids.append(box_solid(centre, half))
    return Part(surfels=(weathered(rng, join_surfels(parts), grain=0.12, dirt=0.1),), solids=tuple(solids))


def advertising_column(rng: np.random.Generator, *, detail: float = 1.0) -> Part:
    """A round column with posters and a domed hat; about 1700 surfels."""
    spacing = 0.1 / detail
    body = loft(
        rng,
        [(0.0, 0.62, 0.62), (0.25, 0.62, 0.62), (0.27, 0.56, 0.56), (2.7, 0.56, 0.56)],
        (0.5, 0.5, 0.48),
        spacing=spacing,
    )
    hues = np.array([pigment(c) for c in ("#c94f3d", "#e8e2d0", "#33608f", "#d9b44a", "#4d7d5a", "#7a4b86", "#222428")])
    shuffle = (rng.random(64) * len(hues)).astype(int)

    def posters(p: Floats) -> Floats:
        turn = (np.arctan2(p[:, 1], p[:, 0]) + np.pi) / (2 * np.pi) * 6.0
        row = np.clip((p[:, 2] - 0.35) / 1.1, 0, 1.99)
        cell = shuffle[(turn.astype(int) * 2 + row.astype(int)) % 64]
        text = (np.sin(p[:, 2] * 44.0 + cell) > 0.55) & ((turn % 1.0) > 0.2) & ((turn % 1.0) < 0.8)
        margin = ((turn % 1.0) < 0.07) | ((row % 1.0) < 0.05) | (p[:, 2] < 0.32)
        poster = np.where(text[:, None], 0.75 - 0.5 * hues[cell], hues[cell])
        return np.where(margin[:, None], np.array([0.30, 0.31, 0.29]), poster)

    hat = loft(
        rng,
        [(2.7, 0.66, 0.66), (2.85, 0.66, 0.66), (2.9, 0.5, 0.5), (3.2, 0.2, 0.2), (3.3, 0.0, 0.0)],
        pigment("#39503f"),
        spacing=spacing,
    )
    return Part(
        surfels=(weathered(rng, join_surfels([painted(body, posters), hat])),),
        solids=(prism_solid((0, 0, 0), 0.6, 2.9, 12),),
    )


def post_box(rng: np.random.Generator, *, colour: str = "#c79a12", detail: float = 1.0) -> Part:
    """A letter box on a foot, slot towards +x; about 350 surfels."""
    spacing = 0.06 / detail
    case = loft(
        rng, [(0.45, 0.0, 0.0), (0.45, 0.17, 0.24), (1.20, 0.17, 0.24), (1.32, 0.10, 0.22), (1.34, 0.0, 0.0)],
        pigment(colour), spacing=spacing, squareness=7.0,
    )  # fmt: skip
    slot = (case.centres[:, 0] > 0.1) & (np.abs(case.centres[:, 2] - 1.1) < 0.035) & (np.abs(case.centres[:, 1]) < 0.17)
    case = painted(case, lambda p: np.where(slot[:, None], 0.01, case.albedo))
    foot = box(rng, (0, 0, 0.225), (0.07, 0.07, 0.225), flat_colour(*IRON), spacing=spacing)
    return Part(
        surfels=(weathered(rng, join_surfels([case, foot])),), solids=(box_solid((0, 0, 0.67), (0.17, 0.24, 0.67)),)
    )


def statue(rng: np.random.Generator, *, height_m: float = 3.0, detail: float = 1.0) -> Part:
    """A bronze figure on a stone plinth, facing +x; about 2100 surfels."""
    plinth_m = 0.45 * height_m
    spacing = 0.16 / detail
    tiers = [(0.0, 0.75), (0.16, 0.62), (0.30, 0.48)]
    blocks = [
        box(rng, (0, 0, (low + high) / 2), (half, half, (high - low) / 2), flat_colour(*STONE), spacing=spacing)
        for (low, half), high in zip(tiers, (0.16, 0.30, plinth_m), strict=True)
    ]
    bronze = np.array(pigment("#4f6a58"))
    person = posed_figure(figure(("office_worker", "shopper", "summer_dress")[int(3 * rng.random())]), 0.6, 0.25)
    bronzed = painted(person, lambda p: bronze * (0.6 + 0.5 * rng.random((len(p), 1)))).moved(0, 0, plinth_m)
    solids = (box_solid((0, 0, 0.15), (0.75, 0.75, 0.15)), box_solid((0, 0, plinth_m / 2), (0.48, 0.48, plinth_m / 2)))
    shade = (prism_solid((0, 0, plinth_m), 0.22, height_m - plinth_m, 6),)
    return Part(surfels=(weathered(rng, join_surfels(blocks), grain=0.14), bronzed), solids=solids, shades=shade)
