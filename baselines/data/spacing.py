"""The length that one unit of a data set's waypoints stands for: about one step of its robot at 4 Hz."""

from __future__ import annotations

PUBLISHED_M = {
    "recon": 0.25,
    "scand": 0.38,
    "tartan_drive": 0.72,
    "go_stanford": 0.12,
    "cory_hall": 0.06,
    "seattle": 0.35,
    "racer": 0.38,
    "sacson": 0.255,
}
"""Metres, by the name of the data set's folder, as in the published configuration."""
RECORDED_M = 0.25
"""Drives recorded here cruise at 1 m/s; also where a data set is unknown and nothing is said."""


def spacing_of(name: str) -> float:
    """Metres of one unit in the data set of that name."""
    return PUBLISHED_M.get(name, RECORDED_M)
