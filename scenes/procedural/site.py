"""Site: the drawing board on which a place is laid out."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from navbench_gs.domain.streams import stream
from scenes.procedural.buildings import FacadeStyle, building, random_style
from scenes.procedural.ground import GroundPlan, Surface, kerb, paint
from scenes.procedural.materials import flat_black
from scenes.procedural.part import Part
from scenes.procedural.sky import SKIES, Sky
from scenes.procedural.vegetation import SPECIES, grass_tufts, hedge, tree
from scenes.procedural.vehicles import SHAPES, car, van

UNDER_BUILDINGS = Surface("building", flat_black, walkable=False, bare=True)
CARS = tuple(name for name in SHAPES if name != "van")
ROAD_DROP_M = 0.05
"""How much lower a carriageway is seen than its pavement."""


@dataclass(eq=False)
class Site:
    """A place while it is being laid out: random stream, ground plan, sky, and the parts placed so far."""

    place: str
    seed: int
    half_x: float
    half_y: float
    skies: Sequence[str] = ("clear", "noon", "hazy", "golden", "overcast")
    parts: list[Part] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.rng: np.random.Generator = stream("procedural", self.place, self.seed)
        self.plan = GroundPlan(self.half_x, self.half_y)
        self.sky: Sky = self._drawn_sky()

    def _drawn_sky(self) -> Sky:
        name = self.skies[(self.seed + self.pick(2)) % len(self.skies)]
        sky = SKIES[name]
        return replace(
            sky,
            azimuth_deg=round(self.between(0.0, 360.0), 1),
            elevation_deg=round(sky.elevation_deg + self.between(-6.0, 6.0) * (sky.elevation_deg > 20), 1),
            seed=40 + self.pick(1000),
        )

    def between(self, low: float, high: float) -> float:
        """A number drawn from [low, high)."""
        return low + (high - low) * float(self.rng.random())

    def pick(self, count: int) -> int:
        """A whole number drawn from 0 to count - 1."""
        return int(self.rng.random() * count)

    def chance(self, share: float) -> bool:
        """True with the given probability."""
        return bool(self.rng.random() < share)

    def add(self, part: Part, x: float = 0.0, y: float = 0.0, z: float = 0.0, yaw: float = 0.0) -> None:
        """Place a part."""
        self.parts.append(part.moved(x, y, z, yaw) if (x, y, z, yaw) != (0.0, 0.0, 0.0, 0.0) else part)

    def build(
        self, x0: float, y0: float, x1: float, y1: float, *, seen: str, height: float | None = None,
        style: FacadeStyle | None = None, far: bool = False,
    ) -> None:  # fmt: skip
        """Put up a building over a rectangle; no ground is seen under it."""
        tall = self.between(7.5, 14.0) if height is None else height
        look = random_style(self.rng) if style is None else style
        self.add(building(self.rng, (x0, y0, x1, y1), tall, look, seen=seen, far=far))
        self.plan.rectangle(UNDER_BUILDINGS, x0, y0, x1, y1)

    def terrace(
        self, x0: float, y0: float, x1: float, y1: float, *, seen: str, far: bool = False,
        ground_floor: str | None = None, width: tuple[float, float] = (7.0, 13.0),
    ) -> None:  # fmt: skip
        """A row of houses of different looks and heights filling a rectangle along its longer side."""
        along_x = x1 - x0 >= y1 - y0
        start, end = (x0, x1) if along_x else (y0, y1)
        cuts = self._cuts(start, end, width)
        for k, (a, b) in enumerate(itertools.pairwise(cuts)):
            gables = ("W" if along_x else "S") * (k == 0) + ("E" if along_x else "N") * (k == len(cuts) - 2)
            visible = "".join(side for side in seen if side in ("NS" if along_x else "EW") or side in gables)
            style = random_style(self.rng, ground_floor)
            box = (a, y0, b, y1) if along_x else (x0, a, x1, b)
            self.build(*box, seen=visible, style=style, far=far)

    def _cuts(self, start: float, end: float, width: tuple[float, float]) -> list[float]:
        """Party walls of a terrace: random widths that fill it."""
        cuts = [start]
        while end - cuts[-1] > width[1] * 1.4:
            cuts.append(cuts[-1] + self.between(*width))
        return [*cuts, end]

    def kerb_line(self, points: Sequence[tuple[float, float]], *, drop: float = ROAD_DROP_M) -> None:
        """Kerb stones along a polyline; the carriageway lies to its right."""
        seen = tuple(s for a, b in itertools.pairwise(points) for s in kerb(a, b, drop=drop))
        self.add(Part(surfels=seen))

    def surround(self, margin: float = 7.0) -> None:
        """Close the view: plain buildings all round the map, just outside it."""
        x, y = self.half_x, self.half_y
        self.terrace(-x - margin, y, x + margin, y + margin, seen="S", far=True, width=(11.0, 18.0))
        self.terrace(-x - margin, -y - margin, x + margin, -y, seen="N", far=True, width=(11.0, 18.0))
        self.terrace(x, -y, x + margin, y, seen="W", far=True, width=(11.0, 18.0))
        self.terrace(-x - margin, -y, -x, y, seen="E", far=True, width=(11.0, 18.0))

    def tree(
        self, x: float, y: float, *, species: str | None = None, height: float = 7.0, pit: Surface | None = None
    ) -> None:
        """A tree, in a square pit of soil where the ground is paved."""
        kind = species or tuple(SPECIES)[self.pick(len(SPECIES))]
        tall = height * self.between(0.85, 1.15)
        self.add(tree(self.rng, height_m=tall, crown_m=0.31 * tall, species=kind), x, y, 0.0, self.between(0.0, 6.28))
        if pit is not None:
            self.plan.rectangle(pit, x - 0.6, y - 0.6, x + 0.6, y + 0.6)

    def hedge(self, a: tuple[float, float], b: tuple[float, float], *, height: float = 0.9, depth: float = 0.6) -> None:
        """A clipped hedge from a to b."""
        length = math.hypot(b[0] - a[0], b[1] - a[1])
        part = hedge(self.rng, length_m=length, height_m=height, depth_m=depth, detail=0.7)
        self.add(part, (a[0] + b[0]) / 2, (a[1] + b[1]) / 2, 0.0, math.atan2(b[1] - a[1], b[0] - a[0]))

    def between_points(self, part: Part, a: tuple[float, float], b: tuple[float, float]) -> None:
        """Place a part that runs along its y axis so that it runs from a to b."""
        yaw = math.atan2(b[1] - a[1], b[0] - a[0]) - math.pi / 2
        self.add(part, (a[0] + b[0]) / 2, (a[1] + b[1]) / 2, 0.0, yaw)

    def parked_cars(
        self, a: tuple[float, float], b: tuple[float, float], *, share: float = 0.7, gap: float = 5.6
    ) -> None:
        """Cars parked bumper to bumper from a to b, some places empty; they stand at the level of the carriageway."""
        length = math.hypot(b[0] - a[0], b[1] - a[1])
        yaw = math.atan2(b[1] - a[1], b[0] - a[0])
        for k in range(int(length / gap)):
            if not self.chance(share):
                continue
            s = (k + 0.5) * gap + self.between(-0.25, 0.25)
            x, y = a[0] + s * math.cos(yaw), a[1] + s * math.sin(yaw)
            body = van(self.rng) if self.chance(0.12) else car(self.rng, shape=CARS[self.pick(len(CARS))])
            self.add(body, x, y, -ROAD_DROP_M, yaw + (math.pi if self.chance(0.3) else 0.0))

    def dashes(self, a: tuple[float, float], b: tuple[float, float], *, dash: float = 2.0, gap: float = 2.5) -> None:
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

    def meadow(self, x0: float, y0: float, x1: float, y1: float, *, density: float = 40.0) -> None:
        """Blades of grass over a rectangle of lawn."""
        blades = grass_tufts(self.rng, length_m=x1 - x0, width_m=y1 - y0, density=density)
        self.add(blades, (x0 + x1) / 2, (y0 + y1) / 2, 0.02)
