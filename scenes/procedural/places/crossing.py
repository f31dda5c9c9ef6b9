"""Crossing: two streets meet; raised zebra crossings join the four corners."""

from __future__ import annotations

import itertools

from scenes.procedural.site import Site
from scenes.procedural.structures import planter, railing
from scenes.procedural.surfaces import asphalt_path, brick_paving, carriageway, crossing_strip, paving, soil

HALF = 26.0


def crossing(seed: int) -> Site:
    """Streets of 6.5 to 8 m, pavements of 3.4 to 4.6 m, zebras set back from the corners."""
    site = Site("crossing", seed, HALF, HALF, ("hazy", "clear", "overcast", "golden", "noon"))
    road_x, road_y = site.between(3.2, 4.0), site.between(3.2, 4.0)
    width = site.between(3.6, 4.6)
    pavement = (paving, asphalt_path, paving, brick_paving)[site.pick(4)](site, "pavement")
    site.plan.fill(pavement)
    road = carriageway(site)
    site.plan.rectangle(road, -HALF, -road_y, HALF, road_y)
    site.plan.rectangle(road, -road_x, -HALF, road_x, HALF)
    _zebras(site, road_x, road_y)
    _kerbs(site, road_x, road_y)
    for sx, sy in itertools.product((-1, 1), (-1, 1)):
        _corner(site, sx, sy, road_x, road_y, width)
    _street_ends(site, road_x, road_y, pavement_end=19.5)
    site.surround()
    return site


def _zebras(site: Site, road_x: float, road_y: float) -> None:
    """A raised crossing over each arm, with its bars."""
    strip = crossing_strip(site)
    for side in (-1, 1):
        near, far = sorted((side * (road_x + 0.8), side * (road_x + 4.0)))
        site.plan.rectangle(strip, near, -road_y, far, road_y)
        site.zebra(near, -road_y, far, road_y, bars_along_x=True)
        near, far = sorted((side * (road_y + 0.8), side * (road_y + 4.0)))
        site.plan.rectangle(strip, -road_x, near, road_x, far)
        site.zebra(-road_x, near, road_x, far, bars_along_x=False)


def _kerbs(site: Site, x: float, y: float) -> None:
    """Kerbs along the four arms, open at the raised crossings; centre lines on the road."""
    for side in (-1, 1):
        site.kerb_line([(x, side * y), (x + 0.8, side * y)] if side < 0 else [(x + 0.8, y), (x, y)])
        site.kerb_line([(-x - 0.8, -y), (-x, -y)] if side < 0 else [(-x, y), (-x - 0.8, y)])
        site.kerb_line([(HALF, y), (x + 4.0, y)] if side > 0 else [(x + 4.0, -y), (HALF, -y)])
        site.kerb_line([(-x - 4.0, y), (-HALF, y)] if side > 0 else [(-HALF, -y), (-x - 4.0, -y)])
        site.kerb_line([(x, -HALF), (x, -y - 4.0)] if side < 0 else [(x, y + 4.0), (x, HALF)])
        site.kerb_line([(-x, HALF), (-x, y + 4.0)] if side > 0 else [(-x, -y - 4.0), (-x, -HALF)])
        site.dashes((side * (x + 4.5), 0.0), (side * HALF, 0.0))
        site.dashes((0.0, side * (y + 4.5)), (0.0, side * HALF))


def _corner(site: Site, sx: int, sy: int, road_x: float, road_y: float, width: float) -> None:
    """One corner: houses behind the pavement, sometimes set back for a small square; trees, railings, cars."""
    back = width + (site.between(2.0, 3.5) if site.chance(0.4) else 0.0)
    x0, y0 = road_x + back, road_y + back
    seen = ("W" if sx > 0 else "E") + ("S" if sy > 0 else "N")
    first, second = sorted((sx * x0, sx * 24.0))
    low, high = sorted((sy * y0, sy * 24.0))
    site.build(first, low, second, high, seen=seen)
    pit = soil(site)
    for along in (9.5, 14.5):
        site.tree(sx * (road_x + along), sy * (road_y + 0.8), height=5.8, pit=pit)
        site.tree(sx * (road_x + 0.8), sy * (road_y + along), height=5.8, pit=pit)
    if back > width + 1.0:
        box = planter(site.rng, 2.6, 1.2, 0.45)
        site.add(box, sx * (x0 - 2.0), sy * (y0 - 2.0), 0.0, 0.7854 * sx * sy)
    post = railing(2.0)
    site.between_points(post, (sx * (road_x + 4.4), sy * (road_y + 0.3)), (sx * (road_x + 6.4), sy * (road_y + 0.3)))
    site.parked_cars((sx * (road_x + 7.0), sy * (road_y - 1.0)), (sx * 23.5, sy * (road_y - 1.0)), share=0.4)


def _street_ends(site: Site, road_x: float, road_y: float, pavement_end: float) -> None:
    """Beyond the walkable pavements the streets go on, but not for robots."""
    beyond = paving(site, "pavement beyond", walkable=False)
    label = site.plan.label(beyond)
    walkable = site.plan.is_walkable()
    far = (abs(site.plan.x)[:, None] > pavement_end) | (abs(site.plan.y)[None] > pavement_end)
    site.plan.labels[walkable & far] = label
