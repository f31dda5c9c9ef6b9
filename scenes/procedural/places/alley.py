"""Alley: narrow lanes between old houses, with a yard where they meet."""

from __future__ import annotations

import itertools

from scenes.procedural.site import Site
from scenes.procedural.structures import hoarding, planter
from scenes.procedural.surfaces import asphalt_path, brick_paving, cobbles

HALF_X, HALF_Y = 21.0, 18.0
REACH_X, REACH_Y = 15.5, 12.5


def alley(seed: int) -> Site:
    """Six to nine houses in a grid with lanes of 2.7 to 3.9 m between and around them; one house gives way to a yard."""
    site = Site("alley", seed, HALF_X, HALF_Y, ("noon", "hazy", "clear", "overcast"))
    site.plan.fill((cobbles, brick_paving, cobbles, asphalt_path)[site.pick(4)](site, "lane"))
    columns = _rows(site, REACH_X, 3 if site.chance(0.6) else 2)
    rows = _rows(site, REACH_Y, 2 if site.chance(0.5) else 3)
    yard = (site.pick(len(columns)), site.pick(len(rows)))
    for (i, (x0, x1)), (j, (y0, y1)) in itertools.product(enumerate(columns), enumerate(rows)):
        if (i, j) == yard:
            _yard(site, x0, y0, x1, y1)
        else:
            site.build(x0, y0, x1, y1, seen="NESW", height=site.between(6.5, 11.0))
    _ring_of_houses(site)
    _gate(site, columns, rows)
    return site


def _rows(site: Site, reach: float, count: int) -> list[tuple[float, float]]:
    """Intervals of ``count`` houses between -reach and reach, with lanes before, between and after them."""
    lanes = [site.between(2.7, 3.9) for _ in range(count + 1)]
    room = 2 * reach - sum(lanes)
    shares = [site.between(0.8, 1.25) for _ in range(count)]
    intervals, at = [], -reach
    for lane, share in zip(lanes[:-1], shares, strict=True):
        start = at + lane
        at = start + room * share / sum(shares)
        intervals.append((start, at))
    return intervals


def _yard(site: Site, x0: float, y0: float, x1: float, y1: float) -> None:
    """An open yard with a tree and planters."""
    site.add(planter(site.rng, 2.4, 1.2, 0.45), (x0 + x1) / 2, (y0 + y1) / 2, 0.0, site.between(0, 3.1))
    site.tree((x0 + x1) / 2, (y0 + y1) / 2, height=5.5)


def _ring_of_houses(site: Site) -> None:
    """The backs of the houses all round."""
    floor = "windows" if site.chance(0.6) else None
    site.terrace(-HALF_X, REACH_Y, HALF_X, HALF_Y, seen="S", ground_floor=floor)
    site.terrace(-HALF_X, -HALF_Y, HALF_X, -REACH_Y, seen="N", ground_floor=floor)
    site.terrace(REACH_X, -REACH_Y, HALF_X, REACH_Y, seen="W", ground_floor=floor)
    site.terrace(-HALF_X, -REACH_Y, -REACH_X, REACH_Y, seen="E", ground_floor=floor)


def _gate(site: Site, columns: list[tuple[float, float]], rows: list[tuple[float, float]]) -> None:
    """A closed gate across one outer lane, so that the shortest way is not always the straight one."""
    y = (rows[0][0] + rows[0][1]) / 2
    x0 = columns[-1][1]
    site.between_points(hoarding(site.rng, REACH_X - x0, 2.3), (x0, y), (REACH_X, y))
