"""Kinds of ground that places are painted with."""

from __future__ import annotations

from scenes.procedural.ground import Joints, Surface
from scenes.procedural.materials import (
    asphalt,
    chequered,
    concrete,
    earth,
    grass,
    gravel,
    mottled,
    setts,
    slabs,
)
from scenes.procedural.part import FOLIAGE
from scenes.procedural.site import ROAD_DROP_M, Site

SLAB_TONES = ((0.29, 0.28, 0.26), (0.34, 0.325, 0.295), (0.24, 0.24, 0.245), (0.33, 0.285, 0.23), (0.27, 0.245, 0.23))
SLAB_SIZES = ((0.5, 0.5), (0.6, 0.4), (0.8, 0.4), (0.4, 0.4), (1.0, 0.5), (0.6, 0.6))


def paving(site: Site, name: str = "paving", *, walkable: bool = True) -> Surface:
    """Slabs of a size and stone drawn for this site."""
    size = SLAB_SIZES[site.pick(len(SLAB_SIZES))]
    tone = SLAB_TONES[site.pick(len(SLAB_TONES))]
    joints = Joints(size, tuple(0.33 * c for c in tone), bond=site.chance(0.5))  # type: ignore[arg-type]
    contrast = site.between(0.18, 0.4)
    return Surface(name, slabs(size, tone, 3 + site.pick(90), contrast), walkable, joints=joints, specks=50, cracks=2.5)


def cobbles(site: Site, name: str = "cobbles", *, walkable: bool = True) -> Surface:
    """Small stone setts."""
    tones = ((0.30, 0.29, 0.28), (0.34, 0.30, 0.26), (0.24, 0.24, 0.25))
    size = (0.12, 0.14, 0.16)[site.pick(3)]
    return Surface(
        name, setts(tones[site.pick(3)], 17 + site.pick(90), (size, size)), walkable, stones=(size, size), specks=25
    )


def brick_paving(site: Site, name: str = "bricks", *, walkable: bool = True) -> Surface:
    """Clinker bricks."""
    tones = ((0.32, 0.17, 0.12), (0.35, 0.24, 0.17), (0.27, 0.18, 0.155))
    tone = tones[site.pick(3)]
    size = (0.21, 0.105)
    return Surface(name, setts(tone, 31 + site.pick(90), size), walkable, stones=size, specks=20)


def asphalt_path(site: Site, name: str = "asphalt path", *, walkable: bool = True) -> Surface:
    """Light asphalt of footways."""
    return Surface(name, asphalt(5 + site.pick(90), 2.3), walkable, specks=90, cracks=6)


def gravel_path(site: Site, name: str = "gravel", *, walkable: bool = True) -> Surface:
    """Bound gravel of park paths."""
    tones = ((0.34, 0.29, 0.22), (0.31, 0.285, 0.25), (0.35, 0.26, 0.19))
    return Surface(name, gravel(tones[site.pick(3)], 15 + site.pick(90)), walkable, spacing=0.09, specks=110)


def concrete_floor(site: Site, name: str = "concrete", *, walkable: bool = True) -> Surface:
    """Large cast panels."""
    tone = ((0.31, 0.305, 0.295), (0.26, 0.258, 0.255), (0.35, 0.335, 0.31))[site.pick(3)]
    joints = Joints((2.0, 2.0), (0.14, 0.135, 0.13), half_width=0.01)
    return Surface(name, concrete(tone, 6 + site.pick(90), (2.0, 2.0)), walkable, joints=joints, specks=45, cracks=4)


def carriageway(site: Site, name: str = "road") -> Surface:
    """The road: seen a little lower, not for walking."""
    return Surface(
        name, asphalt(1 + site.pick(90)), walkable=False, spacing=0.10, level=-ROAD_DROP_M, specks=40, cracks=4
    )


def crossing_strip(site: Site, name: str = "crossing") -> Surface:
    """Carriageway raised flush with the pavement, for walking across."""
    return Surface(name, asphalt(1 + site.pick(90)), walkable=True, specks=80, cracks=5)


def lawn(site: Site, name: str = "lawn") -> Surface:
    """Grass: not for robots."""
    return Surface(
        name, grass(13 + site.pick(90), site.between(0.0, 0.5)), walkable=False, spacing=0.10, level=0.02,
        kind=FOLIAGE, blades=90,
    )  # fmt: skip


def soil(site: Site, name: str = "soil") -> Surface:
    """Planting beds."""
    return Surface(name, earth(19 + site.pick(90)), walkable=False, spacing=0.09)


def water(site: Site, name: str = "water") -> Surface:
    """A still basin."""
    return Surface(name, mottled((0.05, 0.10, 0.11), 0.3), walkable=False, spacing=0.12, level=-0.03)


def iron_lid() -> Surface:
    """The lid of a shaft."""
    return Surface("lid", chequered((0.10, 0.10, 0.105), 0.06), walkable=True, spacing=0.05)
