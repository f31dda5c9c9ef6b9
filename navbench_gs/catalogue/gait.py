"""Gait: how a figure walks. Angles swing as sines of the phase; the lower foot always stands on the ground."""

from __future__ import annotations

import math
from dataclasses import replace

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
    pitch, yaw, joints = skeleton_pose(figure.height_m, figure.appearance.build, phase, stride)
    at = figure.segment
    cos_p, sin_p = np.cos(pitch)[at], np.sin(pitch)[at]
    cos_y, sin_y = np.cos(yaw)[at], np.sin(yaw)[at]
    x, y, z = figure.vectors
    ahead = cos_p * x - sin_p * z
    moved = np.empty((3, x.shape[1], 3))
    moved[..., 0] = cos_y * ahead - sin_y * y
    moved[..., 1] = sin_y * ahead + cos_y * y
    moved[..., 2] = sin_p * x + cos_p * z
    moved[0] += joints[at]
    return replace(figure.look, centres=moved[0], tangents=moved[1], bitangents=moved[2])


def skeleton_pose(height: float, build: float, phase: float, stride: float) -> tuple[Floats, Floats, Floats]:
    """Pitch (S,), yaw (S,) and joint position (S, 3) of every segment.

    A positive pitch swings what hangs down forward (and tips toes up). Stature ``height`` in metres.
    """
    pitch, yaw, joints = np.zeros(SEGMENTS), np.zeros(SEGMENTS), np.zeros((SEGMENTS, 3))
    lean, twist = -0.03 - 0.05 * stride, -0.10 * stride * math.sin(phase)
    pitch[Segment.TORSO], yaw[Segment.TORSO] = lean, twist
    pitch[Segment.HEAD] = 0.3 * lean
    yaw[Segment.PELVIS] = -0.5 * twist
    joints[Segment.HEAD] = (-math.sin(lean) * NECK * height, 0.0, math.cos(lean) * NECK * height)
    lowest = [
        place_leg(pitch, joints, height, first, side, phase + shift, stride)
        for first, side, shift in ((Segment.LEFT_THIGH, LEFT, 0.0), (Segment.RIGHT_THIGH, RIGHT, math.pi))
    ]
    for first, side, shift in ((Segment.LEFT_UPPER_ARM, LEFT, math.pi), (Segment.RIGHT_UPPER_ARM, RIGHT, 0.0)):
        place_arm(pitch, yaw, joints, height, build, first, side, phase + shift, stride)
    back, front = sorted((pitch[Segment.LEFT_THIGH], pitch[Segment.RIGHT_THIGH]))
    pitch[Segment.SKIRT :] = 0.8 * np.linspace(back, front, SKIRT_PANELS)
    joints[:, 1] -= 0.012 * height * stride * math.cos(phase)
    joints[:, 2] -= min(lowest)
    return pitch, yaw, joints


def place_leg(
    pitch: Floats, joints: Floats, height: float, first: int, side: float, phase: float, stride: float
) -> float:
    """Set thigh, shin and foot of one leg; return the height of the foot's lowest point relative to the hips."""
    swing = math.cos(phase)
    hip = HIP_SWING_RAD * stride * math.sin(phase)
    knee = stride * (0.12 + 0.95 * max(0.0, math.cos(phase + 0.35)) ** 2)
    pitch[first], pitch[first + 1] = hip, hip - knee
    tip = stride * (0.30 * math.sin(phase) - 0.25 * max(0.0, -math.sin(phase)) - 0.1 * max(0.0, swing))
    pitch[first + 2] = tip
    joints[first] = (0.0, side * HIP_HALF * height, 0.0)
    joints[first + 1] = joints[first] + np.array([math.sin(hip), 0.0, -math.cos(hip)]) * (THIGH * height)
    shin = hip - knee
    joints[first + 2] = joints[first + 1] + np.array([math.sin(shin), 0.0, -math.cos(shin)]) * (SHIN * height)
    sole = min(math.sin(tip) * HEEL, math.sin(tip) * TOE) - math.cos(tip) * ANKLE
    return float(joints[first + 2, 2] + sole * height)


def place_arm(
    pitch: Floats,
    yaw: Floats,
    joints: Floats,
    height: float,
    build: float,
    first: int,
    side: float,
    phase: float,
    stride: float,
) -> None:
    """Set upper arm and forearm of one arm, hung from the twisted torso."""
    lean, twist = float(pitch[Segment.TORSO]), float(yaw[Segment.TORSO])
    swing = 0.42 * stride * math.sin(phase)
    pitch[first] = swing - 0.04
    pitch[first + 1] = pitch[first] + 0.16 + 0.30 * stride * (0.6 + max(0.0, math.sin(phase)))
    out, up = side * SHOULDER_HALF * build * height, SHOULDER_HEIGHT * height
    ahead = -math.sin(lean) * up
    cos, sin = math.cos(twist), math.sin(twist)
    joints[first] = (cos * ahead - sin * out, sin * ahead + cos * out, math.cos(lean) * up)
    upper = float(pitch[first])
    reach = np.array([math.sin(upper) * UPPER_ARM, side * ELBOW_OUT, -math.cos(upper) * UPPER_ARM])
    joints[first + 1] = joints[first] + reach * height
