"""Things with a roof that stand in the open: market stalls, kiosks, bus shelters, parasols, canopy columns.

Every function returns a :class:`Part` in its own frame (base at z = 0, centred on the origin, front +x) and takes
``detail``: below 1 it makes fewer, larger surfels.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from navbench_gs.splats.shapes import (
    Colour,
    bent_rod,
    ellipsoid,
    loft,
    painted,
    pigment,
    rods,
    toned,
    tube,
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
    sheet,
    surfels,
    unit,
)
from scenes.procedural.edges import box_edges
from scenes.procedural.part import EMISSIVE, GLASS, Part, box_solid, prism_solid

STEEL, IRON, WOOD = pigment("#8f9497"), pigment("#26292b"), pigment("#9a7852")
AWNINGS = tuple(map(pigment, ("#a8322a", "#2c6b45", "#2a4f86", "#c98a1e", "#6d3f6b")))
CANVAS = pigment("#e6e1d4")
GOODS = tuple(
    tuple(map(pigment, group))
    for group in (
        ("#c8321f", "#d97a1e", "#8fae3a", "#dcc13a", "#6b8f2e"),
        ("#b0392e", "#e3c9a3", "#c98a4a", "#7d4a2b", "#e0d2b0"),
        ("#d94f7a", "#e8d9e6", "#f0c63a", "#8a4fa3", "#d9452f"),
        ("#2f5f8f", "#b8342c", "#e0dccf", "#3d7a54", "#d0a53a"),
    )
)


def striped(first: Colour, second: Colour, width: float) -> Material:
    """Stripes across u of ``width`` metres."""
    return lambda u, v: np.where((np.floor(u / width) % 2 < 1)[:, None], np.array(first), np.array(second))


def market_stall(rng: np.random.Generator, *, width_m: float = 2.6, depth_m: float = 1.6, detail: float = 1.0) -> Part:
    """A counter of crates with goods towards +x under a striped awning; about 2900 surfels."""
    spacing = 0.095 / detail
    cloth = AWNINGS[int(rng.random() * len(AWNINGS))]
    half, front = width_m / 2.0, depth_m / 2.0
    parts = [awning(rng, front, half, 2.15, 2.45, cloth, spacing)]
    corners = [(x, y) for x in (-front + 0.05, front - 0.35) for y in (-half + 0.05, half - 0.05)]
    parts += [tube(rng, [(x, y, 0), (x, y, 2.3)], 0.028, STEEL, spacing=0.14 / detail, around=6) for x, y in corners]
    counter = box(rng, (front - 0.45, 0, 0.40), (0.40, half - 0.08, 0.40), flat_colour(*WOOD), spacing=0.85 * spacing)
    hung = (counter.centres[:, 0] > front - 0.06) & (counter.centres[:, 2] > 0.06)
    stripes = striped(cloth, CANVAS, 0.3)(counter.centres[:, 1] + 10.2, counter.centres[:, 2])
    counter = painted(counter, lambda p: np.where(hung[:, None], stripes, np.array(WOOD)))
    parts += [counter, goods(rng, front - 0.45, half - 0.12, 0.80, detail)]
    backdrop = box(rng, (-front + 0.12, 0, 0.5), (0.12, half - 0.2, 0.5), flat_colour(*WOOD), spacing=1.3 * spacing)
    parts.append(backdrop)
    rim = toned(WOOD, 0.7)
    parts.append(box_edges((front - 0.45, 0, 0.40), (0.40, half - 0.08, 0.40), 0.016, rim))
    parts.append(box_edges((-front + 0.12, 0, 0.5), (0.12, half - 0.2, 0.5), 0.016, rim))
    solids = (
        box_solid((front - 0.45, 0.0, 0.48), (0.42, half - 0.06, 0.48)),
        box_solid((-front + 0.12, 0.0, 0.5), (0.12, half - 0.2, 0.5)),
        *(prism_solid((-front + 0.05, s * (half - 0.05), 0.0), 0.04, 2.2, 6) for s in (-1, 1)),
        *(prism_solid((front - 0.35, s * (half - 0.05), 0.9), 0.04, 1.3, 6) for s in (-1, 1)),
    )
    roof = box_solid((0.1, 0.0, 2.4), (front + 0.1, half + 0.1, 0.05))
    return Part(surfels=(weathered(rng, join_surfels(parts), grain=0.07),), solids=solids, shades=(roof,))


def awning(
    rng: np.random.Generator, front: float, half: float, low: float, high: float, cloth: Colour, spacing: float
) -> Surfels:
    """A sloping striped roof with a valance at its front edge, seen from above and below."""
    slope = (front * 2.0 + 0.2, 0.0, low - high)
    back = (-front, -half - 0.1, high)
    wide = 2 * half + 0.2
    paint = striped(cloth, CANVAS, 0.28)
    upper = rectangle(rng, back, slope, (0, wide, 0), lambda u, v: paint(v, u), spacing=spacing)
    under = rectangle(
        rng,
        (back[0], back[1], back[2] - 0.03),
        (0, wide, 0),
        slope,
        lambda u, v: 0.75 * paint(u, v),
        spacing=1.3 * spacing,
    )
    edge = (-front + slope[0], -half - 0.1, low - 0.24)
    valance = rectangle(rng, edge, (0, wide, 0), (0, 0, 0.24), paint, spacing=spacing)
    return join_surfels([upper, under, valance])


def goods(rng: np.random.Generator, x: float, half: float, top: float, detail: float) -> Surfels:
    """Open crates tilted to the customer, each heaped with fruit-sized things of one colour."""
    palette = GOODS[int(rng.random() * len(GOODS))]
    count = max(2, int(2 * half / 0.46))
    parts = []
    for row, lift in ((-0.18, 0.10), (0.18, 0.0)):
        for k in range(count):
            y = -half + (k + 0.5) * 2 * half / count
            crate = box(
                rng, (x + row, y, top + 0.06 + lift), (0.17, 0.20, 0.06), flat_colour(0.22, 0.14, 0.07), spacing=0.13
            )
            colour = np.array(palette[int(rng.random() * len(palette))])
            heap = int(34 * detail)
            spot = (rng.random((heap, 2)) - 0.5) * np.array([0.30, 0.36])
            height = top + 0.12 + lift + 0.06 * (1 - (2.4 * spot[:, 0]) ** 2) * rng.random(heap)
            centres = np.column_stack([x + row + spot[:, 0], y + spot[:, 1], height])
            normal = unit(np.column_stack([0.6 + rng.random(heap) - 0.5, 2 * rng.random(heap) - 1, np.ones(heap)]))
            tangent = unit(np.cross(normal, [0.3, 1.0, 0.1]))
            tone = colour * (0.7 + 0.5 * rng.random((heap, 1)))
            parts += [crate, surfels(centres, tangent, np.cross(normal, tangent), (0.030, 0.030, 0.02), tone)]
    return join_surfels(parts)


def kiosk_front(half: float, paint: Colour) -> Callable[[Floats], Floats]:
    """Paint of a kiosk's walls: a hatch full of goods in front, posters on the other sides, panels all round."""

    def fronted(p: Floats) -> Floats:
        hatch = (p[:, 0] > half - 0.02) & (np.abs(p[:, 1]) < 0.72 * half) & (p[:, 2] > 1.05) & (p[:, 2] < 2.0)
        panel = 0.82 + 0.18 * ((p[:, 2] * 3.0) % 1.0 > 0.12)
        shelf = ((p[:, 2] * 5.0) % 1.0 < 0.6) & ((p[:, 1] * 7.0 + np.floor(p[:, 2] * 5.0) * 0.37) % 1.0 < 0.75)
        inside = np.where(shelf[:, None], np.array([0.22, 0.15, 0.08]), 0.02)
        poster = (np.abs(p[:, 1]) > half - 0.02) | (p[:, 0] < 0.02 - half)
        along = np.where(np.abs(p[:, 1]) > half - 0.02, p[:, 0], p[:, 1])
        poster &= (np.abs(np.abs(along) - 0.45 * half) < 0.30 * half) & (np.abs(p[:, 2] - 1.45) < 0.5)
        picture = 0.6 + 0.2 * np.sin(np.outer(p[:, 2] * 9.0 + np.sign(along) * 2.0, [1.0, 1.3, 1.7]))
        wall = np.where(poster[:, None], 0.5 * picture, np.array(paint) * panel[:, None])
        return np.where(hatch[:, None], inside, wall)

    return fronted


