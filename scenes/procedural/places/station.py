"""Station: a forecourt before a station hall, with bus bays, shelters and rows of bicycles."""

from __future__ import annotations

import itertools
import math

from scenes.procedural.furniture import advertising_column, bench, bollard, lamp_post, litter_bin, road_sign
from scenes.procedural.houses.style import FacadeStyle
from scenes.procedural.shelters import bus_shelter, kiosk
from scenes.procedural.site import Site
from scenes.procedural.structures import canopy
from scenes.procedural.surfaces import brick_paving, carriageway, concrete_floor, crossing_strip, iron_lid, paving
from scenes.procedural.vehicles import bicycle_rack

CLUTTER = ("cabinet", "wheeled_bin", "bags", "cartons", "menu_board", "kick_scooter", "pot")
HALF_X, HALF_Y = 27.0, 22.0
LANES_Y = (-8.6, -15.6)
"""Northern edges of the two bus lanes."""
LANE_M = 3.4
CROSSINGS_X = ((-13.0, -10.0), (8.0, 11.0))
HALF_TURN = math.pi / 2


def station(seed: int) -> Site:
    """The hall in the north, two bus lanes with an island between them in the south, crossings over both."""
    site = Site("station", seed, HALF_X, HALF_Y, ("night", "overcast", "clear"))
    site.plan.fill((concrete_floor, paving, brick_paving)[seed % 3](site))
    _hall(site)
    _bus_lanes(site)
    _island(site)
    _forecourt(site)
    _houses(site)
    site.clutter(
        (-19.5, 14.0), (19.5, 14.0), kinds=("machine", "kick_scooter", "pot", "cabinet", "menu_board"), per_m=0.16
    )
    site.clutter((19.5, 14.0), (19.5, -8.0), kinds=CLUTTER)
    site.clutter((-19.5, -8.0), (-19.5, 14.0), kinds=CLUTTER)
    site.lids(iron_lid())
    site.stains(30)
    site.litter(900)
    return site


def _hall(site: Site) -> None:
    """The station hall with tall glass and a canopy along its front."""
    style = FacadeStyle(
        wall=("brick", "concrete", "plaster")[site.pick(3)],
        tone=((0.40, 0.22, 0.14), (0.46, 0.45, 0.43), (0.56, 0.51, 0.42))[site.pick(3)],
        frame=(0.07, 0.075, 0.08),
        ground_floor="arcade",
        window=(1.8, 2.1),
        storey_m=4.0,
        bay_m=3.2,
    )
    site.build((-19.5, 14.0, 19.5, HALF_Y), seen="S", height=site.between(9.5, 13.0), style=style)
    site.add(canopy(site.looks(), site.between(22.0, 30.0), 3.4, 3.9), 0.0, 12.0, HALF_TURN)


def _bus_lanes(site: Site) -> None:
    """Two lanes, open kerbs and zebras where the crossings are."""
    lane, strip = carriageway(site, "bus lane"), crossing_strip(site)
    (a, b), (c, d) = CROSSINGS_X
    for north in LANES_Y:
        south = north - LANE_M
        site.plan.rectangle(lane, -HALF_X, south, HALF_X, north)
        for x0, x1 in ((-HALF_X, a), (b, c), (d, HALF_X)):
            site.kerb_line([(x1, south), (x0, south)])
            site.kerb_line([(x0, north), (x1, north)])
        for x0, x1 in CROSSINGS_X:
            site.plan.rectangle(strip, x0, south, x1, north)
            site.zebra(x0, south, x1, north, bars_along_x=False)


def _island(site: Site) -> None:
    """Shelters and signs on the island, railings along the forecourt's edge."""
    for x in (-6.5, -1.0, 4.5):
        site.add(bus_shelter(site.looks()), x, LANES_Y[0] - LANE_M - 0.95, -HALF_TURN)
    for x in (-15.5, 13.5):
        site.add(bench(site.looks()), x, -13.0, -HALF_TURN)
        site.add(road_sign(site.looks(), kind="parking"), x + 2.0, -12.6, 0.0)
    site.rail((-9.5, LANES_Y[0] + 0.3), (7.5, LANES_Y[0] + 0.3))
    for k in range(4):
        site.add(bollard(site.looks(), variant=3), 12.0 + 1.6 * k, LANES_Y[0] + 0.35)
        site.add(bollard(site.looks(), variant=3), -14.0 - 1.4 * k, LANES_Y[0] + 0.35)


def _forecourt(site: Site) -> None:
    """Rows of beds with trees, a kiosk, lamps, bins, racks of bicycles."""
    rows = 2 + site.pick(2)
    for i, x in itertools.product(range(rows), (-13.0, -4.8, 4.8, 13.0)):
        if site.chance(0.15):
            continue
        y = -4.6 + i * (11.5 / rows) + site.between(-0.3, 0.3)
        middle = x + site.between(-0.8, 0.8)
        site.bed(middle, y, site.between(4.2, 5.6), 1.3)
        if site.chance(0.6):
            site.tree(middle, y, height=5.6)
    site.add(kiosk(site.looks(), width_m=3.0), site.between(-0.6, 0.6), 1.0, -HALF_TURN)
    site.add(advertising_column(site.looks()), -9.0, 8.2)
    for side in (-1, 1):
        site.add(lamp_post(site.looks(), style="arm", height_m=5.0), side * 9.0, -6.6, site.between(0, 6.28))
        site.add(litter_bin(site.looks()), side * 8.2, -6.8)
        for k in range(2):
            site.add(bicycle_rack(site.looks(), places=6), side * (17.4 - 3.8 * k), 7.2)


def _houses(site: Site) -> None:
    """Town houses on the other three sides."""
    site.terrace((-HALF_X, -HALF_Y - 6, HALF_X, -HALF_Y + 0.8), seen="N")
    site.terrace((19.5, -HALF_Y + 0.8, HALF_X, HALF_Y), seen="W")
    site.terrace((-HALF_X, -HALF_Y + 0.8, -19.5, HALF_Y), seen="E")
