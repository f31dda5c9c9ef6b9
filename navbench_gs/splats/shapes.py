"""Round and bent shapes as surfels, and paint: what looks of objects, people and plants are made of.

Frames and randomness as in :mod:`navbench_gs.splats.surfels`. Normals point outward. Colours are linear RGB.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike

from navbench_gs.splats.surfels import (
    THICKNESS_M,
    Floats,
    Surfels,
    flat_colour,
    join_surfels,
    sheet,
    surfels,
    unit,
)

Colour = tuple[float, float, float]
"""Linear RGB in [0, 1]."""
ROD_SIGMA = 0.75
"""Standard deviation over radius at which a Gaussian looks as thick as the rod it stands for."""
FREE_END = 0.34
"""Standard deviation over length of a rod's last piece, so that it does not reach beyond its end."""
PLANK_SIGMA = 0.42
"""Standard deviation over width of a lone surfel that fills a face without bleeding over its edges."""


def linear_rgb(text: str) -> Colour:
    """The linear colour of an sRGB hex text such as ``#c0392b``."""
    red, green, blue = ((int(text[i : i + 2], 16) / 255.0) ** 2.2 for i in (1, 3, 5))
    return red, green, blue


def pigment(text: str) -> Colour:
    """The albedo of a street-worn surface whose clean sRGB colour is the hex ``text``: never pure, never black."""
    red, green, blue = linear_rgb(text)
    return 0.9 * red + 0.022, 0.9 * green + 0.022, 0.9 * blue + 0.022


def toned(colour: Colour, factor: float) -> Colour:
    """A lighter or darker shade of a colour, at most white."""
    red, green, blue = (min(1.0, factor * value) for value in colour)
    return red, green, blue


def painted(body: Surfels, paint: Callable[[Floats], ArrayLike]) -> Surfels:
    """The same surfels with the albedo (N, 3) that ``paint`` gives for their centres (N, 3)."""
    albedo = np.clip(np.broadcast_to(np.asarray(paint(body.centres), dtype=np.float64), (len(body), 3)), 0.0, 1.0)
    return replace(body, albedo=np.array(albedo))


def weathered(rng: np.random.Generator, body: Surfels, *, grain: float = 0.10, dirt: float = 0.25) -> Surfels:
    """The same surfels, each a little lighter or darker (``grain``), and darker in the lowest 0.25 m (``dirt``)."""
    shade = 1.0 + grain * (2.0 * rng.random(len(body)) - 1.0)
    shade = shade * (1.0 - dirt * np.clip(1.0 - body.centres[:, 2] / 0.25, 0.0, 1.0))
    return replace(body, albedo=np.clip(body.albedo * shade[:, None], 0.0, 1.0))


def turned(body: Surfels, axis: int, angle: float) -> Surfels:
    """The surfels turned right-handed about coordinate ``axis`` (0: x, 1: y, 2: z) through the origin."""
    a, b = (axis + 1) % 3, (axis + 2) % 3
    cos, sin = float(np.cos(angle)), float(np.sin(angle))

    def turn(v: Floats) -> Floats:
        out = v.copy()
        out[:, a], out[:, b] = cos * v[:, a] - sin * v[:, b], sin * v[:, a] + cos * v[:, b]
        return out

    return replace(body, centres=turn(body.centres), tangents=turn(body.tangents), bitangents=turn(body.bitangents))


def loft(
    rng: np.random.Generator,
    sections: Sequence[tuple[float, ...]],
    colour: Colour,
    *,
    spacing: float,
    squareness: float = 2.0,
    counts: tuple[int, int] | None = None,
    kind: int = 0,
) -> Surfels:
    """A skin over horizontal sections ``(z, half_x, half_y[, shift_x])``, bottom to top, metres.

    ``squareness`` 2 makes ellipses, 8 rounded rectangles. A section of half width zero closes an end. ``counts``
    (around, along) takes the place of ``spacing`` where a surface needs more surfels one way than the other.
    """
    rows = np.array([(*section, 0.0)[:4] for section in sections], dtype=np.float64)
    steps = np.sqrt(np.sum(np.diff(rows, axis=0) ** 2, axis=1))
    at = np.concatenate([[0.0], np.cumsum(steps)]) / np.sum(steps)

    def surface(u: Floats, v: Floats) -> Floats:
        z, half_x, half_y, shift = (np.interp(v, at, rows[:, k]) for k in range(4))
        cos, sin = np.cos(2 * np.pi * u), np.sin(2 * np.pi * u)
        reach = (np.abs(cos) ** squareness + np.abs(sin) ** squareness) ** (-1.0 / squareness)
        return np.stack([shift + half_x * reach * cos, half_y * reach * sin, z], axis=1)

    girth = 3.2 * float(np.max(rows[:, 1] + rows[:, 2]))
    around = max(6, int(np.ceil(girth / spacing)))
    along = max(1, int(np.ceil(float(np.sum(steps)) / spacing)))
    return sheet(rng, surface, *(counts or (around, along)), flat_colour(*colour), kind=kind)


