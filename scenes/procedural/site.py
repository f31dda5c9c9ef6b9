"""Site: the drawing board on which a place is laid out."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from navbench_gs.domain.streams import stream
from scenes.procedural.buildings import FacadeStyle, building, random_style
from scenes.procedural.ground import GroundPlan, Surface, kerb
from scenes.procedural.materials import flat_black
from scenes.procedural.part import Part
from scenes.procedural.sky import SKIES, Sky

UNDER_BUILDINGS = Surface("building", flat_black, walkable=False, bare=True)
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
