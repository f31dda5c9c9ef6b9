"""What a row says of the support of the pictures."""

from dataclasses import replace

import numpy as np

from navbench_gs.domain.rules import RULES_V0
from navbench_gs.metrics.score import score

DRAWING = {"tick_s": 0.05, "goal": [10, 0], "geodesic_m": 10, "drive": [[0, 0, 0, 0], [1, 1, 0, 0]], "ended": "fallen"}

SUPPORT = {"support_mean", "support_min", "camera_distance_mean_m", "camera_distance_max_m"}


def test_mean_and_worst_are_over_the_decisions(draw):
    trajectory, episode = draw(DRAWING)
    blind = score(trajectory, episode, RULES_V0)
    assert (blind.support_mean, blind.support_min) == (None, None)
    seen = replace(trajectory, support=np.array([1.0, 0.5, 0.9, 0.8, 0.8]))
    scored = score(seen, episode, RULES_V0)
    assert (scored.support_mean, scored.support_min) == (0.8, 0.5)
    assert (scored.camera_distance_mean_m, scored.camera_distance_max_m) == (None, None)
    known = score(replace(seen, camera_distance_m=np.array([1.0, 2.0, 3.0, 4.0, 5.0])), episode, RULES_V0)
    assert (known.camera_distance_mean_m, known.camera_distance_max_m) == (3.0, 5.0)
    assert known.model_dump(exclude=SUPPORT) == blind.model_dump(exclude=SUPPORT)
