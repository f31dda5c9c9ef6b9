"""People: pedestrians posed and lit; limbs of many episodes at once, surfels in one sweep for each episode."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from navbench_gs.catalogue.figures import Figure
from navbench_gs.catalogue.gait import SEGMENTS, Skeleton
from navbench_gs.domain.cloud import NO_GAUSSIANS, Float32s, GaussianCloud
from navbench_gs.domain.scene import Sun
from navbench_gs.domain.source import SceneLight
from navbench_gs.geometry import quaternions_from_frames
from navbench_gs.render.lighting import around, displayed_planes
from navbench_gs.splats.harmonics import constant_harmonics
from navbench_gs.splats.surfels import Surfels, join_surfels

Floats = NDArray[np.float64]
SHADOW = SEGMENTS
"""The segment after the last of a figure: the shadow at its feet, which lies on the ground whatever the pose."""
CARRIED = SEGMENTS + 1
"""Segments of one person, its shadow included."""


@dataclass(frozen=True, eq=False)
class Carriers:
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

    def of_people(self, first: int, stop: int) -> Carriers:
        """Those of some who follow one another."""
        which = slice(CARRIED * first, CARRIED * stop)
        return Carriers(*(field[..., which] for field in self._fields()))

    def at(self, segment: NDArray[np.intp]) -> Carriers:
        """Those of the numbers ``segment`` (N,)."""
        return Carriers(*(field.take(segment, axis=-1) for field in self._fields()))

    def _fields(self) -> tuple[Floats, ...]:
        return self.turns, self.quaternions, self.joints, self.sunshine, self.around


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
        self._centres, self._normals = np.ascontiguousarray(look.centres.T), np.ascontiguousarray(look.normals.T)
        self._quaternions = quaternions_from_frames(look.tangents, look.bitangents, look.normals).T.copy()
        self._albedo = np.ascontiguousarray(look.albedo.T)
        self._standing = standing
        self._scales = np.concatenate([standing.scales, look.sizes.astype(np.float32)])
        self._opacities = np.concatenate([standing.opacities, look.opacity.astype(np.float32)])

    def cloud(self, carriers: Carriers, sun: Sun) -> GaussianCloud:
        """What stands there, then everybody on the ``carriers`` of these P people, lit; world frame."""
        by = carriers.at(self._segment)
        means = turned(self._centres, by.turns)
        means += by.joints
        colours = displayed_planes(self._albedo, turned(self._normals, by.turns), sun, by.sunshine, by.around)
        return GaussianCloud(
            means=joined(self._standing.means, means.T),
            quats=joined(self._standing.quats, composed(by.quaternions, self._quaternions).T),
            scales=self._scales,
            opacities=self._opacities,
            sh=joined(self._standing.sh, constant_harmonics(colours.T)),
        )


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
        sunshine=sunshine,
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


def joined(before: Float32s, after: NDArray[np.floating]) -> Float32s:
    """Rows ``before`` (M, ...) and those of ``after`` (N, ...), rounded to float32, in one array (M + N, ...)."""
    rows = np.empty((len(before) + len(after), *after.shape[1:]), dtype=np.float32)
    rows[: len(before)], rows[len(before) :] = before, after
    return rows


def turned(vectors: Floats, turn: Floats) -> Floats:
    """Vectors (3, N) swung forward by the pitch and turned by the yaw of ``turn`` (4, N): cos, sin of each."""
    x, y, z = vectors
    cos_pitch, sin_pitch, cos_yaw, sin_yaw = turn
    ahead = cos_pitch * x - sin_pitch * z
    return np.stack([cos_yaw * ahead - sin_yaw * y, sin_yaw * ahead + cos_yaw * y, sin_pitch * x + cos_pitch * z])


def segment_quaternions(pitch: Floats, yaw: Floats) -> Floats:
    """Quaternions (4, S) wxyz of what :func:`turned` does: about y by minus the pitch, then about z by the yaw."""
    cos_p, sin_p, cos_y, sin_y = np.cos(pitch / 2), np.sin(pitch / 2), np.cos(yaw / 2), np.sin(yaw / 2)
    return np.stack([cos_y * cos_p, sin_y * sin_p, -cos_y * sin_p, sin_y * cos_p])


def composed(outer: Floats, inner: Floats) -> Floats:
    """Quaternions (4, N) of first turning by ``inner`` (4, N), then by ``outer`` (4, N)."""
    a, b, c, d = outer
    w, x, y, z = inner
    return np.stack(
        [
            a * w - b * x - c * y - d * z,
            a * x + b * w + c * z - d * y,
            a * y - b * z + c * w + d * x,
            a * z + b * y - c * x + d * w,
        ]
    )