def kiosk(rng: np.random.Generator, *, width_m: float = 2.4, detail: float = 1.0) -> Part:
    """A news or coffee kiosk with a serving hatch towards +x, a counter and a flat roof; about 2800 surfels."""
    spacing = 0.135 / detail
    paint = pigment(("#2f5145", "#6b2f2a", "#3a4a63", "#d8d2c4")[int(4 * rng.random())])
    half = width_m / 2.0
    walls = box(rng, (0, 0, 1.2), (half, half, 1.2), flat_colour(*paint), spacing=spacing)

    walls = painted(walls, kiosk_front(half, paint))
    outline = box_edges((0, 0, 1.2), (half, half, 1.2), 0.02, toned(paint, 0.7))
    counter = box(rng, (half + 0.14, 0, 1.0), (0.16, 0.78 * half, 0.03), flat_colour(*WOOD), spacing=0.08, bottom=True)
    roof = box(
        rng,
        (0.1, 0, 2.47),
        (half + 0.28, half + 0.18, 0.07),
        flat_colour(*pigment("#3b3f42")),
        spacing=1.3 * spacing,
        bottom=True,
    )
    sign = rectangle(
        rng,
        (half + 0.39, -0.7 * half, 2.42),
        (0, 1.4 * half, 0),
        (0, 0, 0.34),
        lettering(rng, 1.4 * half, 0.34),
        spacing=0.05 / detail,
    )
    back = rectangle(
        rng, (half + 0.37, 0.7 * half, 2.42), (0, -1.4 * half, 0), (0, 0, 0.34), flat_colour(*IRON), spacing=0.15
    )
    lamp = ellipsoid(rng, (half + 0.2, 0, 2.36), (0.1, 0.3, 0.03), (0.30, 0.28, 0.23), spacing=0.08, kind=EMISSIVE)
    solids = (
        box_solid((0.0, 0.0, 1.27), (half, half, 1.27)),
        box_solid((half + 0.14, 0.0, 1.0), (0.16, 0.78 * half, 0.03)),
    )
    shades = (box_solid((0.1, 0.0, 2.47), (half + 0.28, half + 0.18, 0.07)),)
    return Part(
        surfels=(weathered(rng, join_surfels([walls, outline, counter, roof, sign, back])), lamp),
        solids=solids,
        shades=shades,
    )


