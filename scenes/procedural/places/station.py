"""Station: a forecourt before a station hall, with bus bays, shelters and queues of bicycles."""

from __future__ import annotations

from scenes.procedural.buildings import FacadeStyle
from scenes.procedural.site import Site
from scenes.procedural.structures import canopy, kiosk, planter, railing, shelter
from scenes.procedural.surfaces import brick_paving, carriageway, concrete_floor, crossing_strip, paving
from scenes.procedural.vehicles import bicycle_rack

HALF_X, HALF_Y = 27.0, 22.0


def station(seed: int) -> Site:
    """The hall in the north, two bus islands in the south, crossings between them."""
    site = Site("station", seed, HALF_X, HALF_Y, ("overcast", "clear", "hazy", "golden", "noon"))
    floor = (concrete_floor, paving, brick_paving)[seed % 3](site)
    site.plan.fill(floor)
    _hall(site)
    _bus_islands(site)
    _forecourt(site)
    _houses(site)
    return site


def _hall(site: Site) -> None:
    """The station hall with tall glass and a canopy along its front."""
    style = FacadeStyle(
        wall=("brick", "concrete", "plaster")[site.pick(3)],
        tone=((0.40, 0.22, 0.14), (0.46, 0.45, 0.43), (0.60, 0.55, 0.45))[site.pick(3)],
        frame=(0.07, 0.075, 0.08),
        ground_floor="arcade",
        window=(1.8, 2.1),
        storey_m=4.0,
        bay_m=3.2,
    )
    site.build(-19.0, 14.0, 19.0, HALF_Y, seen="SEW", height=site.between(9.5, 13.0), style=style)
    site.add(canopy(site.rng, site.between(22.0, 30.0), 3.4, 3.9), 0.0, 12.0, 0.0, 1.5708)


def _bus_islands(site: Site) -> None:
    """Two lanes with an island between them and crossings at both its ends."""
    lane, strip = carriageway(site, "bus lane"), crossing_strip(site)
    for y0 in (-8.6, -15.6):
        site.plan.rectangle(lane, -HALF_X, y0 - 3.4, HALF_X, y0)
        site.kerb_line([(-HALF_X, y0), (-13.0, y0)][::-1])
        site.kerb_line([(11.0, y0), (HALF_X, y0)][::-1])
        site.kerb_line([(8.0, y0), (-10.0, y0)][::1])
        site.kerb_line([(-HALF_X, y0 - 3.4), (-13.0, y0 - 3.4)])
        site.kerb_line([(-10.0, y0 - 3.4), (8.0, y0 - 3.4)])
        site.kerb_line([(11.0, y0 - 3.4), (HALF_X, y0 - 3.4)])
        for x0 in (-13.0, 8.0):
            site.plan.rectangle(strip, x0, y0 - 3.4, x0 + 3.0, y0)
            site.zebra(x0, y0 - 3.4, x0 + 3.0, y0, bars_along_x=False)
    for x in (-6.0, 3.5):
        site.add(shelter(site.rng), x, -13.9 + 0.3, 0.0, 1.5708)
    site.between_points(railing(14.0), (-8.5, -8.2), (5.5, -8.2))


def _forecourt(site: Site) -> None:
    """Planters in rows, a kiosk, racks of bicycles."""
    rows = 2 + site.pick(2)
    for i in range(rows):
        for x in (-13.5, -4.5, 4.5, 13.5):
            if site.chance(0.2):
                continue
            length = site.between(3.4, 5.4)
            y = -4.6 + i * (11.5 / rows) + site.between(-0.3, 0.3)
            site.add(planter(site.rng, length, 1.3, 0.5, planted=0.5), x + site.between(-1, 1), y, 0.0, 1.5708)
            if site.chance(0.6):
                site.tree(x, y, height=5.6)
    site.add(kiosk(site.rng, 3.0, 2.0), site.between(-1.5, 1.5), 1.6, 0.0, -1.5708)
    for side in (-1, 1):
        for k in range(2):
            site.add(bicycle_rack(site.rng, places=6), side * (17.2 - 3.6 * k), 6.5, 0.0, 0.0)


def _houses(site: Site) -> None:
    """Town houses on the other three sides."""
    site.terrace(-HALF_X, -HALF_Y - 6, HALF_X, -HALF_Y + 1.0, seen="N")
    site.terrace(19.5, -HALF_Y + 1, HALF_X, HALF_Y, seen="WS")
    site.terrace(-HALF_X, -HALF_Y + 1, -19.5, HALF_Y, seen="ES")
