"""Whole Gaussian clouds: joining, hashing, and the package's own file (``.npz``, arrays only)."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from navbench_gs.domain.cloud import GaussianCloud
from navbench_gs.errors import DamagedFileError, one_line
from navbench_gs.splats.limits import require_readable
from navbench_gs.splats.stored_zip import require_stored_zip

FIELDS = ("means", "quats", "scales", "opacities", "sh")
"""The arrays of a cloud, in the order they are hashed and stored."""


def join_clouds(clouds: Sequence[GaussianCloud]) -> GaussianCloud:
    """All Gaussians of all clouds, in order; lower harmonics are padded with zeros to the highest degree present.

    Raises:
        ValueError: there is no cloud.
    """
    terms = max(cloud.sh.shape[1] for cloud in clouds)
    joined = {name: np.concatenate([getattr(cloud, name) for cloud in clouds]) for name in FIELDS[:-1]}
    return GaussianCloud(**joined, sh=np.concatenate([_padded_harmonics(cloud.sh, terms) for cloud in clouds]))


def _padded_harmonics(sh: NDArray[np.float32], terms: int) -> NDArray[np.float32]:
    """(N, K, 3) -> (N, terms, 3), zeros in the new terms."""
    missing = terms - sh.shape[1]
    return np.pad(sh, ((0, 0), (0, missing), (0, 0))) if missing else sh


def cloud_digest(cloud: GaussianCloud) -> str:
    """SHA-256 (hexadecimal) over each array in the order of ``FIELDS``: its name, shape and little-endian float32s."""
    digest = hashlib.sha256()
    for name in FIELDS:
        array = np.ascontiguousarray(getattr(cloud, name), dtype="<f4")
        digest.update(f"{name}{array.shape}".encode())
        digest.update(array.data)
    return digest.hexdigest()


def save_cloud(path: Path, cloud: GaussianCloud) -> None:
    """Write a cloud as an uncompressed ``.npz`` of float32 arrays."""
    arrays = {name: np.asarray(getattr(cloud, name), dtype=np.float32) for name in FIELDS}
    with path.open("wb") as file:
        np.savez(file, allow_pickle=False, **arrays)


def _require_honest_headers(path: Path, archive: np.lib.npyio.NpzFile) -> None:
    """Refuse an array whose header claims more than its entry holds, before numpy allocates what it claims."""
    assert archive.zip is not None
    for name in FIELDS:
        with archive.zip.open(f"{name}.npy") as member:
            if np.lib.format.read_magic(member) != (1, 0):
                raise ValueError(f"'{name}' is of another version of numpy's format")
            shape, _, dtype = np.lib.format.read_array_header_1_0(member)
        require_readable(path, shape[0] if shape else 0)
        if math.prod(shape) * dtype.itemsize > archive.zip.getinfo(f"{name}.npy").file_size:
            raise ValueError(f"'{name}' claims the shape {shape}, more than the file holds")


def read_cloud(path: Path) -> GaussianCloud:
    """Read what :func:`save_cloud` wrote.

    Raises:
        DamagedFileError: the file is absent, truncated, not such a file, or holds unsound values.
    """
    require_stored_zip(path)
    try:
        with np.load(path, allow_pickle=False) as archive:
            _require_honest_headers(path, archive)
            arrays = {name: np.asarray(archive[name], dtype=np.float32) for name in FIELDS}
    except DamagedFileError:
        raise
    except Exception as error:  # numpy's reader raises a dozen kinds on damaged files
        raise DamagedFileError(f"cannot read the Gaussian cloud {path}: {one_line(error)}") from error
    return GaussianCloud(**arrays).validated(str(path))
