"""The ground of a place: a painted plan of surfaces, and the surfels that are sampled from it.

The plan is a grid of 0.1 m cells; surfaces are painted over one another like paint on a map. The ground is a plane at
z = 0; a surface may be *seen* up to 6 cm lower (a carriageway below its kerb), which stays inside the tolerance of the
collision surface. No kerb is high enough to be structure, so nothing can fall.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from navbench_gs.splats.surfels import SIGMA_PER_SPACING, THICKNESS_M, Floats, Material, Surfels, strips, surfels, unit
from scenes.procedural.noise import fractal_noise
from scenes.procedural.part import FOLIAGE, MATT, WET

CELL_M = 0.1
NEAR_M = 1.2
"""Ground within this distance of the walkable area is sampled as finely as the walkable area itself."""
STONE_SIGMA = 0.52
"""Standard deviation of a stone's surfel over its size: each keeps its shade, the ground stays closed."""
SINK_M = 0.025
"""How far the coat of large surfels lies below what lies on it. Gaussians are sorted by their centres: seen from low
above, the sunk coat sorts behind joints, chips and paint instead of veiling them."""
NEAR_SURFELS = 105_000
MIDDLE_M = 7.0
"""Beyond this distance of the walkable area the ground is sampled coarsest."""


@dataclass(frozen=True, eq=False)
class Joints:
    """Dark lines between slabs on a regular lattice."""

    size: tuple[float, float]
    albedo: tuple[float, float, float] = (0.10, 0.095, 0.085)
    half_width: float = 0.006
    bond: bool = False
    """Every second row is shifted by half a slab."""


@dataclass(frozen=True, eq=False)
class Surface:
    """One kind of ground."""

    name: str
    material: Material
    walkable: bool
    spacing: float = 0.085
    level: float = 0.0
    joints: Joints | None = None
    stones: tuple[float, float] | None = None
    """Size of small stones that are one surfel each where robots go, in a running bond."""
    specks: float = 0.0
    """Chips, grit and stains per square metre where robots go."""
    blades: float = 0.0
    """Blades of grass per square metre within reach of the walkable area."""
    cracks: float = 0.0
    """Cracks per hundred square metres where robots go."""
    kind: int = MATT
    bare: bool = False
    """Nothing is seen here (under buildings)."""


@dataclass(eq=False)
class GroundPlan:
    """A rectangular map of surfaces around the origin, painted in order."""

    half_x: float
    half_y: float
    surfaces: list[Surface] = field(default_factory=list)
    wet: bool = False
    """After rain: the ground is dark and glossy and has puddles."""

    def __post_init__(self) -> None:
        shape = (round(2 * self.half_x / CELL_M), round(2 * self.half_y / CELL_M))
        self.labels: NDArray[np.uint8] = np.zeros(shape, dtype=np.uint8)
        self.x: Floats = (np.arange(shape[0], dtype=np.float64) + 0.5) * CELL_M - self.half_x
        self.y: Floats = (np.arange(shape[1], dtype=np.float64) + 0.5) * CELL_M - self.half_y

    @property
    def origin(self) -> tuple[float, float]:
        """Outer corner of cell (0, 0), metres."""
        return -self.half_x, -self.half_y

    def label(self, surface: Surface) -> int:
        """Number of a surface on the map; a new surface is added."""
        if surface not in self.surfaces:
            self.surfaces.append(surface)
        return self.surfaces.index(surface)

    def fill(self, surface: Surface) -> None:
        """Cover everything."""
        self.labels[:] = self.label(surface)

    def rectangle(self, surface: Surface, x0: float, y0: float, x1: float, y1: float) -> None:
        """Cover an upright rectangle."""
        inside = ((self.x > x0) & (self.x < x1))[:, None] & ((self.y > y0) & (self.y < y1))[None]
        self.labels[inside] = self.label(surface)

    def disc(self, surface: Surface, x: float, y: float, radius: float) -> None:
        """Cover a disc."""
        self.labels[(self.x[:, None] - x) ** 2 + (self.y[None] - y) ** 2 < radius * radius] = self.label(surface)

    def ring(self, surface: Surface, x: float, y: float, inner: float, outer: float) -> None:
        """Cover the band between two circles."""
        square = (self.x[:, None] - x) ** 2 + (self.y[None] - y) ** 2
        self.labels[(square < outer * outer) & (square > inner * inner)] = self.label(surface)

    def path(self, surface: Surface, points: Sequence[tuple[float, float]], width: float) -> None:
        """Cover a band of ``width`` along a polyline, with round ends."""
        number = self.label(surface)
        for (ax, ay), (bx, by) in itertools.pairwise(points):
            dx, dy = bx - ax, by - ay
            gx, gy = self.x[:, None] - ax, self.y[None] - ay
            along = np.clip((gx * dx + gy * dy) / max(dx * dx + dy * dy, 1e-9), 0.0, 1.0)
            self.labels[(gx - along * dx) ** 2 + (gy - along * dy) ** 2 < width * width / 4] = number

    def at(self, x: Floats, y: Floats) -> NDArray[np.uint8]:
        """Surface numbers under points (N,), (N,); points beyond the map take its border."""
        ix = np.clip(np.floor((x + self.half_x) / CELL_M).astype(np.int64), 0, len(self.x) - 1)
        iy = np.clip(np.floor((y + self.half_y) / CELL_M).astype(np.int64), 0, len(self.y) - 1)
        return self.labels[ix, iy]

    def is_walkable(self) -> NDArray[np.bool_]:
        """(NX, NY) cells whose surface may be walked on."""
        return np.array([surface.walkable for surface in self.surfaces])[self.labels]


