"""Crisp outlines: thin rods along the edges of boxes, over which large surfels would bleed or round off."""

from __future__ import annotations

from collections.abc import Sequence

from navbench_gs.splats.shapes import Colour, bent_rod
from navbench_gs.splats.surfels import Surfels, join_surfels


def box_edges(
    centre: Sequence[float], half: Sequence[float], radius: float, colour: Colour, *, spacing: float = 0.3
) -> Surfels:
    """The eight upper and upright edges of a box and the four at its foot."""
    (cx, cy, cz), (x, y, z) = centre, half
    inside = 0.6 * radius
    x, y, z = x - inside, y - inside, z - inside
    corners = [(cx - x, cy - y), (cx + x, cy - y), (cx + x, cy + y), (cx - x, cy + y)]
    rings = [
        bent_rod([(a, b, level) for a, b in corners], radius, colour, spacing=spacing, closed=True)
        for level in (cz - z, cz + z)
    ]
    posts = [bent_rod([(a, b, cz - z), (a, b, cz + z)], radius, colour, spacing=spacing) for a, b in corners]
    return join_surfels([*rings, *posts])
