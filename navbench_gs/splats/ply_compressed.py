"""PlayCanvas's compressed ``.ply``: 16 bytes a Gaussian and one byte a harmonic, quantised in chunks of 256.

Elements ``chunk`` (bounds of position, log scale and colour, float32), ``vertex`` (four packed words a Gaussian) and
``sh`` (degree 1 to 3, channel by channel). Source: the format as read and written by PlayCanvas's splat-transform.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from navbench_gs.domain.cloud import GaussianCloud
from navbench_gs.errors import DamagedFileError
from navbench_gs.splats.activation import scales_of
from navbench_gs.splats.harmonics import CONSTANT_TERM, constant_harmonics
from navbench_gs.splats.smallest_three import LIMIT, from_smallest_three, smallest_three

CHUNK = 256
QUANTITIES = (("x", "y", "z"), ("scale_x", "scale_y", "scale_z"), ("r", "g", "b"))
BOUNDS = tuple(f"{end}_{name}" for names in QUANTITIES for end in ("min", "max") for name in names)
WORDS = ("packed_position", "packed_rotation", "packed_scale", "packed_color")
VECTOR_BITS = (11, 10, 11)
COLOUR_BITS = (8, 8, 8, 8)
LARGEST_LOG_SCALE = 20.0
HARMONIC_LIMIT = 4.0
"""Harmonics beyond the constant one are stored in [-4, 4]."""

Floats = NDArray[np.float64]


def is_compressed(elements: dict[str, NDArray[Any]]) -> bool:
    """Whether the elements of a PLY are those of the compressed format."""
    return "chunk" in elements and "packed_position" in (elements.get("vertex", np.empty(0)).dtype.names or ())


def cloud_of_compressed(path: Path, elements: dict[str, NDArray[Any]]) -> GaussianCloud:
    """The Gaussians of a compressed PLY's ``elements``, not yet validated; ``path`` is named in messages.

    Raises:
        DamagedFileError: a property is missing or of another type, or the elements do not fit each other.
    """
    chunks, vertices = elements["chunk"], elements["vertex"]
    coloured = "min_r" in (chunks.dtype.names or ())
    _require(path, chunks, BOUNDS if coloured else BOUNDS[:12], "f")
    _require(path, vertices, WORDS, "u")
    count = len(vertices)
    if len(chunks) != -(-count // CHUNK):
        raise DamagedFileError(f"{path}: {len(chunks)} chunks do not hold {count} Gaussians, {CHUNK} to a chunk")
    colour = _unpacked(vertices["packed_color"], COLOUR_BITS)
    with np.errstate(over="ignore", invalid="ignore"):
        positions = _between(chunks, QUANTITIES[0], _unpacked(vertices["packed_position"], VECTOR_BITS))
        log_scales = _between(chunks, QUANTITIES[1], _unpacked(vertices["packed_scale"], VECTOR_BITS))
        rgb = _between(chunks, QUANTITIES[2], colour[:, :3]) if coloured else colour[:, :3]
        constant, means = constant_harmonics(rgb), positions.astype(np.float32)
    rotation = vertices["packed_rotation"].astype(np.int64)
    others = np.stack([(rotation >> shift & 1023) / 1023.0 for shift in (20, 10, 0)], axis=1)
    return GaussianCloud(
        means=means,
        quats=from_smallest_three(rotation >> 30, (others - 0.5) * 2.0 * LIMIT).astype(np.float32),
        scales=scales_of(log_scales),
        opacities=colour[:, 3].astype(np.float32),
        sh=np.concatenate([constant, _harmonics(path, elements.get("sh"), count)], axis=1),
    )


def write_compressed_ply(cloud: GaussianCloud, path: Path) -> None:
    """Write a cloud in PlayCanvas's compressed format, the Gaussians in Morton order.

    Lost: the order; positions to half a step of their chunk's extent / 2047 (y: / 1023); log scales likewise, beyond
    [-20, 20] clipped; opacities to 1/510; quaternion components to 1/482 and their common sign; colours to half a step
    of their chunk's range / 255; higher harmonics to 1/32, clipped to [-4, 4].
    """
    from plyfile import PlyData, PlyElement

    order = _morton_order(cloud.means)
    starts = np.arange(0, len(cloud), CHUNK)
    chunks = np.empty(len(starts), dtype=[(name, "<f4") for name in BOUNDS])
    vertices = np.empty(len(cloud), dtype=[(name, "<u4") for name in WORDS])
    log_scales = np.clip(np.log(cloud.scales.astype(np.float64)), -LARGEST_LOG_SCALE, LARGEST_LOG_SCALE)
    colours = 0.5 + CONSTANT_TERM * cloud.sh[:, 0].astype(np.float64)
    shares = [
        _shares(chunks, starts, names, values[order])
        for names, values in zip(QUANTITIES, (cloud.means.astype(np.float64), log_scales, colours), strict=True)
    ]
    vertices["packed_position"] = _packed(shares[0], VECTOR_BITS)
    vertices["packed_scale"] = _packed(shares[1], VECTOR_BITS)
    vertices["packed_color"] = _packed(np.column_stack([shares[2], cloud.opacities[order]]), COLOUR_BITS)
    largest, others = smallest_three(cloud.quats[order])
    vertices["packed_rotation"] = _packed(others / (2.0 * LIMIT) + 0.5, (10, 10, 10)) | largest.astype(np.uint32) << 30
    elements = [PlyElement.describe(chunks, "chunk"), PlyElement.describe(vertices, "vertex")]
    if cloud.sh.shape[1] > 1:
        elements.append(PlyElement.describe(_harmonic_bytes(cloud.sh[order]), "sh"))
    with path.open("wb") as file:
        PlyData(elements, byte_order="<").write(file)


def _require(path: Path, rows: NDArray[Any], names: tuple[str, ...], kind: str) -> None:
    for name in names:
        if name not in (rows.dtype.names or ()):
            raise DamagedFileError(f"{path} is not a compressed splat PLY: property '{name}' is missing")
        if rows.dtype[name].kind != kind or rows.dtype[name].itemsize != 4:
            raise DamagedFileError(f"{path} is not a compressed splat PLY: property '{name}' is {rows.dtype[name]}")


def _unpacked(words: NDArray[Any], bits: tuple[int, ...]) -> Floats:
    """Words (N,) -> shares in [0, 1] (N, len(bits)), the first in the highest bits."""
    shifts = [sum(bits[i + 1 :]) for i in range(len(bits))]
    wide = words.astype(np.int64)
    parts = [(wide >> shift & (1 << width) - 1) / ((1 << width) - 1) for shift, width in zip(shifts, bits, strict=True)]
    return np.stack(parts, axis=1)


def _packed(shares: Floats, bits: tuple[int, ...]) -> NDArray[np.uint32]:
    """The inverse of :func:`_unpacked`, to the nearest step."""
    words = np.zeros(len(shares), dtype=np.int64)
    for column, width in enumerate(bits):
        top = (1 << width) - 1
        words = words << width | np.clip(np.floor(shares[:, column] * top + 0.5), 0, top).astype(np.int64)
    return words.astype(np.uint32)


def _between(chunks: NDArray[Any], names: tuple[str, ...], shares: Floats) -> Floats:
    """Values (N, 3) at ``shares`` (N, 3) between the bounds of each Gaussian's chunk."""
    values = np.empty_like(shares)
    for column, name in enumerate(names):
        low, high = (
            np.repeat(chunks[f"{end}_{name}"].astype(np.float64), CHUNK)[: len(shares)] for end in ("min", "max")
        )
        values[:, column] = low * (1.0 - shares[:, column]) + high * shares[:, column]
    return values