def ground_surfels(rng: np.random.Generator, plan: GroundPlan) -> list[Surfels]:
    """Everything that is seen of the ground: fine where robots go, coarse far away."""
    distance = distance_to_walkable(plan)
    fineness = _fineness(distance)
    parts: list[Surfels] = []
    for number, surface in enumerate(plan.surfaces):
        if surface.bare or not (plan.labels == number).any():
            continue
        for low, high, coarseness in ((-1.0, NEAR_M, 1.0), (NEAR_M, MIDDLE_M, 1.9), (MIDDLE_M, 1e9, 3.6)):
            band = (plan.labels == number) & (distance > low) & (distance <= high)
            if band.any() and surface.stones is not None and coarseness == 1.0:
                parts.extend(_stones(rng, plan, surface, band))
            elif band.any():
                parts.append(_sampled(rng, plan, surface, band, surface.spacing * fineness * coarseness))
        near = (plan.labels == number) & (distance <= NEAR_M)
        if near.any() and surface.specks:
            parts.append(_specks(rng, plan, surface, near))
        if near.any() and surface.blades:
            parts.append(_blades(rng, plan, surface, near))
        if near.any() and surface.cracks:
            parts.extend(_cracks(rng, plan, surface, near))
        if surface.joints is not None:
            parts.extend(_joint_lines(plan, surface, (plan.labels == number) & (distance <= MIDDLE_M)))
    return [wetted(part) for part in parts] if plan.wet else parts


def _fineness(distance: Floats) -> float:
    """Factor on the spacing that spends about the same number of surfels on the near ground of every place."""
    near_m2 = float((distance <= NEAR_M).sum()) * CELL_M**2
    return min(max(math.sqrt(near_m2 / NEAR_SURFELS) / 0.085, 0.72), 1.05)


def distance_to_walkable(plan: GroundPlan) -> Floats:
    """(NX, NY) metres from each cell to the nearest walkable cell."""
    from scipy.ndimage import distance_transform_edt

    walkable = plan.is_walkable()
    if not walkable.any():
        return np.zeros(plan.labels.shape)
    distance: Floats = distance_transform_edt(~walkable) * CELL_M
    return distance


def _in_mask(plan: GroundPlan, mask: NDArray[np.bool_], x: Floats, y: Floats) -> NDArray[np.bool_]:
    ix = np.clip(np.floor((x + plan.half_x) / CELL_M).astype(np.int64), 0, len(plan.x) - 1)
    iy = np.clip(np.floor((y + plan.half_y) / CELL_M).astype(np.int64), 0, len(plan.y) - 1)
    return mask[ix, iy]


def _extent(plan: GroundPlan, mask: NDArray[np.bool_]) -> tuple[float, float, float, float]:
    columns, rows = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    return (
        float(plan.x[columns[0]]) - CELL_M / 2,
        float(plan.y[rows[0]]) - CELL_M / 2,
        float(plan.x[columns[-1]]) + CELL_M / 2,
        float(plan.y[rows[-1]]) + CELL_M / 2,
    )


