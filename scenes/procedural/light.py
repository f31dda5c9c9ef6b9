"""Light: baked once with rays when a scene is authored, read by interpolation when its splats are generated.

The bake is a few small tables. A *sun map* is the picture that the sun takes of everything that throws a shadow: one
depth per 12 cm texel, so that any surfel anywhere is in the sun or not by one comparison. An *ambient grid* says which
share of the sky each of the six axes sees, on a coarse lattice. A *ground map* says the same for the upward axis just
above the ground, finely enough for contact shadows. After dark two more tables like these hold the light of lamps.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from navbench_gs.errors import DamagedFileError
from navbench_gs.splats.film import displayed_colour
from navbench_gs.splats.surfels import Surfels, unit
from scenes.procedural.noise import value_noise
from scenes.procedural.part import EMISSIVE, FOLIAGE, GLASS, GLOSS, GLOW, MATT, WET
from scenes.procedural.sky import LAMP_COLOUR, Sky, sky_radiance, upper_directions

Floats = NDArray[np.float64]
TEXEL_M = 0.12
DEPTH_STEP_M = 0.02
NO_CASTER = 65535
LEVELS_M = np.array([0.15, 0.7, 1.6, 3.2, 6.0, 11.0])
AXES = np.array([[1, 0, 0], [-1, 0, 0], [0, 1, 0], [0, -1, 0], [0, 0, 1], [0, 0, -1]], dtype=np.float64)
SH_BAND_0, SH_BAND_1 = 0.28209479177387814, 0.4886025119029199
BRIGHT_TONE = 0.245
"""Exposed radiance of sunlit stone: the film curve shows it as a light, not a white tone."""
DARK_TONE = 0.09
"""Exposed radiance of stone in the shade."""
GLOW_RADIANCE = 0.65
"""Radiance of a white surface that shines, before the colour of its light."""
LAMP_FULL = 2.0
"""Brightest lamplight that is told apart."""
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
    lamp_share: NDArray[np.uint8] = field(default_factory=lambda: np.zeros((0, 0, 0, 6), dtype=np.uint8))
    """(GX, GY, levels, 6) lamplight along the axes, coded by :func:`coded_lamplight`; (0, 0, 0, 6) without lamps."""
    lamp_ground: NDArray[np.uint8] = field(default_factory=lambda: np.zeros((0, 0), dtype=np.uint8))
    """(HX, HY) the same for the upward axis just above the ground."""


def coded_lamplight(radiance: Floats) -> NDArray[np.uint8]:
    """Radiance of white surfaces as bytes, finer where it is dark."""
    code: Floats = np.rint(np.sqrt(np.clip(radiance / LAMP_FULL, 0.0, 1.0)) * 255)
    return code.astype(np.uint8)


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
            lamp_share=light.lamp_share,
            lamp_ground=light.lamp_ground,
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
                lamp_share=data["lamp_share"],
                lamp_ground=data["lamp_ground"],
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
    coordinate: Floats = points[:, 0] * axis[0] + points[:, 1] * axis[1] + points[:, 2] * axis[2]
    return coordinate


def lit(surfels: Surfels, light: LightBake, sky: Sky) -> Floats:
    """Spherical harmonics (N, 4, 3) of the displayed colour of every surfel."""
    share = sky_share(surfels, light)
    radiance = reflected(surfels, share, light, sky)
    harmonics = np.zeros((len(surfels), 4, 3))
    harmonics[:, 0] = (displayed_colour(radiance, sky.exposure) - 0.5) / SH_BAND_0
    for kind, model in ((GLASS, _glass), (GLOSS, _gloss), (WET, _sheen)):
        chosen = surfels.kind == kind
        if chosen.any():
            harmonics[chosen] = model(
                radiance[chosen], surfels.centres[chosen], surfels.normals[chosen], share[chosen], sky
            )
    return harmonics


def reflected(surfels: Surfels, share: Floats, light: LightBake, sky: Sky) -> Floats:
    """Linear radiance (N, 3) of sun, sky and lamps from matt surfels, of leaves, and of what shines by itself."""
    normals = surfels.normals
    foliage, emissive = surfels.kind == FOLIAGE, surfels.kind == EMISSIVE
    facing = along(normals, sky.sun_direction)
    facing = np.where(foliage, 0.35 + 0.45 * np.abs(facing), np.maximum(facing, 0.0))
    sunshine = sun_visibility(surfels, light, sky) * facing
    ambient = _ambient(share, normals, foliage, sky)
    if light.lamp_share.size:
        ambient = ambient + lamplight(surfels, light, foliage)[:, None] * np.asarray(LAMP_COLOUR)
    radiance = surfels.albedo * (sunshine[:, None] * np.asarray(sky.sunlight) + ambient)
    glow = (surfels.kind == GLOW)[:, None] * sky.lamps * GLOW_RADIANCE * np.asarray(LAMP_COLOUR)
    return np.where(emissive[:, None], 4.0 * surfels.albedo, radiance + glow * surfels.albedo)


def lamplight(surfels: Surfels, light: LightBake, foliage: NDArray[np.bool_]) -> Floats:
    """Radiance (N,) of white surfels under the lamps, before their colour."""
    normals = surfels.normals
    along_axes = _on_lattice(light.lamp_share, surfels, normals, light)
    along_axes = _with_ground_map(along_axes, light.lamp_ground, surfels, normals, light)
    along_axes = LAMP_FULL * along_axes * along_axes
    direct: Floats = np.sum(_axis_weights(normals, foliage) * along_axes, axis=1)
    return direct + 0.12 * mean_lamplight(light)


def mean_lamplight(light: LightBake) -> float:
    """Mean radiance of white ground under the lamps where they shine at all; 0 without lamps."""
    shone = light.lamp_ground[light.lamp_ground > 12].astype(np.int64)
    return LAMP_FULL * int(np.sum(shone * shone)) / (255.0**2 * len(shone)) if len(shone) else 0.0


def metered_exposure(surfels: Surfels, light: LightBake, sky: Sky) -> float:
    """The exposure a camera would choose between the lights and the shades, keeping some of the weather's mood."""
    matt = ((surfels.kind == MATT) | (surfels.kind == WET)) & (surfels.centres[:, 2] < 6.0)
    radiance = reflected(surfels, sky_share(surfels, light), light, sky)[matt].mean(axis=1)
    dark, bright = (float(v) for v in np.percentile(radiance, [35.0, 80.0]))
    balance = (BRIGHT_TONE / bright) ** 0.65 * (DARK_TONE / dark) ** 0.35
    wanted = min(max(balance / sky.exposure, 0.5), 2.4)
    exposure: float = sky.key * sky.exposure * wanted**0.8
    return round(exposure, 4)


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
    share = _on_lattice(light.sky_share, surfels, normals, light)
    return _with_ground_map(share, light.ground_share, surfels, normals, light)


