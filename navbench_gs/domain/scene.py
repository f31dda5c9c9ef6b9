"""Scene: a place. Splats for the eye, a mesh for the body, a walkable grid, metres, z up, a licence, a provenance."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field

from navbench_gs.domain.record import Record

Provenance = Literal["procedural", "captured"]

TERRAIN_FILE = "terrain.npz"
"""Collision mesh and walkable grid of a scene (see ``navbench_gs.terrain``)."""
LIGHT_FILE = "light.npz"
"""Where a scene's source keeps the light of its places; actors in a scene without it stand in full sun."""


class Sun(Record):
    """The light that actors are shaded by, so that they match the scene."""

    direction: tuple[float, float, float]
    """Unit vector from the ground towards the sun, world frame."""
    irradiance: tuple[float, float, float]
    """Linear RGB of direct sunlight on a surface facing it."""
    ambient: tuple[float, float, float]
    """Linear RGB of the light from sky and surroundings."""
    exposure: float = 1.0


class Scene(Record):
    """The manifest of one place: the file ``scene.json`` of its folder."""

    scene_id: str = Field(pattern=r"^[a-z]+_[0-9]{2,6}$")
    place: str
    """Kind of place, for example ``plaza``; the first half of ``scene_id``."""
    suite: str
    """``embedded``, ``dev``, ``train`` or a user's own."""
    title: str = ""
    provenance: Provenance
    licence: str
    source: str
    """Name of the scene source (entry point group ``navbench_gs.scene_sources``) that yields the splats."""
    seed: int = 0
    generator: str = ""
    """Version of the generator that made a procedural scene."""
    bounds: tuple[float, float, float, float]
    """x_min, y_min, x_max, y_max of the place, metres."""
    sun: Sun
    gaussians: int = Field(ge=0)
    cloud_sha256: str
    """Hash of the cloud's arrays (``navbench_gs.splats.cloud.cloud_digest``)."""
    files: dict[str, str]
    """File name in the folder -> SHA-256. Holds at least ``terrain.npz``."""
    folder: Path = Field(default=Path(), exclude=True)
    """Where this manifest was read from; not part of the record's digest."""


class ScenePlan(Record):
    """What a scene source is asked to make: enough to make the same scene anywhere."""

    scene_id: str
    place: str
    suite: str
    seed: int
