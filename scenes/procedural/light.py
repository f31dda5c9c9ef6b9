"""Light: baked once with rays when a scene is authored, read by interpolation when its splats are generated.

The bake is three small tables. A *sun map* is the picture that the sun takes of everything that throws a shadow: one
depth per 12 cm texel, so that any surfel anywhere is in the sun or not by one comparison. An *ambient grid* says which
share of the sky each of the six axes sees, on a coarse lattice. A *ground map* says the same for the upward axis just
above the ground, finely enough for contact shadows.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from navbench_gs.errors import DamagedFileError
from navbench_gs.splats.film import displayed_colour
from navbench_gs.splats.surfels import Surfels, unit
from scenes.procedural.noise import value_noise
from scenes.procedural.part import EMISSIVE, FOLIAGE, GLASS, MATT
from scenes.procedural.sky import Sky, sky_radiance, upper_directions

Floats = NDArray[np.float64]
TEXEL_M = 0.12
DEPTH_STEP_M = 0.02
NO_CASTER = 65535
LEVELS_M = np.array([0.15, 0.7, 1.6, 3.2, 6.0, 11.0])
AXES = np.array([[1, 0, 0], [-1, 0, 0], [0, 1, 0], [0, -1, 0], [0, 0, 1], [0, 0, -1]], dtype=np.float64)
SH_BAND_0, SH_BAND_1 = 0.28209479177387814, 0.4886025119029199
BRIGHT_TONE = 0.30
"""Exposed radiance of sunlit stone: the film curve shows it as a light, not a white tone."""
DARK_TONE = 0.105
"""Exposed radiance of stone in the shade."""
REFLECTED = 0.26
"""Share of the light of sun and sky that surroundings send on."""


@dataclass(frozen=True, eq=False)
class LightBake:
    """The tables of one scene; see the module's text."""

    sun_depth: NDArray[np.uint16]
    """(RIGHT, UP) steps of 2 cm from the sun's plane to the first caster, 65535 where there is none."""
    sun_origin: tuple[float, float, float]
    """Coordinates (right, up, depth) of the outer corner of texel (0, 0) in the sun's frame."""
    sky_share: NDArray[np.uint8]
    """(GX, GY, levels, 6) cosine-weighted share of sky seen along each axis, 255: a whole hemisphere."""
    ground_share: NDArray[np.uint8]
    """(HX, HY) the same for the upward axis just above the ground."""
    origin: tuple[float, float]
    """World x, y of the first grid point of both grids."""
    grid_m: float
    ground_m: float


def save_light(light: LightBake, path: Path) -> None:
    """Write the tables; depths as differences along rows, which compress well."""
    steps = np.diff(light.sun_depth, axis=1, prepend=np.uint16(0))
    with path.open("wb") as file:
        np.savez_compressed(
            file,
            sun_depth_steps=steps,
            sun_origin=np.array(light.sun_origin),
            sky_share=light.sky_share,
            ground_share=light.ground_share,
            origin=np.array(light.origin),
            spacing=np.array([light.grid_m, light.ground_m]),
        )


def read_light(path: Path) -> LightBake:
    """Read what :func:`save_light` wrote.

    Raises:
        DamagedFileError: the file is absent, truncated or not a light file.
    """
    try:
        with np.load(path, allow_pickle=False) as data:
            right, up, depth = (float(v) for v in data["sun_origin"])
            return LightBake(
                sun_depth=np.cumsum(data["sun_depth_steps"], axis=1, dtype=np.uint16),
                sun_origin=(right, up, depth),
                sky_share=data["sky_share"],
                ground_share=data["ground_share"],
                origin=(float(data["origin"][0]), float(data["origin"][1])),
                grid_m=float(data["spacing"][0]),
                ground_m=float(data["spacing"][1]),
            )
    except (OSError, ValueError, KeyError, EOFError) as error:
        raise DamagedFileError(f"{path} is not a light file: {error}; restore the scene folder") from error


def sun_frame(sky: Sky) -> tuple[Floats, Floats, Floats]:
    """Right, up and depth axes (3,) of the sun's picture; depth points away from the sun."""
    towards = sky.sun_direction
    right = unit(np.cross([0.0, 0.0, 1.0], towards))
    return right, unit(np.cross(towards, right)), -towards


def along(points: Floats, axis: Floats) -> Floats:
    """Coordinate of points (N, 3) along an axis, in an order of additions that no BLAS decides."""
    return points[:, 0] * axis[0] + points[:, 1] * axis[1] + points[:, 2] * axis[2]


def lit(surfels: Surfels, light: LightBake, sky: Sky) -> Floats:
    """Spherical harmonics (N, 4, 3) of the displayed colour of every surfel."""
    share = sky_share(surfels, light)
    radiance = reflected(surfels, share, light, sky)
    harmonics = np.zeros((len(surfels), 4, 3))
    harmonics[:, 0] = (displayed_colour(radiance, sky.exposure) - 0.5) / SH_BAND_0
    glass = surfels.kind == GLASS
    if glass.any():
        normals = surfels.normals[glass]
        harmonics[glass] = _glass(radiance[glass], surfels.centres[glass], normals, share[glass], sky)
    return harmonics


