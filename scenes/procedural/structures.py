"""Things that are built into a place and that the street furniture lacks: raised beds, hoardings, canopies, decals."""

from __future__ import annotations

import numpy as np

from navbench_gs.splats.surfels import Floats, Surfels, box, rectangle, surfels, unit
from scenes.procedural.edges import box_edges
from scenes.procedural.materials import concrete, earth, planks
from scenes.procedural.noise import hash01, value_noise
from scenes.procedural.part import FOLIAGE, Part, box_solid
from scenes.procedural.shelters import canopy_column, canopy_roof

STONE = (0.40, 0.39, 0.365)
FENCES = ((0.30, 0.22, 0.13), (0.44, 0.44, 0.42), (0.10, 0.18, 0.25), (0.20, 0.25, 0.17))


def raised_bed(rng: np.random.Generator, length: float, depth: float, height: float, *, planted: float = 0.5) -> Part:
    """A walled bed along x full of shrubs up to ``planted`` above its rim."""
    hx, hy, rim = length / 2, depth / 2, 0.14
    stone = concrete(STONE, 6 + int(rng.random() * 90), (1.2, 2.0))
    soil = (-hx + rim, -hy + rim, height - 0.03)
    seen = (
        box(rng, (0, 0, height / 2), (hx, hy, height / 2), stone, spacing=0.085),
        rectangle(rng, soil, (length - 2 * rim, 0, 0), (0, depth - 2 * rim, 0), earth(), spacing=0.11),
        box_edges((0, 0, height / 2), (hx, hy, height / 2), 0.016, (0.36, 0.35, 0.33)),
        shrubbery(rng, (length - 2 * rim, depth - 2 * rim, planted), height),
    )
    return Part(surfels=seen, solids=(box_solid((0, 0, height / 2), (hx, hy, height / 2)),))


def shrubbery(rng: np.random.Generator, size: tuple[float, float, float], z: float, density: float = 260.0) -> Surfels:
    """Leaves filling mounds over a rectangle of ``size`` (x, y, height) from height ``z`` up, ``density`` per m2."""
    count = int(density * size[0] * size[1] * (0.6 + size[2]))
    x, y = (rng.random(count) - 0.5) * size[0], (rng.random(count) - 0.5) * size[1]
    shift = 40.0 * float(rng.random())
    mound = 0.35 + 0.65 * value_noise(x * 1.6 + shift, y * 1.6, 71)
    up = np.sqrt(rng.random(count))
    centres = np.stack([x, y, z + size[2] * mound * up], axis=1)
    lean = rng.random((count, 2)) - 0.5
    normals = unit(np.column_stack([lean, 0.15 + 0.8 * rng.random(count)]))
    tangents = unit(
        np.cross(normals, np.column_stack([rng.random(count) - 0.5, rng.random(count), np.full(count, 0.3)]))
    )
    kindred = hash01(np.floor(x * 1.3 + shift), np.floor(y * 1.3), 9)
    greens = np.stack([0.06 + 0.10 * kindred, 0.13 + 0.06 * kindred, 0.04 + 0.025 * kindred], axis=1)
    bloom = (rng.random(count) < 0.06 * kindred) & (up > 0.8)
    flower = np.array([(0.55, 0.22, 0.30), (0.60, 0.50, 0.15), (0.60, 0.58, 0.55)][int(rng.random() * 3)])
    albedo = np.where(bloom[:, None], flower, greens * (0.4 + 0.8 * up)[:, None])
    sizes = np.column_stack([0.035 + 0.03 * rng.random(count), 0.022 + 0.02 * rng.random(count), np.full(count, 0.004)])
    return surfels(centres, tangents, np.cross(normals, tangents), sizes, albedo, 0.93, FOLIAGE)


def canopy(rng: np.random.Generator, length: float, depth: float, height: float) -> Part:
    """A roof along y on two rows of round columns."""
    count = max(2, round(length / 5.0) + 1)
    parts = [canopy_roof(rng, length_m=length, depth_m=depth, height_m=height)]
    for x in (-depth / 2 + 0.5, depth / 2 - 0.5):
        ys = np.linspace(-length / 2 + 0.7, length / 2 - 0.7, count)
        parts.extend(canopy_column(rng, height_m=height, detail=0.8).moved(x, float(y)) for y in ys)
    return Part(
        surfels=tuple(s for part in parts for s in part.surfels),
        solids=tuple(s for part in parts for s in part.solids),
        shades=tuple(s for part in parts for s in part.shades),
    )


def hoarding(rng: np.random.Generator, length: float, height: float = 2.1) -> Part:
    """A boarded fence along x, seen from both sides."""
    boards = planks(FENCES[int(rng.random() * 4)], 23 + int(rng.random() * 90), 0.2)
    half = (length / 2, 0.04, height / 2)
    fence = box(rng, (0, 0, height / 2), half, boards, spacing=0.09)
    rim = box_edges((0, 0, height / 2), half, 0.022, (0.16, 0.15, 0.14))
    return Part(surfels=(fence, rim), solids=(box_solid((0, 0, height / 2), half),))


def fallen_leaves(rng: np.random.Generator, x: Floats, y: Floats, level: float = 0.0) -> Surfels:
    """Leaves and bits of paper lying about at points (N,), (N,)."""
    count = len(x)
    angle = 2 * np.pi * rng.random(count)
    zero = np.zeros(count)
    tangents = np.column_stack([np.cos(angle), np.sin(angle), zero])
    bitangents = np.column_stack([-np.sin(angle), np.cos(angle), zero])
    tones = np.array(
        [(0.30, 0.17, 0.05), (0.36, 0.26, 0.07), (0.20, 0.12, 0.05), (0.14, 0.17, 0.05), (0.50, 0.49, 0.46)]
    )
    pick = np.minimum((rng.random(count) ** 1.3 * 5).astype(int), 4)
    length = 0.014 + 0.02 * rng.random(count)
    sizes = np.column_stack([length, 0.6 * length, np.full(count, 0.003)])
    centres = np.column_stack([x, y, level + 0.008 + 0.01 * rng.random(count)])
    return surfels(centres, tangents, bitangents, sizes, tones[pick] * (0.7 + 0.5 * rng.random((count, 1))), 0.95)
