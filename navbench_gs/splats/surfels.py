"""Surfels: lit-to-be surface elements, and the shapes that are sampled into them.

A surfel is a flat Gaussian lying in a surface, with a linear albedo instead of a colour. Whoever lights it (the scene
generator, or the renderer's actors) turns it into a Gaussian. N surfels throughout; a shape is sampled on a jittered
grid, so that the grid does not show. Randomness comes from ``numpy.random.Generator.random`` alone (exact integers
underneath), and nothing here uses a BLAS, so that every machine makes the same surfels.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Material = Callable[[Floats, Floats], Floats]
"""(u, v) surface coordinates in metres (N,), (N,) -> linear albedo (N, 3)."""
THICKNESS_M = 0.004
SIGMA_PER_SPACING = 0.62
"""Standard deviation over spacing that closes a surface without blurring it (measured on a prototype street)."""


@dataclass(frozen=True, eq=False)
class Surfels:
    """N flat surface elements."""

    centres: Floats
    """(N, 3) metres."""
    tangents: Floats
    """(N, 3) unit, first axis."""
    bitangents: Floats
    """(N, 3) unit, second axis; the normal is tangent x bitangent."""
    sizes: Floats
    """(N, 3) standard deviations along tangent, bitangent and normal, metres."""
    albedo: Floats
    """(N, 3) linear RGB in [0, 1]."""
    opacity: Floats
    """(N,)"""
    kind: NDArray[np.uint8]
    """(N,) which light model applies; the meaning belongs to whoever lights them (0: matt)."""

    def __len__(self) -> int:
        return len(self.centres)

    @property
    def normals(self) -> Floats:
        """(N, 3) unit normals."""
        return np.cross(self.tangents, self.bitangents)

    def moved(self, x: float, y: float, z: float = 0.0, yaw: float = 0.0) -> Surfels:
        """The same surfels turned by ``yaw`` about the z axis through the origin, then shifted."""
        cos, sin = np.cos(yaw), np.sin(yaw)

        def turn(v: Floats) -> Floats:
            return np.stack([cos * v[:, 0] - sin * v[:, 1], sin * v[:, 0] + cos * v[:, 1], v[:, 2]], axis=1)

        shift = np.array([x, y, z])
        return replace(
            self, centres=turn(self.centres) + shift, tangents=turn(self.tangents), bitangents=turn(self.bitangents)
        )


def surfels(
    centres: ArrayLike,
    tangents: ArrayLike,
    bitangents: ArrayLike,
    sizes: ArrayLike,
    albedo: ArrayLike,
    opacity: ArrayLike = 0.985,
    kind: int = 0,
) -> Surfels:
    """Surfels of broadcast arrays: every argument may be given once for all N centres."""
    points = np.atleast_2d(np.asarray(centres, dtype=np.float64))
    n = len(points)

    def spread(values: ArrayLike) -> Floats:
        return np.array(np.broadcast_to(np.asarray(values, dtype=np.float64), (n, 3)))

    return Surfels(
        centres=points,
        tangents=spread(tangents),
        bitangents=spread(bitangents),
        sizes=spread(sizes),
        albedo=np.clip(spread(albedo), 0.0, 1.0),
        opacity=np.array(np.broadcast_to(np.asarray(opacity, dtype=np.float64), (n,))),
        kind=np.full(n, kind, dtype=np.uint8),
    )


def join_surfels(parts: Iterable[Surfels]) -> Surfels:
    """All surfels of all parts, in order. Raises ``ValueError`` if there is no part."""
    parts = list(parts)
    fields = ("centres", "tangents", "bitangents", "sizes", "albedo", "opacity", "kind")
    return Surfels(**{name: np.concatenate([getattr(part, name) for part in parts]) for name in fields})


def unit(vectors: ArrayLike) -> Floats:
    """Vectors (..., 3) scaled to length one."""
    array = np.asarray(vectors, dtype=np.float64)
    length: Floats = np.sqrt(np.sum(array * array, axis=-1, keepdims=True))
    return array / np.maximum(length, 1e-12)


def flat_colour(red: float, green: float, blue: float) -> Material:
    """A material of one linear albedo."""
    return lambda u, v: np.broadcast_to(np.array([red, green, blue]), (len(u), 3))


def rectangle(
    rng: np.random.Generator,
    corner: ArrayLike,
    edge_u: ArrayLike,
    edge_v: ArrayLike,
    material: Material,
    *,
    spacing: float,
    offset: tuple[float, float] = (0.0, 0.0),
    opacity: float = 0.985,
    kind: int = 0,
    jitter: float = 0.22,
    inset: float = 0.65,
) -> Surfels:
    """A parallelogram; its normal is edge_u x edge_v. ``offset`` shifts the material's (u, v).

    Border surfels are held ``inset`` spacings inside, so that they do not bleed over silhouettes.
    """
    corner, edge_u, edge_v = (np.asarray(a, dtype=np.float64) for a in (corner, edge_u, edge_v))
    length_u, length_v = (float(np.sqrt(np.sum(e * e))) for e in (edge_u, edge_v))
    tangent, bitangent = edge_u / length_u, edge_v / length_v
    # The small term keeps a whole ratio whole where sine and cosine differ in the last bit between machines.
    count_u, count_v = (max(1, int(np.ceil(length / spacing - 1e-6))) for length in (length_u, length_v))
    step_u, step_v = length_u / count_u, length_v / count_v
    u = np.repeat((np.arange(count_u) + 0.5) * step_u, count_v)
    v = np.tile((np.arange(count_v) + 0.5) * step_v, count_u)
    if count_u > 1:
        u = np.clip(u + (rng.random(len(u)) - 0.5) * 2 * jitter * step_u, inset * step_u, length_u - inset * step_u)
    if count_v > 1:
        v = np.clip(v + (rng.random(len(v)) - 0.5) * 2 * jitter * step_v, inset * step_v, length_v - inset * step_v)
    sizes = (SIGMA_PER_SPACING * step_u, SIGMA_PER_SPACING * step_v, THICKNESS_M)
    centres = corner + u[:, None] * tangent + v[:, None] * bitangent
    return surfels(centres, tangent, bitangent, sizes, material(u + offset[0], v + offset[1]), opacity, kind)


def sheet(
    rng: np.random.Generator,
    surface: Callable[[Floats, Floats], Floats],
    count_u: int,
    count_v: int,
    material: Material,
    *,
    opacity: float = 0.985,
    kind: int = 0,
    flip: bool = False,
    jitter: float = 0.15,
) -> Surfels:
    """A curved surface: (u, v) in [0, 1]^2 -> points (N, 3). The material sees (u, v) in [0, 1], not metres.

    The normal is dS/du x dS/dv, turned round by ``flip``.
    """
    u = np.repeat((np.arange(count_u) + 0.5) / count_u, count_v) + (rng.random(count_u * count_v) - 0.5) * (
        2 * jitter / count_u
    )
    v = np.tile((np.arange(count_v) + 0.5) / count_v, count_u) + (rng.random(count_u * count_v) - 0.5) * (
        2 * jitter / count_v
    )
    step = 1e-3
    along_u = (surface(u + step, v) - surface(u - step, v)) / (2 * step * count_u)
    along_v = (surface(u, v + step) - surface(u, v - step)) / (2 * step * count_v)
    tangent = unit(along_u)
    across = along_v - np.sum(along_v * tangent, axis=1, keepdims=True) * tangent
    size_u = np.sqrt(np.sum(along_u**2, axis=1))
    size_v = np.sqrt(np.sum(across**2, axis=1))
    bitangent = unit(across) * (-1.0 if flip else 1.0)
    sizes = np.stack(
        [
            np.maximum(SIGMA_PER_SPACING * size_u, 1e-4),
            np.maximum(SIGMA_PER_SPACING * size_v, 1e-4),
            np.full_like(size_u, THICKNESS_M),
        ],
        axis=1,
    )
    return surfels(surface(u, v), tangent, bitangent, sizes, material(u, v), opacity, kind)


def cylinder(
    rng: np.random.Generator,
    base: ArrayLike,
    radius: float,
    height: float,
    material: Material,
    *,
    spacing: float,
    top_radius: float | None = None,
    capped: bool = False,
    kind: int = 0,
) -> Surfels:
    """An upright (truncated) cone; the material sees (u, v) in [0, 1]: around and up. ``capped`` closes the top."""
    centre = np.asarray(base, dtype=np.float64)
    top = radius if top_radius is None else top_radius
    around = max(8, int(2 * np.pi * max(radius, top) / spacing))

    def side(u: Floats, v: Floats) -> Floats:
        r = radius + (top - radius) * v
        return centre + np.stack([r * np.cos(2 * np.pi * u), r * np.sin(2 * np.pi * u), height * v], axis=1)

    def lid(u: Floats, v: Floats) -> Floats:
        r = top * np.sqrt(np.clip(v, 1e-4, 1.0))
        flat = np.full_like(r, height)
        return centre + np.stack([r * np.cos(2 * np.pi * u), r * np.sin(2 * np.pi * u), flat], axis=1)

    parts = [sheet(rng, side, around, max(1, int(height / spacing)), material, kind=kind)]
    if capped:
        rings = max(2, int(top / spacing))
        parts.append(sheet(rng, lid, around, rings, lambda u, v: material(u, np.ones_like(v)), kind=kind, flip=True))
    return join_surfels(parts)


def box(
    rng: np.random.Generator,
    centre: ArrayLike,
    half_sizes: ArrayLike,
    material: Material,
    *,
    spacing: float,
    yaw: float = 0.0,
    bottom: bool = False,
    kind: int = 0,
) -> Surfels:
    """The faces of a box turned by ``yaw``; the bottom only if asked for. Normals point outward."""
    c = np.asarray(centre, dtype=np.float64)
    hx, hy, hz = np.asarray(half_sizes, dtype=np.float64)
    x = np.array([np.cos(yaw), np.sin(yaw), 0.0]) * hx
    y = np.array([-np.sin(yaw), np.cos(yaw), 0.0]) * hy
    z = np.array([0.0, 0.0, hz])
    faces = [
        (c + x - y - z, 2 * y, 2 * z),
        (c - x + y - z, -2 * y, 2 * z),
        (c + x + y - z, -2 * x, 2 * z),
        (c - x - y - z, 2 * x, 2 * z),
        (c - x - y + z, 2 * x, 2 * y),
    ]
    if bottom:
        faces.append((c - x + y - z, 2 * x, -2 * y))
    return join_surfels(rectangle(rng, o, u, v, material, spacing=spacing, kind=kind) for o, u, v in faces)


def strips(
    starts: ArrayLike,
    ends: ArrayLike,
    half_width: float,
    albedo: ArrayLike,
    *,
    normal: ArrayLike = (0.0, 0.0, 1.0),
    lift: float = 0.004,
    opacity: float = 0.9,
    overlap: float = 0.36,
    kind: int = 0,
) -> Surfels:
    """One long thin surfel per segment (N, 3) -> (N, 3): joints, frames, markings, limbs. ``lift`` is along normal."""
    a, b = (np.atleast_2d(np.asarray(p, dtype=np.float64)) for p in (starts, ends))
    up = np.asarray(normal, dtype=np.float64)
    span = b - a
    length = np.sqrt(np.sum(span * span, axis=1))
    tangent = span / np.maximum(length, 1e-9)[:, None]
    bitangent = unit(np.cross(up, tangent))
    width = np.full_like(length, half_width)
    sizes = np.stack([np.maximum(overlap * length, 1e-4), width, np.full_like(length, 0.003)], axis=1)
    return surfels((a + b) / 2 + lift * up, tangent, bitangent, sizes, albedo, opacity, kind)
