"""Site: the drawing board on which a place is laid out."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from navbench_gs.catalogue.gait import posed_figure
from navbench_gs.catalogue.pedestrians import PEDESTRIANS, figure
from navbench_gs.domain.streams import stream
from navbench_gs.splats.shapes import bent_rod
from navbench_gs.splats.surfels import Surfels, surfels
from scenes.procedural.clutter import AT_WALLS, stain
from scenes.procedural.furniture import low_wall, railing
from scenes.procedural.ground import GroundPlan, Surface, kerb, paint
from scenes.procedural.houses.building import building
from scenes.procedural.houses.style import FacadeStyle, random_style
from scenes.procedural.houses.walls import gable
from scenes.procedural.materials import flat_black
from scenes.procedural.noise import value_noise
from scenes.procedural.part import GLOW, Lamp, Part, prism_solid
from scenes.procedural.sky import SKIES, Sky
from scenes.procedural.structures import fallen_leaves, hoarding, raised_bed
from scenes.procedural.vegetation import SPECIES, grass_tufts, hedge, tree
from scenes.procedural.vehicles import SHAPES, car, van

UNDER_BUILDINGS = Surface("building", flat_black, walkable=False, bare=True)
CARS = tuple(name for name in SHAPES if name != "van")
ROAD_DROP_M = 0.07
"""How much lower a carriageway is seen than its pavement."""
Spot = tuple[float, float]
Bounds = tuple[float, float, float, float]
"""x0, y0, x1, y1 of a rectangle."""


@dataclass(eq=False)
class Site:
    """A place while it is being laid out: layout stream, ground plan, sky, and the parts placed so far.

    The layout draws from one stream; every part that is built gets a stream of its own (:meth:`looks`), so that a
    change inside one kind of part moves nothing else.
    """

    place: str
    seed: int
    half_x: float
    half_y: float
    skies: Sequence[str] = ("clear", "noon", "hazy", "golden", "overcast")
    parts: list[Part] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.layout: np.random.Generator = stream("procedural", self.place, self.seed)
        self.built = 0
        self.plan = GroundPlan(self.half_x, self.half_y)
        self.sky: Sky = self._drawn_sky()
        self.plan.wet = self.sky.wet

    def looks(self) -> np.random.Generator:
        """A stream of its own for the next part."""
        self.built += 1
        return stream("procedural", self.place, self.seed, "part", self.built)

    def _drawn_sky(self) -> Sky:
        sky = SKIES[self.skies[self.seed % len(self.skies)]]
        return replace(
            sky,
            azimuth_deg=round(self.between(0.0, 360.0), 1),
            elevation_deg=round(sky.elevation_deg + self.between(-6.0, 6.0) * (sky.elevation_deg > 20), 1),
            seed=40 + self.pick(1000),
        )

    def between(self, low: float, high: float) -> float:
        """A number drawn from [low, high)."""
        return low + (high - low) * float(self.layout.random())

    def pick(self, count: int) -> int:
        """A whole number drawn from 0 to count - 1."""
        return int(self.layout.random() * count)

    def chance(self, share: float) -> bool:
        """True with the given probability."""
        return bool(self.layout.random() < share)

    def add(self, part: Part, x: float = 0.0, y: float = 0.0, yaw: float = 0.0, *, z: float = 0.0) -> None:
        """Place a part."""
        self.parts.append(part.moved(x, y, z, yaw) if (x, y, z, yaw) != (0.0, 0.0, 0.0, 0.0) else part)

    def along(self, part: Part, a: Spot, b: Spot) -> None:
        """Place a part that runs along its x axis so that it runs from a to b."""
        self.add(part, (a[0] + b[0]) / 2, (a[1] + b[1]) / 2, math.atan2(b[1] - a[1], b[0] - a[0]))

    # ---------------------------------------------------------------- houses

    def build(
        self, bounds: Bounds, *, seen: str, height: float | None = None,
        style: FacadeStyle | None = None, far: bool = False,
    ) -> None:  # fmt: skip
        """Put up a building over a rectangle; no ground is seen under it."""
        tall = self.between(7.5, 14.0) if height is None else height
        look = random_style(self.layout) if style is None else style
        look = replace(look, lit=self.sky.lit_windows)
        self.add(building(self.looks(), bounds, tall, look, seen=seen, far=far))
        self.plan.rectangle(UNDER_BUILDINGS, *bounds)

    def terrace(
        self, bounds: Bounds, *, seen: str, far: bool = False,
        ground_floor: str | None = None, width: Spot = (7.0, 13.0), height: Spot = (7.5, 13.5),
    ) -> None:  # fmt: skip
        """A row of houses of different looks and heights filling a rectangle along its longer side."""
        x0, y0, x1, y1 = bounds
        along_x = x1 - x0 >= y1 - y0
        cuts = self._cuts(x0, x1, width) if along_x else self._cuts(y0, y1, width)
        before: tuple[float, FacadeStyle] | None = None
        for k, (a, b) in enumerate(itertools.pairwise(cuts)):
            ends = ("W" if along_x else "S") * (k == 0) + ("E" if along_x else "N") * (k == len(cuts) - 2)
            visible = "".join(side for side in seen if side in ("NS" if along_x else "EW") or side in ends)
            style, tall = random_style(self.layout, ground_floor), self.between(*height)
            plot = (a, y0, b, y1) if along_x else (x0, a, x1, b)
            self.build(plot, seen=visible, height=tall, style=style, far=far)
            if before is not None:
                self._party_wall(a, (y0, y1) if along_x else (x0, x1), before, (tall, style), along_x)
            before = tall, style

    def _cuts(self, start: float, end: float, width: tuple[float, float]) -> list[float]:
        """Party walls of a terrace: random widths that fill it."""
        cuts = [start]
        while end - cuts[-1] > width[1] * 1.4:
            cuts.append(cuts[-1] + self.between(*width))
        return [*cuts, end]

    def _party_wall(
        self, at: float, span: Spot, first: tuple[float, FacadeStyle], second: tuple[float, FacadeStyle], along_x: bool
    ) -> None:
        """The bare side of the taller of two neighbours, above the lower one's roof."""
        low, high = sorted((first[0], second[0]))
        if high - low < 0.3:
            return
        rising = first[0] > second[0]
        wall = gable(self.looks(), span[1] - span[0], low, high, first[1] if rising else second[1])
        if along_x:
            self.add(wall, at, span[0] if rising else span[1], 0.0 if rising else math.pi)
        else:
            self.add(wall, span[1] if rising else span[0], at, math.pi / 2 if rising else -math.pi / 2)

    def surround(self, margin: float = 7.0) -> None:
        """Close the view: plain buildings all round the map, just outside it."""
        x, y = self.half_x, self.half_y
        wide = {"far": True, "width": (11.0, 18.0)}
        self.terrace((-x - margin, y, x + margin, y + margin), seen="S", **wide)  # type: ignore[arg-type]
        self.terrace((-x - margin, -y - margin, x + margin, -y), seen="N", **wide)  # type: ignore[arg-type]
        self.terrace((x, -y, x + margin, y), seen="W", **wide)  # type: ignore[arg-type]
        self.terrace((-x - margin, -y, -x, y), seen="E", **wide)  # type: ignore[arg-type]

    # ---------------------------------------------------------------- plants

    def tree(
        self, x: float, y: float, *, species: str | None = None, height: float = 7.0, pit: Surface | None = None
    ) -> None:
        """A tree, in a square pit of soil where the ground is paved."""
        kind = species or tuple(SPECIES)[self.pick(len(SPECIES))]
        tall = height * self.between(0.85, 1.15)
        plant = tree(self.looks(), height_m=tall, crown_m=0.31 * tall, species=kind)
        self.add(plant, x, y, self.between(0.0, 6.28))
        if pit is not None:
            self.plan.rectangle(pit, x - 0.6, y - 0.6, x + 0.6, y + 0.6)

    def hedge(self, a: Spot, b: Spot, *, height: float = 0.9, depth: float = 0.6) -> None:
        """A clipped hedge from a to b."""
        length = math.dist(a, b)
        self.along(hedge(self.looks(), length_m=length, height_m=height, depth_m=depth, detail=0.75), a, b)

    def bed(self, x: float, y: float, length: float, depth: float, yaw: float = 0.0, *, planted: float = 0.5) -> None:
        """A raised bed with shrubs."""
        self.add(raised_bed(self.looks(), length, depth, self.between(0.42, 0.55), planted=planted), x, y, yaw)

    def meadow(self, x0: float, y0: float, x1: float, y1: float, *, density: float = 40.0) -> None:
        """Blades of grass over a rectangle of lawn."""
        blades = grass_tufts(self.looks(), length_m=x1 - x0, width_m=y1 - y0, density=density)
        self.add(blades, (x0 + x1) / 2, (y0 + y1) / 2, z=0.02)

    # ---------------------------------------------------------------- walls

    def wall(self, a: Spot, b: Spot, height: float = 0.45) -> None:
        """A low stone wall from a to b."""
        self.along(low_wall(self.looks(), length_m=math.dist(a, b), height_m=height), a, b)

    def rail(self, a: Spot, b: Spot) -> None:
        """Iron railings from a to b."""
        self.along(railing(self.looks(), length_m=math.dist(a, b)), a, b)

    def hoarding(self, a: Spot, b: Spot, height: float = 2.1) -> None:
        """A boarded fence from a to b."""
        self.along(hoarding(self.looks(), math.dist(a, b), height), a, b)

    # ---------------------------------------------------------------- streets

    def kerb_line(self, points: Sequence[Spot], *, drop: float = ROAD_DROP_M) -> None:
        """Kerb stones along a polyline; the carriageway lies to its right."""
        seen = [s for a, b in itertools.pairwise(points) for s in kerb(a, b, drop=drop)]
        seen.extend(self._gutter_leaves(a, b, drop) for a, b in itertools.pairwise(points) if math.dist(a, b) > 1.0)
        self.add(Part(surfels=tuple(seen)))

    def _gutter_leaves(self, a: Spot, b: Spot, drop: float) -> Surfels:
        """Leaves and scraps that have gathered below the kerb."""
        rng, length = self.looks(), math.dist(a, b)
        count = int(7 * length)
        along = length * value_noise(count * rng.random(count) * 0.4, np.zeros(count), self.built)
        out = 0.03 + 0.22 * rng.random(count) ** 2
        dx, dy = (b[0] - a[0]) / length, (b[1] - a[1]) / length
        return fallen_leaves(rng, a[0] + along * dx + out * dy, a[1] + along * dy - out * dx, -drop)

    def string_lights(self, a: Spot, b: Spot, height: float) -> None:
        """A wire with bulbs that hangs between two points above everybody's head."""
        share = np.linspace(0.0, 1.0, 13)
        sag = 0.05 * math.dist(a, b) * 4 * share * (1 - share)
        line = np.stack([a[0] + share * (b[0] - a[0]), a[1] + share * (b[1] - a[1]), height - sag], axis=1)
        wire = bent_rod(line, 0.009, (0.02, 0.02, 0.02), spacing=0.5)
        hung = max(2, int(math.dist(a, b) / 0.55))
        at = (np.arange(hung) + 0.5) / hung
        bulbs = np.stack([np.interp(at, share, line[:, k]) for k in range(3)], axis=1) - np.array([0.0, 0.0, 0.07])
        glow = surfels(bulbs, (1, 0, 0), (0, 1, 0), (0.035, 0.035, 0.045), (0.9, 0.8, 0.6), 0.97, GLOW)
        lamps = tuple(Lamp(float(x), float(y), float(z), 0.10) for x, y, z in bulbs[:: max(1, hung // 3)])
        self.add(Part(surfels=(wire, glow), lamps=lamps))

    def parked_cars(self, a: Spot, b: Spot, *, share: float = 0.7, gap: float = 5.6) -> None:
        """Cars parked bumper to bumper from a to b, some places empty; they stand at the level of the carriageway."""
        length, yaw = math.dist(a, b), math.atan2(b[1] - a[1], b[0] - a[0])
        for k in range(int(length / gap)):
            if not self.chance(share):
                continue
            s = (k + 0.5) * gap + self.between(-0.25, 0.25)
            shape = "van" if self.chance(0.12) else CARS[self.pick(len(CARS))]
            body = van(self.looks()) if shape == "van" else car(self.looks(), shape=shape)
            turn = yaw + (math.pi if self.chance(0.3) else 0.0)
            self.add(body, a[0] + s * math.cos(yaw), a[1] + s * math.sin(yaw), turn, z=-ROAD_DROP_M)

    def dashes(self, a: Spot, b: Spot, *, dash: float = 2.0, gap: float = 2.5) -> None:
        """A broken line on the carriageway between two points on one axis."""
        along_x = abs(b[0] - a[0]) > abs(b[1] - a[1])
        start, end = (min(a[0], b[0]), max(a[0], b[0])) if along_x else (min(a[1], b[1]), max(a[1], b[1]))
        seen = []
        while start < end - dash:
            if along_x:
                seen.append(paint(start, a[1] - 0.06, start + dash, a[1] + 0.06, level=-ROAD_DROP_M))
            else:
                seen.append(paint(a[0] - 0.06, start, a[0] + 0.06, start + dash, level=-ROAD_DROP_M))
            start += dash + gap
        self.add(Part(surfels=tuple(seen)))

    def zebra(self, x0: float, y0: float, x1: float, y1: float, *, bars_along_x: bool) -> None:
        """Zebra bars over a rectangle of raised carriageway; the bars lie along the direction of the traffic."""
        seen = []
        low, high = (y0, y1) if bars_along_x else (x0, x1)
        at = low + 0.25
        while at + 0.45 <= high:
            bar = (x0 + 0.1, at, x1 - 0.1, at + 0.45) if bars_along_x else (at, y0 + 0.1, at + 0.45, y1 - 0.1)
            seen.append(paint(*bar))
            at += 0.95
        self.add(Part(surfels=tuple(seen)))

    # ---------------------------------------------------------------- small things

    def fits(self, part: Part, x: float, y: float, yaw: float, gap: float = 0.05) -> bool:
        """Whether a part would stand free of everything placed so far (by upright boxes around solids)."""
        outline = np.concatenate([solid.vertices for solid in part.moved(x, y, 0.0, yaw).solids])
        low, high = outline.min(axis=0)[:2] + gap, outline.max(axis=0)[:2] - gap
        for other in self.parts:
            for solid in other.solids:
                apart = (solid.vertices[:, :2].min(axis=0) > high) | (solid.vertices[:, :2].max(axis=0) < low)
                if not apart.any():
                    return False
        return True

    def clutter(self, a: Spot, b: Spot, *, kinds: Sequence[str], per_m: float = 0.12) -> None:
        """Things with their backs to a wall that runs from a to b, the open side to its right."""
        length, yaw = math.dist(a, b), math.atan2(b[1] - a[1], b[0] - a[0])
        for _ in range(int(length * per_m + self.between(0.0, 1.0))):
            part = AT_WALLS[kinds[self.pick(len(kinds))]](self.looks())
            back = -min(float(solid.vertices[:, 0].min()) for solid in part.solids)
            s, out = self.between(0.6, max(length - 0.6, 0.7)), back + 0.04
            x = a[0] + s * math.cos(yaw) + out * math.sin(yaw)
            y = a[1] + s * math.sin(yaw) - out * math.cos(yaw)
            if self.fits(part, x, y, yaw - math.pi / 2):
                self.add(part, x, y, yaw - math.pi / 2)

    def clutter_round(self, bounds: Bounds, *, kinds: Sequence[str], per_m: float = 0.12) -> None:
        """Things against all four outer walls of a house."""
        x0, y0, x1, y1 = bounds
        corners = [(x0, y0), (x1, y0), (x1, y1), (x0, y1), (x0, y0)]
        for a, b in itertools.pairwise(corners):
            self.clutter(a, b, kinds=kinds, per_m=per_m)

    def people(self, a: Spot, b: Spot, count: int) -> None:
        """People along a line that no robot reaches: scenery that never moves, with a body all the same."""
        names = tuple(PEDESTRIANS)
        for _ in range(count):
            rng = self.looks()
            who = posed_figure(figure(names[int(rng.random() * len(names))]), 6.28 * rng.random(), 0.6 * rng.random())
            share = self.between(0.0, 1.0)
            x, y = a[0] + share * (b[0] - a[0]), a[1] + share * (b[1] - a[1])
            along = math.atan2(b[1] - a[1], b[0] - a[0]) + math.pi * self.pick(2)
            body = prism_solid((0.0, 0.0, 0.0), 0.26, 1.7, 8)
            self.add(Part(surfels=(who,), solids=(body,)), x, y, along + self.between(-0.4, 0.4))

    def stains(self, count: int = 12) -> None:
        """Spills and drips on the walkable ground."""
        for _ in range(count):
            x, y = self.between(-0.8, 0.8) * self.half_x, self.between(-0.8, 0.8) * self.half_y
            if self.plan.surfaces[self.plan.at(np.array([x]), np.array([y]))[0]].walkable:
                self.add(stain(self.looks()), x, y)

    def litter(self, count: int = 700) -> None:
        """Fallen leaves and scraps on the walkable ground."""
        rng = self.looks()
        x, y = ((2 * rng.random(6 * count) - 1) * half for half in (self.half_x, self.half_y))
        walkable = np.array([surface.walkable for surface in self.plan.surfaces])[self.plan.at(x, y)]
        self.add(Part(surfels=(fallen_leaves(rng, x[walkable][:count], y[walkable][:count]),)))

    def lids(self, lid: Surface, count: int = 4) -> None:
        """Iron lids let into the walkable ground."""
        laid = 0
        for _ in range(60):
            x, y = self.between(-0.8, 0.8) * self.half_x, self.between(-0.8, 0.8) * self.half_y
            if laid < count and self.plan.surfaces[self.plan.at(np.array([x]), np.array([y]))[0]].walkable:
                self.plan.disc(lid, x, y, 0.34)
                laid += 1
