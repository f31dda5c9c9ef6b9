"""Where a capture's pictures were taken: camera centres and which way was up, from what trainers leave beside a cloud.

Read are nerfstudio's and instant-ngp's ``transforms.json`` (camera to world, y up in the camera), the ``cameras.json``
of Kerbl et al. 2023 (camera to world, y down), and COLMAP's ``images.txt`` and ``images.bin`` (world to camera, y
down).
"""

from __future__ import annotations

import json
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from navbench_gs.errors import DamagedFileError

Floats = NDArray[np.float64]
LARGEST_BYTES = 256 << 20
MOST_CAMERAS = 100_000
COLMAP_IMAGE = struct.Struct("<I7dI")
"""Image id, quaternion wxyz, translation, camera id: the head of an entry of ``images.bin``."""
COLMAP_POINT_BYTES = 24


@dataclass(frozen=True, eq=False)
class TrainingViews:
    """The cameras of a capture, in the cloud's own frame and units."""

    centres: Floats
    """(C, 3) centres of projection."""
    ups: Floats
    """(C, 3) unit vectors: the top of each picture."""

    @property
    def up(self) -> Floats:
        """(3,) the direction that people who hold cameras upright call up: the mean of all."""
        mean = self.ups.mean(axis=0)
        up: Floats = mean / max(float(np.linalg.norm(mean)), 1e-9)
        return up


def read_views(path: Path) -> TrainingViews:
    """The cameras of a file, by its name.

    Raises:
        DamagedFileError: absent, too large, another format, without cameras, or not finite.
    """
    readers = {".json": _read_json, ".txt": _read_colmap_text, ".bin": _read_colmap_binary}
    if path.suffix.lower() not in readers:
        raise DamagedFileError(f"{path}: cameras are read from transforms.json, cameras.json, images.txt or images.bin")
    try:
        if path.stat().st_size > LARGEST_BYTES:
            raise DamagedFileError(f"{path} is larger than {LARGEST_BYTES >> 20} MiB: not a list of cameras")
        centres, ups = readers[path.suffix.lower()](path.read_bytes())
        views = TrainingViews(np.array(centres, dtype=np.float64), np.array(ups, dtype=np.float64))
    except (OSError, ValueError, KeyError, TypeError, IndexError, RecursionError, struct.error) as error:
        raise DamagedFileError(f"cannot read cameras from {path}: {error}") from error
    if views.centres.ndim != 2 or not 0 < len(views.centres) <= MOST_CAMERAS:
        raise DamagedFileError(f"{path} holds no cameras, or more than {MOST_CAMERAS}")
    if not (np.isfinite(views.centres).all() and np.isfinite(views.ups).all()):
        raise DamagedFileError(f"{path}: a camera's pose is not finite")
    return views


def _read_json(content: bytes) -> tuple[list[Floats], list[Floats]]:
    data: Any = json.loads(content)
    if isinstance(data, dict):
        poses = [np.array(frame["transform_matrix"], dtype=np.float64) for frame in data["frames"]]
        return [pose[:3, 3] for pose in poses], [pose[:3, 1] for pose in poses]
    turns = [np.array(camera["rotation"], dtype=np.float64) for camera in data]
    return [np.array(camera["position"], dtype=np.float64) for camera in data], [-turn[:3, 1] for turn in turns]


def _read_colmap_text(content: bytes) -> tuple[list[Floats], list[Floats]]:
    lines = [line for line in content.decode().splitlines() if not line.startswith("#")]
    heads = [line.split() for line in lines[::2] if line.strip()]  # every second line lists points in the picture
    return _from_colmap([[float(word) for word in head[1:8]] for head in heads])


def _read_colmap_binary(content: bytes) -> tuple[list[Floats], list[Floats]]:
    (count,) = struct.unpack_from("<Q", content, 0)
    if count > MOST_CAMERAS:
        raise ValueError(f"its header claims {count} images")
    at, poses = 8, []
    for _ in range(count):
        _, *pose, _ = COLMAP_IMAGE.unpack_from(content, at)
        poses.append(pose)
        at = content.index(b"\0", at + COLMAP_IMAGE.size) + 1
        (points,) = struct.unpack_from("<Q", content, at)
        at += 8 + points * COLMAP_POINT_BYTES
    return _from_colmap(poses)


def _from_colmap(poses: list[list[float]]) -> tuple[list[Floats], list[Floats]]:
    """Centres and ups of world-to-camera poses (quaternion wxyz, translation)."""
    from scipy.spatial.transform import Rotation

    centres, ups = [], []
    for w, x, y, z, *shift in poses:
        turn = Rotation.from_quat([x, y, z, w]).as_matrix()
        centres.append(-turn.T @ np.array(shift))
        ups.append(-turn[1])
    return centres, ups