def _on_lattice(table: NDArray[np.uint8], surfels: Surfels, normals: Floats, light: LightBake) -> Floats:
    """Values (N, 6) in [0, 1] of a table (GX, GY, levels, 6) at the surfels."""
    points = surfels.centres + 0.5 * light.grid_m * normals
    nx, ny, nz, _ = table.shape
    x = np.clip((points[:, 0] - light.origin[0]) / light.grid_m, 0.0, nx - 1.001)
    y = np.clip((points[:, 1] - light.origin[1]) / light.grid_m, 0.0, ny - 1.001)
    z = np.interp(points[:, 2], LEVELS_M, np.arange(nz, dtype=np.float64))
    z = np.minimum(z, nz - 1.001)
    ix, iy, iz = (np.floor(a).astype(np.int64) for a in (x, y, z))
    fx, fy, fz = (x - ix, y - iy, z - iz)
    values = np.zeros((len(surfels), 6))
    for a, wx in ((0, 1 - fx), (1, fx)):
        for b, wy in ((0, 1 - fy), (1, fy)):
            for c, wz in ((0, 1 - fz), (1, fz)):
                values += (wx * wy * wz)[:, None] * table[ix + a, iy + b, iz + c]
    return values / 255.0


def _with_ground_map(
    values: Floats, table: NDArray[np.uint8], surfels: Surfels, normals: Floats, light: LightBake
) -> Floats:
    """The upward value of surfels that lie on the ground, from the finer map (HX, HY)."""
    low = np.flatnonzero((normals[:, 2] > 0.7) & (surfels.centres[:, 2] < 0.12))
    nx, ny = table.shape
    x = np.clip((surfels.centres[low, 0] - light.origin[0]) / light.ground_m, 0.0, nx - 1.001)
    y = np.clip((surfels.centres[low, 1] - light.origin[1]) / light.ground_m, 0.0, ny - 1.001)
    ix, iy = np.floor(x).astype(np.int64), np.floor(y).astype(np.int64)
    fx, fy = x - ix, y - iy
    total = np.zeros(len(low))
    for a, wx in ((0, 1 - fx), (1, fx)):
        for b, wy in ((0, 1 - fy), (1, fy)):
            total += wx * wy * table[ix + a, iy + b]
    values[low, 4] = total / 255.0
    return values


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
    mean: Floats = balanced.mean(axis=1, keepdims=True)
    return 0.65 * balanced + 0.35 * mean


