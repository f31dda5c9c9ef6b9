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
    """A person being posed; the arrays are filled in place. A positive pitch swings what hangs down forward."""

    height: float
    build: float
    stride: float
    pitch: Floats
    """(S,) radians, of every segment."""
    yaw: Floats
    """(S,) radians."""
    joints: Floats
    """(S, 3) where each segment hangs, metres."""


def pose_skeleton(height: float, build: float, phase: float, stride: float) -> Skeleton:
    """The skeleton of a person of stature ``height`` metres in the pose of ``phase`` and ``stride``."""
    body = Skeleton(height, build, stride, np.zeros(SEGMENTS), np.zeros(SEGMENTS), np.zeros((SEGMENTS, 3)))
    lean, twist = -0.03 - 0.05 * stride, -0.10 * stride * math.sin(phase)
    body.pitch[Segment.TORSO], body.yaw[Segment.TORSO] = lean, twist
    body.pitch[Segment.HEAD] = 0.3 * lean
    body.yaw[Segment.PELVIS] = -0.5 * twist
    body.joints[Segment.HEAD] = (-math.sin(lean) * NECK * height, 0.0, math.cos(lean) * NECK * height)
    lowest = min(
        place_leg(body, Segment.LEFT_THIGH, LEFT, phase), place_leg(body, Segment.RIGHT_THIGH, RIGHT, phase + math.pi)
    )
    place_arm(body, Segment.LEFT_UPPER_ARM, LEFT, phase + math.pi)
    place_arm(body, Segment.RIGHT_UPPER_ARM, RIGHT, phase)
    back, front = sorted((body.pitch[Segment.LEFT_THIGH], body.pitch[Segment.RIGHT_THIGH]))
    body.pitch[Segment.SKIRT :] = 0.8 * np.linspace(back, front, SKIRT_PANELS)
    body.joints[:, 1] -= 0.012 * height * stride * math.cos(phase)
    body.joints[:, 2] -= lowest
    return body


def place_leg(body: Skeleton, first: int, side: float, phase: float) -> float:
    """Set thigh (segment ``first``), shin and foot; return the foot's lowest height relative to the hips, metres."""
    height, stride = body.height, body.stride
    hip = HIP_SWING_RAD * stride * math.sin(phase)
    shin = hip - stride * (0.12 + 0.80 * max(0.0, math.cos(phase + 0.35)) ** 2)
    tip = stride * (0.30 * math.sin(phase) - 0.25 * max(0.0, -math.sin(phase)) - 0.1 * max(0.0, math.cos(phase)))
    body.pitch[first : first + 3] = hip, shin, tip
    body.joints[first] = (0.0, side * HIP_HALF * height, 0.0)
    body.joints[first + 1] = body.joints[first] + hanging(hip, THIGH * height)
    body.joints[first + 2] = body.joints[first + 1] + hanging(shin, SHIN * height)
    sole = min(math.sin(tip) * HEEL, math.sin(tip) * TOE) - math.cos(tip) * ANKLE
    return float(body.joints[first + 2, 2] + sole * height)


def place_arm(body: Skeleton, first: int, side: float, phase: float) -> None:
    """Set upper arm (segment ``first``) and forearm, hung from the twisted torso."""
    height, stride = body.height, body.stride
    lean, twist = float(body.pitch[Segment.TORSO]), float(body.yaw[Segment.TORSO])
    upper = 0.42 * stride * math.sin(phase) - 0.04
    body.pitch[first] = upper
    body.pitch[first + 1] = upper + 0.16 + 0.30 * stride * (0.6 + max(0.0, math.sin(phase)))
    out, up = side * SHOULDER_HALF * body.build * height, SHOULDER_HEIGHT * height
    ahead = -math.sin(lean) * up
    cos, sin = math.cos(twist), math.sin(twist)
    body.joints[first] = (cos * ahead - sin * out, sin * ahead + cos * out, math.cos(lean) * up)
    body.joints[first + 1] = body.joints[first] + hanging(upper, UPPER_ARM * height)
    body.joints[first + 1, 1] += side * ELBOW_OUT * height


def hanging(pitch: float, length: float) -> Floats:
    """End (3,) of a limb of ``length`` that hangs from the origin and is swung forward by ``pitch`` radians."""
    return np.array([math.sin(pitch) * length, 0.0, -math.cos(pitch) * length])
