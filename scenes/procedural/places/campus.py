"""Campus: paved paths across lawns between plain modern buildings."""

from __future__ import annotations

import itertools
import math

import numpy as np

from scenes.procedural.furniture import lamp_post, litter_bin, notice_board, stone_bench
from scenes.procedural.houses.style import FacadeStyle
from scenes.procedural.site import Site
from scenes.procedural.structures import canopy
from scenes.procedural.surfaces import asphalt_path, brick_paving, concrete_floor, gravel_path, iron_lid, lawn, paving
from scenes.procedural.vehicles import bicycle_rack

HALF_X, HALF_Y = 27.0, 24.0
TONES = ((0.42, 0.415, 0.40), (0.50, 0.48, 0.44), (0.36, 0.20, 0.14), (0.58, 0.56, 0.51))


def campus(seed: int) -> Site:
    """A court of lawns in a grid of paths, with a ring in front of the buildings."""
    site = Site("campus", seed, HALF_X, HALF_Y, ("noon", "wet", "golden", "clear", "night", "dusk", "overcast", "hazy"))
    x, y = site.between(16.0, 18.5), site.between(13.0, 15.5)
    site.plan.fill((concrete_floor, paving, asphalt_path)[seed % 3](site))
    _lawns(site, x, y)
    _middle_path(site, y)
    _buildings(site, x, y)
    _at_the_walls(site, x, y)
    corners = [(-x, y), (x, y), (x, -y), (-x, -y), (-x, y)]
    for a, b in itertools.pairwise(corners):
        site.clutter(a, b, kinds=("cabinet", "wheeled_bin", "kick_scooter", "pot", "machine", "menu_board"), per_m=0.12)
    site.lids(iron_lid())
    site.stains(20)
    site.litter(800)
    return site


def _lawns(site: Site, x: float, y: float) -> None:
    """Two by two or three by two lawns with borders and trees."""
    grass = lawn(site)
    ring, path = site.between(3.2, 4.2), site.between(2.7, 3.4)
    columns, rows = (3, 2) if site.chance(0.5) else (2, 2)
    wide = (2 * (x - ring) - (columns - 1) * path) / columns
    deep = (2 * (y - ring) - (rows - 1) * path) / rows
    for i, j in itertools.product(range(columns), range(rows)):
        x0, y0 = -x + ring + i * (wide + path), -y + ring + j * (deep + path)
        site.plan.rectangle(grass, x0, y0, x0 + wide, y0 + deep)
        _border(site, x0, y0, x0 + wide, y0 + deep)
        site.meadow(x0 + 0.4, y0 + 0.4, x0 + wide - 0.4, y0 + deep - 0.4, density=30.0)
        for _ in range(1 + site.pick(2)):
            site.tree(x0 + wide * site.between(0.25, 0.75), y0 + deep * site.between(0.25, 0.75), height=7.5)


def _border(site: Site, x0: float, y0: float, x1: float, y1: float) -> None:
    """What borders a lawn, side by side: a low wall, a hedge, or a lone stone bench."""
    corners = [(x0, y0), (x1, y0), (x1, y1), (x0, y1), (x0, y0)]
    for k, (a, b) in enumerate(itertools.pairwise(corners)):
        draw = site.between(0.0, 1.0)
        if draw < 0.40:
            site.wall(a, b, 0.42)
        elif draw < 0.75:
            site.hedge(a, b, height=site.between(0.6, 1.0), depth=0.5)
        else:
            site.add(stone_bench(site.looks()), (a[0] + b[0]) / 2, (a[1] + b[1]) / 2, (k - 1) * math.pi / 2)


def _middle_path(site: Site, y: float) -> None:
    """Another paving along the middle of the court."""
    label = site.plan.label((brick_paving, gravel_path)[site.pick(2)](site, "middle path"))
    stripe = (np.abs(site.plan.x)[:, None] < 1.3) & (np.abs(site.plan.y)[None] < y)
    site.plan.labels[site.plan.is_walkable() & stripe] = label


def _buildings(site: Site, x: float, y: float) -> None:
    """Long plain facades on four sides."""
    bounds = {
        "S": (-HALF_X, y, HALF_X, HALF_Y),
        "N": (-HALF_X, -HALF_Y, HALF_X, -y),
        "W": (x, -y, HALF_X, y),
        "E": (-HALF_X, -y, -x, y),
    }
    for side, box in bounds.items():
        style = FacadeStyle(
            wall=("concrete", "brick", "plaster")[site.pick(3)],
            tone=TONES[site.pick(4)],
            frame=(0.08, 0.085, 0.09),
            ground_floor=("arcade", "windows", "arcade")[site.pick(3)],
            window=(site.between(1.5, 2.0), 1.6),
            storey_m=3.4,
            bay_m=site.between(2.6, 3.4),
        )
        site.build(box, seen=side, height=site.between(7.5, 12.5), style=style)


def _at_the_walls(site: Site, x: float, y: float) -> None:
    """A canopy before one door, racks of bicycles, lamps, bins and a notice board."""
    site.add(canopy(site.looks(), 9.0, 2.4, 3.3), 0.0, y - 1.3, math.pi / 2)
    for side in (-1, 1):
        site.add(bicycle_rack(site.looks(), places=6), side * (x - 0.95), site.between(-0.4, 0.4) * y)
        site.add(litter_bin(site.looks()), side * (x - 0.5), 0.72 * y)
        for k in (-1, 1):
            site.add(lamp_post(site.looks(), style="globe", height_m=3.4), side * 0.62 * x, k * (y - 0.5))
    site.add(notice_board(site.looks()), 0.35 * x, -y + 0.5, math.pi / 2)