def _sampled(
    rng: np.random.Generator, plan: GroundPlan, surface: Surface, mask: NDArray[np.bool_], spacing: float
) -> Surfels:
    """A jittered lattice over one surface where ``mask`` holds, in step with the surface's slabs if it has any."""
    step_x, step_y = (_in_step(spacing, size) for size in (surface.joints.size if surface.joints else (0.0, 0.0)))
    column, row = _lattice(_extent(plan, mask), step_x, step_y)
    x = (column + 0.5 + 0.44 * (rng.random(len(column)) - 0.5)) * step_x
    y = (row + 0.5 + 0.44 * (rng.random(len(row)) - 0.5)) * step_y
    keep = _in_mask(plan, mask, x, y)
    return _flat_surfels(surface, x[keep], y[keep], SIGMA_PER_SPACING * step_x, SIGMA_PER_SPACING * step_y)


def _stones(rng: np.random.Generator, plan: GroundPlan, surface: Surface, mask: NDArray[np.bool_]) -> list[Surfels]:
    """One surfel per stone where ``mask`` holds, over the dark of the joints."""
    assert surface.stones is not None
    wide, deep = surface.stones
    column, row = _lattice(_extent(plan, mask), wide, deep)
    x = (column + 0.5 + 0.5 * (row % 2) + 0.10 * (rng.random(len(row)) - 0.5)) * wide
    y = (row + 0.5 + 0.10 * (rng.random(len(row)) - 0.5)) * deep
    keep = _in_mask(plan, mask, x, y)
    stones = _flat_surfels(surface, x[keep], y[keep], STONE_SIGMA * wide, STONE_SIGMA * deep)
    tone = tuple(float(c) for c in 0.40 * surface.material(x[keep], y[keep]).mean(axis=0))
    lines = replace(surface, joints=Joints(surface.stones, tone, 0.0055, bond=True))  # type: ignore[arg-type]
    return [stones, *_joint_lines(plan, lines, mask)]


def _random_spots(
    rng: np.random.Generator, plan: GroundPlan, mask: NDArray[np.bool_], per_m2: float
) -> tuple[Floats, Floats]:
    """Points scattered over the cells where ``mask`` holds."""
    cells = np.flatnonzero(mask)
    count = max(1, int(per_m2 * len(cells) * CELL_M**2))
    pick = cells[(rng.random(count) * len(cells)).astype(np.int64)]
    ix, iy = pick // len(plan.y), pick % len(plan.y)
    return plan.x[ix] + CELL_M * (rng.random(count) - 0.5), plan.y[iy] + CELL_M * (rng.random(count) - 0.5)


def _specks(rng: np.random.Generator, plan: GroundPlan, surface: Surface, mask: NDArray[np.bool_]) -> Surfels:
    """Small crisp marks lighter or darker than the ground they lie on: grit, chips, gum, pores."""
    x, y = _random_spots(rng, plan, mask, surface.specks)
    count = len(x)
    angle, big = 2 * np.pi * rng.random(count), rng.random(count) ** 3
    length = 0.006 + 0.014 * big
    sizes = np.stack([length, length * (0.4 + 0.5 * rng.random(count)), np.full(count, 0.003)], axis=1)
    zero = np.zeros(count)
    tone = np.where(rng.random(count) < 0.7, 0.42 + 0.3 * rng.random(count), 1.18 + 0.3 * rng.random(count))
    cos, sin = np.cos(angle), np.sin(angle)
    return surfels(
        np.stack([x, y, zero + surface.level], axis=1), np.stack([cos, sin, zero], axis=1),
        np.stack([-sin, cos, zero], axis=1), sizes, surface.material(x, y) * tone[:, None], 0.85, surface.kind,
    )  # fmt: skip


def _blades(rng: np.random.Generator, plan: GroundPlan, surface: Surface, mask: NDArray[np.bool_]) -> Surfels:
    """Upright blades that break the smooth edge of a lawn."""
    x, y = _random_spots(rng, plan, mask, surface.blades)
    count = len(x)
    height, angle = 0.03 + 0.06 * rng.random(count) ** 1.5, 2 * np.pi * rng.random(count)
    bend = 0.8 * (rng.random((count, 2)) - 0.5)
    upward = unit(np.column_stack([bend, np.ones(count)]))
    across = unit(np.cross(upward, np.column_stack([np.cos(angle), np.sin(angle), np.zeros(count)])))
    centres = np.stack([x, y, surface.level + 0.45 * height], axis=1)
    tone = (0.75 + 0.8 * rng.random(count))[:, None] * surface.material(x, y)
    sizes = np.stack([0.5 * height, np.full(count, 0.008), np.full(count, 0.003)], axis=1)
    return surfels(centres, upward, across, sizes, tone, 0.9, FOLIAGE)


