"""Niantic's ``.spz``: a gzip stream of a 16-byte header and then one quantity after another, 20 to 65 bytes a Gaussian.

Source: the reference code and README of nianticlabs/spz. The axes of the file are right-up-back; a cloud keeps those of
the ``.ply`` that the file was made from (right-down-front), so y and z are turned round on the way in and out.
"""

from __future__ import annotations

import gzip
import struct
import zlib
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from navbench_gs.domain.cloud import GaussianCloud
from navbench_gs.errors import DamagedFileError
from navbench_gs.splats.activation import scales_of
from navbench_gs.splats.limits import require_readable
from navbench_gs.splats.smallest_three import LIMIT, from_smallest_three, smallest_three

HEADER = struct.Struct("<4sIIBBBB")
MAGIC = b"NGSP"
VERSIONS = (2, 3)
"""Version 2 stores three components of a quaternion in a byte each, version 3 the smaller three in ten bits each."""
EXTENSIONS_FLAG = 2
MAX_DEFLATE_RATIO = 1032
FRACTION_BITS = 12
COLOUR_SCALE = 0.15
TURNED = np.array([1.0, -1.0, -1.0], dtype=np.float32)
"""Half a turn about x: right-up-back <-> right-down-front."""
TURNED_HARMONICS = np.array([-1, -1, 1, -1, 1, 1, -1, 1, -1, 1, -1, -1, 1, -1, 1], dtype=np.float32)
"""Sign that half a turn about x gives each harmonic beyond the constant one."""


class _Header(NamedTuple):
    version: int
    gaussians: int
    terms: int
    """Harmonics beyond the constant one."""
    fraction_bits: int

    @property
    def sections(self) -> dict[str, int]:
        """Quantity -> bytes of one Gaussian, in the order of the file."""
        rotation = 4 if self.version >= 3 else 3
        return {"means": 9, "alphas": 1, "colours": 3, "scales": 3, "quats": rotation, "sh": 3 * self.terms}


def read_spz(path: Path) -> GaussianCloud:
    """The Gaussians of an ``.spz`` of version 2 or 3, degree 0 to 3.

    Raises:
        DamagedFileError: absent, truncated, another version or format, or with an impossible header.
    """
    try:
        content = path.read_bytes()
        stream = zlib.decompressobj(wbits=31)
        header = _header(path, stream.decompress(content, HEADER.size), len(content))
        size = header.gaussians * sum(header.sections.values())
        body = stream.decompress(stream.unconsumed_tail, size)
    except (OSError, zlib.error) as error:
        raise DamagedFileError(f"cannot read {path}: {error}") from error
    if len(body) < size:
        raise DamagedFileError(f"{path} is truncated: {len(body)} of {size} bytes for {header.gaussians} Gaussians")
    parts, start = {}, 0
    for name, width in header.sections.items():
        stop = start + width * header.gaussians
        parts[name] = np.frombuffer(body, np.uint8, stop - start, start).reshape(header.gaussians, width)
        start = stop
    return _cloud(header, parts).validated(str(path))


def write_spz(cloud: GaussianCloud, path: Path, *, version: int = 3) -> None:
    """Write a cloud as an ``.spz``, the same bytes for the same cloud.

    Lost: means to 1/8192 m (beyond 2,048 m clipped); scales to 3.2 % (below 4.5e-5 and above 380 clipped); opacities to
    1/510; quaternion components to 1/482 (version 2: x, y, z to 1/255, w follows) and their common sign; constant
    harmonics to 1/76, clipped to +-3.3; higher ones to 1/256, clipped to [-1, 1).
    """
    terms = cloud.sh.shape[1] - 1
    header = HEADER.pack(MAGIC, version, len(cloud), cloud.sh_degree, FRACTION_BITS, 0, 0)
    fixed = np.clip(np.rint(cloud.means.astype(np.float64) * TURNED * (1 << FRACTION_BITS)), -(1 << 23), (1 << 23) - 1)
    means = fixed.astype("<i4").view(np.uint8).reshape(len(cloud), 3, 4)[:, :, :3]
    sh = cloud.sh[:, 1:] * TURNED_HARMONICS[:terms, None]
    parts = (
        means,
        _bytes(cloud.opacities * 255.0),
        _bytes(cloud.sh[:, 0] * (COLOUR_SCALE * 255.0) + 127.5),
        _bytes((np.log(cloud.scales.astype(np.float64)) + 10.0) * 16.0),
        _packed_quaternions(cloud.quats[:, [1, 2, 3, 0]] * np.append(TURNED, np.float32(1.0)), version),
        _bytes(sh * 128.0 + 128.0),
    )
    body = header + b"".join(np.ascontiguousarray(part).tobytes() for part in parts)
    path.write_bytes(gzip.compress(body, compresslevel=6, mtime=0))


