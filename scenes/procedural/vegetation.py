"""Plants: trees with branching limbs and irregular crowns, shrubs, hedges, grass, flower beds.

Every function returns a :class:`Part` in its own frame (base at z = 0, centred on the origin, front +x). ``detail``
below 1 makes fewer, larger surfels. Leaves are cards of kind FOLIAGE; a coarse set of them throws the shadow.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from navbench_gs.splats.shapes import Colour, painted, pigment, rods, tube, weathered
from navbench_gs.splats.surfels import Floats, Surfels, box, flat_colour, join_surfels, rectangle, surfels, unit
from scenes.procedural.part import FOLIAGE, Part, Solid, box_solid, prism_solid


@dataclass(frozen=True)
class Species:
    """How a kind of tree grows."""

    bark: Colour
    leaf: Colour
    leaf_size: float
    """Half length of a leaf card, metres at detail 1."""
    trunk_share: float
    """Height of the first limbs as a share of the tree's height."""
    lift: float
    """How steeply limbs rise: 0 level, 1 upright."""
    spread: tuple[float, float, float]
    """Crown width at its bottom, middle and top, as shares of the crown radius."""
    second: Colour | None = None
    """Blossom or autumn colour of some of the leaves."""
    leaves: float = 1.0
    """How many leaves it has, over those of a full crown; with few, it grows more twigs."""


SPECIES: dict[str, Species] = {
    "linden": Species(pigment("#5b4a3a"), pigment("#57752f"), 0.125, 0.34, 0.55, (0.65, 1.0, 0.5)),
    "plane": Species(pigment("#8d8468"), pigment("#6b8338"), 0.14, 0.38, 0.40, (0.8, 1.0, 0.65)),
    "birch": Species(pigment("#cfcabf"), pigment("#7d9a45"), 0.10, 0.30, 0.70, (0.7, 0.85, 0.35)),
    "poplar": Species(pigment("#6f6453"), pigment("#5c7a38"), 0.115, 0.12, 0.75, (0.8, 1.0, 0.45)),
    "maple": Species(pigment("#54463a"), pigment("#a3622a"), 0.13, 0.33, 0.50, (0.7, 1.0, 0.5), pigment("#b8892e")),
    "cherry": Species(pigment("#4b352c"), pigment("#7f8d45"), 0.115, 0.30, 0.35, (0.9, 1.0, 0.55), pigment("#e6b9c4")),
    "ash": Species(pigment("#6a6259"), pigment("#8f7a3c"), 0.09, 0.30, 0.62, (0.7, 1.0, 0.6), leaves=0.05),
    "oak": Species(pigment("#4f4439"), pigment("#7b5a2e"), 0.12, 0.26, 0.42, (0.9, 1.0, 0.6), pigment("#5f6a30"), 0.55),
}


def directions(rng: np.random.Generator, count: int) -> Floats:
    """Unit vectors (N, 3), even over the sphere."""
    z = 2.0 * rng.random(count) - 1.0
    angle = 2.0 * np.pi * rng.random(count)
    flat = np.sqrt(1.0 - z * z)
    return np.stack([flat * np.cos(angle), flat * np.sin(angle), z], axis=1)


def leaf_cards(
    rng: np.random.Generator, centres: Floats, outward: Floats, half_length: float | Floats, colour: Floats
) -> Surfels:
    """One leaf card per centre (N, 3), roughly facing ``outward`` (N, 3), of ``colour`` (N, 3)."""
    count = len(centres)
    normal = unit(outward + 0.9 * directions(rng, count))
    tangent = unit(np.cross(normal, directions(rng, count)))
    size = half_length * (0.65 + 0.6 * rng.random(count))
    sizes = np.stack([0.62 * size, 0.40 * size, np.full(count, 0.004)], axis=1)
    return surfels(centres, tangent, np.cross(normal, tangent), sizes, colour, 0.94, FOLIAGE)


