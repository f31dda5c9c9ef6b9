"""Sidewalk: the pavement round a city block, streets with parked cars outside it."""

from __future__ import annotations

import math

from scenes.procedural.clutter import cone, drain
from scenes.procedural.furniture import bench, bollard, lamp_post, litter_bin, post_box, road_sign
from scenes.procedural.ground import Surface
from scenes.procedural.site import ROAD_DROP_M, Site
from scenes.procedural.surfaces import asphalt_path, brick_paving, carriageway, iron_lid, paving, soil

CLUTTER = ("cabinet", "wheeled_bin", "bags", "cartons", "menu_board", "crates", "kick_scooter", "pot")
STREET_M = 6.6
OPPOSITE_M = 2.0
Extent = tuple[float, float]
"""Half lengths along x and y, metres."""


def sidewalk(seed: int) -> Site:
    """A block of 20 to 24 by 12 to 17 m with 3.8 to 4.8 m of pavement; in odd seeds hoarding closes the ring."""
    site = Site("sidewalk", seed, 27.0, 24.0, ("clear", "wet", "dusk", "golden", "overcast", "night", "noon", "hazy"))
    block = site.between(10.0, 12.0), site.between(6.0, 8.5)
    width = site.between(3.8, 4.8)
    outer = block[0] + width, block[1] + width
    _streets(site, outer)
    pavement = (paving, brick_paving, paving, asphalt_path)[seed % 4](site, "pavement")
    site.plan.rectangle(pavement, -outer[0], -outer[1], outer[0], outer[1])
    _block(site, block)
    _trees_and_cars(site, outer)
    _kerb_furniture(site, outer)
    _at_the_walls(site, block, width)
    if seed % 2:
        _close_with_hoarding(site, block, outer)
    site.clutter_round((-block[0], -block[1], block[0], block[1]), kinds=CLUTTER, per_m=0.16)
    _life_opposite(site, outer)
    site.lids(iron_lid())
    site.stains(24)
    site.litter(1100)
    return site


def _streets(site: Site, outer: Extent) -> None:
    """Carriageways on all four sides, kerbs, centre lines, the pavement opposite and its houses."""
    x, y = outer
    far_x, far_y = x + STREET_M, y + STREET_M
    edge_x, edge_y = far_x + OPPOSITE_M, far_y + OPPOSITE_M
    site.plan.fill(paving(site, "opposite pavement", walkable=False))
    site.plan.rectangle(carriageway(site), -far_x, -far_y, far_x, far_y)
    site.kerb_line([(x, -y), (x, y), (-x, y), (-x, -y), (x, -y)])
    site.kerb_line([(far_x, -far_y), (-far_x, -far_y), (-far_x, far_y), (far_x, far_y), (far_x, -far_y)])
    middle_x, middle_y = (x + far_x) / 2, (y + far_y) / 2
    for side in (-1, 1):
        site.dashes((-x, side * middle_y), (x, side * middle_y))
        site.dashes((side * middle_x, -y), (side * middle_x, y))
    site.terrace((-site.half_x, edge_y, site.half_x, edge_y + 6), seen="S")
    site.terrace((-site.half_x, -edge_y - 6, site.half_x, -edge_y), seen="N")
    site.terrace((edge_x, -edge_y, edge_x + 6, edge_y), seen="W")
    site.terrace((-edge_x - 6, -edge_y, -edge_x, edge_y), seen="E")


def _block(site: Site, block: Extent) -> None:
    """The two houses in the middle, seen from all sides."""
    x, y = block
    cut = site.between(-0.3, 0.3) * x
    site.build((-x, -y, cut, y), seen="NSW")
    site.build((cut, -y, x, y), seen="NSE")


def _trees_and_cars(site: Site, outer: Extent) -> None:
    """Street trees in pits along the kerb, and cars parked beside it."""
    x, y = outer
    pit: Surface = soil(site)
    species = ("linden", "plane", "maple", "birch", "cherry", "ash", "oak")[site.pick(7)]
    for side in (-1, 1):
        for k in (-1, 0, 1):
            at = k * x * 0.62 + site.between(-0.8, 0.8)
            site.tree(at, side * (y - 0.75), species=species, height=6.2, pit=pit)
        site.tree(side * (x - 0.75), site.between(-0.3, 0.3) * y, species=species, height=6.0, pit=pit)
        site.parked_cars((-x + 1, side * (y + 1.1)), (x - 1, side * (y + 1.1)), share=0.6)
        site.parked_cars((side * (x + 1.1), -y + 1), (side * (x + 1.1), y - 1), share=0.55)


def _kerb_furniture(site: Site, outer: Extent) -> None:
    """Lamps, bins, signs and bollards in the half metre beside the kerb."""
    x, y = outer
    for side in (-1, 1):
        outward = side * math.pi / 2
        for k in (-0.32, 0.32):
            site.add(lamp_post(site.looks(), style="arm", height_m=4.6), k * x, side * (y - 0.4), outward)
        site.add(litter_bin(site.looks()), side * 0.12 * x, side * (y - 0.5))
        sign = ("no_entry", "parking", "yield")[site.pick(3)]
        site.add(road_sign(site.looks(), kind=sign), side * (x - 0.45), side * (y - 1.0), site.between(0.0, 6.28))
        for k in range(3):
            site.add(bollard(site.looks(), variant=2), side * (x - 0.3), side * (y - 2.0 - 1.4 * k))
    site.add(post_box(site.looks()), 0.5 * x, y - 0.5, -math.pi / 2)


def _at_the_walls(site: Site, block: Extent, width: float) -> None:
    """Beds and benches against the houses where the pavement is wide enough to pass them."""
    for side in (-1, 1):
        length = site.between(1.4, 2.4)
        if width > 4.1:
            site.bed(site.between(-0.6, -0.2) * block[0], side * (block[1] + 0.4), length, 0.5, planted=0.4)
        seat = site.between(0.2, 0.6) * block[0]
        site.add(bench(site.looks()), seat, side * (block[1] + 0.4), side * math.pi / 2)


def _close_with_hoarding(site: Site, block: Extent, outer: Extent) -> None:
    """Works on the pavement: a fenced-off stretch, so that the ring has two ends."""
    y = site.between(-0.5, 0.1) * block[1]
    near, far = block[0], outer[0]
    site.hoarding((near, y), (far, y))
    site.hoarding((near, y + 2.2), (far, y + 2.2))
    site.hoarding((far, y), (far, y + 2.2))
    for at in (y - 0.45, y + 2.65):
        site.add(cone(site.looks()), far - 0.5, at)


def _life_opposite(site: Site, outer: Extent) -> None:
    """People and things on the pavement across the street, and gratings in the gutters."""
    x, y = outer
    far_x, far_y = x + STREET_M + 0.9, y + STREET_M + 0.9
    site.people((-x, far_y), (x, far_y), 3)
    site.people((x, -far_y), (-x, -far_y), 3)
    site.people((far_x, -y), (far_x, y), 2)
    site.people((-far_x, -y), (-far_x, y), 2)
    wall_y = y + STREET_M + OPPOSITE_M
    site.clutter((-x, wall_y), (x, wall_y), kinds=CLUTTER, per_m=0.14)
    site.clutter((x, -wall_y), (-x, -wall_y), kinds=CLUTTER, per_m=0.14)
    for side in (-1, 1):
        for share in (-0.7, -0.1, 0.55):
            site.add(drain(site.looks()), share * x, side * (y + 0.2), z=-ROAD_DROP_M)
            site.add(drain(site.looks()), side * (x + 0.2), share * y, math.pi / 2, z=-ROAD_DROP_M)
