"""Buildings: blocks whose seen sides are facades.

Facade frame: the wall lies in the plane x = 0, runs along y from 0 to its width, z is up, the outside is +x.
"""

from __future__ import annotations

import math

import numpy as np

from navbench_gs.splats.surfels import Surfels
from scenes.procedural.houses.fittings import fittings
from scenes.procedural.houses.style import FacadeStyle, facade_openings
from scenes.procedural.houses.trims import awning_shade, shop_signs, trims
from scenes.procedural.houses.walls import wall_surfels
from scenes.procedural.houses.windows import door, glazing
from scenes.procedural.part import Lamp, Part, box_solid


def building(
    rng: np.random.Generator,
    bounds: tuple[float, float, float, float],
    height: float,
    style: FacadeStyle,
    *,
    seen: str = "NESW",
    far: bool = False,
) -> Part:
    """A block over ``bounds`` (x0, y0, x1, y1) in the world frame.

    Its sides named in ``seen`` (compass letters, north is +y) are facades; the others are left out.
    """
    x0, y0, x1, y1 = bounds
    sides = {
        "E": ((x1, y0), 0.0, y1 - y0),
        "N": ((x1, y1), math.pi / 2, x1 - x0),
        "W": ((x0, y1), math.pi, y1 - y0),
        "S": ((x0, y0), -math.pi / 2, x1 - x0),
    }
    parts = []
    for letter in seen:
        (x, y), yaw, width = sides[letter]
        parts.append(facade(rng, width, height, style, far=far).moved(x, y, 0.0, yaw))
    solid = box_solid(((x0 + x1) / 2, (y0 + y1) / 2, height / 2), ((x1 - x0) / 2, (y1 - y0) / 2, height / 2))
    return Part(
        surfels=tuple(s for part in parts for s in part.surfels),
        solids=(solid,),
        shades=tuple(s for part in parts for s in part.shades),
        lamps=tuple(lamp for part in parts for lamp in part.lamps),
    )


def facade(rng: np.random.Generator, width: float, height: float, style: FacadeStyle, *, far: bool = False) -> Part:
    """One facade, without a solid. ``far`` halves its resolution and leaves out small things."""
    openings = facade_openings(rng, width, height, style)
    parts: list[Surfels] = list(wall_surfels(rng, width, height, style, openings, far))
    parts.extend(door(rng, opening, style) for opening in openings if opening.kind == "door")
    glazed = [o for o in openings if o.kind != "door"]
    parts.extend(glazing(rng, glazed, style, far))
    parts.extend(trims(rng, width, height, style, far))
    if style.ground_floor == "shop" and not far:
        parts.extend(shop_signs(rng, width, style))
    lamps: list[Lamp] = []
    if not far:
        hung, lamps = fittings(rng, width, height, style, openings)
        parts.extend(hung)
    shades = (awning_shade(width),) if style.ground_floor == "shop" and style.awnings else ()
    return Part(surfels=tuple(parts), shades=shades, lamps=tuple(lamps))