def leaf_shade(leaves: Surfels, count: int, half: float) -> Solid:
    """A triangle of half size ``half`` metres at every n-th leaf, for shadows only."""
    pick = np.linspace(0, len(leaves) - 1, max(1, min(count, len(leaves)))).astype(int)
    c, t, b = leaves.centres[pick], half * leaves.tangents[pick], half * leaves.bitangents[pick]
    vertices = np.concatenate([c - t - b, c + t - b, c + 1.2 * b])
    first = np.arange(len(pick))
    return Solid(vertices, np.stack([first, first + len(pick), first + 2 * len(pick)], axis=1))


@dataclass(frozen=True)
class Growth:
    """One tree to be grown."""

    kind: Species
    height_m: float
    crown_m: float
    """Radius of the crown."""
    detail: float

    @property
    def trunk_m(self) -> float:
        """Radius of the trunk half-way to the first limbs."""
        return 0.011 * self.height_m + 0.02 * self.crown_m + 0.02


def tree(
    rng: np.random.Generator,
    *,
    height_m: float = 7.0,
    crown_m: float = 2.2,
    species: str = "linden",
    detail: float = 1.0,
) -> Part:
    """A tree of one of ``SPECIES`` with a crown of radius ``crown_m``; 3300 to 3900 surfels at detail 1."""
    plan = Growth(SPECIES[species], height_m, crown_m, detail)
    radius, fork = plan.trunk_m, plan.kind.trunk_share * height_m
    lean = 0.05 * height_m * (rng.random(2) - 0.5)
    trunk_line = np.array([[0, 0, 0], [0.3 * lean[0], 0.3 * lean[1], 0.5 * fork], [lean[0], lean[1], fork]])
    limbs, tips = branches(rng, plan, trunk_line[-1])
    girth = [1.35 * radius, radius, 0.85 * radius]
    bark = tube(rng, trunk_line, girth, plan.kind.bark, spacing=0.085 / detail, around=8)
    wood = join_surfels([weathered(rng, bark, grain=0.25), *limbs])
    if species == "birch":
        marks = rng.random(len(wood)) < 0.22
        wood = painted(wood, lambda p: np.where(marks[:, None], 0.05, wood.albedo))
    leaves = crown_leaves(rng, plan, tips)
    return Part(
        surfels=(wood, leaves),
        solids=(prism_solid((0.0, 0.0, 0.0), 1.2 * radius, fork, sides=8),),
        shades=(leaf_shade(leaves, 420, 0.11 * crown_m),),
    )


def branches(rng: np.random.Generator, plan: Growth, fork: Floats) -> tuple[list[Surfels], Floats]:
    """Limbs from the fork and the leader; their surfels and the places (K, 4) x, y, z, size where leaves cluster."""
    limbs, tips = [], []
    count = int(7 + 4 * rng.random())
    for k in range(count):
        share = (k + 0.5 * rng.random()) / count
        grown, ends = limb(rng, plan, fork, share, 2.4 * k + 0.9 * rng.random())
        limbs += grown
        tips += ends
    crest = fork + np.array([0.0, 0.0, 0.86 * (plan.height_m - fork[2])])
    girth = [0.8 * (1.0 - plan.kind.trunk_share) * plan.trunk_m, 0.02]
    limbs.append(tube(rng, np.stack([fork, crest]), girth, plan.kind.bark, spacing=0.12 / plan.detail, around=6))
    tips.append((*crest, plan.crown_m * 0.3 * plan.kind.spread[2] / 0.5))
    return limbs, np.array(tips)


