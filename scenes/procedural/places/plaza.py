"""Plaza: a square ringed by houses, with something in its middle and beds that part the ways."""

from __future__ import annotations

import itertools

from scenes.procedural.ground import Surface
from scenes.procedural.materials import concrete
from scenes.procedural.site import Site
from scenes.procedural.structures import fountain, kiosk, low_wall, planter
from scenes.procedural.surfaces import brick_paving, cobbles, concrete_floor, lawn, paving, soil

EDGE = 25.0


def plaza(seed: int) -> Site:
    """A square of 27 to 34 m with a pavilion, fountain or garden in its middle."""
    site = Site("plaza", seed, EDGE, EDGE, ("clear", "noon", "overcast", "golden", "hazy"))
    half_x, half_y = site.between(13.5, 17.0), site.between(12.5, 15.5)
    floor = (paving, cobbles, paving, brick_paving, concrete_floor)[(seed + site.pick(2)) % 5](site)
    site.plan.fill(floor)
    band = (cobbles, paving)[floor.name == "cobbles"](site, "band")
    site.plan.rectangle(band, -half_x, -half_y, half_x, half_y)
    site.plan.rectangle(floor, -half_x + 3.2, -half_y + 3.2, half_x - 3.2, half_y - 3.2)
    _houses(site, half_x, half_y)
    (_pavilion, _fountain_ring, _garden)[seed % 3](site)
    _beds(site, half_x, half_y)
    return site


def _houses(site: Site, x: float, y: float) -> None:
    """Terraces on all four sides."""
    site.terrace(-EDGE, y, EDGE, EDGE, seen="S")
    site.terrace(-EDGE, -EDGE, EDGE, -y, seen="N")
    site.terrace(x, -y, EDGE, y, seen="W")
    site.terrace(-EDGE, -y, -x, y, seen="E")


def _pavilion(site: Site) -> None:
    """A low building in the middle and a kiosk beside it."""
    w, d = site.between(3.0, 4.5), site.between(2.2, 3.2)
    site.build(-w, -d, w, d, seen="NESW", height=4.1)
    site.add(kiosk(site.rng, 2.6, 1.8), site.between(-3, 3), -d - 4.6, 0.0, -1.5708)


def _fountain_ring(site: Site) -> None:
    """A fountain in a ring of slabs, low curved seats of planters round it."""
    ring = brick_paving(site, "ring")
    site.plan.disc(ring, 0.0, 0.0, 6.5)
    radius = site.between(2.4, 3.4)
    site.add(fountain(site.rng, radius))
    for sx, sy in ((1, 0), (-1, 0), (0, 1), (0, -1)):
        box = planter(site.rng, site.between(2.8, 3.8), 0.9, 0.5, planted=0.6)
        reach = radius + 3.4
        site.add(box, sx * reach, sy * reach, 0.0, 0.0 if sx else 1.5708)


def _garden(site: Site) -> None:
    """A walled garden in the middle: lawn, trees, a wall to sit on."""
    x, y = site.between(3.5, 5.0), site.between(2.8, 4.0)
    grass = lawn(site)
    site.plan.rectangle(grass, -x, -y, x, y)
    stone = concrete((0.47, 0.45, 0.41), 9, (1.0, 2.0))
    corners = [(-x, -y), (x, -y), (x, y), (-x, y), (-x, -y)]
    for a, b in itertools.pairwise(corners):
        length = abs(b[0] - a[0]) + abs(b[1] - a[1])
        site.between_points(low_wall(site.rng, length + 0.35, 0.45, 0.35, stone), a, b)
    site.meadow(-x + 0.2, -y + 0.2, x - 0.2, y - 0.2)
    for sx in (-1, 1):
        site.tree(sx * x * 0.5, site.between(-0.4, 0.4) * y, height=7.5)


def _beds(site: Site, half_x: float, half_y: float) -> None:
    """Raised beds in the four quarters, some with a tree, turned one way or the other."""
    pit: Surface = soil(site)
    for sx in (-1, 1):
        for sy in (-1, 1):
            length, depth = site.between(3.6, 5.6), site.between(1.2, 1.8)
            x, y = sx * (half_x * 0.60 + site.between(-0.6, 0.6)), sy * (half_y * 0.62 + site.between(-0.5, 0.5))
            upright = site.chance(0.5)
            site.add(planter(site.rng, length, depth, 0.5, planted=0.55), x, y, 0.0, 0.0 if upright else 1.5708)
            if site.chance(0.7):
                site.tree(x, y, height=6.0)
            off = (1.0, 0.0) if upright else (0.0, 1.0)
            site.tree(x - sx * off[0] * 3.1, y - sy * off[1] * 3.1, height=6.0, pit=pit)
