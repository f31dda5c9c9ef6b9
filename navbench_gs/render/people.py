"""People: pedestrians posed and lit; limbs of many episodes at once, surfels in one sweep for each episode."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from navbench_gs.catalogue.figures import Figure
from navbench_gs.catalogue.gait import SEGMENTS, Skeleton
from navbench_gs.domain.cloud import NO_GAUSSIANS, Float32s, GaussianCloud
from navbench_gs.domain.scene import Sun
from navbench_gs.domain.source import SceneLight
from navbench_gs.geometry import quaternions_from_frames
from navbench_gs.render.cpu_compile import exact_kernel
from navbench_gs.render.lighting import DOWNWARD_SHARE, UPWARD_SHARE, around
from navbench_gs.splats.film import displayed_colour
from navbench_gs.splats.harmonics import constant_harmonics
from navbench_gs.splats.surfels import Surfels, join_surfels

Floats = NDArray[np.float64]
SHADOW = SEGMENTS
"""The segment after the last of a figure: the shadow at its feet, which lies on the ground whatever the pose."""
CARRIED = SEGMENTS + 1
"""Segments of one person, its shadow included."""


class Carried(NamedTuple):
    """N surfels in the frames of the segments that carry them, a plane for each component."""

    centres: Floats
    """(3, N) metres."""
    normals: Floats
    """(3, N)."""
    quaternions: Floats
    """(4, N) wxyz."""
    albedo: Floats
    """(3, N) linear."""


class Carriers(NamedTuple):
    """S segments that carry surfels, all of one person after all of another, in the world frame."""

    turns: Floats
    """(4, S) cosine and sine of the pitch, cosine and sine of the yaw."""
    quaternions: Floats
    """(4, S) wxyz, the same turns."""
    joints: Floats
    """(3, S) metres."""
    sunshine: Floats
    """(S,) share of the sun's disc that reaches a segment."""
    around: Floats
    """(3, S) radiance of the sky and the surroundings there."""


class People:
    """Surfels of P figures and the shadows at their feet, in the frames of the segments that carry them.

    Args:
        figures: who they are.
        shadows: the shadow of each, around the origin of the ground.
        standing: M Gaussians of one colour each, world frame, that stand before all of them in the cloud.
    """

    def __init__(
        self, figures: Sequence[Figure], shadows: Sequence[Surfels], standing: GaussianCloud = NO_GAUSSIANS
    ) -> None:
        look = join_surfels(part for pair in zip((f.look for f in figures), shadows, strict=True) for part in pair)
        segments = [
            np.concatenate([figure.segment, np.full(len(shadow), SHADOW)]) + CARRIED * person
            for person, (figure, shadow) in enumerate(zip(figures, shadows, strict=True))
        ]
        self._segment = np.concatenate(segments)
        quaternions = quaternions_from_frames(look.tangents, look.bitangents, look.normals)
        planes = (np.ascontiguousarray(rows.T) for rows in (look.centres, look.normals, quaternions, look.albedo))
        self._surfels = Carried(*planes)
        self._standing = standing
        self._scales = np.concatenate([standing.scales, look.sizes.astype(np.float32)])
        self._opacities = np.concatenate([standing.opacities, look.opacity.astype(np.float32)])

    def cloud(self, carriers: Carriers, sun: Sun, first: int = 0) -> GaussianCloud:
        """What stands there, then everybody on ``carriers``, the first of them on number ``first``; world frame."""
        number, before = len(self._segment), len(self._standing)
        means, quats = (rows_after(rows, number) for rows in (self._standing.means, self._standing.quats))
        radiance = np.empty((3, number))
        _pose(self._segment + CARRIED * first, self._surfels, carriers, means[before:], quats[before:])
        _light(self._segment + CARRIED * first, self._surfels, carriers, _sunlight(sun), radiance)
        sh = rows_after(self._standing.sh, number)
        sh[before:] = constant_harmonics(displayed_colour(radiance, sun.exposure).T)
        return GaussianCloud(means, quats, self._scales, self._opacities, sh)


def carriers_of(poses: Floats, skeletons: Sequence[Skeleton], sun: Sun, light: SceneLight | None) -> Carriers:
    """What carries P people at ``poses`` (P, 4) ``(x, y, ground, yaw)``, lit where each limb is.

    No person's depend on who else is there, bit for bit: that many are worked out at once is only quicker.
    """
    pitch, yaw, joints = carried_frames(poses, skeletons)
    all_of_it = np.ones(len(pitch))
    sunshine, sky = (all_of_it, all_of_it) if light is None or not skeletons else light.shares(joints)
    return Carriers(
        turns=np.stack([np.cos(pitch), np.sin(pitch), np.cos(yaw), np.sin(yaw)]),
        quaternions=segment_quaternions(pitch, yaw),
        joints=np.ascontiguousarray(joints.T),
        sunshine=np.ascontiguousarray(sunshine, dtype=np.float64),
        around=around(sun, sky),
    )