def limb(
    rng: np.random.Generator, plan: Growth, fork: Floats, share: float, heading: float
) -> tuple[list[Surfels], list[tuple[float, ...]]]:
    """One limb with its twigs; ``share`` says how far up the leader it starts, ``heading`` where it points."""
    kind, crown_m, detail = plan.kind, plan.crown_m, plan.detail
    width = float(np.interp(share, [0.0, 0.45, 1.0], kind.spread)) * crown_m * (0.65 + 0.45 * rng.random())
    rise = plan.height_m - fork[2]
    start = fork + np.array([0.0, 0.0, 0.55 * rise * share])
    top = start[2] + (0.25 + 0.75 * share) * (plan.height_m - start[2]) * (0.45 + 0.5 * kind.lift)
    end = np.array([fork[0] + 0.72 * width * np.cos(heading), fork[1] + 0.72 * width * np.sin(heading), top])
    sag = np.array([0.0, 0.0, 0.10 * rise * (0.5 - kind.lift)])
    knee = 0.5 * (start + end) + sag + 0.12 * width * (rng.random(3) - 0.5)
    thick = plan.trunk_m * (0.42 - 0.22 * share)
    girth = [thick, 0.7 * thick, 0.3 * thick]
    grown = [tube(rng, np.stack([start, knee, end]), girth, kind.bark, spacing=0.16 / detail, around=5)]
    tips = []
    bare = kind.leaves < 0.5
    for _ in range(2 + (rng.random() < 0.6) + 3 * bare):
        at = end + 0.42 * width * directions(rng, 1)[0] * np.array([1.0, 1.0, 0.75])
        twig = np.stack([knee, 0.6 * end + 0.4 * at, at])
        grown.append(tube(rng, twig, 0.02, kind.bark, spacing=0.3 / detail, around=3))
        tips.append((*at, crown_m * (0.24 + 0.2 * rng.random())))
        if bare:
            ends = at + 0.34 * crown_m * (directions(rng, 5) + np.array([0.0, 0.0, 0.5])) * (0.5 + rng.random((5, 1)))
            starts = 0.6 * at + 0.4 * end + (at - end) * 0.4 * rng.random((5, 1))
            grown.append(rods(starts, ends, 0.011, kind.bark, overlap=0.36))
    tips.append((*end, crown_m * (0.26 + 0.2 * rng.random())))
    if kind.lift > 0.6:
        tips.append((*knee, crown_m * (0.3 + 0.2 * rng.random())))
    return grown, tips


def crown_leaves(rng: np.random.Generator, plan: Growth, tips: Floats) -> Surfels:
    """Leaves in flattened, ragged clusters around the tips (K, 4), lighter towards the top; dark inner leaves."""
    kind, crown_m, detail = plan.kind, plan.crown_m, plan.detail
    leaf = 0.82 * kind.leaf_size / np.sqrt(detail) * (crown_m / 2.2) ** 0.5
    count = max(60, int(3300 * kind.leaves * detail * (crown_m / 2.2) ** 0.9))
    inner = int(0.22 * count)
    weight = tips[:, 3] ** 2
    owner = np.searchsorted(np.cumsum(weight) / np.sum(weight), rng.random(count)).clip(0, len(tips) - 1)
    heading = directions(rng, count)
    deep = np.arange(count) < inner
    reach = tips[owner, 3] * np.where(deep, 0.5 * rng.random(count), 1.2 - 0.7 * rng.random(count) ** 1.8)
    centres = tips[owner, :3] + heading * reach[:, None] * np.array([1.0, 1.0, 0.72])
    low, high = centres[:, 2].min(), centres[:, 2].max()
    height = (centres[:, 2] - low) / max(high - low, 1e-6)
    under = 0.80 + 0.25 * heading[:, 2]
    tone = (
        (0.70 + 0.35 * height) * under * (0.75 + 0.4 * rng.random(count)) * (0.85 + 0.3 * rng.random(len(tips)))[owner]
    )
    tone = np.where(deep, 0.42 * tone, tone)
    base = np.broadcast_to(np.array(kind.leaf), (count, 3))
    if kind.second is not None:
        base = np.where((rng.random(count) < 0.55)[:, None], np.array(kind.second), base)
    size = np.where(deep, 2.1 * leaf, leaf)
    return leaf_cards(rng, centres, heading + np.array([0, 0, 0.35]), size, base * tone[:, None])


