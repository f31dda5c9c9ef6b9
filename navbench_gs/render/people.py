"""People: all pedestrians of an episode, posed and lit in one sweep over their surfels, once a frame."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from navbench_gs.catalogue.figures import Figure
from navbench_gs.catalogue.gait import SEGMENTS, Skeleton
from navbench_gs.domain.cloud import GaussianCloud
from navbench_gs.domain.scene import Sun
from navbench_gs.domain.source import SceneLight
from navbench_gs.geometry import quaternions_from_frames
from navbench_gs.render.lighting import displayed
from navbench_gs.splats.harmonics import constant_harmonics
from navbench_gs.splats.surfels import Surfels, join_surfels

Floats = NDArray[np.float64]
SHADOW = SEGMENTS
"""The segment after the last of a figure: the shadow at its feet, which lies on the ground whatever the pose."""
CARRIED = SEGMENTS + 1
"""Segments of one person, its shadow included."""


class People:
    """Surfels of P figures and the shadows at their feet, in the frames of the segments that carry them.

    Args:
        figures: who they are.
        shadows: the shadow of each, around the origin of the ground.
    """

    def __init__(self, figures: Sequence[Figure], shadows: Sequence[Surfels]) -> None:
        look = join_surfels(part for pair in zip((f.look for f in figures), shadows, strict=True) for part in pair)
        segments = [
            np.concatenate([figure.segment, np.full(len(shadow), SHADOW)]) + CARRIED * person
            for person, (figure, shadow) in enumerate(zip(figures, shadows, strict=True))
        ]
        self._segment = np.concatenate(segments)
        self._centres, self._normals = np.ascontiguousarray(look.centres.T), np.ascontiguousarray(look.normals.T)
        self._quaternions = quaternions_from_frames(look.tangents, look.bitangents, look.normals).T.copy()
        self._albedo = look.albedo
        self._scales, self._opacities = look.sizes.astype(np.float32), look.opacity.astype(np.float32)

    def cloud(self, poses: Floats, skeletons: Sequence[Skeleton], sun: Sun, light: SceneLight | None) -> GaussianCloud:
        """Everybody at ``poses`` (P, 4) ``(x, y, ground, yaw)``, lit where they are; world frame."""
        pitch, yaw, joints = carried_frames(poses, skeletons)
        at = self._segment
        turn = np.stack([np.cos(pitch), np.sin(pitch), np.cos(yaw), np.sin(yaw)])[:, at]
        means = turned(self._centres, turn) + joints.T[:, at]
        normals = turned(self._normals, turn).T
        sunshine, sky = (1.0, 1.0) if light is None else (share[at] for share in light.shares(joints))
        return GaussianCloud(
            means=means.T.astype(np.float32),
            quats=composed(segment_quaternions(pitch, yaw)[:, at], self._quaternions).T.astype(np.float32),
            scales=self._scales,
            opacities=self._opacities,
            sh=constant_harmonics(displayed(self._albedo, normals, sun, sunshine, sky)),
        )


def carried_frames(poses: Floats, skeletons: Sequence[Skeleton]) -> tuple[Floats, Floats, Floats]:
    """Pitch (P * CARRIED,), yaw (P * CARRIED,) and joints (P * CARRIED, 3) of all segments, in the world frame."""
    people = len(skeletons)
    pitch, yaw = np.zeros((people, CARRIED)), np.zeros((people, CARRIED))
    local = np.zeros((people, CARRIED, 3))
    for person, body in enumerate(skeletons):
        pitch[person, :SEGMENTS], yaw[person, :SEGMENTS], local[person, :SEGMENTS] = body.pitch, body.yaw, body.joints
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
