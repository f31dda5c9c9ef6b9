"""Speed of an import, episodes and pictures aside: a million Gaussians to ground, structure and walkable grid."""

from __future__ import annotations

import numpy as np

from scenes.importers.alignment import ScaleHints
from scenes.importers.capture import alignment_of, make_place, terrain_of
from scenes.importers.options import CaptureOptions
from scenes.importers.selection import chosen

from ..scenes.importers.courtyard import UNITS_PER_METRE, captured_courtyard


def test_a_million_gaussians_become_a_place(benchmark, sized):
    small = captured_courtyard()
    rng = np.random.default_rng(0)
    cloud = chosen(small, rng.integers(len(small), size=sized(1_000_000)))
    cloud.means[:] += (0.01 * UNITS_PER_METRE * rng.standard_normal(cloud.means.shape)).astype(np.float32)
    options = CaptureOptions(scale=ScaleHints(metres_per_unit=1.0 / UNITS_PER_METRE))

    def imported():
        return terrain_of(make_place(cloud, alignment_of(cloud, None, options).similarity, options))

    assert benchmark.pedantic(imported, rounds=2, warmup_rounds=1).grid.walkable.any()