def _header(path: Path, start: bytes, file_bytes: int) -> _Header:
    """The header, if its numbers can be true of a file of ``file_bytes``."""
    if len(start) < HEADER.size:
        raise DamagedFileError(f"{path} is truncated inside its header")
    magic, version, count, degree, fraction_bits, flags, _ = HEADER.unpack(start)
    if magic != MAGIC:
        raise DamagedFileError(f"{path} is a gzip archive, but no .spz")
    if version not in VERSIONS:
        raise DamagedFileError(f"{path} is an .spz of version {version}; save it as version 3 (or 2)")
    if degree > 3 or fraction_bits > 24 or flags & EXTENSIONS_FLAG:
        raise DamagedFileError(
            f"{path} cannot be read: degree {degree} (at most 3), {fraction_bits} fraction bits (at most 24), "
            f"flags {flags} (no extensions)"
        )
    header = _Header(version, count, (degree + 1) ** 2 - 1, fraction_bits)
    require_readable(path, count)
    if count == 0:
        raise DamagedFileError(f"{path} holds no Gaussian")
    if count * sum(header.sections.values()) > MAX_DEFLATE_RATIO * file_bytes:
        raise DamagedFileError(f"{path} is truncated: it claims {count} Gaussians in {file_bytes} bytes")
    return header


def _cloud(header: _Header, parts: dict[str, NDArray[np.uint8]]) -> GaussianCloud:
    digits = parts["means"].reshape(header.gaussians, 3, 3).astype(np.int32)
    fixed = digits[..., 0] | digits[..., 1] << 8 | digits[..., 2] << 16
    fixed = np.where(fixed >= 1 << 23, fixed - (1 << 24), fixed)
    sh = np.empty((header.gaussians, 1 + header.terms, 3), dtype=np.float32)
    sh[:, 0] = (parts["colours"] / np.float32(255.0) - np.float32(0.5)) / np.float32(COLOUR_SCALE)
    higher = (parts["sh"].reshape(header.gaussians, header.terms, 3).astype(np.float32) - 128.0) / 128.0
    sh[:, 1:] = higher * TURNED_HARMONICS[: header.terms, None]
    quats = _unpacked_quaternions(parts["quats"], header.version)
    quats[:, :3] *= TURNED
    return GaussianCloud(
        means=(fixed / float(1 << header.fraction_bits)).astype(np.float32) * TURNED,
        quats=quats[:, [3, 0, 1, 2]].astype(np.float32),
        scales=scales_of(parts["scales"].astype(np.float32) / 16.0 - 10.0),
        opacities=parts["alphas"][:, 0].astype(np.float32) / 255.0,
        sh=sh,
    )


def _bytes(values: NDArray[np.floating]) -> NDArray[np.uint8]:
    steps: NDArray[np.uint8] = np.clip(np.rint(values), 0, 255).astype(np.uint8)
    return steps


def _packed_quaternions(xyzw: NDArray[np.floating], version: int) -> NDArray[np.uint8]:
    """Unit quaternions (N, 4) as bytes (N, 4), or (N, 3) in version 2."""
    if version == 2:
        positive = np.where(xyzw[:, 3:] < 0.0, -xyzw, xyzw)
        return _bytes(positive[:, :3] * 127.5 + 127.5)
    largest, others = smallest_three(xyzw)
    words = largest.astype(np.int64)
    for column in range(3):
        value = others[:, column]
        words = (
            words << 10 | (value < 0.0).astype(np.int64) << 9 | np.rint(np.abs(value) / LIMIT * 511).astype(np.int64)
        )
    packed: NDArray[np.uint8] = words.astype("<u4").view(np.uint8).reshape(len(xyzw), 4)
    return packed


def _unpacked_quaternions(packed: NDArray[np.uint8], version: int) -> NDArray[np.float64]:
    """The inverse of :func:`_packed_quaternions`: (N, 4) xyzw."""
    if version == 2:
        vector = packed / 127.5 - 1.0
        return from_smallest_three(np.full(len(vector), 3), vector)
    words = np.ascontiguousarray(packed).view("<u4")[:, 0].astype(np.int64)
    parts = np.stack([words >> shift & 1023 for shift in (20, 10, 0)], axis=1)
    others = (parts & 511) / 511.0 * LIMIT * np.where(parts >> 9, -1.0, 1.0)
    return from_smallest_three(words >> 30, others)
