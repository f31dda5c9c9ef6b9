"""Support: how much of a view the capture of a scene really supports.

Where a camera looks past everything that was captured, a splat scene shows nothing, and far from the cameras that it
was made from it shows what nobody checked. Two numbers per picture say how far either goes.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from navbench_gs.domain.record import Record, file_digest, read_record
from navbench_gs.domain.scene import Scene
from navbench_gs.errors import DigestMismatchError
from navbench_gs.render.camera import Camera

Floats = NDArray[np.float64]
CAMERAS_FILE = "cameras.json"
"""Positions of the training cameras of a captured scene; optional, named in the manifest's ``files`` where it is."""
SKY_ALPHA = 0.5
"""A ray that points above the horizon and is covered by less than this looks at the open sky."""
DIGITS = 4


class TrainingCameras(Record):
    """The file ``cameras.json``: where the pictures were taken that a scene was made from."""

    positions: tuple[tuple[float, float, float], ...] = Field(min_length=1, max_length=100_000)
    """World x, y, z, metres."""


class Support(NamedTuple):
    """Support of one picture."""

    coverage: float
    """Mean alpha over all rays but those into the open sky, 0 to 1; rounded to four digits."""
    camera_distance_m: float | None
    """Distance from the eye to the nearest training camera, rounded to 0.1 mm; None where these are unknown."""


def support(alpha: NDArray[np.float32], camera: Camera, training: Floats | None) -> Support:
    """Support of one picture with ``alpha`` (H, W) by ``camera``; ``training`` (C, 3) are positions in the world."""
    if training is None:
        return Support(coverage(alpha, camera), None)
    nearest = np.sqrt(np.min(np.sum((training - camera.position) ** 2, axis=1)))
    return Support(coverage(alpha, camera), round(float(nearest), DIGITS))


def coverage(alpha: NDArray[np.float32], camera: Camera) -> float:
    """Mean of ``alpha`` (H, W), the open sky left out: nothing is missing where a capture shows none.

    Below the horizon there is always something, so a ray that meets nothing there counts as a hole. A sky that the
    scene has as splats (all procedural ones) counts like anything else.
    """
    asked = ~(above_horizon(camera) & (alpha < SKY_ALPHA))
    return round(float(alpha[asked].mean(dtype=np.float64)), DIGITS) if asked.any() else 0.0


def above_horizon(camera: Camera) -> NDArray[np.bool_]:
    """(H, W) whether the ray of a pixel rises."""
    across, down = camera.slopes
    rises: NDArray[np.bool_] = (
        across[None, :] * camera.view[0, 2] + down[:, None] * camera.view[1, 2] + camera.view[2, 2]
    ) > 0.0
    return rises


def training_cameras(scene: Scene) -> Floats | None:
    """Positions (C, 3) of a scene's training cameras, metres; None where the manifest names no such file.

    Raises:
        DamagedFileError: the file is absent or not JSON.
        InvalidRecordError: the file does not fit its record.
        DigestMismatchError: the file is another than the manifest names.
    """
    if CAMERAS_FILE not in scene.files:
        return None
    return _checked_cameras(scene.folder / CAMERAS_FILE, scene.files[CAMERAS_FILE])


@lru_cache(maxsize=8)
def _checked_cameras(path: Path, sha256: str) -> Floats:
    if path.exists() and file_digest(path) != sha256:
        raise DigestMismatchError(f"{path} is not the file its scene.json names; restore the scene folder")
    return np.array(read_record(path, TrainingCameras).positions, dtype=np.float64)
