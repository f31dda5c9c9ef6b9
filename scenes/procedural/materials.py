"""Materials: surface coordinates in metres -> linear albedo. Each factory returns a :data:`Material`."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from navbench_gs.splats.surfels import Material
from scenes.procedural.noise import fractal_noise, grain, hash01, value_noise

Floats = NDArray[np.float64]


def tinted(level: Floats, tint: ArrayLike) -> Floats:
    """Albedo (N, 3) of one grey level (N,) times a tint (3,)."""
    return np.clip(level[:, None] * np.asarray(tint, dtype=np.float64), 0.01, 0.95)


def mottled(tone: ArrayLike, share: float = 0.12) -> Material:
    """A plain colour that varies a little from spot to spot: paint, metal, plastic."""

    def material(u: Floats, v: Floats) -> Floats:
        return tinted(1.0 - share / 2 + share * grain(u, v, 5), tone)

    return material


def asphalt(seed: int = 1, shade: float = 1.0) -> Material:
    """Worn asphalt with repair patches and fine grit."""

    def material(u: Floats, v: Floats) -> Floats:
        level = 0.105 + 0.034 * (fractal_noise(u * 0.35, v * 0.35, 3, seed) - 0.5) + 0.026 * (grain(u, v, seed) - 0.5)
        level = level - 0.016 * (value_noise(u * 0.13 + 3, v * 0.2, seed + 9) > 0.76)
        level = level + 0.02 * (value_noise(u * 7, v * 7, seed + 5) - 0.5)
        return tinted(np.maximum(level, 0.03) * shade, (1.02, 1.0, 0.97))

    return material


def slabs(size: tuple[float, float], tone: ArrayLike, seed: int = 3, contrast: float = 0.28) -> Material:
    """Paving: every slab its own shade, with stains that cross the slabs."""

    def material(u: Floats, v: Floats) -> Floats:
        shade = hash01(np.floor(u / size[0]), np.floor(v / size[1]), seed)
        level = 1.0 + contrast * (shade - 0.5) + 0.30 * (fractal_noise(u * 0.5, v * 0.5, 3, seed + 2) - 0.5)
        stain = np.clip((value_noise(u * 1.3, v * 1.3, seed + 8) - 0.72) * 3.0, 0.0, 1.0)
        level = level - 0.25 * stain + 0.12 * (grain(u, v, seed) - 0.5)
        return tinted(level, tone)

    return material


def setts(tone: ArrayLike, seed: int = 17, size: tuple[float, float] = (0.12, 0.12)) -> Material:
    """Small stones of strongly different shade in a running bond."""

    def material(u: Floats, v: Floats) -> Floats:
        row = np.floor(v / size[1])
        shade = hash01(np.floor(u / size[0] - 0.5 * (row % 2)), row, seed)
        level = 0.79 + 0.46 * shade + 0.45 * (fractal_noise(u * 0.4, v * 0.4, 3, seed) - 0.5)
        return tinted(level, tone)

    return material


def plaster(tone: ArrayLike, seed: int = 11) -> Material:
    """Rendered wall: clouds, rain streaks, dirt near the ground. v is the height above the ground."""

    def material(u: Floats, v: Floats) -> Floats:
        clouds = fractal_noise(u * 0.5, v * 0.5, 4, seed)
        streaks = 0.14 * np.clip(value_noise(u * 2.2, v * 0.12, seed + 4) - 0.45, 0, 1) * np.clip((v - 1.5) / 5, 0, 1)
        dirt = 0.22 * np.clip(1 - v / (0.5 + 0.6 * value_noise(u * 1.5, v * 0, seed)), 0, 1)
        level = 0.94 + 0.16 * (clouds - 0.5) - 1.2 * streaks - dirt + 0.03 * (grain(u, v, seed) - 0.5)
        return tinted(level, tone)

    return material


def concrete(tone: ArrayLike = (0.42, 0.415, 0.40), seed: int = 6, panel: tuple[float, float] = (1.5, 1.2)) -> Material:
    """Board-marked concrete with panel joints and tie holes."""

    def material(u: Floats, v: Floats) -> Floats:
        level = 1.0 + 0.32 * (fractal_noise(u * 0.8, v * 0.8, 4, seed) - 0.5) + 0.10 * (grain(u, v, seed) - 0.5)
        joint = (np.mod(u, panel[0]) < 0.06) | (np.mod(v, panel[1]) < 0.06)
        streaks = 0.25 * np.clip(value_noise(u * 1.8, v * 0.1, seed + 3) - 0.55, 0, 1)
        return tinted(level - 0.16 * joint - streaks, tone)

    return material


def bricks(tone: ArrayLike, seed: int = 21, size: tuple[float, float] = (0.24, 0.08)) -> Material:
    """Brick shades, constant over one brick of a running bond."""

    def material(u: Floats, v: Floats) -> Floats:
        row = np.floor(v / size[1])
        column = np.floor(u / size[0] + 0.5 * (row % 2))
        level = 0.70 + 0.5 * hash01(column, row, seed)
        level = level * (1.0 - 0.3 * (hash01(column, row, seed + 1) > 0.88))
        return tinted(level * (0.85 + 0.3 * fractal_noise(u * 0.4, v * 0.4, 3, seed + 10)), tone)

    return material


def grass(seed: int = 13, dryness: float = 0.2) -> Material:
    """Lawn with lighter and worn patches."""

    def material(u: Floats, v: Floats) -> Floats:
        patches = fractal_noise(u * 0.7, v * 0.7, 4, seed)
        worn = np.clip((value_noise(u * 0.33, v * 0.33, seed + 7) - 0.6) * 2.5, 0, 1) * dryness * 2.5
        green = np.stack([0.085 + 0.09 * patches, 0.17 + 0.11 * patches, 0.04 + 0.035 * patches], axis=1)
        straw = np.array([0.27, 0.23, 0.12])
        mixed = green + np.clip(worn, 0, 0.8)[:, None] * (straw - green)
        return mixed * (0.72 + 0.5 * grain(u, v, seed))[:, None]

    return material


def gravel(tone: ArrayLike = (0.44, 0.38, 0.29), seed: int = 15) -> Material:
    """Bound gravel: strong grit over soft bands."""

    def material(u: Floats, v: Floats) -> Floats:
        level = 0.92 + 0.3 * (fractal_noise(u * 0.6, v * 0.6, 3, seed) - 0.5) + 0.20 * (grain(u, v, seed) - 0.5)
        return tinted(level, tone)

    return material


def earth(seed: int = 19) -> Material:
    """Bark mulch and soil of planting beds."""

    def material(u: Floats, v: Floats) -> Floats:
        level = 0.6 + 0.7 * grain(u, v, seed) * (0.5 + value_noise(u * 3, v * 3, seed))
        return tinted(level, (0.15, 0.105, 0.07))

    return material


def planks(tone: ArrayLike = (0.34, 0.23, 0.13), seed: int = 23, width: float = 0.14) -> Material:
    """Wooden boards along v, with grain along them."""

    def material(u: Floats, v: Floats) -> Floats:
        board = np.floor(u / width)
        level = 0.75 + 0.35 * hash01(board, np.floor(v / 2.4 + board * 0.37), seed)
        level = level * (0.85 + 0.3 * value_noise(u * 60, v * 1.5, seed)) - 0.25 * (np.mod(u, width) < 0.012)
        return tinted(level, tone)

    return material


def stripes(first: ArrayLike, second: ArrayLike, period: float) -> Material:
    """Cloth with stripes across u."""

    def material(u: Floats, v: Floats) -> Floats:
        tone = np.where((np.mod(u, period) < period / 2)[:, None], np.asarray(first), np.asarray(second))
        return tone * (0.94 + 0.1 * value_noise(u * 3, v * 3, 2))[:, None]

    return material


def shaded(material: Material, factor: Callable[[Floats, Floats], Floats]) -> Material:
    """A material darkened or lightened by a field over (u, v)."""
    return lambda u, v: np.clip(material(u, v) * factor(u, v)[:, None], 0.005, 0.95)


def known(albedo: Floats) -> Callable[[Floats], Floats]:
    """Paint for surfels whose albedo (N, 3) is known before it is asked for."""
    return lambda centres: albedo


def chequered(tone: ArrayLike, period: float) -> Material:
    """Raised squares on iron."""

    def material(u: Floats, v: Floats) -> Floats:
        raised = np.mod(np.floor(u / period) + np.floor(v / period), 2.0)
        return tinted(0.6 + 0.7 * raised + 0.3 * (grain(u, v, 4) - 0.5), tone)

    return material


def flat_black(u: Floats, v: Floats) -> Floats:
    """What is never seen."""
    return np.full((len(u), 3), 0.02)
