"""Which procedural scenes the suites hold."""

from __future__ import annotations

from navbench_gs.domain.scene import ScenePlan

EMBEDDED = {
    "sidewalk": 4, "plaza": 4, "alley": 3, "park": 3, "crossing": 3, "campus": 3, "station": 3, "market": 3,
}  # fmt: skip
"""Place type -> how many of the 26, numbered from 00."""
DEV = {"sidewalk": 2, "plaza": 2, "alley": 2, "park": 2, "crossing": 2, "campus": 2}
"""Place type -> how many of the dozen dev scenes, numbered from 50."""
FIRST_DEV = 50
FIRST_TRAINING = 1000


def suite_plans() -> list[ScenePlan]:
    """The plans of the embedded and the dev suite, in order. A scene's number is its seed."""
    plans = [_plan(place, number, "embedded") for place, count in EMBEDDED.items() for number in range(count)]
    return plans + [_plan(place, FIRST_DEV + k, "dev") for place, count in DEV.items() for k in range(count)]


def _plan(place: str, number: int, suite: str) -> ScenePlan:
    return ScenePlan(scene_id=f"{place}_{number:02d}", place=place, suite=suite, seed=number)
