"""The minimum detectable difference: what gap between two agents this many scenes can show at all."""

from __future__ import annotations

import math

LEVEL, POWER = 0.05, 0.8


def minimum_detectable_difference(scene_sd: float, scenes: int) -> float | None:
    """The true difference that a paired two-sided test at 5 % finds with 80 % chance; None if nothing is known.

    ``(t(0.975, S - 1) + t(0.8, S - 1)) * sd / sqrt(S)``, the usual formula for a mean of S scene differences.

    Args:
        scene_sd: standard deviation of the scene differences of two agents.
        scenes: how many scenes both drove.
    """
    from scipy.stats import t

    if scenes < 2 or not math.isfinite(scene_sd) or scene_sd <= 0.0:
        return None
    quantiles = t.ppf([1.0 - LEVEL / 2.0, POWER], scenes - 1)
    return float(quantiles.sum()) * scene_sd / math.sqrt(scenes)
