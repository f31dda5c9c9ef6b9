"""Park: paths round lawns, hedges and a pond."""

from __future__ import annotations

import math

from scenes.procedural.ground import Surface
from scenes.procedural.site import Site
from scenes.procedural.surfaces import asphalt_path, brick_paving, gravel_path, lawn, water

HALF_X, HALF_Y = 27.0, 24.0


def park(seed: int) -> Site:
    """A ring path and crossing paths of 2.8 to 3.6 m; hedges keep walkers on them."""
    site = Site("park", seed, HALF_X, HALF_Y, ("clear", "golden", "overcast", "noon"))
    grass = lawn(site)
    site.plan.fill(grass)
    path = (gravel_path, asphalt_path, brick_paving)[seed % 3](site, "path")
    width = site.between(2.9, 3.5)
    x, y = site.between(14.0, 17.0), site.between(11.0, 14.0)
    ring = _ring(site, path, x, y, width)
    spokes = _spokes(site, path, ring, width)
    _middle(site, path, seed)
    _hedges(site, ring, width)
    _lawn_trees(site, x, y, spokes, width)
    site.surround()
    return site


def _ring(site: Site, path: Surface, x: float, y: float, width: float) -> list[tuple[float, float]]:
    """The outer path: a rounded, slightly wavy ring of 24 corners."""
    phase = site.between(0.0, 6.28)
    corners = []
    for k in range(24):
        angle = 2 * math.pi * k / 24
        wave = 1.0 + 0.07 * math.sin(3 * angle + phase)
        corners.append((x * wave * math.cos(angle), y * wave * math.sin(angle)))
    corners.append(corners[0])
    site.plan.path(path, corners, width)
    return corners


def _spokes(site: Site, path: Surface, ring: list[tuple[float, float]], width: float) -> list[tuple[float, float]]:
    """Three or four bent paths from the ring to the middle; their ends on the ring."""
    count = 3 + site.pick(2)
    first = site.pick(24)
    ends = []
    for k in range(count):
        end = ring[(first + round(24 * k / count)) % 24]
        bend = site.between(-3.0, 3.0)
        knee = (0.55 * end[0] - 0.08 * end[1] * bend, 0.55 * end[1] + 0.08 * end[0] * bend)
        site.plan.path(path, [end, knee, (0.0, 0.0)], width)
        ends.append(end)
    return ends


def _middle(site: Site, path: Surface, seed: int) -> None:
    """Where the paths meet: a round place with a pond or a bed of hedges in it."""
    radius = site.between(5.2, 6.4)
    site.plan.disc(path, 0.0, 0.0, radius)
    inner = radius - 2.9
    if seed % 2:
        site.plan.disc(water(site), 0.0, 0.0, inner)
        _round_hedge(site, inner + 0.1, 0.45)
    else:
        site.plan.disc(lawn(site, "round bed"), 0.0, 0.0, inner)
        _round_hedge(site, inner, 1.0)
        site.tree(0.0, 0.0, height=8.0)


def _round_hedge(site: Site, radius: float, height: float) -> None:
    """A hedge along a circle, in eight straight pieces."""
    for k in range(8):
        a, b = 2 * math.pi * k / 8, 2 * math.pi * (k + 1) / 8
        site.hedge(
            (radius * math.cos(a), radius * math.sin(a)),
            (radius * math.cos(b), radius * math.sin(b)),
            height=height,
            depth=0.5,
        )


def _hedges(site: Site, ring: list[tuple[float, float]], width: float) -> None:
    """Clipped hedges along the inner edge of the ring wherever no other path opens, and here and there outside."""
    walkable = site.plan.is_walkable()
    for k in range(24):
        for side in (1.0 - (width / 2 + 0.55) / 13.0, 1.0 + (width / 2 + 0.55) / 13.0):
            a, b = ((side * p[0], side * p[1]) for p in ring[k : k + 2])
            if _crosses_path(site, walkable, a, b) or site.chance(0.25):
                continue
            site.hedge(a, b, height=site.between(0.65, 1.1), depth=0.55)


def _crosses_path(site: Site, walkable: object, a: tuple[float, float], b: tuple[float, float]) -> bool:
    """Whether a hedge from a to b would stand on a path or narrow it."""
    import numpy as np

    share = np.linspace(0.0, 1.0, 12)
    x, y = a[0] + share * (b[0] - a[0]), a[1] + share * (b[1] - a[1])
    hits = [
        site.plan.surfaces[n].walkable for dx in (-0.3, 0.3) for dy in (-0.3, 0.3) for n in site.plan.at(x + dx, y + dy)
    ]
    return any(hits)


def _lawn_trees(site: Site, x: float, y: float, spokes: list[tuple[float, float]], width: float) -> None:
    """Trees on the lawns, clear of the paths."""
    import numpy as np

    planted: list[tuple[float, float]] = []
    for _ in range(200):
        px, py = site.between(-1.45, 1.45) * x, site.between(-1.5, 1.5) * y
        around = [site.plan.at(np.array([px + dx]), np.array([py + dy]))[0] for dx in (-1, 0, 1) for dy in (-1, 0, 1)]
        on_path = any(site.plan.surfaces[n].walkable for n in around)
        near = any((px - qx) ** 2 + (py - qy) ** 2 < 16.0 for qx, qy in planted)
        if on_path or near or abs(px) > HALF_X - 2 or abs(py) > HALF_Y - 2:
            continue
        site.tree(px, py, height=site.between(6.0, 9.5))
        planted.append((px, py))
        if len(planted) == 20:
            break
