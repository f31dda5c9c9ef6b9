"""The light bake: rays from the sun and to the sky, when a scene is authored (needs the ``author`` extra)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from navbench_gs.errors import MissingPackageError
from scenes.procedural.light import (
    AXES,
    DEPTH_STEP_M,
    LEVELS_M,
    NO_CASTER,
    TEXEL_M,
    LightBake,
    along,
    coded_lamplight,
    sun_frame,
)
from scenes.procedural.part import Lamp, Solid
from scenes.procedural.sky import Sky, upper_directions

Floats = NDArray[np.float64]
LAMP_REACH_M = 15.0
LAMP_BODY_M = 0.45
"""What a ray meets this near to a lamp is the lamp's own head."""
BOUNDS_HEIGHT_M = 14.0
"""Light falls on nothing higher than this as far as the sun map is concerned."""


def bake_light(
    casters: list[Solid], sky: Sky, half: tuple[float, float], lamps: Sequence[Lamp] = (), *, grid_m: float = 1.0,
    ground_m: float = 0.3, rays: int = 48,
) -> LightBake:  # fmt: skip
    """Bake the tables of a place of half extents ``half``; lamps shine if the sky says so."""
    scene = _embree_scene(casters)
    depth, sun_origin = _sun_map(scene, sky, half)
    directions = upper_directions(rays)
    xs, ys = (np.arange(-h, h + grid_m / 2, grid_m) for h in half)
    gx, gy = (np.arange(-h, h + ground_m / 2, ground_m) for h in half)
    levels = [_level_share(scene, casters, xs, ys, z, directions) for z in LEVELS_M]
    ground = _level_share(scene, casters, gx, gy, 0.04, directions)[..., 4]
    bake = LightBake(depth, sun_origin, np.stack(levels, axis=2), ground, (-half[0], -half[1]), grid_m, ground_m)
    if not lamps or sky.lamps <= 0.0:
        return bake
    lamp_levels = [_lamplight(scene, lamps, xs, ys, z) for z in LEVELS_M]
    return replace(
        bake,
        lamp_share=coded_lamplight(sky.lamps * np.stack(lamp_levels, axis=2)),
        lamp_ground=coded_lamplight(sky.lamps * _lamplight(scene, lamps, gx, gy, 0.04)[..., 4]),
    )


def _lamplight(scene: Any, lamps: Sequence[Lamp], xs: Floats, ys: Floats, z: float) -> Floats:
    """(X, Y, 6) radiance that the lamps give white surfaces along the axes, on one level."""
    px, py = (a.ravel() for a in np.meshgrid(xs, ys, indexing="ij"))
    points = np.stack([px, py, np.full_like(px, z)], axis=1)
    total = np.zeros((len(points), 6))
    for lamp in lamps:
        towards = np.array([lamp.x, lamp.y, lamp.z]) - points
        distance = np.sqrt(np.sum(towards * towards, axis=1))
        near = np.flatnonzero((distance < LAMP_REACH_M) & (distance > 0.05))
        rays = towards[near] / distance[near, None]
        hit = np.asarray(scene.run(points[near].astype(np.float32), rays.astype(np.float32), query="DISTANCE"))
        free = hit > distance[near] - LAMP_BODY_M
        fall = 9.0 * lamp.power / (distance[near] ** 2 + 0.5) * (1.0 - (distance[near] / LAMP_REACH_M) ** 2)
        total[near] += (free * fall)[:, None] * (0.92 * np.maximum(rays @ AXES.T, 0.0) + 0.08)
    return total.reshape(len(xs), len(ys), 6)


def _embree_scene(casters: list[Solid]) -> Any:
    try:
        from embreex import rtcore_scene
        from embreex.mesh_construction import TriangleMesh
    except ImportError as error:
        raise MissingPackageError("authoring a scene needs embreex: pip install 'navbench-gs[author]'") from error
    scene = rtcore_scene.EmbreeScene()
    triangles = np.concatenate([solid.vertices[solid.faces] for solid in casters]).astype(np.float32)
    TriangleMesh(scene, triangles)
    return scene


