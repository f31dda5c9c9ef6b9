"""ImportPlan: what a published scene is, once its folder is read; and the YAML override that wins over it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import Field, ValidationError

from navbench_gs.domain.record import Record, first_fault
from navbench_gs.domain.scene import Scene
from navbench_gs.errors import InvalidRecordError
from navbench_gs.splats.transform import Similarity
from scenes.importers.plain_files import read_yaml
from scenes.importers.waypoints import Pair

Vector = tuple[float, float, float]


@dataclass(frozen=True, eq=False)
class ImportPlan:
    """Everything that making a drivable scene needs, in the frame and units of the splat file."""

    scene_id: str
    suite: str
    title: str
    licence: str
    source_url: str
    splats: Path
    mesh: Path | None = None
    """Collision mesh; made from the splats if None."""
    metres_per_unit: float | None = None
    """None: not known."""
    up: Vector | None = None
    """Roughly the direction that is up; found if None."""
    transform: Similarity | None = None
    """The whole way to metres, z up, ground at z = 0; wins over scale and up."""
    pairs: tuple[Pair, ...] = ()
    """Starts and goals of three coordinates."""
    notes: tuple[str, ...] = ()
    """What was assumed and what was not understood, one line each."""

    def noted(self, *lines: str) -> ImportPlan:
        """The plan with further notes."""
        return replace(self, notes=(*self.notes, *lines))


class Pose(Record):
    """A similarity as a file writes it: p -> scale * rotation p + translation."""

    scale: float = Field(1.0, gt=0)
    rotation: tuple[Vector, Vector, Vector] = ((1, 0, 0), (0, 1, 0), (0, 0, 1))
    """Rows."""
    translation: Vector = (0.0, 0.0, 0.0)


class Ends(Record):
    """A start and a goal."""

    start: Vector
    goal: Vector


class SceneOverride(Record):
    """The file ``<scene_id>.yaml`` of a folder of overrides; every field that is given wins."""

    title: str | None = None
    licence: str | None = None
    metres_per_unit: float | None = Field(None, gt=0)
    up: Vector | None = None
    transform: Pose | None = None
    use_mesh: bool = True
    """False: make the collision mesh from the splats."""
    episodes: tuple[Ends, ...] | None = None
    """Starts and goals in the splat file's frame; an empty list drops the published ones."""


def read_override(path: Path) -> SceneOverride:
    """Read an override.

    Raises:
        DamagedFileError: the file cannot be read as plain YAML.
        InvalidRecordError: a field is unknown or impossible; the message names the first.
    """
    content: Any = read_yaml(path)
    try:
        return SceneOverride.model_validate({} if content is None else content)
    except ValidationError as error:
        raise InvalidRecordError(f"{path}: {first_fault(error, 'the file')}") from error


def overridden(plan: ImportPlan, folder: Path | None) -> ImportPlan:
    """The plan with what the folder of overrides says of its scene, if anything.

    Raises:
        DamagedFileError, InvalidRecordError: as :func:`read_override`, or the transform is none.
    """
    path = folder / f"{plan.scene_id}.yaml" if folder is not None else None
    if path is None or not path.exists():
        return plan
    said = read_override(path)
    changes: dict[str, Any] = {
        name: getattr(said, name)
        for name in ("title", "licence", "metres_per_unit", "up")
        if getattr(said, name) is not None
    }
    if said.transform is not None:
        pose = said.transform
        changes["transform"] = Similarity(pose.scale, np.array(pose.rotation), np.array(pose.translation))
    if not said.use_mesh:
        changes["mesh"] = None
    if said.episodes is not None:
        changes["pairs"] = tuple((ends.start, ends.goal) for ends in said.episodes)
    given = sorted(said.model_fields_set)
    return replace(plan, **changes).noted(f"from {path.name}: {', '.join(given) or 'nothing'}")


def build_scene(plan: ImportPlan, folder: Path, tell: Callable[[str], None]) -> Scene:
    """Make the drivable scene that ``plan`` describes in ``folder``; raises as ``import_capture``."""
    from scenes.importers.alignment import ScaleHints
    from scenes.importers.capture import import_capture
    from scenes.importers.options import CaptureOptions

    options = CaptureOptions(
        title=plan.title,
        suite=plan.suite,
        licence=plan.licence,
        source_url=plan.source_url,
        scale=ScaleHints(metres_per_unit=plan.metres_per_unit),
        up=plan.up,
        transform=plan.transform,
        given=plan.pairs,
        notes=plan.notes,
    )
    return import_capture(plan.splats, folder, options, mesh=plan.mesh, tell=tell)
