"""Campus: paved paths across lawns between plain modern buildings."""

from __future__ import annotations

import itertools

from scenes.procedural.buildings import FacadeStyle
from scenes.procedural.materials import concrete
from scenes.procedural.site import Site
from scenes.procedural.structures import canopy, low_wall
from scenes.procedural.surfaces import asphalt_path, brick_paving, concrete_floor, gravel_path, lawn, paving
from scenes.procedural.vehicles import bicycle_rack

HALF_X, HALF_Y = 27.0, 24.0


def campus(seed: int) -> Site:
    """A court of lawns in a grid of paths, with a ring in front of the buildings."""
    site = Site("campus", seed, HALF_X, HALF_Y, ("noon", "overcast", "clear", "golden"))
    x, y = site.between(16.0, 18.5), site.between(13.0, 15.5)
    floor = (concrete_floor, paving, asphalt_path)[seed % 3](site)
    site.plan.fill(floor)
    _lawns(site, x, y)
    _diagonal(site, x, y)
    _buildings(site, x, y)
    _entrance(site, x, y)
    return site


def _lawns(site: Site, x: float, y: float) -> None:
    """Two by two or three by two lawns with low walls, hedges and trees."""
    grass = lawn(site)
    ring, path = site.between(3.2, 4.2), site.between(2.6, 3.4)
    columns, rows = (3, 2) if site.chance(0.5) else (2, 2)
    wide = (2 * (x - ring) - (columns - 1) * path) / columns
    deep = (2 * (y - ring) - (rows - 1) * path) / rows
    for i, j in itertools.product(range(columns), range(rows)):
        x0, y0 = -x + ring + i * (wide + path), -y + ring + j * (deep + path)
        site.plan.rectangle(grass, x0, y0, x0 + wide, y0 + deep)
        _edge(site, x0, y0, x0 + wide, y0 + deep)
        site.meadow(x0 + 0.4, y0 + 0.4, x0 + wide - 0.4, y0 + deep - 0.4, density=22.0)
        for _ in range(1 + site.pick(2)):
            site.tree(x0 + wide * site.between(0.25, 0.75), y0 + deep * site.between(0.25, 0.75), height=7.5)


def _edge(site: Site, x0: float, y0: float, x1: float, y1: float) -> None:
    """What borders a lawn: a low wall, a hedge, or nothing, side by side."""
    corners = [(x0, y0), (x1, y0), (x1, y1), (x0, y1), (x0, y0)]
    stone = concrete((0.44, 0.43, 0.41), 5 + site.pick(50), (1.2, 2.0))
    for a, b in itertools.pairwise(corners):
        length = abs(b[0] - a[0]) + abs(b[1] - a[1])
        draw = site.between(0.0, 1.0)
        if draw < 0.40:
            site.between_points(low_wall(site.rng, length, 0.42, 0.36, stone), a, b)
        elif draw < 0.75:
            site.hedge(a, b, height=site.between(0.6, 1.0), depth=0.5)


def _diagonal(site: Site, x: float, y: float) -> None:
    """Patterns in the paving along the middle of the court."""
    pattern = (brick_paving, gravel_path)[site.pick(2)](site, "middle path")
    walkable = site.plan.is_walkable()
    label = site.plan.label(pattern)
    stripe = (abs(site.plan.x)[:, None] < 1.3) & (abs(site.plan.y)[None] < y)
    site.plan.labels[walkable & stripe] = label


def _buildings(site: Site, x: float, y: float) -> None:
    """Long plain facades on four sides."""
    tones = ((0.42, 0.415, 0.40), (0.50, 0.48, 0.44), (0.36, 0.20, 0.14), (0.62, 0.60, 0.55))
    for side in "SNWE":
        style = FacadeStyle(
            wall=("concrete", "brick", "plaster")[site.pick(3)],
            tone=tones[site.pick(4)],
            frame=(0.08, 0.085, 0.09),
            ground_floor=("arcade", "windows", "arcade")[site.pick(3)],
            window=(site.between(1.5, 2.0), 1.6),
            storey_m=3.4,
            bay_m=site.between(2.6, 3.4),
        )
        box = {
            "S": (-HALF_X, y, HALF_X, HALF_Y),
            "N": (-HALF_X, -HALF_Y, HALF_X, -y),
            "W": (x, -y, HALF_X, y),
            "E": (-HALF_X, -y, -x, y),
        }[side]
        site.build(*box, seen=side, height=site.between(7.5, 12.5), style=style)


def _entrance(site: Site, x: float, y: float) -> None:
    """A canopy before one door and racks of bicycles along the walls."""
    site.add(canopy(site.rng, 9.0, 2.6, 3.3), 0.0, y - 1.5, 0.0, 1.5708)
    for side in (-1, 1):
        rack = bicycle_rack(site.rng, places=6)
        site.add(rack, side * (x - 0.9), site.between(-0.4, 0.4) * y, 0.0, 0.0)
