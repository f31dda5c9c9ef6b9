"""Cameras: pinhole intrinsics and an OpenCV world-to-camera pose (x right, y down, z ahead)."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from navbench_gs.domain.agent import CameraNeed
from navbench_gs.domain.rules import CameraRules


@dataclass(frozen=True, eq=False)
class Camera:
    """One pinhole camera with square pixels; pixel centres lie at +0.5."""

    view: NDArray[np.float64]
    """(4, 4) world to camera."""
    focal_px: float
    width_px: int
    height_px: int

    @property
    def centre_px(self) -> tuple[float, float]:
        """Principal point: the middle of the picture."""
        return self.width_px / 2.0, self.height_px / 2.0

    @property
    def slopes(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Rays through the pixels' centres: right ``(W,)`` and down ``(H,)`` for each unit ahead."""
        centre_x, centre_y = self.centre_px
        right = (np.arange(self.width_px, dtype=np.float64) + 0.5 - centre_x) / self.focal_px
        down = (np.arange(self.height_px, dtype=np.float64) + 0.5 - centre_y) / self.focal_px
        return right, down

    @property
    def position(self) -> NDArray[np.float64]:
        """(3,) centre of projection in the world, metres."""
        position: NDArray[np.float64] = -np.sum(self.view[:3, :3] * self.view[:3, 3:], axis=0)
        return position


def look(position: tuple[float, float, float], yaw: float, pitch: float = 0.0) -> NDArray[np.float64]:
    """World-to-camera matrix (4, 4) of a camera at ``position`` that looks along ``yaw``, ``pitch`` up (radians)."""
    cos_y, sin_y, cos_p, sin_p = math.cos(yaw), math.sin(yaw), math.cos(pitch), math.sin(pitch)
    ahead = np.array([cos_y * cos_p, sin_y * cos_p, sin_p])
    right = np.array([sin_y, -cos_y, 0.0])
    down = np.cross(ahead, right)
    view = np.eye(4)
    view[:3, :3] = np.stack([right, down, ahead])
    view[:3, 3] = -np.sum(view[:3, :3] * np.asarray(position, dtype=np.float64), axis=1)
    return view


def robot_camera(pose: NDArray[np.float64], ground_z: float, need: CameraNeed, rules: CameraRules) -> Camera:
    """The Rules' camera on a robot at ``pose`` (x, y, yaw) whose wheels stand at height ``ground_z``."""
    x, y, yaw = (float(value) for value in pose)
    eye = (
        x + rules.forward_m * math.cos(yaw),
        y + rules.forward_m * math.sin(yaw),
        ground_z + rules.height_m,
    )
    focal = need.width_px / 2.0 / math.tan(math.radians(rules.horizontal_fov_deg) / 2.0)
    return Camera(look(eye, yaw, rules.pitch_rad), focal, need.width_px, need.height_px)
