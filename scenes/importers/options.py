"""What an importer is told about a capture."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from navbench_gs.errors import InvalidRecordError
from navbench_gs.splats.transform import Similarity
from scenes.importers.alignment import Point, ScaleHints

SCENE_ID = re.compile(r"([a-z][a-z0-9]*)_[0-9]{2,6}")


@dataclass(frozen=True)
class CaptureOptions:
    """Everything that can be said beside the files; each default is the plainest guess."""

    title: str = ""
    suite: str = "own"
    licence: str = "unknown"
    source_url: str = ""
    scale: ScaleHints = field(default_factory=ScaleHints)
    up: tuple[float, float, float] | None = None
    """The direction in the capture's frame that is up; found if None."""
    transform: Similarity | None = None
    """The whole way from the capture's frame to metres, z up, ground at z = 0, if it is known: nothing is sought."""
    collision: Literal["density", "depth"] = "density"
    """What the collision mesh is made from where no mesh is given."""
    voxel_m: float = 0.1
    given: tuple[tuple[Point, Point], ...] = ()
    """Starts and goals (x, y, z in the capture's frame) of the first episodes of each task."""
    notes: tuple[str, ...] = ()
    """Lines that the manifest keeps."""


def place_of(scene_id: str) -> str:
    """The kind of place that a scene id names.

    Raises:
        InvalidRecordError: it is no scene id.
    """
    match = SCENE_ID.fullmatch(scene_id)
    if match is None:
        raise InvalidRecordError(
            f"'{scene_id}' is no scene id: name the folder <place>_<number>, lower case, for example truck_00"
        )
    return match.group(1)


def scene_folder(folder: Path) -> Path:
    """The folder a scene is to be written to, if it may be.

    Raises:
        InvalidRecordError: its name is no scene id, or something is there already.
    """
    place_of(folder.name)
    if folder.exists():
        raise InvalidRecordError(f"{folder} exists already: choose another folder, or delete it first")
    return folder
