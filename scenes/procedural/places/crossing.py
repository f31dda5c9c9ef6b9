"""Crossing: two streets meet; raised zebra crossings join the four corners."""

from __future__ import annotations

import itertools
import math

import numpy as np

from scenes.procedural.furniture import bench, bollard, lamp_post, litter_bin, road_sign, traffic_light
from scenes.procedural.site import Site
from scenes.procedural.surfaces import asphalt_path, brick_paving, carriageway, crossing_strip, iron_lid, paving, soil

CLUTTER = ("cabinet", "wheeled_bin", "bags", "cartons", "menu_board", "kick_scooter", "pot", "machine")
HALF = 26.0
ZEBRA_M = (0.8, 4.0)
"""Where a crossing begins and ends, behind the corner of the carriageways."""
WALKABLE_M = 19.5
"""Beyond this the streets go on, but not for robots."""


def crossing(seed: int) -> Site:
    """Streets of 6.5 to 8 m, pavements of 3.6 to 4.6 m, zebras set back from the corners."""
    site = Site(
        "crossing", seed, HALF, HALF, ("wet", "hazy", "wet night", "clear", "dusk", "golden", "overcast", "noon")
    )
    road = site.between(3.2, 4.0), site.between(3.2, 4.0)
    width = site.between(3.6, 4.6)
    site.plan.fill((paving, brick_paving, paving, asphalt_path)[seed % 4](site, "pavement"))
    lane = carriageway(site)
    site.plan.rectangle(lane, -HALF, -road[1], HALF, road[1])
    site.plan.rectangle(lane, -road[0], -HALF, road[0], HALF)
    _zebras(site, *road)
    _kerbs(site, *road)
    for sx, sy in itertools.product((-1, 1), (-1, 1)):
        _corner_houses(site, sx, sy, road, width)
        _corner_furniture(site, sx, sy, road)
    _street_ends(site)
    site.surround()
    site.lids(iron_lid())
    site.stains(24)
    site.litter(1100)
    return site


def _zebras(site: Site, road_x: float, road_y: float) -> None:
    """A raised crossing over each arm, with its bars."""
    strip = crossing_strip(site)
    for side in (-1, 1):
        near, far = sorted(side * (road_x + edge) for edge in ZEBRA_M)
        site.plan.rectangle(strip, near, -road_y, far, road_y)
        site.zebra(near, -road_y, far, road_y, bars_along_x=True)
        near, far = sorted(side * (road_y + edge) for edge in ZEBRA_M)
        site.plan.rectangle(strip, -road_x, near, road_x, far)
        site.zebra(-road_x, near, road_x, far, bars_along_x=False)


def _kerbs(site: Site, x: float, y: float) -> None:
    """Kerbs along the four arms, open at the raised crossings; centre lines on the road."""
    near, far = ZEBRA_M
    for a, b in ((0.0, near), (far, None)):
        east, north = (HALF if b is None else x + b), (HALF if b is None else y + b)
        site.kerb_line([(east, y), (x + a, y)])
        site.kerb_line([(x + a, -y), (east, -y)])
        site.kerb_line([(-x - a, y), (-east, y)])
        site.kerb_line([(-east, -y), (-x - a, -y)])
        site.kerb_line([(-x, north), (-x, y + a)])
        site.kerb_line([(x, y + a), (x, north)])
        site.kerb_line([(-x, -y - a), (-x, -north)])
        site.kerb_line([(x, -north), (x, -y - a)])
    for side in (-1, 1):
        site.dashes((side * (x + 4.5), 0.0), (side * HALF, 0.0))
        site.dashes((0.0, side * (y + 4.5)), (0.0, side * HALF))


def _corner_houses(site: Site, sx: int, sy: int, road: tuple[float, float], width: float) -> None:
    """Houses behind the pavement of one corner, sometimes set back for a small square with a bed."""
    back = width + (site.between(2.4, 3.6) if site.chance(0.45) else 0.0)
    x0, y0 = road[0] + back, road[1] + back
    seen = ("W" if sx > 0 else "E") + ("S" if sy > 0 else "N")
    (first, second), (low, high) = sorted((sx * x0, sx * 24.0)), sorted((sy * y0, sy * 24.0))
    site.build((first, low, second, high), seen=seen)
    if sy > 0:
        site.clutter((first, low), (second, low), kinds=CLUTTER)
    else:
        site.clutter((second, high), (first, high), kinds=CLUTTER)
    if sx > 0:
        site.clutter((first, high), (first, low), kinds=CLUTTER)
    else:
        site.clutter((second, low), (second, high), kinds=CLUTTER)
    site.people((sx * (road[0] + 1.5), sy * 21.5), (sx * (road[0] + 2.6), sy * 25.0), 1 + site.pick(2))
    site.people((sx * 21.5, sy * (road[1] + 1.5)), (sx * 25.0, sy * (road[1] + 2.6)), 1 + site.pick(2))
    if back > width + 1.0:
        site.bed(sx * (x0 - 2.2), sy * (y0 - 2.2), 3.0, 1.2, -math.pi / 4 * sx * sy)


def _corner_furniture(site: Site, sx: int, sy: int, road: tuple[float, float]) -> None:
    """Trees in pits along both kerbs, railings and lights at the zebras, lamps, bins, parked cars."""
    x, y = road
    pit = soil(site)
    for along in (9.0, 14.0):
        site.tree(sx * (x + along), sy * (y + 0.8), height=5.8, pit=pit)
        site.tree(sx * (x + 0.8), sy * (y + along), height=5.8, pit=pit)
    site.rail((sx * (x + 4.4), sy * (y + 0.3)), (sx * (x + 6.8), sy * (y + 0.3)))
    site.add(traffic_light(site.looks()), sx * (x + 0.35), sy * (y + 0.35), math.atan2(-sy, -sx) + 0.8)
    site.add(lamp_post(site.looks(), style="arm", height_m=4.8), sx * (x + 11.5), sy * (y + 0.4), -sy * math.pi / 2)
    site.add(litter_bin(site.looks()), sx * (x + 0.6), sy * (y + 5.2))
    site.add(road_sign(site.looks(), kind="crossing"), sx * (x + 4.4), sy * (y + 0.5), (sx > 0) * math.pi)
    for k in range(3):
        site.add(bollard(site.looks(), variant=0), sx * (x + 0.35), sy * (y + 6.2 + 1.5 * k))
    site.add(bench(site.looks()), sx * (x + 0.7), sy * (y + 11.5), (sx < 0) * math.pi)
    if (sx > 0) == (sy > 0):
        site.parked_cars((sx * (x + 7.0), sy * (y - 1.0)), (sx * 23.5, sy * (y - 1.0)), share=0.45)


def _street_ends(site: Site) -> None:
    """The pavements at the ends of the streets are no longer part of the place."""
    beyond = site.plan.label(paving(site, "pavement beyond", walkable=False))
    far = (np.abs(site.plan.x)[:, None] > WALKABLE_M) | (np.abs(site.plan.y)[None] > WALKABLE_M)
    site.plan.labels[site.plan.is_walkable() & far] = beyond