def shrub(
    rng: np.random.Generator,
    *,
    radius_m: float = 0.5,
    height_m: float = 0.8,
    colour: str = "#4d6b2e",
    bloom: str | None = None,
    detail: float = 1.0,
) -> Part:
    """A ragged bush; 500 to 700 surfels at radius 0.5 m."""
    count = int(650 * detail * (radius_m / 0.5) ** 1.2)
    lumps = directions(rng, 9) * np.array([0.5 * radius_m, 0.5 * radius_m, 0.3 * height_m])
    lumps[:, 2] = 0.5 * height_m + lumps[:, 2]
    owner = (rng.random(count) * 9).astype(int)
    heading = directions(rng, count)
    reach = np.array([0.58 * radius_m, 0.58 * radius_m, 0.34 * height_m]) * (1.1 - 0.6 * rng.random((count, 1)) ** 1.5)
    centres = lumps[owner] + heading * reach
    centres[:, 2] = np.abs(centres[:, 2]) + 0.03
    green = (
        np.array(pigment(colour)) * (0.55 + 0.6 * centres[:, 2:3] / height_m) * (0.75 + 0.5 * rng.random((count, 1)))
    )
    if bloom:
        flower = rng.random(count) < 0.12
        green = np.where(flower[:, None], np.array(pigment(bloom)), green)
    leaves = leaf_cards(rng, centres, heading + np.array([0, 0, 0.3]), 0.065 / np.sqrt(detail), green)
    return Part(
        surfels=(leaves,),
        solids=(prism_solid((0.0, 0.0, 0.0), 0.8 * radius_m, 0.8 * height_m, sides=8),),
        shades=(leaf_shade(leaves, 60, 0.3 * radius_m),),
    )


def hedge(
    rng: np.random.Generator,
    *,
    length_m: float = 4.0,
    height_m: float = 1.0,
    depth_m: float = 0.6,
    colour: str = "#456329",
    detail: float = 1.0,
) -> Part:
    """A clipped hedge along x; about 550 surfels a metre at 1 m height."""
    half = np.array([length_m / 2, depth_m / 2, height_m / 2])
    area = length_m * (depth_m + 2 * height_m) + 2 * depth_m * height_m
    count = int(230 * detail * area)
    faces = np.array([2 * length_m * height_m, 2 * depth_m * height_m, length_m * depth_m])
    face = np.searchsorted(np.cumsum(faces) / np.sum(faces), rng.random(count)).clip(0, 2)
    axis = np.array([1, 0, 2])[face]
    spot = 2.0 * rng.random((count, 3)) - 1.0
    side = np.where((rng.random(count) < 0.5) & (axis != 2), -1.0, 1.0)
    rows = np.arange(count)
    spot[rows, axis] = side * (1.0 - 0.10 * rng.random(count))
    outward = np.zeros((count, 3))
    outward[rows, axis] = side
    wave = 0.03 * np.sin(5.1 * half[0] * spot[:, 0]) + 0.02 * np.sin(11.0 * half[0] * spot[:, 0] + 1.0)
    centres = spot * half + outward * (wave + 0.03 * (rng.random(count) - 0.5))[:, None] + np.array([0, 0, half[2]])
    centres[:, 2] = np.maximum(centres[:, 2], 0.02)
    tone = (0.5 + 0.55 * centres[:, 2:3] / height_m) * (0.7 + 0.6 * rng.random((count, 1)))
    leaves = leaf_cards(rng, centres, outward, 0.085 / np.sqrt(detail), np.array(pigment(colour)) * tone)
    core = box(rng, (0, 0, half[2] - 0.05), half - 0.09, flat_colour(0.012, 0.025, 0.008), spacing=0.2 / detail)
    body = box_solid((0.0, 0.0, float(half[2])), (float(half[0]), float(half[1]), float(half[2])))
    return Part(surfels=(core, leaves), solids=(body,))


