"""Perturbation: a named disturbance of the robot's camera, with a strength in physical units."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Literal, NamedTuple

from navbench_gs.domain.record import Record
from navbench_gs.errors import InvalidRecordError

Kind = Literal["camera_height", "camera_yaw", "haze", "blur", "exposure", "noise"]


class Dial(NamedTuple):
    """What the strength of one kind means, and how far it goes."""

    unit: str
    low: float
    high: float


DIALS: dict[Kind, Dial] = {
    "camera_height": Dial("metres added to the camera's height", -0.4, 1.5),
    "camera_yaw": Dial("degrees the camera is turned to the left", -45.0, 45.0),
    "haze": Dial("extinction per metre", 0.0, 1.0),
    "blur": Dial("sigma in pixels of a picture 160 wide", 0.0, 10.0),
    "exposure": Dial("stops", -4.0, 4.0),
    "noise": Dial("sigma at white in 8-bit levels", 0.0, 64.0),
}
"""Every kind, in the order in which light meets them: mount, air, lens, shutter, sensor. Also the order of names."""


class Perturbation(Record):
    """One kind at one strength; never of strength zero."""

    kind: Kind
    strength: float

    @property
    def text(self) -> str:
        """``haze:0.05``."""
        return f"{self.kind}:{self.strength:g}"


def parsed_perturbations(text: str) -> tuple[Perturbation, ...]:
    """The perturbations of a text such as ``haze:0.05,exposure:-1``, in the order of ``DIALS``; none of an empty one.

    Raises:
        InvalidRecordError: a kind is unknown or named twice, or a strength is no number, zero or out of range; the
            message names every kind with its unit and range.
    """
    found: dict[str, Perturbation] = {}
    for part in filter(None, (part.strip() for part in text.split(","))):
        perturbation = _parsed(part)
        if perturbation.kind in found:
            raise InvalidRecordError(f"perturbation '{perturbation.kind}' is given twice; give each kind once")
        found[perturbation.kind] = perturbation
    return tuple(found[kind] for kind in DIALS if kind in found)


def perturbations_text(perturbations: Iterable[Perturbation]) -> str:
    """The name of a variant: equal sets of perturbations have equal names, no perturbation the empty one."""
    return ",".join(perturbation.text for perturbation in perturbations)


def canonical_perturbations(text: str) -> str:
    """The one text that every way of writing the same perturbations leads to. Raises as the parser does."""
    return perturbations_text(parsed_perturbations(text))


def _parsed(part: str) -> Perturbation:
    name, _, number = part.partition(":")
    for kind, dial in DIALS.items():
        if kind == name:
            try:
                strength = float(f"{float(number):g}")
            except ValueError:
                raise InvalidRecordError(f"perturbation '{part}' has no strength: {_choices()}") from None
            if not (math.isfinite(strength) and dial.low <= strength <= dial.high and strength != 0.0):
                raise InvalidRecordError(f"perturbation '{part}' is zero or out of range: {_choices()}")
            return Perturbation(kind=kind, strength=strength)
    raise InvalidRecordError(f"unknown perturbation '{part}': {_choices()}")


def _choices() -> str:
    ranges = (f"{kind} ({dial.unit}, {dial.low:g} to {dial.high:g})" for kind, dial in DIALS.items())
    return f"write KIND:STRENGTH with a KIND of {'; '.join(ranges)}"
