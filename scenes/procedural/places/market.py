"""Market: rows of stalls on a square, aisles between them."""

from __future__ import annotations

from scenes.procedural.site import Site
from scenes.procedural.structures import fountain, kiosk, stall
from scenes.procedural.surfaces import brick_paving, cobbles, paving

EDGE_X, EDGE_Y = 25.0, 22.0
STALL_M = 2.5


def market(seed: int) -> Site:
    """Four or five double rows of stalls back to back, aisles of 2.7 to 3.4 m, cross-aisles shifted from row to row."""
    site = Site("market", seed, EDGE_X, EDGE_Y, ("clear", "hazy", "overcast", "noon"))
    site.plan.fill((cobbles, paving, brick_paving)[seed % 3](site))
    x, y = site.between(15.0, 17.0), site.between(12.0, 13.8)
    _houses(site, x, y)
    _rows(site, x, y)
    return site


def _houses(site: Site, x: float, y: float) -> None:
    """Shops on all four sides."""
    site.terrace(-EDGE_X, y, EDGE_X, EDGE_Y, seen="S", ground_floor="shop")
    site.terrace(-EDGE_X, -EDGE_Y, EDGE_X, -y, seen="N", ground_floor="shop")
    site.terrace(x, -y, EDGE_X, y, seen="W")
    site.terrace(-EDGE_X, -y, -x, y, seen="E")


def _rows(site: Site, x: float, y: float) -> None:
    """Double rows along x; every row has one or two gaps, and the middle one a fountain or kiosk."""
    aisle = site.between(2.8, 3.4)
    depth = 4.2
    rows = int((2 * y - aisle) / (depth + aisle))
    first = -((rows - 1) * (depth + aisle)) / 2
    middle = site.pick(rows)
    for row in range(rows):
        level = first + row * (depth + aisle)
        _row(site, -x + 3.4, x - 3.4, level, centre=row == middle)


def _row(site: Site, x0: float, x1: float, y: float, *, centre: bool) -> None:
    """Stalls back to back from x0 to x1 with gaps of 2.6 m after every second to fourth stall."""
    at = x0
    run = 2 + site.pick(3)
    while at + STALL_M <= x1:
        if centre and abs(at + STALL_M / 2) < 2.8:
            at += STALL_M
            continue
        if run == 0:
            at += 2.7
            run = 2 + site.pick(3)
            continue
        if site.chance(0.92):
            site.add(stall(site.rng), at + STALL_M / 2, y + 1.05, 0.0, 1.5708)
        if site.chance(0.92):
            site.add(stall(site.rng), at + STALL_M / 2, y - 1.05, 0.0, -1.5708)
        at += STALL_M
        run -= 1
    if centre:
        middle = fountain(site.rng, 1.7) if site.chance(0.5) else kiosk(site.rng, 2.8, 2.2)
        site.add(middle, 0.0, y)