def _bounce(sky: Sky, by_axis: Floats) -> Floats:
    """Radiance (3,) of whatever is not sky: ground and walls, warmer than the sky."""
    sunlit = np.asarray(sky.sunlight) * max(float(sky.sun_direction[2]), 0.15) * 0.42
    radiance: Floats = REFLECTED * (sunlit + by_axis[4]) * np.array([1.05, 1.0, 0.92])
    return radiance


def _ambient(share: Floats, normals: Floats, foliage: NDArray[np.bool_], sky: Sky) -> Floats:
    """Light (N, 3) of the sky that is seen and of the surroundings that hide the rest."""
    by_axis = _sky_by_axis(sky)
    bounce = _bounce(sky, by_axis)
    weights = _axis_weights(normals, foliage)
    total = np.zeros((len(normals), 3))
    for axis in range(6):
        seen = share[:, axis : axis + 1]
        total += weights[:, axis : axis + 1] * (seen * by_axis[axis] + (1.0 - seen) * bounce)
    return total * 1.12


def _axis_weights(normals: Floats, foliage: NDArray[np.bool_]) -> Floats:
    """Weights (N, 6) of the axes for surfaces facing along ``normals`` (N, 3); leaves gather from all round."""
    square = normals * normals
    weights = np.stack(
        [square[:, axis // 2] * ((normals[:, axis // 2] > 0) == (axis % 2 == 0)) for axis in range(6)], axis=1
    )
    weights[foliage] = np.array([0.1, 0.1, 0.1, 0.1, 0.5, 0.1])
    return weights


def _sheen(radiance: Floats, centres: Floats, normals: Floats, share: Floats, sky: Sky) -> Floats:
    """Harmonics (N, 4, 3) of wet ground, which mirrors what lies ahead at grazing angles.

    The colour is c + a . d of the viewing direction d: four views along the ground and the steep one, solved by hand.
    """
    by_axis = _sky_by_axis(sky)
    facade = _bounce(sky, by_axis)
    gloss = (0.14 + 0.22 * value_noise(centres[:, 0] * 0.8, centres[:, 1] * 0.8, 67))[:, None]
    seen = [np.clip(2.0 * share[:, axis : axis + 1], 0.0, 1.0) for axis in range(4)]
    views = [
        displayed_colour(0.85 * radiance + gloss * (part * by_axis[axis] + (1.0 - part) * facade), sky.exposure)
        for axis, part in enumerate(seen)
    ]
    level = 0.25 * (views[0] + views[1] + views[2] + views[3])
    steep = displayed_colour(radiance + 0.03 * by_axis[4], sky.exposure)
    slope = np.stack([(views[0] - views[1]) / 2, (views[2] - views[3]) / 2, (level - steep) / 0.7], axis=1)
    return _first_degree(level, slope)


def _first_degree(level: Floats, slope: Floats) -> Floats:
    """Harmonics (N, 4, 3) of the colour ``level + slope . d`` of viewing direction d; slope (N, 3 axes, 3 colours)."""
    harmonics = np.zeros((len(level), 4, 3))
    harmonics[:, 0] = (level - 0.5) / SH_BAND_0
    # real harmonics of degree 1: -y, z, -x
    harmonics[:, 1], harmonics[:, 2], harmonics[:, 3] = -slope[:, 1], slope[:, 2], -slope[:, 0]
    harmonics[:, 1:] /= SH_BAND_1
    return harmonics


def _glass(radiance: Floats, centres: Floats, normals: Floats, share: Floats, sky: Sky) -> Floats:
    """Harmonics (N, 4, 3) of panes that mirror sky above and facades below, more so at grazing angles."""
    mirrored, above, wobble = _surroundings(centres, share, sky)
    return _through_three_views(
        radiance * 0.9 + 0.06 * mirrored * wobble, radiance * 0.6 + 0.34 * mirrored, radiance * 0.8 + 0.26 * above,
        normals, sky,
    )  # fmt: skip


def _gloss(radiance: Floats, centres: Floats, normals: Floats, share: Floats, sky: Sky) -> Floats:
    """Harmonics (N, 4, 3) of lacquer: its own colour under a weaker mirror."""
    mirrored, above, wobble = _surroundings(centres, share, sky)
    return _through_three_views(
        radiance + 0.03 * mirrored * wobble, 0.85 * radiance + 0.15 * mirrored, radiance + 0.08 * above, normals, sky
    )


def _surroundings(centres: Floats, share: Floats, sky: Sky) -> tuple[Floats, Floats, Floats]:
    """What a mirror at the surfels shows ahead (N, 3) and above (N, 3), and how wavy it is (N, 1)."""
    outside = np.maximum(share[:, :4].max(axis=1), 0.05)[:, None] * 2.0
    by_axis = _sky_by_axis(sky)
    facade = _bounce(sky, by_axis) * 1.3
    wobble = (0.7 + 0.6 * value_noise(centres[:, 0] * 1.1 + centres[:, 1], centres[:, 2] * 1.3, 61))[:, None]
    walled = (1 - np.clip(outside, 0, 1)) * facade
    return (
        np.clip(outside * wobble, 0.0, 1.0) * by_axis[:4].mean(axis=0) + walled,
        outside * by_axis[4] + walled,
        wobble,
    )


def _through_three_views(ahead: Floats, flat: Floats, upward: Floats, normals: Floats, sky: Sky) -> Floats:
    """Harmonics (N, 4, 3) of what shows these radiances (N, 3) head on, at grazing angles and from below.

    The colour is c + a (d . n) + b d_z of the viewing direction d, solved by hand; first-degree harmonics hold exactly
    that.
    """
    head_on, grazing, below = (displayed_colour(view, sky.exposure) for view in (ahead, flat, upward))
    # views: d.n = -1, d_z = 0 -> head_on; d.n = -0.3, d_z = 0 -> grazing; d.n = -0.8, d_z = 0.6 -> below
    a = (grazing - head_on) / 0.7
    c = head_on + a
    b = (below - c + 0.8 * a) / 0.6
    slope = a[:, None, :] * normals[:, :, None]
    slope[:, 2] += b
    return _first_degree(c, slope)