def _occluded(scene: Any, origins: Floats, directions: Floats) -> NDArray[np.bool_]:
    hits = scene.run(origins.astype(np.float32), directions.astype(np.float32), query="OCCLUDED")
    occluded: NDArray[np.bool_] = np.asarray(hits) == 0
    return occluded


def _sun_map(scene: Any, sky: Sky, half: tuple[float, float]) -> tuple[NDArray[np.uint16], tuple[float, float, float]]:
    right, up, away = sun_frame(sky)
    corners = np.array(
        [[x, y, z] for x in (-half[0], half[0]) for y in (-half[1], half[1]) for z in (0.0, BOUNDS_HEIGHT_M)]
    )
    low_r, high_r = along(corners, right).min(), along(corners, right).max()
    low_u, high_u = along(corners, up).min(), along(corners, up).max()
    start = float(along(corners, away).min()) - 120.0
    r = np.arange(low_r, high_r, TEXEL_M) + TEXEL_M / 2
    u = np.arange(low_u, high_u, TEXEL_M) + TEXEL_M / 2
    rr, uu = (a.ravel()[:, None] for a in np.meshgrid(r, u, indexing="ij"))
    origins = (rr * right + uu * up + start * away).astype(np.float32)
    rays = np.ascontiguousarray(np.broadcast_to(away, origins.shape), dtype=np.float32)
    distance = np.asarray(scene.run(origins, rays, query="DISTANCE"))
    steps = np.where(distance < 1000.0, np.rint(np.minimum(distance, 1e4) / DEPTH_STEP_M), NO_CASTER)
    depth = np.minimum(steps, NO_CASTER).astype(np.uint16).reshape(len(r), len(u))
    return depth, (float(low_r), float(low_u), start)


def _level_share(
    scene: Any, casters: list[Solid], xs: Floats, ys: Floats, z: float, directions: Floats
) -> NDArray[np.uint8]:
    """(X, Y, 6) share of the sky along the axes, on one level; points inside solids take their nearest neighbour's."""
    px, py = (a.ravel() for a in np.meshgrid(xs, ys, indexing="ij"))
    points = np.stack([px, py, np.full_like(px, z)], axis=1)
    weights = np.maximum(directions @ AXES.T, 0.0)
    whole = np.array([*(2 * weights[:, :4].sum(axis=0)), weights[:, 4].sum(), 1.0])
    share = np.zeros((len(points), 6))
    for direction, weight in zip(directions, weights, strict=True):
        free = ~_occluded(scene, points, np.broadcast_to(direction, points.shape))
        share += free[:, None] * weight
    share = np.clip(share / whole, 0.0, 1.0).reshape(len(xs), len(ys), 6)
    inside = inside_solids(casters, points).reshape(len(xs), len(ys))
    return np.rint(_filled(share, inside) * 255).astype(np.uint8)


def inside_solids(casters: list[Solid], points: Floats) -> NDArray[np.bool_]:
    """Which points lie inside a solid, taking each solid for the convex body of its faces."""
    inside = np.zeros(len(points), dtype=bool)
    for solid in casters:
        low, high = solid.vertices.min(axis=0), solid.vertices.max(axis=0)
        near = np.flatnonzero(((points > low) & (points < high)).all(axis=1))
        if not len(near) or len(solid.faces) < 4:
            continue
        a, b, c = (solid.vertices[solid.faces[:, k]] for k in range(3))
        normals = np.cross(b - a, c - a)
        side = np.einsum("fk,fpk->pf", normals, points[near][None] - a[:, None])
        inside[near[(side < 1e-9).all(axis=1)]] = True
    return inside


def _filled(values: Floats, missing: NDArray[np.bool_]) -> Floats:
    from scipy.ndimage import distance_transform_edt

    if not missing.any() or missing.all():
        return values
    ix, iy = distance_transform_edt(missing, return_distances=False, return_indices=True)
    filled: Floats = values[ix, iy]
    return filled