def _cracks(rng: np.random.Generator, plan: GroundPlan, surface: Surface, mask: NDArray[np.bool_]) -> list[Surfels]:
    """Wandering hairline cracks."""
    x, y = _random_spots(rng, plan, mask, surface.cracks / 100.0)
    parts = []
    for at_x, at_y in zip(x, y, strict=True):
        steps = 10 + int(26 * rng.random())
        heading = (
            2 * np.pi * rng.random() + np.cumsum(0.9 * (rng.random(steps) - 0.5)) + 0.7 * (rng.random(steps) - 0.5)
        )
        px = at_x + np.concatenate([[0.0], np.cumsum(0.075 * np.cos(heading))])
        py = at_y + np.concatenate([[0.0], np.cumsum(0.075 * np.sin(heading))])
        line = np.stack([px, py, np.full(steps + 1, surface.level)], axis=1)
        keep = _in_mask(plan, mask, px[:-1], py[:-1]) & _in_mask(plan, mask, px[1:], py[1:])
        if keep.any():
            tone = 0.36 * surface.material(px[:-1][keep], py[:-1][keep])
            parts.append(strips(line[:-1][keep], line[1:][keep], 0.0045, tone, opacity=0.9, overlap=0.45))
    return parts


def puddle_depth(x: Floats, y: Floats) -> Floats:
    """Above 0 where water stands on wet ground, (N,)."""
    return fractal_noise(x * 0.33 + 11.0, y * 0.33 + 5.0, 3, 83) - 0.60


def wetted(ground: Surfels) -> Surfels:
    """The same ground after rain: dark, glossy, and see-through where it lies under a puddle."""
    soft = ground.kind == FOLIAGE
    depth = puddle_depth(ground.centres[:, 0], ground.centres[:, 1])
    under = np.clip(depth / 0.035, 0.0, 1.0) * ~soft
    damp = np.clip(1.0 + depth / 0.12, 0.0, 1.0)
    albedo = ground.albedo * np.where(soft, 0.85, 0.62 - 0.22 * damp - 0.1 * under)[:, None]
    small = ground.sizes[:, 1] < 0.02
    opacity = ground.opacity * np.where(small, 1.0 - 0.95 * under, 1.0 - 0.68 * under)
    return replace(ground, albedo=albedo, opacity=opacity, kind=np.where(soft, FOLIAGE, WET).astype(np.uint8))


def _in_step(spacing: float, slab: float) -> float:
    """A spacing of which an even number fills a slab, so that no surfel lies across a joint."""
    return slab / (2 * max(1, round(slab / spacing / 2))) if slab else spacing


def _lattice(extent: tuple[float, float, float, float], step_x: float, step_y: float) -> tuple[Floats, Floats]:
    """Column and row numbers of all lattice cells that touch an extent; the lattice starts at the world's origin."""
    x0, y0, x1, y1 = extent
    columns = np.arange(math.floor(x0 / step_x + 1e-6), math.ceil(x1 / step_x - 1e-6), dtype=np.float64)
    rows = np.arange(math.floor(y0 / step_y + 1e-6), math.ceil(y1 / step_y - 1e-6), dtype=np.float64)
    return np.repeat(columns, len(rows)), np.tile(rows, len(columns))


def _flat_surfels(
    surface: Surface, x: Floats, y: Floats, sigma_x: float, sigma_y: float, sink: float = SINK_M
) -> Surfels:
    below = 0.0 if surface.kind == FOLIAGE else sink
    centres = np.stack([x, y, np.full_like(x, surface.level - below)], axis=1)
    sizes = (sigma_x, sigma_y, THICKNESS_M)
    return surfels(centres, (1, 0, 0), (0, 1, 0), sizes, surface.material(x, y), 0.985, surface.kind)


def _joint_lines(plan: GroundPlan, surface: Surface, mask: NDArray[np.bool_]) -> list[Surfels]:
    """The joints between slabs as long thin surfels, where both ends lie on the surface."""
    joints = surface.joints
    assert joints is not None
    if not mask.any():
        return []
    x0, y0, x1, y1 = _extent(plan, mask)
    lx, ly = joints.size
    columns = np.arange(np.floor(x0 / lx), np.ceil(x1 / lx) + 1)
    rows = np.arange(np.floor(y0 / ly), np.ceil(y1 / ly) + 1)
    cx, cy = (a.ravel() for a in np.meshgrid(columns, rows, indexing="ij"))
    shift = 0.5 * lx * (cy % 2) if joints.bond else np.zeros_like(cy)
    level = np.full_like(cx, surface.level)
    along = (np.stack([cx * lx + shift, cy * ly, level], 1), np.stack([(cx + 1) * lx + shift, cy * ly, level], 1))
    across = (np.stack([cx * lx + shift, cy * ly, level], 1), np.stack([cx * lx + shift, (cy + 1) * ly, level], 1))
    parts = []
    for start, end in (along, across):
        keep = _in_mask(plan, mask, start[:, 0], start[:, 1]) & _in_mask(plan, mask, end[:, 0], end[:, 1])
        if keep.any():
            parts.append(_short_strips(start[keep], end[keep], joints))
    return parts