def grass_tufts(
    rng: np.random.Generator,
    *,
    length_m: float = 4.0,
    width_m: float = 2.0,
    blade_m: float = 0.09,
    density: float = 60.0,
    detail: float = 1.0,
) -> Part:
    """Blades over a rectangle centred on the origin, thicker in tufts; ``density`` a square metre; no body."""
    count = int(density * length_m * width_m * detail)
    tufts = max(1, count // 9)
    places = (rng.random((tufts, 2)) - 0.5) * np.array([length_m, width_m])
    owner = (rng.random(count) * tufts).astype(int)
    foot = places[owner] + 0.12 * (rng.random((count, 2)) - 0.5)
    foot = np.clip(foot, [-length_m / 2, -width_m / 2], [length_m / 2, width_m / 2])
    height = blade_m * (0.5 + 0.9 * rng.random(count))
    bend = 0.55 * (rng.random((count, 2)) - 0.5)
    upward = unit(np.column_stack([bend, np.ones(count)]))
    across = unit(np.cross(upward, directions(rng, count)))
    centres = np.column_stack([foot, np.zeros(count)]) + upward * (0.45 * height)[:, None]
    tone = (0.65 + 0.7 * rng.random((count, 1))) * (0.8 + 0.4 * rng.random((tufts, 1)))[owner]
    green = np.array(pigment("#67823a")) * tone
    width = np.full(count, 0.010 / np.sqrt(detail))
    sizes = np.stack([0.48 * height, width, np.full(count, 0.003)], axis=1)
    return Part(surfels=(surfels(centres, upward, across, sizes, green, 0.9, FOLIAGE),))


def flower_bed(rng: np.random.Generator, *, length_m: float = 3.0, width_m: float = 1.2, detail: float = 1.0) -> Part:
    """A bed along x with stone edging, soil, low leaves and drifts of blossom; about 450 surfels a square metre."""
    edge = 0.12
    soil = rectangle(
        rng, (-length_m / 2, -width_m / 2, 0.10), (length_m, 0, 0), (0, width_m, 0), flat_colour(0.035, 0.024, 0.016),
        spacing=0.12 / detail,
    )  # fmt: skip
    stone = flat_colour(*pigment("#a8a196"))
    rims = [
        box(
            rng,
            (0, s * (width_m / 2 - 0.05), edge / 2 + 0.01),
            (length_m / 2, 0.05, edge / 2 + 0.01),
            stone,
            spacing=0.1 / detail,
        )
        for s in (-1, 1)
    ] + [
        box(
            rng,
            (s * (length_m / 2 - 0.05), 0, edge / 2 + 0.01),
            (0.05, width_m / 2, edge / 2 + 0.01),
            stone,
            spacing=0.1 / detail,
        )
        for s in (-1, 1)
    ]
    count = int(300 * detail * length_m * width_m)
    spot = (rng.random((count, 2)) - 0.5) * np.array([length_m - 0.25, width_m - 0.25])
    drift = np.floor((spot[:, 0] + length_m / 2) / 0.55 + 0.5 * np.sin(4.0 * spot[:, 1])).astype(int)
    palette = np.array([pigment(c) for c in ("#c93a4a", "#e2b33a", "#d9d2e0", "#8a4fa3", "#e07a3a")])
    hue = palette[(drift * 2 + int(5 * rng.random())) % len(palette)]
    flower = rng.random(count) < 0.33
    height = 0.13 + (0.16 + 0.08 * flower) * rng.random(count)
    green = np.array(pigment("#4f7031")) * (0.5 + 0.8 * rng.random((count, 1)))
    colour = np.where(flower[:, None], hue * (0.8 + 0.3 * rng.random((count, 1))), green)
    centres = np.column_stack([spot, height])
    plants = leaf_cards(rng, centres, np.tile([0.0, 0.0, 0.8], (count, 1)), 0.055 / np.sqrt(detail), colour)
    body = box_solid((0.0, 0.0, 0.07), (length_m / 2, width_m / 2, 0.07))
    return Part(surfels=(weathered(rng, join_surfels([soil, *rims])), plants), solids=(body,))
