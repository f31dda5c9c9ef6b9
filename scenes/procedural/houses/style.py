"""How a house looks: its style, and where its facade has windows, shop fronts and doors.

Facade frame: the wall lies in the plane x = 0, runs along y from 0 to its width, z is up, the outside is +x.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class FacadeStyle:
    """How a facade looks."""

    wall: str = "plaster"
    """``brick``, ``plaster`` or ``concrete``."""
    tone: tuple[float, float, float] = (0.58, 0.50, 0.38)
    frame: tuple[float, float, float] = (0.72, 0.71, 0.68)
    ground_floor: str = "windows"
    """``windows``, ``shop``, ``arcade`` (tall glass) or ``blank``."""
    window: tuple[float, float] = (1.15, 1.6)
    storey_m: float = 3.1
    bay_m: float = 2.5
    accent: tuple[float, float, float] = (0.40, 0.06, 0.05)
    awnings: bool = False
    plinth: bool = True
    roof: str = "flat"
    """``flat`` or ``tiled``: a pitched roof rising from the eaves."""
    lit: float = 0.0
    """Share of the windows with light behind them."""


@dataclass(frozen=True)
class Opening:
    """A hole in a wall, facade frame, metres."""

    y: float
    z: float
    width: float
    height: float
    kind: str
    """``window``, ``shop``, ``hall`` (tall glass before a deep room) or ``door``."""


def facade_openings(rng: np.random.Generator, width: float, height: float, style: FacadeStyle) -> list[Opening]:
    """Where a facade has windows, shop fronts and its door."""
    openings: list[Opening] = []
    bays = max(1, round(width / style.bay_m))
    bay = width / bays
    ground_m = 3.7 if style.ground_floor in ("shop", "arcade") else style.storey_m
    door_bay = int(rng.random() * bays)
    if width < 1.8:
        return openings
    for b in range(bays):
        openings.extend(_ground_floor_opening(b * bay, bay, b == door_bay, style))
    z = ground_m
    window_w, window_h = min(style.window[0], bay - 0.5), style.window[1]
    while z + style.storey_m <= height - 0.25:
        openings.extend(
            Opening(b * bay + (bay - window_w) / 2, z + 0.95, window_w, window_h, "window") for b in range(bays)
        )
        z += style.storey_m
    return openings


def _ground_floor_opening(y: float, bay: float, is_door: bool, style: FacadeStyle) -> list[Opening]:
    if style.ground_floor == "blank":
        return []
    if is_door:
        door_w = min(1.1, bay - 0.4)
        return [Opening(y + (bay - door_w) / 2, 0.02, door_w, 2.3, "door")]
    if style.ground_floor == "shop":
        shop_w = bay * 0.84
        return [Opening(y + (bay - shop_w) / 2, 0.45, shop_w, 2.45, "shop")]
    if style.ground_floor == "arcade":
        shop_w = bay * 0.78
        return [Opening(y + (bay - shop_w) / 2, 0.15, shop_w, 3.1, "hall")]
    window_w = min(style.window[0], bay - 0.5)
    return [Opening(y + (bay - window_w) / 2, 0.95, window_w, style.window[1] - 0.1, "window")]


def random_style(rng: np.random.Generator, ground_floor: str | None = None) -> FacadeStyle:
    """A facade style of a European street, drawn at random."""
    walls: list[tuple[str, tuple[float, float, float]]] = [
        ("plaster", (0.58, 0.50, 0.38)), ("plaster", (0.52, 0.53, 0.52)), ("plaster", (0.60, 0.44, 0.33)),
        ("plaster", (0.62, 0.58, 0.50)), ("plaster", (0.44, 0.50, 0.52)), ("brick", (0.36, 0.15, 0.10)),
        ("brick", (0.40, 0.24, 0.15)), ("brick", (0.33, 0.13, 0.095)), ("brick", (0.44, 0.36, 0.26)),
        ("concrete", (0.42, 0.415, 0.40)), ("concrete", (0.36, 0.36, 0.37)),
    ]  # fmt: skip
    accents = [(0.40, 0.05, 0.045), (0.05, 0.2, 0.12), (0.06, 0.11, 0.3), (0.46, 0.29, 0.06), (0.06, 0.06, 0.065)]
    wall, tone = walls[int(rng.random() * len(walls))]
    floor = ground_floor or ("windows", "shop", "windows", "shop", "arcade")[int(rng.random() * 5)]
    return FacadeStyle(
        wall=wall,
        tone=tone,
        frame=(0.72, 0.71, 0.68) if rng.random() < 0.6 else (0.06, 0.06, 0.065),
        ground_floor=floor,
        window=(0.95 + 0.4 * rng.random(), 1.45 + 0.35 * rng.random()),
        storey_m=2.95 + 0.5 * rng.random(),
        bay_m=2.2 + 0.9 * rng.random(),
        accent=accents[int(rng.random() * len(accents))],
        awnings=rng.random() < 0.5,
        roof="tiled" if wall != "concrete" and rng.random() < 0.5 else "flat",
    )
