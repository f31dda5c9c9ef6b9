"""Sidewalk: the pavement round a city block, streets with parked cars outside it."""

from __future__ import annotations

from scenes.procedural.ground import Surface
from scenes.procedural.site import Site
from scenes.procedural.structures import hoarding, planter
from scenes.procedural.surfaces import asphalt_path, brick_paving, carriageway, paving, soil

STREET_M = 6.6
OPPOSITE_M = 2.0


def sidewalk(seed: int) -> Site:
    """A block of 19 to 24 by 11 to 16 m with 3.2 to 4.8 m of pavement; in odd seeds hoarding closes the ring."""
    site = Site("sidewalk", seed, 27.0, 24.0, ("clear", "hazy", "overcast", "noon", "golden"))
    block = site.between(9.5, 11.5), site.between(5.5, 8.0)
    width = site.between(3.4, 4.6)
    outer = block[0] + width, block[1] + width
    _streets(site, outer)
    pavement = (paving, paving, brick_paving, asphalt_path)[site.pick(4)](site, "pavement")
    site.plan.rectangle(pavement, -outer[0], -outer[1], outer[0], outer[1])
    _block(site, block)
    _kerb_furniture(site, outer)
    _house_front_planters(site, block, width)
    if seed % 2:
        _close_with_hoarding(site, block, outer)
    site.surround()
    return site


def _streets(site: Site, outer: tuple[float, float]) -> None:
    """Carriageways on all four sides, kerbs, centre lines, the pavement opposite and its houses."""
    x, y = outer
    far_x, far_y = x + STREET_M, y + STREET_M
    edge_x, edge_y = far_x + OPPOSITE_M, far_y + OPPOSITE_M
    site.plan.fill(paving(site, "opposite pavement", walkable=False))
    site.plan.rectangle(carriageway(site), -far_x, -far_y, far_x, far_y)
    site.kerb_line([(x, -y), (x, y), (-x, y), (-x, -y), (x, -y)])
    site.kerb_line([(far_x, -far_y), (-far_x, -far_y), (-far_x, far_y), (far_x, far_y), (far_x, -far_y)])
    middle_x, middle_y = (x + far_x) / 2, (y + far_y) / 2
    for side in (-1, 1):
        site.dashes((-x, side * middle_y), (x, side * middle_y))
        site.dashes((side * middle_x, -y), (side * middle_x, y))
    site.terrace(-site.half_x, edge_y, site.half_x, edge_y + 6, seen="S")
    site.terrace(-site.half_x, -edge_y - 6, site.half_x, -edge_y, seen="N")
    site.terrace(edge_x, -edge_y, edge_x + 6, edge_y, seen="W")
    site.terrace(-edge_x - 6, -edge_y, -edge_x, edge_y, seen="E")


def _block(site: Site, block: tuple[float, float]) -> None:
    """The houses in the middle, seen from all sides."""
    x, y = block
    cut = site.between(-0.3, 0.3) * x
    site.build(-x, -y, cut, y, seen="NSW")
    site.build(cut, -y, x, y, seen="NSE")


def _kerb_furniture(site: Site, outer: tuple[float, float]) -> None:
    """Street trees in pits along the kerb, and cars parked beside it."""
    x, y = outer
    pit: Surface = soil(site)
    species = ("linden", "plane", "maple", "birch")[site.pick(4)]
    for side in (-1, 1):
        for k in range(3):
            site.tree(
                (k - 1) * x * 0.62 + site.between(-0.8, 0.8), side * (y - 0.75), species=species, height=6.2, pit=pit
            )
        site.tree(side * (x - 0.75), site.between(-0.3, 0.3) * y, species=species, height=6.0, pit=pit)
        site.parked_cars((-x + 1, side * (y + 1.1)), (x - 1, side * (y + 1.1)), share=0.55)
        site.parked_cars((side * (x + 1.1), -y + 1), (side * (x + 1.1), y - 1), share=0.5)


def _house_front_planters(site: Site, block: tuple[float, float], width: float) -> None:
    """A few planters against the walls where the pavement is wide enough to pass them."""
    if width < 3.9:
        return
    for side in (-1, 1):
        box = planter(site.rng, site.between(1.4, 2.4), 0.5, 0.45, planted=0.45)
        at = site.between(-0.6, 0.6) * block[0]
        site.between_points(box, (at - 1, side * (block[1] + 0.45)), (at + 1, side * (block[1] + 0.45)))


def _close_with_hoarding(site: Site, block: tuple[float, float], outer: tuple[float, float]) -> None:
    """Works on the pavement: a hoarding across it, so that the ring has two ends."""
    y = site.between(-0.4, 0.4) * block[1]
    length = outer[0] - block[0]
    site.between_points(hoarding(site.rng, length), (block[0], y), (outer[0], y))
    site.between_points(hoarding(site.rng, length), (block[0], y + 2.2), (outer[0], y + 2.2))
    site.between_points(hoarding(site.rng, 2.2), (outer[0], y), (outer[0], y + 2.2))
