"""Contact shadows: the sky that an actor hides from the ground it stands on, as small dark spots lying on it.

A shadow is made of many spots, because a splat is sorted against the ground by its centre alone.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from navbench_gs.catalogue.body import Body
from navbench_gs.splats.surfels import Surfels, surfels

GOLDEN_ANGLE = math.pi * (3.0 - math.sqrt(5.0))
"""Turn between neighbouring points of a sunflower; also keeps pedestrians out of step."""
SHADOW_SPOTS, SHADOW_OPACITY, SHADOW_LIFT_M = 24, 0.35, 0.02
SPOT_STEP_M, SPOT_SIGMA, PENUMBRA_M = 0.07, 0.75, 0.05
"""Grid of the spots under an obstacle, their standard deviation over its step, how far they reach beyond a body."""
FADING_M = 0.8
"""Height of a body's underside at which its shadow has faded."""


def contact_shadow(radius_m: float) -> Surfels:
    """A soft dark disc on the ground around the origin."""
    index = np.arange(SHADOW_SPOTS) + 0.5
    distance = radius_m * np.sqrt(index / SHADOW_SPOTS)
    angle = GOLDEN_ANGLE * index
    centres = np.stack([distance * np.cos(angle), distance * np.sin(angle), np.full_like(angle, SHADOW_LIFT_M)], axis=1)
    sigma = radius_m / math.sqrt(SHADOW_SPOTS)
    return surfels(centres, (1, 0, 0), (0, 1, 0), (sigma, sigma, 0.004), (0, 0, 0), SHADOW_OPACITY)


def body_shadow(bodies: Sequence[Body]) -> Surfels:
    """Spots under the outlines of bodies and a little beyond, fainter the higher a body hangs over the ground."""
    reach = max(body.reach_m for body in bodies) + PENUMBRA_M
    ticks = np.arange(-math.ceil(reach / SPOT_STEP_M), math.ceil(reach / SPOT_STEP_M) + 1) * SPOT_STEP_M
    x, y = (axis.ravel() for axis in np.meshgrid(ticks, ticks, indexing="ij"))
    depth = np.zeros(len(x))
    for body in bodies:
        gap = body.distance(np.stack([x, y, np.full_like(x, body.centre[2])], axis=1))
        near = np.clip(1.0 - gap / PENUMBRA_M, 0.0, 1.0)
        depth = np.maximum(depth, near * max(0.0, 1.0 - underside_m(body) / FADING_M))
    dark = depth > 0.05
    centres = np.stack([x[dark], y[dark], np.full(int(dark.sum()), SHADOW_LIFT_M)], axis=1)
    sigma = SPOT_SIGMA * SPOT_STEP_M
    return surfels(centres, (1, 0, 0), (0, 1, 0), (sigma, sigma, 0.004), (0, 0, 0), SHADOW_OPACITY * depth[dark])


def underside_m(body: Body) -> float:
    """Height of the lowest point of a body above the ground."""
    return max(0.0, 2.0 * body.centre[2] - body.top_m)
