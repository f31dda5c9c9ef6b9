"""Plaza: a square ringed by houses, with something in its middle and beds that part the ways."""

from __future__ import annotations

import itertools
import math

from scenes.procedural.furniture import (
    advertising_column,
    bench,
    bollard,
    cafe_table,
    fountain,
    lamp_post,
    litter_bin,
    statue,
)
from scenes.procedural.shelters import kiosk, parasol
from scenes.procedural.site import Site
from scenes.procedural.surfaces import brick_paving, cobbles, concrete_floor, iron_lid, lawn, paving

CLUTTER = ("cabinet", "cartons", "menu_board", "crates", "kick_scooter", "pot", "machine", "wheeled_bin")
EDGE = 25.0
HALF_TURN = math.pi / 2


def plaza(seed: int) -> Site:
    """A square of 27 to 34 m with a pavilion, fountain or garden in its middle."""
    site = Site("plaza", seed, EDGE, EDGE, ("golden", "overcast", "night", "noon", "wet", "dusk", "clear", "hazy"))
    half_x, half_y = site.between(13.5, 17.0), site.between(12.5, 15.5)
    floor = (paving, cobbles, brick_paving, paving, concrete_floor)[seed % 5](site)
    band = (paving if floor.name == "cobbles" else cobbles)(site, "band")
    site.plan.fill(band)
    site.plan.rectangle(floor, -half_x + 3.2, -half_y + 3.2, half_x - 3.2, half_y - 3.2)
    _houses(site, half_x, half_y)
    (_pavilion, _fountain_ring, _garden)[seed % 3](site)
    _long_beds(site, half_x, half_y)
    _furniture(site, half_x, half_y)
    corners = [(-half_x, half_y), (half_x, half_y), (half_x, -half_y), (-half_x, -half_y), (-half_x, half_y)]
    for a, b in itertools.pairwise(corners):
        site.clutter(a, b, kinds=CLUTTER, per_m=0.14)
    site.lids(iron_lid())
    site.stains(24)
    site.litter(900)
    return site


def _houses(site: Site, x: float, y: float) -> None:
    """Terraces on all four sides."""
    site.terrace((-EDGE, y, EDGE, EDGE), seen="S")
    site.terrace((-EDGE, -EDGE, EDGE, -y), seen="N")
    site.terrace((x, -y, EDGE, y), seen="W")
    site.terrace((-EDGE, -y, -x, y), seen="E")


def _pavilion(site: Site) -> None:
    """A low building in the middle with café tables before it and a kiosk behind it."""
    w, d = site.between(4.0, 5.2), site.between(2.6, 3.4)
    site.build((-w, -d, w, d), seen="NESW", height=4.1)
    site.add(kiosk(site.looks()), site.between(-2, 2), -d - 3.4, -HALF_TURN)
    for k in (-1, 1):
        site.add(parasol(site.looks()), k * 0.55 * w, d + 1.5)
        site.add(cafe_table(site.looks()), k * 0.55 * w + 0.5, d + 1.4, site.between(0, 6.28))


def _fountain_ring(site: Site) -> None:
    """A fountain in a ring of other stone, beds and benches round it."""
    site.plan.disc(brick_paving(site, "ring"), 0.0, 0.0, 6.8)
    radius = site.between(2.2, 3.0)
    site.add(fountain(site.looks(), radius_m=radius))
    reach = radius + 3.2
    for k in range(4):
        angle = k * HALF_TURN
        site.bed(reach * math.cos(angle), reach * math.sin(angle), site.between(4.2, 5.2), 1.0, angle + HALF_TURN)
        seat = reach - 0.85
        site.add(bench(site.looks()), seat * math.cos(angle), seat * math.sin(angle), angle + math.pi)


def _garden(site: Site) -> None:
    """A walled garden in the middle: lawn, two trees and a statue."""
    x, y = site.between(4.5, 6.0), site.between(3.2, 4.4)
    site.plan.rectangle(lawn(site), -x, -y, x, y)
    corners = [(-x, -y), (x, -y), (x, y), (-x, y), (-x, -y)]
    for a, b in itertools.pairwise(corners):
        site.wall(a, b)
    site.meadow(-x + 0.2, -y + 0.2, x - 0.2, y - 0.2)
    site.add(statue(site.looks()), 0.0, 0.0, site.between(0.0, 6.28))
    for side in (-1, 1):
        site.tree(side * x * 0.6, site.between(-0.4, 0.4) * y, height=7.5)


def _long_beds(site: Site, half_x: float, half_y: float) -> None:
    """A long bed or hedge in each quarter, lying along the side of the square, with trees in it."""
    for sx, sy in itertools.product((-1, 1), (-1, 1)):
        x, y = sx * (half_x * 0.56 + site.between(-0.4, 0.4)), sy * (half_y * 0.66 + site.between(-0.3, 0.3))
        length = site.between(5.5, 7.5)
        if site.chance(0.5):
            site.bed(x, y, length, 1.3, planted=0.6)
            site.tree(x + site.between(-1.5, 1.5), y, height=6.0)
        else:
            site.hedge((x - length / 2, y), (x + length / 2, y), height=site.between(0.7, 1.0), depth=0.8)
            site.tree(x - length / 2 - 0.5, y, height=6.2)
        across = site.between(3.0, 4.2)
        corner = x + sx * (length / 2 - 0.4)
        site.bed(corner, y - sy * (across / 2 + 0.6), across, 1.0, HALF_TURN, planted=0.5)


def _furniture(site: Site, half_x: float, half_y: float) -> None:
    """Lamps, bins, a column of posters, bollards before one side of the houses, tables before a café."""
    for sx, sy in itertools.product((-1, 1), (-1, 1)):
        site.add(lamp_post(site.looks(), style="lantern"), sx * (half_x - 1.3), sy * (half_y - 4.4))
        site.add(litter_bin(site.looks()), sx * (half_x - 1.2), sy * (half_y - 5.2))
    site.add(advertising_column(site.looks()), half_x - 1.8, -half_y + 1.8)
    for k in range(5):
        site.add(bollard(site.looks(), variant=1), -half_x + 1.2, (k - 2) * 1.9)
    for k in range(3):
        x = -half_x + 3.5 + 2.6 * k
        site.add(cafe_table(site.looks()), x, half_y - 1.0, site.between(0, 6.28))
