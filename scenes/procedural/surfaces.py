"""Kinds of ground that places are painted with."""

from __future__ import annotations

from scenes.procedural.ground import Joints, Surface
from scenes.procedural.materials import asphalt, concrete, earth, grass, gravel, mottled, planks, setts, slabs
from scenes.procedural.part import FOLIAGE
from scenes.procedural.site import ROAD_DROP_M, Site

SLAB_TONES = ((0.36, 0.345, 0.32), (0.42, 0.40, 0.36), (0.30, 0.30, 0.30), (0.40, 0.34, 0.27), (0.33, 0.30, 0.28))
SLAB_SIZES = ((0.5, 0.5), (0.6, 0.4), (0.8, 0.4), (0.4, 0.4), (1.0, 0.5), (0.6, 0.6))


def paving(site: Site, name: str = "paving", *, walkable: bool = True) -> Surface:
    """Slabs of a size and stone drawn for this site."""
    size = SLAB_SIZES[site.pick(len(SLAB_SIZES))]
    tone = SLAB_TONES[site.pick(len(SLAB_TONES))]
    joints = Joints(size, tuple(0.33 * c for c in tone), bond=site.chance(0.5))  # type: ignore[arg-type]
    contrast = site.between(0.18, 0.4)
    return Surface(name, slabs(size, tone, 3 + site.pick(90), contrast), walkable, joints=joints)


def cobbles(site: Site, name: str = "cobbles", *, walkable: bool = True) -> Surface:
    """Small stone setts."""
    tones = ((0.30, 0.29, 0.28), (0.34, 0.30, 0.26), (0.24, 0.24, 0.25))
    return Surface(name, setts(tones[site.pick(3)], 17 + site.pick(90)), walkable, spacing=0.08)


def brick_paving(site: Site, name: str = "bricks", *, walkable: bool = True) -> Surface:
    """Clinker bricks."""
    tones = ((0.36, 0.19, 0.13), (0.40, 0.27, 0.19), (0.30, 0.20, 0.17))
    tone = tones[site.pick(3)]
    joints = Joints((0.42, 0.21), tuple(0.5 * c for c in tone), half_width=0.005, bond=True)  # type: ignore[arg-type]
    return Surface(name, setts(tone, 31 + site.pick(90), 0.105), walkable, spacing=0.085, joints=joints)


def asphalt_path(site: Site, name: str = "asphalt path", *, walkable: bool = True) -> Surface:
    """Light asphalt of footways."""
    return Surface(name, asphalt(5 + site.pick(90), 1.5), walkable)


def gravel_path(site: Site, name: str = "gravel", *, walkable: bool = True) -> Surface:
    """Bound gravel of park paths."""
    tones = ((0.44, 0.38, 0.29), (0.40, 0.37, 0.32), (0.46, 0.34, 0.24))
    return Surface(name, gravel(tones[site.pick(3)], 15 + site.pick(90)), walkable, spacing=0.08)


def concrete_floor(site: Site, name: str = "concrete", *, walkable: bool = True) -> Surface:
    """Large cast panels."""
    tone = ((0.42, 0.415, 0.40), (0.36, 0.355, 0.35), (0.47, 0.45, 0.42))[site.pick(3)]
    joints = Joints((2.0, 2.0), (0.14, 0.135, 0.13), half_width=0.01)
    return Surface(name, concrete(tone, 6 + site.pick(90), (2.0, 2.0)), walkable, joints=joints)


def timber_deck(site: Site, name: str = "deck", *, walkable: bool = True) -> Surface:
    """Wooden boards."""
    return Surface(name, planks((0.36, 0.27, 0.18), 23 + site.pick(90)), walkable, spacing=0.07)


def carriageway(site: Site, name: str = "road") -> Surface:
    """The road: seen a little lower, not for walking."""
    return Surface(name, asphalt(1 + site.pick(90)), walkable=False, spacing=0.095, level=-ROAD_DROP_M)


def crossing_strip(site: Site, name: str = "crossing") -> Surface:
    """Carriageway raised flush with the pavement, for walking across."""
    return Surface(name, asphalt(1 + site.pick(90), 1.1), walkable=True)


def lawn(site: Site, name: str = "lawn") -> Surface:
    """Grass: not for robots."""
    return Surface(
        name, grass(13 + site.pick(90), site.between(0.0, 0.5)), walkable=False, spacing=0.10, level=0.02, kind=FOLIAGE
    )


def soil(site: Site, name: str = "soil") -> Surface:
    """Planting beds."""
    return Surface(name, earth(19 + site.pick(90)), walkable=False, spacing=0.09)


def water(site: Site, name: str = "water") -> Surface:
    """A still basin."""
    return Surface(name, mottled((0.05, 0.10, 0.11), 0.3), walkable=False, spacing=0.12, level=-0.03)
