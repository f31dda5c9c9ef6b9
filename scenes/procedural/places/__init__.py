"""Kinds of place: one file each, a pure function of the seed."""

from __future__ import annotations

from collections.abc import Callable

from navbench_gs.errors import UnknownNameError
from scenes.procedural.places.alley import alley
from scenes.procedural.places.campus import campus
from scenes.procedural.places.crossing import crossing
from scenes.procedural.places.market import market
from scenes.procedural.places.park import park
from scenes.procedural.places.plaza import plaza
from scenes.procedural.places.sidewalk import sidewalk
from scenes.procedural.places.station import station
from scenes.procedural.site import Site

PLACES: dict[str, Callable[[int], Site]] = {
    place.__name__: place for place in (sidewalk, plaza, alley, park, crossing, campus, station, market)
}
RESERVED = frozenset({"station", "market"})
"""Places that occur only in the embedded suite: never while tuning or training."""


def lay_out(place: str, seed: int) -> Site:
    """The site of a place type and a seed; the same on every call and machine.

    Raises:
        UnknownNameError: there is no such place type.
    """
    if place not in PLACES:
        raise UnknownNameError("place type", place, PLACES)
    return PLACES[place](seed)