def lettering(rng: np.random.Generator, width: float, height: float) -> Material:
    """A sign of blocky letters, pale on dark."""
    strokes = rng.random(40)
    back = np.array(pigment(("#1f3b57", "#5a1f1c", "#20402f")[int(3 * rng.random())]))

    def face(u: Floats, v: Floats) -> Floats:
        cell = (u / 0.15).astype(int)
        place = (u / 0.15) % 1.0
        bar = strokes[(cell * 3 + (v / height * 3).astype(int)) % 40] > 0.4
        ink = (place > 0.2) & (place < 0.85) & bar & (np.abs(v / height - 0.5) < 0.28) & (u > 0.12) & (u < width - 0.12)
        return np.where(ink[:, None], np.array([0.8, 0.76, 0.62]), back)

    return face


def glass_pane(rng: np.random.Generator, corner: Floats, along: Floats, height: float, spacing: float) -> Surfels:
    """A clear standing pane: faint surfels that one sees through, with a slim frame."""
    pane = rectangle(
        rng, corner, along, (0, 0, height), flat_colour(0.10, 0.13, 0.13), spacing=spacing, opacity=0.28, kind=GLASS
    )
    a, b = np.asarray(corner, dtype=np.float64), np.asarray(corner) + np.asarray(along)
    lift = np.array([0.0, 0.0, height])
    frame = bent_rod([a, b, b + lift, a + lift], 0.022, STEEL, spacing=0.3, closed=True)
    return join_surfels([pane, frame])


