"""Gait: how a figure walks. Angles swing as sines of the phase; the lower foot always stands on the ground."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from navbench_gs.catalogue.figures import (
    ANKLE,
    ELBOW_OUT,
    HEEL,
    HIP_HALF,
    NECK,
    SHIN,
    SHOULDER_HALF,
    SHOULDER_HEIGHT,
    SKIRT_PANELS,
    THIGH,
    TOE,
    UPPER_ARM,
    Figure,
    Segment,
)
from navbench_gs.splats.surfels import Floats, Surfels

HIP_SWING_RAD = 0.39
"""Greatest angle of the thigh from the vertical, at stride 1."""
SEGMENTS = int(Segment.SKIRT) + SKIRT_PANELS
LEFT, RIGHT = 1.0, -1.0
PELVIS, TORSO, HEAD = int(Segment.PELVIS), int(Segment.TORSO), int(Segment.HEAD)
LEFT_UPPER_ARM, RIGHT_UPPER_ARM = int(Segment.LEFT_UPPER_ARM), int(Segment.RIGHT_UPPER_ARM)
LEFT_THIGH, RIGHT_THIGH, SKIRT = int(Segment.LEFT_THIGH), int(Segment.RIGHT_THIGH), int(Segment.SKIRT)

Point = tuple[float, float, float]


def cycle_length_m(figure: Figure, stride: float) -> float:
    """Ground covered in one cycle of the phase (two steps), metres; zero when standing."""
    return 4.0 * (THIGH + SHIN) * figure.height_m * math.sin(HIP_SWING_RAD * stride)


def posed_figure(figure: Figure, phase: float, stride: float) -> Surfels:
    """The figure in the walking pose of ``phase`` (radians, period 2 pi) and ``stride`` (0: standing, 1: brisk walk).

    Object frame: between the feet on the ground, facing +x.
    """
    body = pose_skeleton(figure.height_m, figure.appearance.build, phase, stride)
    at = figure.segment
    cos_p, sin_p = np.cos(body.pitch)[at], np.sin(body.pitch)[at]
    cos_y, sin_y = np.cos(body.yaw)[at], np.sin(body.yaw)[at]
    x, y, z = figure.vectors
    ahead = cos_p * x - sin_p * z
    moved = np.empty((3, x.shape[1], 3))
    moved[..., 0] = cos_y * ahead - sin_y * y
    moved[..., 1] = sin_y * ahead + cos_y * y
    moved[..., 2] = sin_p * x + cos_p * z
    moved[0] += body.joints[at]
    return replace(figure.look, centres=moved[0], tangents=moved[1], bitangents=moved[2])


@dataclass(frozen=True, eq=False)
class Skeleton:
    """Where the S segments of a posed person are. A positive pitch swings what hangs down forward."""

    pitch: Floats
    """(S,) radians, of every segment."""
    yaw: Floats
    """(S,) radians."""
    joints: Floats
    """(S, 3) where each segment hangs, metres."""


@dataclass(frozen=True, eq=False)
class _Limbs:
    """A person being posed; the lists, as in :class:`Skeleton`, are filled in place: numbers one by one are quicker
    without arrays.
    """

    height: float
    build: float
    stride: float
    pitch: list[float]
    yaw: list[float]
    joints: list[Point]


def pose_skeleton(height: float, build: float, phase: float, stride: float) -> Skeleton:
    """The skeleton of a person of stature ``height`` metres in the pose of ``phase`` and ``stride``."""
    body = _Limbs(height, build, stride, [0.0] * SEGMENTS, [0.0] * SEGMENTS, [(0.0, 0.0, 0.0)] * SEGMENTS)
    lean, twist = -0.03 - 0.05 * stride, -0.10 * stride * math.sin(phase)
    body.pitch[TORSO], body.yaw[TORSO] = lean, twist
    body.pitch[HEAD] = 0.3 * lean
    body.yaw[PELVIS] = -0.5 * twist
    body.joints[HEAD] = (-math.sin(lean) * NECK * height, 0.0, math.cos(lean) * NECK * height)
    lowest = min(place_leg(body, LEFT_THIGH, LEFT, phase), place_leg(body, RIGHT_THIGH, RIGHT, phase + math.pi))
    place_arm(body, LEFT_UPPER_ARM, LEFT, phase + math.pi)
    place_arm(body, RIGHT_UPPER_ARM, RIGHT, phase)
    body.pitch[SKIRT:] = skirt_pitches(*sorted((body.pitch[LEFT_THIGH], body.pitch[RIGHT_THIGH])))
    sway = 0.012 * height * stride * math.cos(phase)
    joints = np.array([(x, y - sway, z - lowest) for x, y, z in body.joints])
    return Skeleton(np.array(body.pitch), np.array(body.yaw), joints)


def place_leg(body: _Limbs, first: int, side: float, phase: float) -> float:
    """Set thigh (segment ``first``), shin and foot; return the foot's lowest height relative to the hips, metres."""
    height, stride = body.height, body.stride
    hip = HIP_SWING_RAD * stride * math.sin(phase)
    shin = hip - stride * (0.12 + 0.80 * max(0.0, math.cos(phase + 0.35)) ** 2)
    tip = stride * (0.30 * math.sin(phase) - 0.25 * max(0.0, -math.sin(phase)) - 0.1 * max(0.0, math.cos(phase)))
    body.pitch[first : first + 3] = hip, shin, tip
    body.joints[first] = 0.0, side * HIP_HALF * height, 0.0
    body.joints[first + 1] = hanging(body.joints[first], hip, THIGH * height)
    body.joints[first + 2] = hanging(body.joints[first + 1], shin, SHIN * height)
    sole = min(math.sin(tip) * HEEL, math.sin(tip) * TOE) - math.cos(tip) * ANKLE
    return body.joints[first + 2][2] + sole * height


def place_arm(body: _Limbs, first: int, side: float, phase: float) -> None:
    """Set upper arm (segment ``first``) and forearm, hung from the twisted torso."""
    height, stride = body.height, body.stride
    lean, twist = body.pitch[TORSO], body.yaw[TORSO]
    upper = 0.42 * stride * math.sin(phase) - 0.04
    body.pitch[first] = upper
    body.pitch[first + 1] = upper + 0.16 + 0.30 * stride * (0.6 + max(0.0, math.sin(phase)))
    out, up = side * SHOULDER_HALF * body.build * height, SHOULDER_HEIGHT * height
    ahead = -math.sin(lean) * up
    cos, sin = math.cos(twist), math.sin(twist)
    body.joints[first] = cos * ahead - sin * out, sin * ahead + cos * out, math.cos(lean) * up
    x, y, z = hanging(body.joints[first], upper, UPPER_ARM * height)
    body.joints[first + 1] = x, y + side * ELBOW_OUT * height, z


def skirt_pitches(back: float, front: float) -> list[float]:
    """Pitches of the panels, evenly between those of the thighs, radians."""
    step = (front - back) / (SKIRT_PANELS - 1)
    return [0.8 * (panel * step + back) for panel in range(SKIRT_PANELS - 1)] + [0.8 * front]


def hanging(joint: Point, pitch: float, length: float) -> Point:
    """End of a limb of ``length`` that hangs from ``joint`` and is swung forward by ``pitch`` radians."""
    x, y, z = joint
    return x + math.sin(pitch) * length, y, z - math.cos(pitch) * length
