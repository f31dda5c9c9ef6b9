"""Market: rows of stalls on a square, aisles between them."""

from __future__ import annotations

import itertools
import math

from navbench_gs.catalogue.gait import posed_figure
from navbench_gs.catalogue.pedestrians import PEDESTRIANS, figure
from scenes.procedural.furniture import cafe_table, fountain, lamp_post, litter_bin
from scenes.procedural.part import Part, prism_solid
from scenes.procedural.shelters import kiosk, market_stall, parasol
from scenes.procedural.site import Site
from scenes.procedural.surfaces import brick_paving, cobbles, iron_lid, paving

EDGE_X, EDGE_Y = 25.0, 22.0
STALL_M = 2.9
ROW_DEPTH_M = 4.2


def market(seed: int) -> Site:
    """Three or four double rows of stalls back to back, aisles of 2.8 to 3.4 m, gaps shifted from row to row."""
    site = Site("market", seed, EDGE_X, EDGE_Y, ("clear", "dusk", "overcast"))
    site.plan.fill((cobbles, paving, brick_paving)[seed % 3](site))
    x, y = site.between(15.0, 17.0), site.between(12.0, 13.8)
    _houses(site, x, y)
    _rows(site, x, y)
    _corners(site, x, y)
    for k in (-1, 1):
        across = k * site.between(0.25, 0.5) * x
        site.string_lights((across, -y), (across, 0.0), 4.4)
        site.string_lights((across, 0.0), (across, y), 4.4)
    corners = [(-x, y), (x, y), (x, -y), (-x, -y), (-x, y)]
    for a, b in itertools.pairwise(corners):
        site.clutter(a, b, kinds=("cartons", "crates", "crates", "bags", "pot", "wheeled_bin", "menu_board"), per_m=0.2)
    site.lids(iron_lid())
    site.stains(30)
    site.litter(1400)
    return site


def _houses(site: Site, x: float, y: float) -> None:
    """Shops on two sides, houses on the others."""
    site.terrace((-EDGE_X, y, EDGE_X, EDGE_Y), seen="S", ground_floor="shop")
    site.terrace((-EDGE_X, -EDGE_Y, EDGE_X, -y), seen="N", ground_floor="shop")
    site.terrace((x, -y, EDGE_X, y), seen="W")
    site.terrace((-EDGE_X, -y, -x, y), seen="E")


def _rows(site: Site, x: float, y: float) -> None:
    """Double rows along x; the middle of one row is a fountain or a kiosk."""
    aisle = site.between(2.8, 3.4)
    rows = int((2 * y - aisle) / (ROW_DEPTH_M + aisle))
    first = -((rows - 1) * (ROW_DEPTH_M + aisle)) / 2
    middle = site.pick(rows)
    for row in range(rows):
        _row(site, -x + 3.4, x - 3.4, first + row * (ROW_DEPTH_M + aisle), centre=row == middle)


def _row(site: Site, x0: float, x1: float, y: float, *, centre: bool) -> None:
    """Stalls back to back from x0 to x1 with a gap of 2.7 m after every second to fourth pair."""
    at, run = x0, 2 + site.pick(3)
    while at + STALL_M <= x1:
        if centre and abs(at + STALL_M / 2) < 3.0:
            at += STALL_M
        elif run == 0:
            at += 2.7
            run = 2 + site.pick(3)
        else:
            for side in (-1, 1):
                if site.chance(0.92):
                    stall = market_stall(site.looks())
                    site.add(stall, at + STALL_M / 2, y + side * 0.95, side * math.pi / 2)
                    if site.chance(0.5):
                        _vendor(site, at + STALL_M / 2 + site.between(-0.6, 0.6), y + side * 0.72, side * math.pi / 2)
            at += STALL_M
            run -= 1
    if centre:
        site.add(fountain(site.looks(), radius_m=1.7) if site.chance(0.5) else kiosk(site.looks()), 0.0, y)


def _vendor(site: Site, x: float, y: float, yaw: float) -> None:
    """Somebody behind a counter, with a body: nobody can go there."""
    rng = site.looks()
    who = posed_figure(figure(tuple(PEDESTRIANS)[int(rng.random() * len(PEDESTRIANS))]), 6.28 * rng.random(), 0.1)
    site.add(Part(surfels=(who,), solids=(prism_solid((0.0, 0.0, 0.0), 0.24, 1.7, 8),)), x, y, yaw)


def _corners(site: Site, x: float, y: float) -> None:
    """A café in two corners, lamps and bins in all four."""
    for sx, sy in itertools.product((-1, 1), (-1, 1)):
        site.add(lamp_post(site.looks(), style="lantern"), sx * (x - 0.6), sy * (y - 0.6))
        site.add(litter_bin(site.looks()), sx * (x - 1.4), sy * (y - 0.5))
        if sx == sy:
            site.add(parasol(site.looks()), sx * (x - 1.2), sy * (y - 3.2))
            site.add(cafe_table(site.looks()), sx * (x - 1.1), sy * (y - 3.4), site.between(0, 6.28))