def poster_case(rng: np.random.Generator, spacing: float) -> Surfels:
    """A standing case in the xz plane with the same bold poster on both sides."""
    hue = np.array(AWNINGS[int(5 * rng.random())])
    case = box(rng, (0, 0, 1.2), (0.55, 0.05, 0.85), flat_colour(*hue), spacing=spacing, bottom=True)

    def printed(p: Floats) -> Floats:
        moon = np.hypot(p[:, 0], p[:, 2] - 1.35) < 0.3
        return np.where(moon[:, None], 0.8 - 0.6 * hue, hue + 0.1 * (p[:, 2:3] < 0.75))

    return painted(case, printed)


def bus_shelter(rng: np.random.Generator, *, width_m: float = 3.6, detail: float = 1.0) -> Part:
    """Open towards +x: glass back and side, a bench, a poster, a flat roof on posts; about 1900 surfels."""
    half, back = width_m / 2.0, -0.65
    spacing = 0.18 / detail
    panes = [
        glass_pane(
            rng, np.array([back, -half + k * width_m / 3, 0.25]), np.array([0, width_m / 3 - 0.03, 0]), 1.85, spacing
        )
        for k in range(3)
    ]
    panes.append(glass_pane(rng, np.array([back, -half, 0.25]), np.array([1.2, 0, 0]), 1.85, spacing))
    posts = [
        tube(rng, [(x, y, 0), (x, y, 2.35)], 0.04, STEEL, spacing=0.14 / detail, around=6)
        for x, y in ((back, -half), (back, half), (0.55, -half), (0.55, half))
    ]
    roof = box(
        rng,
        (-0.02, 0, 2.40),
        (0.78, half + 0.1, 0.05),
        flat_colour(*pigment("#55595c")),
        spacing=spacing,
        bottom=True,
    )
    seat = box(
        rng,
        (back + 0.28, -0.3, 0.47),
        (0.17, 0.36 * width_m, 0.03),
        flat_colour(*WOOD),
        spacing=0.08 / detail,
        bottom=True,
    )
    legs = rods(
        [(back + 0.28, y, 0.0) for y in (-1.3, 0.7)], [(back + 0.28, y, 0.46) for y in (-1.3, 0.7)], 0.03, STEEL
    )
    poster = poster_case(rng, 0.09 / detail).moved(-0.05, half)
    solids = (
        box_solid((back, 0.0, 1.05), (0.03, half, 1.05)),
        box_solid((-0.05, -half, 1.05), (0.6, 0.03, 1.05)),
        box_solid((-0.05, half, 1.05), (0.6, 0.06, 1.05)),
        box_solid((back + 0.28, -0.3, 0.25), (0.17, 0.36 * width_m, 0.25)),
    )
    body = weathered(rng, join_surfels([*posts, roof, seat, legs, poster]))
    return Part(surfels=(body, *panes), solids=solids, shades=(box_solid((-0.02, 0, 2.40), (0.78, half + 0.1, 0.05)),))


