"""Obstacle types: what stands in the way in the ``obstacle`` tasks, as body and as look.

A third of the types is ``embedded_only``: they occur in the 26 embedded scenes and never in training.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from navbench_gs.catalogue import barriers, containers, seats
from navbench_gs.catalogue.body import Body, BoxBody, CylinderBody, standing_box, standing_cylinder
from navbench_gs.domain.episode import ObstaclePlacement
from navbench_gs.domain.streams import stream
from navbench_gs.errors import UnknownNameError
from navbench_gs.splats.surfels import Surfels

Look = Callable[[np.random.Generator, int, float], Surfels]
"""(rng, variant, spacing in metres) -> surfels in the object's frame."""
LOOK_VARIANTS = 6
"""Look seeds are taken modulo this."""
SPACING_M = 0.05


@dataclass(frozen=True)
class ObstacleType:
    """One kind of obstacle, in its own frame: base at z = 0, front along +x."""

    name: str
    title: str
    look: Look
    bodies: tuple[Body, ...]
    embedded_only: bool = False

    @property
    def radius_m(self) -> float:
        """Radius of the circle about the origin that holds the footprint of all bodies."""
        return max(body.reach_m for body in self.bodies)

    @property
    def height_m(self) -> float:
        """Height of the highest body above the ground."""
        return max(body.top_m for body in self.bodies)


def span_box(x: tuple[float, float], half_y: float, z: tuple[float, float], y: float = 0.0) -> BoxBody:
    """A box from x[0] to x[1] and z[0] to z[1], ``half_y`` to both sides of ``y``, metres."""
    half = ((x[1] - x[0]) / 2.0, half_y, (z[1] - z[0]) / 2.0)
    return BoxBody(half, ((x[0] + x[1]) / 2.0, y, (z[0] + z[1]) / 2.0))