def ellipsoid(
    rng: np.random.Generator, centre: ArrayLike, radii: Colour, colour: Colour, *, spacing: float, kind: int = 0
) -> Surfels:
    """An ellipsoid with half axes ``radii`` along x, y, z."""
    angles = np.linspace(0.0, np.pi, 13)
    rows = [(-radii[2] * np.cos(a), radii[0] * np.sin(a), radii[1] * np.sin(a)) for a in angles]
    x, y, z = np.asarray(centre, dtype=np.float64)
    return loft(rng, rows, colour, spacing=spacing, kind=kind).moved(float(x), float(y), float(z))


def tube(
    rng: np.random.Generator,
    points: ArrayLike,
    radii: ArrayLike,
    colour: Colour,
    *,
    spacing: float,
    around: int | None = None,
    kind: int = 0,
) -> Surfels:
    """A round tube along a polyline (P, 3) with radius (P,) or one for all, metres; open at both ends."""
    line = np.asarray(points, dtype=np.float64)
    radius = np.broadcast_to(np.asarray(radii, dtype=np.float64), (len(line),))
    steps = np.sqrt(np.sum(np.diff(line, axis=0) ** 2, axis=1))
    at = np.concatenate([[0.0], np.cumsum(steps)]) / np.sum(steps)
    heading = unit(np.gradient(line, axis=0))
    reference = np.eye(3)[int(np.argmin(np.max(np.abs(heading), axis=0)))]
    side = unit(np.cross(heading, reference))
    over = np.cross(heading, side)

    def surface(u: Floats, v: Floats) -> Floats:
        def along(rows: Floats) -> Floats:
            return np.stack([np.interp(v, at, rows[:, k]) for k in range(3)], axis=1)

        r = np.interp(v, at, radius)[:, None]
        cos, sin = np.cos(2 * np.pi * u)[:, None], np.sin(2 * np.pi * u)[:, None]
        return along(line) + r * (cos * along(side) + sin * along(over))

    rounds = around or max(6, int(np.ceil(2 * np.pi * float(np.max(radius)) / spacing)))
    count = max(len(line) - 1, int(np.ceil(float(np.sum(steps)) / spacing)))
    return sheet(rng, surface, rounds, count, flat_colour(*colour), kind=kind)


def rods(
    starts: ArrayLike, ends: ArrayLike, radius: float, colour: Colour, *, overlap: ArrayLike = 0.45, kind: int = 0
) -> Surfels:
    """One long round Gaussian per segment (N, 3) -> (N, 3): wires, spokes, rails, frames. Normals point up or out."""
    a, b = (np.atleast_2d(np.asarray(p, dtype=np.float64)) for p in (starts, ends))
    length = np.sqrt(np.sum((b - a) ** 2, axis=1))
    tangent = unit(b - a)
    towards = np.array([0.35, -0.35, 1.0]) + 0.8 * unit((a + b) / 2 * np.array([1.0, 1.0, 0.0]))
    normal = unit(towards - np.sum(towards * tangent, axis=1, keepdims=True) * tangent)
    thick = np.full_like(length, ROD_SIGMA * radius)
    sizes = np.stack([np.maximum(np.asarray(overlap) * length, thick), thick, thick], axis=1)
    return surfels((a + b) / 2, tangent, np.cross(normal, tangent), sizes, colour, 0.985, kind)