def reflected(surfels: Surfels, share: Floats, light: LightBake, sky: Sky) -> Floats:
    """Linear radiance (N, 3) of sun and sky from matt surfels, of leaves, and of what shines by itself."""
    normals = surfels.normals
    foliage, emissive = surfels.kind == FOLIAGE, surfels.kind == EMISSIVE
    facing = along(normals, sky.sun_direction)
    facing = np.where(foliage, 0.35 + 0.45 * np.abs(facing), np.maximum(facing, 0.0))
    sunshine = sun_visibility(surfels, light, sky) * facing
    ambient = _ambient(share, normals, foliage, sky)
    radiance = surfels.albedo * (sunshine[:, None] * np.asarray(sky.sunlight) + ambient)
    return np.where(emissive[:, None], 4.0 * surfels.albedo, radiance)


def metered_exposure(surfels: Surfels, light: LightBake, sky: Sky) -> float:
    """The exposure a camera would choose between the lights and the shades, keeping some of the weather's mood."""
    matt = (surfels.kind == MATT) & (surfels.centres[:, 2] < 6.0)
    radiance = reflected(surfels, sky_share(surfels, light), light, sky)[matt].mean(axis=1)
    dark, bright = (float(v) for v in np.percentile(radiance, [35.0, 80.0]))
    balance = (BRIGHT_TONE / bright) ** 0.65 * (DARK_TONE / dark) ** 0.35
    wanted = min(max(balance / sky.exposure, 0.5), 2.4)
    return round(sky.exposure * wanted**0.8, 4)


def sun_visibility(surfels: Surfels, light: LightBake, sky: Sky) -> Floats:
    """Share (N,) of the sun seen by each surfel: four neighbouring texels, weighted, on two rings."""
    right, up, away = sun_frame(sky)
    normals = surfels.normals
    lift = np.where(surfels.kind == GLASS, 0.20, 0.06)[:, None]
    points = surfels.centres + np.where((surfels.kind == FOLIAGE)[:, None], -0.22 * away, lift * normals)
    depth = (along(points, away) - light.sun_origin[2]) / DEPTH_STEP_M
    bias = 0.10 / DEPTH_STEP_M
    r = (along(points, right) - light.sun_origin[0]) / TEXEL_M - 0.5
    u = (along(points, up) - light.sun_origin[1]) / TEXEL_M - 0.5
    seen = np.zeros(len(surfels))
    for dr, du in ((-0.35, -0.35), (0.35, -0.35), (-0.35, 0.35), (0.35, 0.35)):
        seen += 0.25 * _depth_test(light.sun_depth, r + dr, u + du, depth - bias)
    return seen


def _depth_test(sun_depth: NDArray[np.uint16], r: Floats, u: Floats, depth: Floats) -> Floats:
    """Bilinear share of the four texels around (r, u) whose caster lies behind ``depth``; 1 beyond the map."""
    ir, iu = np.floor(r).astype(np.int64), np.floor(u).astype(np.int64)
    fr, fu = r - ir, u - iu
    rows, columns = sun_depth.shape
    inside = (ir >= 0) & (iu >= 0) & (ir < rows - 1) & (iu < columns - 1)
    ir, iu = np.clip(ir, 0, rows - 2), np.clip(iu, 0, columns - 2)
    total = np.zeros(len(r))
    for a, b, weight in ((0, 0, (1 - fr) * (1 - fu)), (1, 0, fr * (1 - fu)), (0, 1, (1 - fr) * fu), (1, 1, fr * fu)):
        total += weight * (sun_depth[ir + a, iu + b] > depth)
    return np.where(inside, total, 1.0)


def sky_share(surfels: Surfels, light: LightBake) -> Floats:
    """Share of the sky (N, 6) along the axes, interpolated half a grid step before each surfel."""
    normals = surfels.normals
    points = surfels.centres + 0.5 * light.grid_m * normals
    nx, ny, nz, _ = light.sky_share.shape
    x = np.clip((points[:, 0] - light.origin[0]) / light.grid_m, 0.0, nx - 1.001)
    y = np.clip((points[:, 1] - light.origin[1]) / light.grid_m, 0.0, ny - 1.001)
    z = np.interp(points[:, 2], LEVELS_M, np.arange(nz, dtype=np.float64))
    z = np.minimum(z, nz - 1.001)
    ix, iy, iz = (np.floor(a).astype(np.int64) for a in (x, y, z))
    fx, fy, fz = (x - ix, y - iy, z - iz)
    share = np.zeros((len(surfels), 6))
    for a, wx in ((0, 1 - fx), (1, fx)):
        for b, wy in ((0, 1 - fy), (1, fy)):
            for c, wz in ((0, 1 - fz), (1, fz)):
                share += (wx * wy * wz)[:, None] * light.sky_share[ix + a, iy + b, iz + c]
    share /= 255.0
    return _with_ground_map(share, surfels, normals, light)


