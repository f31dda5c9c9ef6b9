"""From a laid-out site to what a scene is made of: terrain, light casters, surfels, and the lit cloud."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from navbench_gs.domain.cloud import GaussianCloud
from navbench_gs.domain.streams import stream
from navbench_gs.geometry import quaternions_from_frames
from navbench_gs.splats.shapes import kept
from navbench_gs.splats.surfels import Surfels, join_surfels
from navbench_gs.terrain.reach import roamed
from navbench_gs.terrain.terrain import Grid, Mesh, Terrain
from scenes.procedural.ground import CELL_M, GroundPlan, ground_surfels
from scenes.procedural.light import SH_BAND_0, LightBake, lit
from scenes.procedural.part import Solid
from scenes.procedural.site import Site
from scenes.procedural.sky import Sky, sky_dome

BODY_BAND_M = (0.05, 0.6)
"""Heights between which structure stops a body and hides the goal."""
CORRIDOR_M = 0.5
"""Walkable ground must be reachable by a disc of this radius, or it does not count."""
MIRRORED_ONE_IN = 4
"""Share of the surfels that have a double in the puddles, which grow to fill the gaps."""
MIRRORED_TONE = 0.72
"""Displayed colour of a double over that of the original: water sends back part of the light."""
APRON_M = 12.0
"""How far the ground mesh continues beyond the map."""
Floats = NDArray[np.float64]


def site_surfels(site: Site, progress: Callable[[float], None] | None = None) -> Surfels:
    """Everything that is seen of a site, unlit."""
    pieces = ground_surfels(stream("procedural", site.place, site.seed, "ground"), site.plan)
    if progress is not None:
        progress(0.35)
    pieces.extend(surfels for part in site.parts for surfels in part.surfels)
    pieces.append(sky_dome(site.sky))
    return join_surfels(pieces)


def lit_cloud(surfels: Surfels, light: LightBake, sky: Sky) -> GaussianCloud:
    """The splats: lit, quantised so that every machine writes the same bytes."""
    harmonics = lit(surfels, light, sky)
    if sky.wet:
        surfels, harmonics = with_reflections(surfels, harmonics)
    quaternions = _one_sign(quaternions_from_frames(surfels.tangents, surfels.bitangents, surfels.normals))
    return GaussianCloud(
        means=quantised(surfels.centres, 4096),
        quats=quantised(quaternions, 1024),
        scales=np.maximum(quantised(surfels.sizes, 16384), np.float32(8 / 16384)),
        opacities=np.clip(quantised(surfels.opacity, 256), 0.0, np.float32(255 / 256)),
        sh=quantised(harmonics, 512),
    )


def with_reflections(surfels: Surfels, harmonics: Floats) -> tuple[Surfels, Floats]:
    """The same and, upside down below the ground, a coarse dim double of what stands on it: puddles show that."""
    large = (surfels.centres[:, 2] > 0.06) & (surfels.sizes[:, 1] > 0.012)
    rows = large & (np.cumsum(large) % MIRRORED_ONE_IN == 0)
    double = kept(surfels, rows)
    grown = double.sizes * math.sqrt(0.8 * MIRRORED_ONE_IN)
    flip = np.array([1.0, 1.0, -1.0])
    double = replace(
        double, centres=double.centres * flip, tangents=double.tangents * flip, bitangents=-double.bitangents * flip,
        sizes=grown,
    )  # fmt: skip
    colour = MIRRORED_TONE * (0.5 + SH_BAND_0 * harmonics[rows, 0])
    dim = np.zeros((len(double), 4, 3))
    dim[:, 0] = (colour - 0.5) / SH_BAND_0
    return join_surfels([surfels, double]), np.concatenate([harmonics, dim])


def _one_sign(quaternions: Floats) -> Floats:
    """Each quaternion or its negative, whichever lies on a fixed side: the same turn, and no last bit decides.

    The plane is askew, so that no right angle or diagonal lies in it.
    """
    w, x, y, z = quaternions.T
    side = w + 0.313 * x + 0.171 * y + 0.0773 * z
    return np.where(side[:, None] < 0.0, -quaternions, quaternions)


def quantised(values: Floats, steps: int) -> NDArray[np.float32]:
    """Values rounded to ``1 / steps``.

    The rounding border lies off the round numbers on purpose: what should come out as 0.5 may be one bit below it on
    another machine and must not fall to the other side.
    """
    return (np.floor(values * steps + 0.4381) / steps).astype(np.float32)


def casters(site: Site) -> list[Solid]:
    """Everything that throws a shadow."""
    return [solid for part in site.parts for solid in (*part.solids, *part.shades)]


def build_terrain(site: Site) -> Terrain:
    """Ground and structure meshes and the walkable grid of a site (for authoring)."""
    solids = [solid for part in site.parts for solid in part.solids]
    blocked = np.zeros(site.plan.labels.shape, dtype=bool)
    for solid in solids:
        _stamp(blocked, site.plan, solid)
    return Terrain(
        ground=_joined(_ground_plane(site.plan)),
        structure=_joined(solids),
        grid=Grid(roamed(site.plan.is_walkable() & ~blocked, CELL_M, CORRIDOR_M), blocked, site.plan.origin, CELL_M),
    )


def _joined(solids: list[Solid]) -> Mesh:
    """One mesh of many solids, vertices rounded to a tenth of a millimetre."""
    starts = np.cumsum([0, *(len(solid.vertices) for solid in solids[:-1])])
    vertices = np.concatenate([solid.vertices for solid in solids])
    faces = np.concatenate([solid.faces + start for solid, start in zip(solids, starts, strict=True)])
    return Mesh(np.round(vertices, 4).astype(np.float32), faces.astype(np.int32))


def _ground_plane(plan: GroundPlan) -> list[Solid]:
    """The plane z = 0 in quads of about 4 m, continuing beyond the map."""
    x, y = (np.linspace(-h - APRON_M, h + APRON_M, round((h + APRON_M) / 2) + 1) for h in (plan.half_x, plan.half_y))
    gx, gy = (a.ravel() for a in np.meshgrid(x, y, indexing="ij"))
    i, j = (a.ravel() for a in np.meshgrid(np.arange(len(x) - 1), np.arange(len(y) - 1), indexing="ij"))
    a = i * len(y) + j
    b, c, d = a + len(y), a + len(y) + 1, a + 1
    faces = np.concatenate([np.stack([a, b, c], axis=1), np.stack([a, c, d], axis=1)])
    return [Solid(np.stack([gx, gy, np.zeros_like(gx)], axis=1), faces)]


def _stamp(blocked: NDArray[np.bool_], plan: GroundPlan, solid: Solid) -> None:
    """Mark the cells that a solid covers between the body heights, taking the outline of that slice as convex."""
    outline = _slice_outline(solid)
    if outline is None:
        return
    low = np.floor((outline.min(axis=0) - plan.origin) / CELL_M).astype(int) - 1
    high = np.ceil((outline.max(axis=0) - plan.origin) / CELL_M).astype(int) + 1
    window = tuple(slice(max(0, a), max(0, b)) for a, b in zip(low, high, strict=True))
    if blocked[window].size == 0:
        return
    x, y = plan.x[window[0]][:, None], plan.y[window[1]][None]
    inside = np.ones(blocked[window].shape, dtype=bool)
    for (ax, ay), (bx, by) in zip(outline, np.roll(outline, -1, axis=0), strict=True):
        length = max(float(np.hypot(bx - ax, by - ay)), 1e-9)
        inside &= ((bx - ax) * (y - ay) - (by - ay) * (x - ax)) / length >= -CELL_M / 2
    blocked[window] |= inside


def _slice_outline(solid: Solid) -> Floats | None:
    """Convex outline (P, 2), counter-clockwise, of the part of a solid between the body heights."""
    from scipy.spatial import ConvexHull, QhullError

    low, high = BODY_BAND_M
    z = solid.vertices[:, 2]
    points = [solid.vertices[(z >= low) & (z <= high), :2]]
    for level in BODY_BAND_M:
        for k in range(3):
            a, b = solid.vertices[solid.faces[:, k]], solid.vertices[solid.faces[:, (k + 1) % 3]]
            cross = (a[:, 2] - level) * (b[:, 2] - level) < 0
            share = ((level - a[cross, 2]) / (b[cross, 2] - a[cross, 2]))[:, None]
            points.append((a[cross] + share * (b[cross] - a[cross]))[:, :2])
    outline = np.concatenate(points)
    if len(outline) < 3:
        return None
    try:
        hull: Floats = outline[ConvexHull(outline).vertices]
    except QhullError:
        return None
    return hull
