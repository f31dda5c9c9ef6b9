"""Park: paths round lawns, hedges and a pond."""

from __future__ import annotations

import itertools
import math

import numpy as np

from scenes.procedural.furniture import bench, lamp_post, litter_bin, notice_board, statue
from scenes.procedural.ground import Surface
from scenes.procedural.site import Site, Spot
from scenes.procedural.surfaces import asphalt_path, brick_paving, gravel_path, lawn, water
from scenes.procedural.vegetation import flower_bed, shrub

HALF_X, HALF_Y = 27.0, 24.0
CORNERS = 24
"""Of the ring path."""


def park(seed: int) -> Site:
    """A ring path and bent paths to the middle, 2.9 to 3.5 m wide; hedges keep walkers on them."""
    site = Site("park", seed, HALF_X, HALF_Y, ("clear", "golden", "dusk", "overcast", "wet", "night", "noon", "hazy"))
    site.plan.fill(lawn(site))
    path = (gravel_path, asphalt_path, brick_paving)[seed % 3](site, "path")
    width = site.between(2.9, 3.5)
    reach = site.between(14.0, 17.0), site.between(11.0, 14.0)
    ring = _ring(site, path, reach, width)
    _spokes(site, path, ring, width)
    _middle(site, path, seed)
    _hedges(site, ring, width)
    _benches_and_lamps(site, ring, width)
    _lawns(site, reach)
    site.surround()
    site.litter(1200)
    return site


def _ring(site: Site, path: Surface, reach: Spot, width: float) -> list[Spot]:
    """The outer path: a rounded, slightly wavy ring; its corners, the first again at the end."""
    phase = site.between(0.0, 6.28)
    corners = []
    for k in range(CORNERS):
        angle = 2 * math.pi * k / CORNERS
        wave = 1.0 + 0.07 * math.sin(3 * angle + phase)
        corners.append((reach[0] * wave * math.cos(angle), reach[1] * wave * math.sin(angle)))
    corners.append(corners[0])
    site.plan.path(path, corners, width)
    return corners


def _spokes(site: Site, path: Surface, ring: list[Spot], width: float) -> None:
    """Three or four bent paths from the ring to the middle."""
    count, first = 3 + site.pick(2), site.pick(CORNERS)
    for k in range(count):
        x, y = ring[(first + round(CORNERS * k / count)) % CORNERS]
        bend = 0.08 * site.between(-3.0, 3.0)
        site.plan.path(path, [(x, y), (0.55 * x - bend * y, 0.55 * y + bend * x), (0.0, 0.0)], width)


def _middle(site: Site, path: Surface, seed: int) -> None:
    """Where the paths meet: a round place with a pond, or a bed with a tree or a statue, in it."""
    radius = site.between(5.2, 6.4)
    inner = radius - 2.9
    site.plan.disc(path, 0.0, 0.0, radius)
    if seed % 2:
        site.plan.disc(water(site), 0.0, 0.0, inner)
        _round_hedge(site, inner + 0.1, 0.45)
        return
    site.plan.disc(lawn(site, "round bed"), 0.0, 0.0, inner)
    _round_hedge(site, inner, 0.7)
    if site.chance(0.5):
        site.tree(0.0, 0.0, height=8.0)
    else:
        site.add(statue(site.looks()), 0.0, 0.0, site.between(0.0, 6.28))


def _round_hedge(site: Site, radius: float, height: float) -> None:
    """A hedge along a circle, in ten straight pieces."""
    knots = [(radius * math.cos(0.2 * math.pi * k), radius * math.sin(0.2 * math.pi * k)) for k in range(11)]
    for a, b in itertools.pairwise(knots):
        site.hedge(a, b, height=height, depth=0.5)


def _beside(ring: list[Spot], k: int, distance: float) -> tuple[Spot, Spot]:
    """Stretch ``k`` of the ring, shifted outward by ``distance`` metres."""
    first, second = (
        (x * (1 + distance / math.hypot(x, y)), y * (1 + distance / math.hypot(x, y))) for x, y in ring[k : k + 2]
    )
    return first, second


def _hedges(site: Site, ring: list[Spot], width: float) -> None:
    """Clipped hedges along both edges of the ring wherever no other path opens, with gaps."""
    height = site.between(0.65, 1.0)
    for k in range(CORNERS):
        for side in (-1, 1):
            a, b = _beside(ring, k, side * (width / 2 + 0.55))
            if not _near_path(site, a, b) and not site.chance(0.25):
                site.hedge(a, b, height=height, depth=0.55)


def _near_path(site: Site, a: Spot, b: Spot, margin: float = 0.3) -> bool:
    """Whether something from a to b would stand on a path or narrow it."""
    share = np.linspace(0.0, 1.0, 12)
    x, y = a[0] + share * (b[0] - a[0]), a[1] + share * (b[1] - a[1])
    walkable = np.array([surface.walkable for surface in site.plan.surfaces])
    around = itertools.product((-margin, margin), repeat=2)
    return any(bool(walkable[site.plan.at(x + dx, y + dy)].any()) for dx, dy in around)


def _benches_and_lamps(site: Site, ring: list[Spot], width: float) -> None:
    """Benches, lamps and bins beside the ring, facing it."""
    for k in range(0, CORNERS, 4):
        (x, y), _ = _beside(ring, k, width / 2 + 0.45)
        towards = math.atan2(-y, -x)
        if k % 8 == 0:
            site.add(bench(site.looks()), x, y, towards)
        else:
            site.add(lamp_post(site.looks(), style="globe", height_m=3.6), x, y)
            site.add(litter_bin(site.looks()), x + 0.5 * math.sin(towards), y - 0.5 * math.cos(towards))
    (x, y), _ = _beside(ring, 2, width / 2 + 0.5)
    site.add(notice_board(site.looks()), x, y, math.atan2(-y, -x))


def _lawns(site: Site, reach: Spot) -> None:
    """Trees, shrubs and flower beds on the lawns, clear of the paths and of one another."""
    planted: list[Spot] = []
    for _ in range(260):
        x, y = site.between(-1.5, 1.5) * reach[0], site.between(-1.5, 1.5) * reach[1]
        crowded = any(math.dist((x, y), other) < 3.4 for other in planted)
        if crowded or _near_path(site, (x, y), (x, y), 1.2) or abs(x) > HALF_X - 2 or abs(y) > HALF_Y - 2:
            continue
        planted.append((x, y))
        if len(planted) % 4 == 1:
            site.add(flower_bed(site.looks(), length_m=2.2, width_m=1.1), x, y, site.between(0.0, 3.1))
        elif len(planted) % 4 == 2:
            site.add(shrub(site.looks(), radius_m=0.8, height_m=1.1), x, y)
        else:
            site.tree(x, y, height=site.between(6.0, 9.5))
        if len(planted) == 42:
            break