OBSTACLES: dict[str, ObstacleType] = {
    kind.name: kind
    for kind in (
        ObstacleType("bin", "litter bin", containers.litter_bin, (standing_cylinder(0.255, 0.92),)),
        ObstacleType(
            "wheelie_bin",
            "wheeled rubbish bin",
            containers.wheelie_bin,
            (span_box((-0.27, 0.24), 0.24, (0.0, 0.5)), span_box((-0.30, 0.28), 0.28, (0.5, 1.06))),
        ),
        ObstacleType("crate", "wooden crate", containers.crate, (standing_box(0.596, 0.596, 0.60),)),
        ObstacleType("pallet", "stack of pallets", containers.pallet, (standing_box(1.19, 0.81, 0.43),)),
        ObstacleType(
            "boxes",
            "cardboard boxes",
            containers.cardboard_boxes,
            (
                span_box((-0.24, 0.22), 0.20, (0.0, 0.38), y=-0.21),
                span_box((-0.20, 0.22), 0.20, (0.0, 0.32), y=0.20),
                span_box((-0.19, 0.19), 0.22, (0.385, 0.645), y=-0.05),
            ),
        ),
        ObstacleType(
            "planter",
            "planter with a shrub",
            containers.planter,
            (
                standing_box(0.55, 0.55, 0.25),
                span_box((-0.29, 0.29), 0.29, (0.25, 0.5)),
                CylinderBody(0.27, 0.4, (0, 0, 0.7)),
            ),
        ),
        ObstacleType(
            "rubbish_bags",
            "rubbish bags",
            containers.rubbish_bags,
            (
                standing_cylinder(0.24, 0.47, x=-0.16, y=-0.17),
                standing_cylinder(0.22, 0.44, x=-0.12, y=0.21),
                standing_cylinder(0.23, 0.46, x=0.19, y=0.02),
            ),
            embedded_only=True,
        ),
        ObstacleType(
            "suitcase",
            "trolley case",
            containers.suitcase,
            (standing_box(0.26, 0.46, 0.70), span_box((-0.12, -0.08), 0.11, (0.7, 0.98))),
            embedded_only=True,
        ),
        ObstacleType(
            "shopping_cart",
            "shopping cart",
            containers.shopping_cart,
            (span_box((-0.42, 0.43), 0.26, (0.0, 0.92)), span_box((-0.46, -0.36), 0.27, (0.88, 1.0))),
            embedded_only=True,
        ),
        ObstacleType(
            "cone",
            "traffic cone",
            barriers.cone,
            (
                standing_box(0.38, 0.38, 0.04),
                CylinderBody(0.125, 0.26, (0, 0, 0.13)),
                CylinderBody(0.09, 0.22, (0, 0, 0.37)),
                CylinderBody(0.05, 0.22, (0, 0, 0.59)),
            ),
        ),
        ObstacleType("bollard", "bollard", barriers.bollard, (standing_cylinder(0.105, 0.99),)),
        ObstacleType(
            "barrier",
            "road-works barrier",
            barriers.barrier,
            (
                span_box((-0.055, 0.02), 0.80, (0.31, 0.95)),
                *(span_box((-0.26, 0.26), 0.06, (0.0, 0.06), y=y) for y in (-0.66, 0.66)),
                *(span_box((-0.055, -0.015), 0.025, (0.06, 0.31), y=y) for y in (-0.66, 0.66)),
            ),
        ),
        ObstacleType(
            "sign_board",
            "pavement sign board",
            barriers.sign_board,
            tuple(
                span_box((-reach, reach), 0.30, (z, z + 0.232))
                for reach, z in ((0.23, 0.0), (0.17, 0.232), (0.11, 0.464), (0.06, 0.696))
            ),
            embedded_only=True,
        ),
        ObstacleType(
            "hydrant",
            "fire hydrant",
            barriers.hydrant,
            (
                standing_cylinder(0.16, 0.06),
                standing_cylinder(0.12, 0.745),
                span_box((0.1, 0.185), 0.08, (0.30, 0.46)),
                span_box((-0.055, 0.055), 0.185, (0.32, 0.44)),
            ),
            embedded_only=True,
        ),
        ObstacleType(
            "bench",
            "park bench",
            seats.bench,
            (
                span_box((-0.20, 0.21), 0.75, (0.40, 0.45)),
                span_box((-0.28, -0.20), 0.75, (0.45, 0.84)),
                *(span_box((-0.27, 0.21), 0.025, (0.0, 0.64), y=y) for y in (-0.63, 0.63)),
            ),
        ),
        ObstacleType(
            "chair",
            "café chair",
            seats.chair,
            (
                span_box((-0.21, 0.21), 0.21, (0.43, 0.47)),
                span_box((-0.26, -0.19), 0.20, (0.47, 0.88)),
                *(standing_cylinder(0.02, 0.45, x=x, y=y) for x in (-0.185, 0.185) for y in (-0.19, 0.19)),
            ),
        ),
        ObstacleType(
            "bicycle",
            "parked bicycle",
            seats.bicycle,
            (
                span_box((-0.86, 0.86), 0.05, (0.0, 0.72)),
                span_box((-0.40, 0.40), 0.07, (0.72, 0.99)),
                span_box((0.22, 0.38), 0.29, (0.96, 1.03)),
                span_box((-0.22, 0.06), 0.11, (0.18, 0.40)),
                span_box((-0.76, -0.36), 0.07, (0.70, 0.77)),
                span_box((0.38, 0.62), 0.16, (0.82, 1.02)),
            ),
        ),
        ObstacleType(
            "scooter",
            "electric kick scooter",
            seats.scooter,
            (
                span_box((-0.56, 0.57), 0.085, (0.0, 0.24)),
                span_box((0.32, 0.46), 0.04, (0.24, 0.60)),
                span_box((0.26, 0.40), 0.04, (0.60, 1.13)),
                span_box((0.24, 0.31), 0.25, (1.08, 1.14)),
            ),
            embedded_only=True,
        ),
    )
}


def obstacle_named(name: str) -> ObstacleType:
    """The type of that name.

    Raises:
        UnknownNameError: there is none; the closest name is offered.
    """
    if name not in OBSTACLES:
        raise UnknownNameError("obstacle type", name, OBSTACLES)
    return OBSTACLES[name]


def footprint(placement: ObstaclePlacement) -> tuple[float, float, float]:
    """The disc that holds an obstacle: world x, y of its centre and its radius, metres.

    Raises:
        UnknownNameError: there is no such obstacle type.
    """
    return placement.pose[0], placement.pose[1], obstacle_named(placement.kind).radius_m


@lru_cache(maxsize=512)
def obstacle_variant(name: str, variant: int, spacing_m: float) -> Surfels:
    """Surfels of one variant of a type; the arrays are shared, never write to them."""
    rng = stream("catalogue", "obstacle", name, variant)
    return obstacle_named(name).look(rng, variant, spacing_m)


def obstacle_look(kind: str, look_seed: int = 0, *, detail: float = 1.0) -> Surfels:
    """How an obstacle looks, in its own frame; cached. ``look_seed`` picks colours and wear, modulo 6.

    ``detail`` below 1 spaces the surfels farther apart. Raises UnknownNameError for an unknown ``kind``.
    """
    return obstacle_variant(kind, look_seed % LOOK_VARIANTS, SPACING_M / detail)
