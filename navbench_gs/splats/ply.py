"""The ``.ply`` of Kerbl et al. 2023 ("Inria format"), which most splat trainers write.

One vertex a Gaussian: ``x y z``, ``f_dc_*`` (constant harmonic), ``f_rest_*`` (the others, all red first), ``opacity``
as a logit, ``scale_*`` as logarithms, ``rot_*`` as wxyz.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from navbench_gs.domain.cloud import GaussianCloud
from navbench_gs.errors import DamagedFileError
from navbench_gs.splats.activation import logits_of, opacities_of, scales_of, unit_quaternions
from navbench_gs.splats.ply_compressed import cloud_of_compressed, is_compressed
from navbench_gs.splats.ply_elements import read_ply_elements

POSITION = ("x", "y", "z")
CONSTANT = ("f_dc_0", "f_dc_1", "f_dc_2")
SCALE = ("scale_0", "scale_1", "scale_2")
ROTATION = ("rot_0", "rot_1", "rot_2", "rot_3")
HIGHER_TERMS = (0, 3, 8, 15)
"""Harmonics beyond the constant one, for degrees 0 to 3."""


def read_ply(path: Path) -> GaussianCloud:
    """The Gaussians of a splat ``.ply``: Inria format, binary or ASCII, degree 0 to 3, or PlayCanvas's compressed one.

    Raises:
        DamagedFileError: absent, truncated, not a splat PLY, or holding unsound values.
    """
    elements = read_ply_elements(path)
    cloud = cloud_of_compressed(path, elements) if is_compressed(elements) else _cloud_of_vertices(path, elements)
    return cloud.validated(str(path))


def write_ply(cloud: GaussianCloud, path: Path) -> None:
    """Write a cloud as a little-endian binary ``.ply`` in Inria format.

    Means, quaternions and harmonics are read back bit for bit; scales, stored as logarithms, to 2e-6 of their size;
    opacities, stored as logits, to 2e-6, those within 1e-6 of 0 and 1 moved that far inside.
    """
    from plyfile import PlyData, PlyElement

    higher = 3 * (cloud.sh.shape[1] - 1)
    names = (*POSITION, *CONSTANT, *(f"f_rest_{i}" for i in range(higher)), "opacity", *SCALE, *ROTATION)
    table = np.empty((len(cloud), len(names)), dtype="<f4")
    table[:, :3] = cloud.means
    table[:, 3:6] = cloud.sh[:, 0]
    table[:, 6 : 6 + higher] = cloud.sh[:, 1:].transpose(0, 2, 1).reshape(len(cloud), higher)
    table[:, 6 + higher] = logits_of(cloud.opacities)
    table[:, 7 + higher : 10 + higher] = np.log(cloud.scales.astype(np.float64))
    table[:, 10 + higher :] = cloud.quats
    vertices = table.view([(name, "<f4") for name in names])[:, 0]
    with path.open("wb") as file:
        PlyData([PlyElement.describe(vertices, "vertex")], byte_order="<").write(file)


def _cloud_of_vertices(path: Path, elements: dict[str, NDArray[Any]]) -> GaussianCloud:
    if "vertex" not in elements:
        raise DamagedFileError(f"{path} is not a splat PLY: it has no element 'vertex'")
    vertices = elements["vertex"]
    higher = len([name for name in vertices.dtype.names or () if name.startswith("f_rest_")])
    if higher % 3 or higher // 3 not in HIGHER_TERMS:
        raise DamagedFileError(
            f"{path}: {higher} f_rest properties fit no degree of harmonics (expected 0, 9, 24 or 45)"
        )
    rest = _columns(path, vertices, tuple(f"f_rest_{i}" for i in range(higher)))
    sh = np.empty((len(vertices), 1 + higher // 3, 3), dtype=np.float32)
    sh[:, 0] = _columns(path, vertices, CONSTANT)
    sh[:, 1:] = rest.reshape(len(rest), 3, higher // 3).transpose(0, 2, 1)
    return GaussianCloud(
        means=_columns(path, vertices, POSITION),
        quats=unit_quaternions(_columns(path, vertices, ROTATION)),
        scales=scales_of(_columns(path, vertices, SCALE)),
        opacities=opacities_of(_columns(path, vertices, ("opacity",))[:, 0]),
        sh=sh,
    )


def _columns(path: Path, vertices: NDArray[Any], names: tuple[str, ...]) -> NDArray[np.float32]:
    """Properties ``names`` as (N, len(names)) float32."""
    known = list(vertices.dtype.names or ())
    missing = [name for name in names if name not in known]
    if missing:
        raise DamagedFileError(f"{path} is not a splat PLY in Inria format: property '{missing[0]}' is missing")
    first = known.index(names[0]) if names else 0
    if set(vertices.dtype[i] for i in range(len(known))) == {np.dtype("<f4")} and (
        tuple(known[first : first + len(names)]) == names
    ):  # neighbours in one table of floats: one copy, which is what makes millions load in seconds
        table = vertices.view("<f4").reshape(len(vertices), len(known))
        return np.array(table[:, first : first + len(names)], dtype=np.float32)
    with np.errstate(over="ignore"):
        columns = [vertices[name].astype(np.float32) for name in names]
    return np.stack(columns, axis=1) if columns else np.empty((len(vertices), 0), dtype=np.float32)