def _with_ground_map(share: Floats, surfels: Surfels, normals: Floats, light: LightBake) -> Floats:
    """The upward share of surfels that lie on the ground, from the finer map."""
    low = np.flatnonzero((normals[:, 2] > 0.7) & (surfels.centres[:, 2] < 0.12))
    nx, ny = light.ground_share.shape
    x = np.clip((surfels.centres[low, 0] - light.origin[0]) / light.ground_m, 0.0, nx - 1.001)
    y = np.clip((surfels.centres[low, 1] - light.origin[1]) / light.ground_m, 0.0, ny - 1.001)
    ix, iy = np.floor(x).astype(np.int64), np.floor(y).astype(np.int64)
    fx, fy = x - ix, y - iy
    total = np.zeros(len(low))
    for a, wx in ((0, 1 - fx), (1, fx)):
        for b, wy in ((0, 1 - fy), (1, fy)):
            total += wx * wy * light.ground_share[ix + a, iy + b]
    share[low, 4] = total / 255.0
    return share


def _sky_by_axis(sky: Sky) -> Floats:
    """Mean radiance (6, 3) of the sky over the hemisphere of each axis, cosine-weighted.

    A third of the colour is taken out, as a camera's white balance would.
    """
    directions = upper_directions(64)
    colours = sky_radiance(sky, directions)
    means = []
    for axis in AXES[:5]:
        weight = np.maximum(along(directions, axis), 0.0)
        means.append(np.sum(colours * weight[:, None], axis=0) / np.sum(weight))
    balanced = np.stack([*means, means[4]])
    return 0.65 * balanced + 0.35 * balanced.mean(axis=1, keepdims=True)


def _bounce(sky: Sky, by_axis: Floats) -> Floats:
    """Radiance (3,) of whatever is not sky: ground and walls, warmer than the sky."""
    sunlit = np.asarray(sky.sunlight) * max(float(sky.sun_direction[2]), 0.15) * 0.42
    return REFLECTED * (sunlit + by_axis[4]) * np.array([1.05, 1.0, 0.92])


def _ambient(share: Floats, normals: Floats, foliage: NDArray[np.bool_], sky: Sky) -> Floats:
    """Light (N, 3) of the sky that is seen and of the surroundings that hide the rest."""
    by_axis = _sky_by_axis(sky)
    bounce = _bounce(sky, by_axis)
    square = normals * normals
    weights = np.stack(
        [square[:, axis // 2] * ((normals[:, axis // 2] > 0) == (axis % 2 == 0)) for axis in range(6)], axis=1
    )
    weights[foliage] = np.array([0.1, 0.1, 0.1, 0.1, 0.5, 0.1])
    total = np.zeros((len(normals), 3))
    for axis in range(6):
        seen = share[:, axis : axis + 1]
        total += weights[:, axis : axis + 1] * (seen * by_axis[axis] + (1.0 - seen) * bounce)
    return total * 1.12


def _glass(radiance: Floats, centres: Floats, normals: Floats, share: Floats, sky: Sky) -> Floats:
    """Harmonics (N, 4, 3) of panes that mirror sky above and facades below, more so at grazing angles.

    The colour is c + a (d . n) + b d_z of the viewing direction d, through three views solved by hand: head on,
    grazing, and from below; first-degree harmonics hold exactly that.
    """
    outside = np.maximum(share[:, :4].max(axis=1), 0.05)[:, None] * 2.0
    by_axis = _sky_by_axis(sky)
    facade = _bounce(sky, by_axis) * 1.3
    wobble = (0.7 + 0.6 * value_noise(centres[:, 0] * 1.1 + centres[:, 1], centres[:, 2] * 1.3, 61))[:, None]
    mirrored = np.clip(outside * wobble, 0.0, 1.0) * by_axis[:4].mean(axis=0) + (1 - np.clip(outside, 0, 1)) * facade
    sky_above = outside * by_axis[4] + (1 - np.clip(outside, 0, 1)) * facade
    head_on = displayed_colour(radiance * 0.9 + 0.07 * mirrored * wobble, sky.exposure)
    grazing = displayed_colour(radiance * 0.5 + 0.42 * mirrored, sky.exposure)
    below = displayed_colour(radiance * 0.8 + 0.28 * sky_above, sky.exposure)
    # views: d.n = -1, d_z = 0 -> head_on; d.n = -0.3, d_z = 0 -> grazing; d.n = -0.8, d_z = 0.6 -> below
    a = (grazing - head_on) / 0.7
    c = head_on + a
    b = (below - c + 0.8 * a) / 0.6
    harmonics = np.zeros((len(radiance), 4, 3))
    harmonics[:, 0] = (c - 0.5) / SH_BAND_0
    slope = a[:, None, :] * normals[:, :, None]
    slope[:, 2] += b
    # real harmonics of degree 1: -y, z, -x
    harmonics[:, 1], harmonics[:, 2], harmonics[:, 3] = -slope[:, 1], slope[:, 2], -slope[:, 0]
    harmonics[:, 1:] /= SH_BAND_1
    return harmonics
