"""The ``.splat`` of antimatter15's web viewer: 32 bytes a Gaussian, no header.

Three floats of position, three of scale (linear), red green blue opacity as bytes, quaternion wxyz as bytes
(128 q + 128). No view-dependent colour.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from navbench_gs.domain.cloud import GaussianCloud
from navbench_gs.errors import DamagedFileError
from navbench_gs.splats.activation import unit_quaternions
from navbench_gs.splats.harmonics import CONSTANT_TERM, constant_harmonics
from navbench_gs.splats.limits import require_readable

RECORD = np.dtype([("mean", "<f4", 3), ("scale", "<f4", 3), ("rgba", "u1", 4), ("quat", "u1", 4)])


def read_splat(path: Path) -> GaussianCloud:
    """The Gaussians of a ``.splat`` file, degree 0.

    Raises:
        DamagedFileError: absent, empty, truncated inside a record, or holding unsound values.
    """
    try:
        require_readable(path, path.stat().st_size // RECORD.itemsize)
        content = path.read_bytes()
    except OSError as error:
        raise DamagedFileError(f"cannot read {path}: {error}") from error
    if not content or len(content) % RECORD.itemsize:
        raise DamagedFileError(f"{path} is truncated: {len(content)} bytes are not whole records of {RECORD.itemsize}")
    records = np.frombuffer(content, dtype=RECORD)
    return GaussianCloud(
        means=records["mean"].astype(np.float32),
        quats=unit_quaternions((records["quat"].astype(np.float32) - 128.0) / 128.0),
        scales=records["scale"].astype(np.float32),
        opacities=records["rgba"][:, 3].astype(np.float32) / 255.0,
        sh=constant_harmonics(records["rgba"][:, :3] / 255.0),
    ).validated(str(path))


def write_splat(cloud: GaussianCloud, path: Path) -> None:
    """Write a cloud as a ``.splat``.

    Means and scales are read back bit for bit. Lost: harmonics beyond the constant one; colours outside [0, 1];
    colours and opacities to 1/510; quaternion components to 1/64.
    """
    records = np.empty(len(cloud), dtype=RECORD)
    records["mean"], records["scale"] = cloud.means, cloud.scales
    colours = 0.5 + CONSTANT_TERM * cloud.sh[:, 0].astype(np.float64)
    records["rgba"] = np.clip(np.floor(np.column_stack([colours, cloud.opacities]) * 255.0 + 0.5), 0, 255)
    records["quat"] = np.clip(np.floor(cloud.quats.astype(np.float64) * 128.0 + 128.5), 0, 255)
    path.write_bytes(records.tobytes())