def _short_strips(start: Floats, end: Floats, joints: Joints) -> Surfels:
    """Joint lines in pieces of at most half a metre: a longer Gaussian would smear when seen from near."""
    pieces = max(1, math.ceil(max(joints.size) / 0.5 - 1e-6))
    share = np.arange(pieces + 1) / pieces
    knots = start[:, None] + share[None, :, None] * (end - start)[:, None]
    return strips(
        knots[:, :-1].reshape(-1, 3), knots[:, 1:].reshape(-1, 3), joints.half_width, joints.albedo, opacity=0.8
    )


def kerb(start: tuple[float, float], end: tuple[float, float], *, drop: float, stone: float = 1.0) -> list[Surfels]:
    """A row of kerb stones from start to end; the lower side (by ``drop``) lies to the right of the walking direction.

    Stones are seen only: kerbs here are low enough to be ground.
    """
    a, b = np.asarray(start, dtype=np.float64), np.asarray(end, dtype=np.float64)
    span = b - a
    length = float(np.sqrt(np.sum(span * span)))
    ahead = span / length
    right = np.array([ahead[1], -ahead[0]])
    stones = max(1, round(length / stone))
    pieces = stones * 5
    at = (np.arange(pieces) + 0.5) / pieces * length
    centre = a + at[:, None] * ahead
    shade = 0.40 + 0.10 * np.mod(np.floor(at / length * stones) * 0.618, 1.0)
    albedo = shade[:, None] * np.array([1.0, 0.99, 0.96])
    along = np.array([*ahead, 0.0])
    step = length / pieces
    top = [
        surfels(
            np.column_stack([centre - right * offset, np.full(pieces, 0.004)]), along, np.array([*-right, 0.0]),
            (0.6 * step, 0.036, THICKNESS_M), albedo * tone,
        )
        for offset, tone in ((0.03, 1.06), (0.09, 1.0), (0.13, 0.93))
    ]  # fmt: skip
    face = surfels(
        np.column_stack([centre + right * 0.004, np.full(pieces, -drop / 2)]), along, (0.0, 0.0, 1.0),
        (0.6 * step, 0.55 * drop, THICKNESS_M), albedo * 0.9,
    )  # fmt: skip
    ends = a + np.arange(1, stones)[:, None] / stones * length * ahead
    seams = []
    if stones > 1:
        inner = np.column_stack([ends - right * 0.15, np.full(stones - 1, 0.006)])
        outer = np.column_stack([ends, np.full(stones - 1, 0.006)])
        seams = [strips(inner, outer, 0.006, (0.16, 0.155, 0.15), opacity=0.85, overlap=0.45)]
    return [*top, face, *seams]


def paint(
    x0: float, y0: float, x1: float, y1: float, *, level: float = 0.0, tone: ArrayLike = (0.70, 0.69, 0.66)
) -> Surfels:
    """A painted rectangle of road marking, in strips along its longer side."""
    if x1 - x0 >= y1 - y0:
        length, width = x1 - x0, y1 - y0
    else:
        length, width = y1 - y0, x1 - x0
    pieces, lanes = max(1, round(length / 0.22)), max(1, round(width / 0.09))
    s = np.repeat(np.arange(pieces), lanes) * (length / pieces)
    w = np.tile(np.arange(lanes) + 0.5, pieces) * (width / lanes)
    worn = 0.82 + 0.2 * np.mod(np.floor(s * 7.3) * 0.381 + np.floor(w * 31.0) * 0.754, 1.0)
    z = np.full_like(s, level)
    if x1 - x0 >= y1 - y0:
        start, end = np.stack([x0 + s, y0 + w, z], 1), np.stack([x0 + s + length / pieces, y0 + w, z], 1)
    else:
        start, end = np.stack([x0 + w, y0 + s, z], 1), np.stack([x0 + w, y0 + s + length / pieces, z], 1)
    albedo = worn[:, None] * np.asarray(tone)
    return strips(start, end, 0.6 * width / lanes, albedo, opacity=0.9, overlap=0.5, lift=0.005)
