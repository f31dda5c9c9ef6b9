"""Plaza: a square ringed by houses, with a block in its middle, beds, and a fountain or kiosk."""

from __future__ import annotations

from scenes.procedural.buildings import wall_block
from scenes.procedural.materials import concrete
from scenes.procedural.site import Site
from scenes.procedural.surfaces import brick_paving, cobbles, paving, soil


def plaza(seed: int) -> Site:
    """A square of 26 to 34 m."""
    site = Site("plaza", seed, 26.0, 26.0)
    half = site.between(13.0, 16.5)
    floor = (paving, cobbles, paving, brick_paving)[site.pick(4)](site)
    site.plan.fill(floor)
    _houses(site, half)
    _beds(site, half)
    return site


def _houses(site: Site, half: float) -> None:
    """Terraces on all four sides, a street mouth in one corner."""
    edge = 26.0
    site.terrace(-edge, half, edge, edge, seen="S")
    site.terrace(-edge, -edge, edge, -half, seen="N")
    site.terrace(half, -half, edge, half, seen="W")
    site.terrace(-edge, -half, -half, half, seen="E")


def _beds(site: Site, half: float) -> None:
    """Raised planting beds as islands."""
    for sx in (-1, 1):
        for sy in (-1, 1):
            w, d = site.between(3.0, 5.5), site.between(1.6, 3.5)
            x, y = sx * half * 0.45, sy * half * 0.45
            bounds = (x - w / 2, y - d / 2, x + w / 2, y + d / 2)
            site.add(wall_block(site.rng, bounds, 0.5, concrete()))
            site.plan.rectangle(soil(site), *bounds)