def parasol(rng: np.random.Generator, *, radius_m: float = 1.4, height_m: float = 2.3, detail: float = 1.0) -> Part:
    """A café parasol with eight panels; about 1500 surfels."""
    spacing = 0.16 / detail
    cloth = AWNINGS[int(rng.random() * len(AWNINGS))] if rng.random() < 0.6 else CANVAS
    pale = tuple(0.6 * c + 0.3 for c in cloth)

    def canvas(sign: float) -> Surfels:
        def surface(u: Floats, v: Floats) -> Floats:
            corner = 1.0 - 0.07 * np.abs(np.sin(4 * np.pi * u))
            r = radius_m * v * corner
            return np.stack(
                [r * np.cos(2 * np.pi * u), r * np.sin(2 * np.pi * u), height_m - 0.02 * (sign < 0) - 0.55 * v**1.15],
                axis=1,
            )

        tone = 1.0 if sign > 0 else 0.8

        def panels(u: Floats, v: Floats) -> Floats:
            return tone * np.where(((u * 8).astype(int) % 2 < 1)[:, None], np.array(cloth), np.array(pale))

        counts = (int(2 * np.pi * radius_m / spacing), int(1.5 * radius_m / spacing))
        return sheet(rng, surface, *counts, panels, flip=sign > 0)

    pole = tube(rng, [(0, 0, 0.06), (0, 0, height_m + 0.06)], 0.025, WOOD, spacing=0.15 / detail, around=6)
    foot = loft(rng, [(0.0, 0.26, 0.26), (0.07, 0.24, 0.24), (0.09, 0.05, 0.05), (0.3, 0.04, 0.04)], IRON, spacing=0.08)
    shade = prism_solid((0.0, 0.0, height_m - 0.5), 0.9 * radius_m, 0.3, 8)
    return Part(
        surfels=(join_surfels([canvas(1.0), canvas(-1.0), pole, foot]),),
        solids=(prism_solid((0, 0, 0), 0.24, 0.1, 8), prism_solid((0, 0, 0.1), 0.05, height_m - 0.6, 6)),
        shades=(shade,),
    )


def canopy_column(
    rng: np.random.Generator, *, height_m: float = 4.0, radius_m: float = 0.22, detail: float = 1.0
) -> Part:
    """A column of a station canopy on a stone foot, flaring into the roof; about 800 surfels."""
    spacing = 0.14 / detail
    paint = pigment(("#3e5a50", "#4a4f55", "#c9c4b8")[int(3 * rng.random())])
    r = radius_m
    shaft = loft(
        rng, [(0.30, 1.35 * r, 1.35 * r), (0.42, 1.25 * r, 1.25 * r), (0.46, r, r), (0.80 * height_m, 0.9 * r, 0.9 * r),
              (0.82 * height_m, 1.2 * r, 1.2 * r), (0.84 * height_m, r, r), (height_m, 2.4 * r, 2.4 * r)],
        paint, spacing=spacing,
    )  # fmt: skip
    foot = box(rng, (0, 0, 0.15), (1.6 * r, 1.6 * r, 0.15), flat_colour(*pigment("#a39c90")), spacing=spacing)
    solids = (
        box_solid((0.0, 0.0, 0.15), (1.6 * r, 1.6 * r, 0.15)),
        prism_solid((0.0, 0.0, 0.3), 1.2 * r, height_m - 0.3, 10),
    )
    return Part(surfels=(weathered(rng, join_surfels([shaft, foot])),), solids=solids)


def canopy_roof(
    rng: np.random.Generator, *, length_m: float = 8.0, depth_m: float = 4.0, height_m: float = 4.0, detail: float = 1.0
) -> Part:
    """The flat roof that canopy columns carry, along y: soffit boards, a bright fascia, strip lights; 40 a m2."""
    spacing = 0.24 / detail
    half, deep = length_m / 2.0, depth_m / 2.0
    slab = box(
        rng,
        (0, 0, height_m + 0.15),
        (deep, half, 0.15),
        flat_colour(*pigment("#7f8488")),
        spacing=spacing,
        bottom=True,
    )
    soffit = slab.centres[:, 2] < height_m + 0.02
    slab = painted(
        slab,
        lambda p: np.where(
            soffit[:, None], np.array(pigment("#c7beaa")) * (0.8 + 0.2 * (p[:, 1:2] % 0.5 < 0.42)), slab.albedo
        ),
    )
    lights = [
        rectangle(
            rng,
            (x + 0.08, -half + 0.5, height_m - 0.02),
            (-0.16, 0, 0),
            (0, length_m - 1.0, 0),
            flat_colour(0.55, 0.54, 0.5),
            spacing=0.3,
            kind=EMISSIVE,
        )
        for x in (-0.5 * deep, 0.5 * deep)
    ]
    return Part(
        surfels=(weathered(rng, slab), *lights), shades=(box_solid((0.0, 0.0, height_m + 0.15), (deep, half, 0.15)),)
    )