def carried_frames(poses: Floats, skeletons: Sequence[Skeleton]) -> tuple[Floats, Floats, Floats]:
    """Pitch (P * CARRIED,), yaw (P * CARRIED,) and joints (P * CARRIED, 3) of all segments, in the world frame."""
    people = len(skeletons)
    pitch, yaw = np.zeros((people, CARRIED)), np.zeros((people, CARRIED))
    local = np.zeros((people, CARRIED, 3))
    if skeletons:
        pitch[:, :SEGMENTS] = [body.pitch for body in skeletons]
        yaw[:, :SEGMENTS] = [body.yaw for body in skeletons]
        local[:, :SEGMENTS] = [body.joints for body in skeletons]
    x, y, ground, heading = (column[:, None] for column in poses.T)
    cos, sin = np.cos(heading), np.sin(heading)
    joints = np.stack(
        [
            x + cos * local[..., 0] - sin * local[..., 1],
            y + sin * local[..., 0] + cos * local[..., 1],
            ground + local[..., 2],
        ],
        axis=-1,
    )
    return pitch.ravel(), (yaw + heading).ravel(), joints.reshape(-1, 3)


def segment_quaternions(pitch: Floats, yaw: Floats) -> Floats:
    """Quaternions (4, S) wxyz of what :func:`turned` does: about y by minus the pitch, then about z by the yaw."""
    cos_p, sin_p, cos_y, sin_y = np.cos(pitch / 2), np.sin(pitch / 2), np.cos(yaw / 2), np.sin(yaw / 2)
    return np.stack([cos_y * cos_p, sin_y * sin_p, -cos_y * sin_p, sin_y * cos_p])


def rows_after(rows: Float32s, number: int) -> Float32s:
    """Rows (M, ...), and ``number`` more that are not set yet."""
    longer = np.empty((len(rows) + number, *rows.shape[1:]), dtype=np.float32)
    longer[: len(rows)] = rows
    return longer


@exact_kernel
def _pose(
    segment: NDArray[np.intp], surfels: Carried, carriers: Carriers, means: Float32s, quaternions: Float32s
) -> None:
    """Means (N, 3) and quaternions (N, 4) of surfels on the carriers of the numbers ``segment`` (N,)."""
    for i in range(len(segment)):
        by = segment[i]
        x, y, z = turned(surfels.centres[:, i], carriers.turns[:, by])
        means[i, 0] = x + carriers.joints[0, by]
        means[i, 1] = y + carriers.joints[1, by]
        means[i, 2] = z + carriers.joints[2, by]
        w, x, y, z = composed(carriers.quaternions[:, by], surfels.quaternions[:, i])
        quaternions[i, 0], quaternions[i, 1], quaternions[i, 2], quaternions[i, 3] = w, x, y, z


@exact_kernel
def _light(
    segment: NDArray[np.intp], surfels: Carried, carriers: Carriers, sun: tuple[Floats, Floats], radiance: Floats
) -> None:
    """Radiance (3, N) of the same surfels, as :func:`displayed` has it before the film; the sun's direction and
    irradiance.
    """
    direction, irradiance = sun
    for i in range(len(segment)):
        by = segment[i]
        x, y, z = turned(surfels.normals[:, i], carriers.turns[:, by])
        facing = max(x * direction[0] + y * direction[1] + z * direction[2], 0.0) * carriers.sunshine[by]
        ambient = DOWNWARD_SHARE + (UPWARD_SHARE - DOWNWARD_SHARE) * (0.5 + 0.5 * z)
        for channel in range(3):
            received = facing * irradiance[channel] + ambient * carriers.around[channel, by]
            radiance[channel, i] = surfels.albedo[channel, i] * received


def _sunlight(sun: Sun) -> tuple[Floats, Floats]:
    return np.array(sun.direction), np.array(sun.irradiance)


@exact_kernel
def turned(vector: Floats, turn: Floats) -> tuple[float, float, float]:
    """A vector (3,) swung forward by the pitch and turned by the yaw of ``turn`` (4,): cos, sin of each."""
    x, y, z = vector[0], vector[1], vector[2]
    cos_pitch, sin_pitch, cos_yaw, sin_yaw = turn[0], turn[1], turn[2], turn[3]
    ahead = cos_pitch * x - sin_pitch * z
    return cos_yaw * ahead - sin_yaw * y, sin_yaw * ahead + cos_yaw * y, sin_pitch * x + cos_pitch * z


@exact_kernel
def composed(outer: Floats, inner: Floats) -> tuple[float, float, float, float]:
    """The quaternion of first turning by ``inner`` (4,), then by ``outer`` (4,)."""
    a, b, c, d = outer[0], outer[1], outer[2], outer[3]
    w, x, y, z = inner[0], inner[1], inner[2], inner[3]
    return (
        a * w - b * x - c * y - d * z,
        a * x + b * w + c * z - d * y,
        a * y - b * z + c * w + d * x,
        a * z + b * y - c * x + d * w,
    )
