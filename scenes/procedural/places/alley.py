"""Alley: narrow lanes between old houses, with a yard where they meet."""

from __future__ import annotations

import itertools

from scenes.procedural.furniture import bench, lamp_post, litter_bin, parked_bicycle, planter
from scenes.procedural.site import Site
from scenes.procedural.surfaces import asphalt_path, brick_paving, cobbles, iron_lid

CLUTTER = ("cabinet", "crates", "kick_scooter", "pot", "cartons", "bags")
HALF_X, HALF_Y = 21.0, 18.0
REACH_X, REACH_Y = 15.5, 12.5
Interval = tuple[float, float]


def alley(seed: int) -> Site:
    """Four to nine houses in a grid with lanes of 2.8 to 3.9 m between and around them; one gives way to a yard."""
    site = Site("alley", seed, HALF_X, HALF_Y, ("noon", "night", "wet", "hazy", "golden", "overcast", "dusk", "clear"))
    site.plan.fill((cobbles, brick_paving, asphalt_path)[seed % 3](site, "lane"))
    columns = _house_rows(site, REACH_X, 3 if site.chance(0.6) else 2)
    rows = _house_rows(site, REACH_Y, 2 if site.chance(0.5) else 3)
    yard = (site.pick(len(columns)), site.pick(len(rows)))
    for (i, column), (j, row) in itertools.product(enumerate(columns), enumerate(rows)):
        if (i, j) == yard:
            _yard(site, column, row)
        else:
            site.build((column[0], row[0], column[1], row[1]), seen="NESW", height=site.between(5.5, 9.5))
            _at_the_walls(site, column, row)
    _ring_of_houses(site)
    _gate(site, columns, rows)
    for (i, column), (j, row) in itertools.product(enumerate(columns), enumerate(rows)):
        if (i, j) != yard:
            _things_at_the_walls(site, column, row)
    _overhead(site, columns, rows)
    site.stains(24)
    site.lids(iron_lid())
    site.litter(900)
    return site


def _house_rows(site: Site, reach: float, count: int) -> list[Interval]:
    """Intervals of ``count`` houses between -reach and reach, with lanes before, between and after them."""
    lanes = [site.between(2.8, 3.9) for _ in range(count + 1)]
    room = 2 * reach - sum(lanes)
    shares = [site.between(0.8, 1.25) for _ in range(count)]
    intervals, at = [], -reach
    for lane, share in zip(lanes[:-1], shares, strict=True):
        start = at + lane
        at = start + room * share / sum(shares)
        intervals.append((start, at))
    return intervals


def _yard(site: Site, column: Interval, row: Interval) -> None:
    """An open yard with a tree in a bed, benches, and tubs in its corners."""
    (x0, x1), (y0, y1) = column, row
    x, y = (x0 + x1) / 2, (y0 + y1) / 2
    site.bed(x, y, 2.8, 1.4, site.between(0, 3.1))
    site.tree(x, y, height=5.5)
    site.add(bench(site.looks()), x, y - 1.6, -1.5708)
    for corner_x, corner_y in itertools.product(column, row):
        site.add(planter(site.looks()), corner_x + 0.12 * (x - corner_x), corner_y + 0.12 * (y - corner_y))


def _at_the_walls(site: Site, column: Interval, row: Interval) -> None:
    """A bicycle, a bin or a lamp against the long walls of a house, never two opposite each other."""
    (x0, x1), (_, y1) = column, row
    at = site.between(x0 + 1.0, x1 - 1.0)
    draw = site.pick(3)
    if draw == 0:
        site.add(parked_bicycle(site.looks()), at, y1 + 0.35, 0.0)
    elif draw == 1:
        site.add(litter_bin(site.looks()), at, y1 + 0.4)
    site.add(lamp_post(site.looks(), style="lantern", height_m=3.6), x0 - 0.25, y1 - 0.6)


def _overhead(site: Site, columns: list[Interval], rows: list[Interval]) -> None:
    """Strings of bulbs and plain wires across the lanes, from wall to wall."""
    for (_, west), (east, _) in itertools.pairwise(columns):
        for y0, y1 in rows:
            y = site.between(y0 + 0.5, y1 - 0.5)
            site.string_lights((west, y), (east, y + site.between(-0.8, 0.8)), site.between(3.6, 4.6))
    for (_, south), (north, _) in itertools.pairwise(rows):
        for x0, x1 in columns:
            x = site.between(x0 + 0.5, x1 - 0.5)
            site.string_lights((x, south), (x + site.between(-0.8, 0.8), north), site.between(3.6, 4.6))


def _things_at_the_walls(site: Site, column: Interval, row: Interval) -> None:
    """Narrow things along the northern and eastern walls, so that two never stand opposite each other."""
    (x0, x1), (y0, y1) = column, row
    site.clutter((x1, y1), (x0, y1), kinds=CLUTTER, per_m=0.22)
    site.clutter((x1, y0), (x1, y1), kinds=CLUTTER, per_m=0.22)


def _ring_of_houses(site: Site) -> None:
    """The backs of the houses all round."""
    floor = "windows" if site.chance(0.5) else None
    heights = (5.5, 10.0)
    site.terrace((-HALF_X, REACH_Y, HALF_X, HALF_Y), seen="S", ground_floor=floor, height=heights)
    site.terrace((-HALF_X, -HALF_Y, HALF_X, -REACH_Y), seen="N", ground_floor=floor, height=heights)
    site.terrace((REACH_X, -REACH_Y, HALF_X, REACH_Y), seen="W", ground_floor=floor, height=heights)
    site.terrace((-HALF_X, -REACH_Y, -REACH_X, REACH_Y), seen="E", ground_floor=floor, height=heights)


def _gate(site: Site, columns: list[Interval], rows: list[Interval]) -> None:
    """A closed gate across one outer lane, so that the shortest way is not always the straight one."""
    y, x0 = sum(rows[0]) / 2, columns[-1][1]
    site.hoarding((x0, y), (REACH_X, y), 2.3)