def _shares(chunks: NDArray[Any], starts: NDArray[Any], names: tuple[str, ...], values: Floats) -> Floats:
    """Write the bounds of ``values`` (N, 3) into ``chunks``; where between them each value lies."""
    shares = np.empty_like(values)
    for column, name in enumerate(names):
        for end, reduce in (("min", np.minimum), ("max", np.maximum)):
            chunks[f"{end}_{name}"] = reduce.reduceat(values[:, column], starts)
        low, high = (
            np.repeat(chunks[f"{end}_{name}"].astype(np.float64), CHUNK)[: len(values)] for end in ("min", "max")
        )
        shares[:, column] = (values[:, column] - low) / np.maximum(high - low, 1e-12)
    return shares


def _harmonics(path: Path, rows: NDArray[Any] | None, count: int) -> NDArray[np.float32]:
    """Harmonics (N, K - 1, 3) beyond the constant one."""
    if rows is None:
        return np.empty((count, 0, 3), dtype=np.float32)
    names = rows.dtype.names or ()
    expected = tuple(f"f_rest_{i}" for i in range(len(names)))
    if len(names) not in (9, 24, 45) or names != expected or any(rows.dtype[name] != np.uint8 for name in names):
        raise DamagedFileError(f"{path}: its element 'sh' holds no 9, 24 or 45 bytes f_rest_0, f_rest_1, ...")
    if len(rows) != count:
        raise DamagedFileError(f"{path}: {len(rows)} rows of harmonics for {count} Gaussians")
    steps = rows.view(np.uint8).reshape(count, 3, len(names) // 3).astype(np.float32)
    values = (steps - 127.5) / 32.0
    values = np.select([steps == 0, steps == 255], [-HARMONIC_LIMIT, HARMONIC_LIMIT], values)
    return values.transpose(0, 2, 1).astype(np.float32)


def _harmonic_bytes(sh: NDArray[np.float32]) -> NDArray[Any]:
    """The element ``sh`` of harmonics (N, K, 3)."""
    channels = sh[:, 1:].transpose(0, 2, 1).reshape(len(sh), -1)
    steps = np.clip(np.floor(channels.astype(np.float64) * 32.0 + 128.0), 0, 255).astype(np.uint8)
    return np.ascontiguousarray(steps).view([(f"f_rest_{i}", "u1") for i in range(channels.shape[1])])[:, 0]


def _morton_order(means: NDArray[np.float32]) -> NDArray[np.int64]:
    """Order (N,) along a Z curve over the means (N, 3), so that chunks are small."""
    wide = means.astype(np.float64)
    low, high = wide.min(axis=0), wide.max(axis=0)
    cells = ((wide - low) / np.maximum(high - low, 1e-12) * 1023.0).astype(np.int64)
    codes = np.zeros(len(means), dtype=np.int64)
    for bit in range(10):
        for axis in range(3):
            codes |= (cells[:, axis] >> bit & 1) << 3 * bit + axis
    return np.argsort(codes, kind="stable")