def bent_rod(
    points: ArrayLike, radius: float, colour: Colour, *, spacing: float = 0.1, closed: bool = False, kind: int = 0
) -> Surfels:
    """Rods along a polyline (P, 3), cut into pieces of about ``spacing`` metres."""
    line = np.asarray(points, dtype=np.float64)
    if closed:
        line = np.concatenate([line, line[:1]])
    knots = [line[:1]]
    for a, b in pairwise(line):
        count = max(1, int(np.ceil(float(np.sqrt(np.sum((b - a) ** 2))) / spacing)))
        knots.append(a + np.linspace(0.0, 1.0, count + 1)[1:, None] * (b - a))
    along = np.concatenate(knots)
    overlap = np.full(len(along) - 1, 0.45)
    if not closed:
        overlap[[0, -1]] = FREE_END
    return rods(along[:-1], along[1:], radius, colour, overlap=overlap, kind=kind)


def hoop(
    rng: np.random.Generator,
    radius: float,
    thickness: float,
    colour: Colour,
    *,
    spacing: float,
    width: float | None = None,
    kind: int = 0,
) -> Surfels:
    """A torus about the y axis at the origin: a tyre of outer ``radius``, ``thickness`` (radial) and ``width``."""
    half, wide = thickness / 2.0, (thickness if width is None else width) / 2.0
    middle = radius - half

    def surface(u: Floats, v: Floats) -> Floats:
        cos, sin = np.cos(2 * np.pi * v), np.sin(2 * np.pi * v)
        r = middle + half * cos
        return np.stack([r * np.cos(2 * np.pi * u), wide * sin, r * np.sin(2 * np.pi * u)], axis=1)

    around = max(12, int(np.ceil(2 * np.pi * radius / spacing)))
    across = max(4, int(np.ceil(np.pi * (half + wide) / spacing)))
    return sheet(rng, surface, around, across, flat_colour(*colour), kind=kind, flip=True)


def disc(
    rng: np.random.Generator, radius: float, colour: Colour, *, spacing: float, inner: float = 0.0, kind: int = 0
) -> Surfels:
    """A flat disc (or ring from ``inner``) at the origin with normal +z."""

    def surface(u: Floats, v: Floats) -> Floats:
        r = inner + (radius - inner) * v
        return np.stack([r * np.cos(2 * np.pi * u), r * np.sin(2 * np.pi * u), np.zeros_like(r)], axis=1)

    around = max(8, int(np.ceil(2 * np.pi * radius / spacing)))
    rings = max(1, int(np.ceil((radius - inner) / spacing)))
    return sheet(rng, surface, around, rings, flat_colour(*colour), kind=kind, flip=True)


def kept(body: Surfels, mask: ArrayLike) -> Surfels:
    """Only the surfels whose ``mask`` (N,) is true."""
    fields = ("centres", "tangents", "bitangents", "sizes", "albedo", "opacity", "kind")
    chosen = np.asarray(mask, dtype=bool)
    return Surfels(**{name: getattr(body, name)[chosen] for name in fields})


def plank(
    rng: np.random.Generator, centre: ArrayLike, half_sizes: ArrayLike, colour: Colour, *, pieces: int = 5
) -> Surfels:
    """A board with crisp edges: each long face is one row of ``pieces`` surfels, shorter towards its ends."""
    c, half = np.asarray(centre, dtype=np.float64), np.asarray(half_sizes, dtype=np.float64)
    long = int(np.argmax(half))
    parts = []
    for axis in range(3):
        u, v = ((axis + 1) % 3, (axis + 2) % 3) if (axis + 1) % 3 == long else ((axis + 2) % 3, (axis + 1) % 3)
        count = 1 if axis == long else pieces
        knots = -half[u] * np.cos(np.pi * np.arange(count + 1) / count)
        rows = np.tile(c, (count, 1))
        rows[:, u] += 0.5 * (knots[:-1] + knots[1:])
        sizes = np.full((count, 3), THICKNESS_M)
        sizes[:, 0] = PLANK_SIGMA * (knots[1:] - knots[:-1])
        sizes[:, 1] = PLANK_SIGMA * 2.0 * half[v]
        tangent, bitangent = np.eye(3)[u], np.eye(3)[v]
        for side in (-1.0, 1.0):
            sign = side * float(np.cross(tangent, bitangent)[axis])
            tone = np.array(colour) * (0.94 + 0.12 * float(rng.random()))
            parts.append(surfels(rows + side * half[axis] * np.eye(3)[axis], tangent, sign * bitangent, sizes, tone))
    return join_surfels(parts)
