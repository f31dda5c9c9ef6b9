"""The ``.splat`` of antimatter15's web viewer: 32 bytes a Gaussian, no header.

Three floats of position, three of scale (linear), red green blue opacity as bytes, quaternion wxyz as bytes
(128 q + 128). No view-dependent colour.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from navbench_gs.domain.cloud import GaussianCloud
from navbench_gs.errors import DamagedFileError
from navbench_gs.splats.harmonics import constant_harmonics
from navbench_gs.splats.ply import with_unit_quaternions

RECORD = np.dtype([("mean", "<f4", 3), ("scale", "<f4", 3), ("rgba", "u1", 4), ("quat", "u1", 4)])
OTHER_FORMATS = {b"ply": "a PLY file", b"PK\x03\x04": "a zip archive", b"\x1f\x8b": "a gzip archive"}
"""First bytes of what is commonly mistaken for a ``.splat``."""


def read_splat(path: Path) -> GaussianCloud:
    """The Gaussians of a ``.splat`` file, degree 0.

    Raises:
        DamagedFileError: absent, empty, truncated inside a record, another format, or holding unsound values.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise DamagedFileError(f"cannot read {path}: {error}") from error
    for magic, format_name in OTHER_FORMATS.items():
        if content.startswith(magic):
            raise DamagedFileError(f"{path} is not a .splat file: it begins like {format_name}")
    if not content or len(content) % RECORD.itemsize:
        raise DamagedFileError(f"{path} is truncated: {len(content)} bytes are not whole records of {RECORD.itemsize}")
    records = np.frombuffer(content, dtype=RECORD)
    cloud = GaussianCloud(
        means=records["mean"].astype(np.float32),
        quats=(records["quat"].astype(np.float32) - 128.0) / 128.0,
        scales=records["scale"].astype(np.float32),
        opacities=records["rgba"][:, 3].astype(np.float32) / 255.0,
        sh=constant_harmonics(records["rgba"][:, :3] / 255.0),
    )
    return with_unit_quaternions(cloud.validated(str(path)))
