"""Cameras look where they should, in OpenCV's frame: x right, y down, z ahead."""

from __future__ import annotations

import math

import numpy as np
import pytest

from navbench_gs.domain.agent import CameraNeed
from navbench_gs.domain.rules import RULES_V0
from navbench_gs.render.camera import Camera, look, robot_camera


def test_a_camera_that_looks_along_x_has_y_to_its_left_and_z_up():
    view = look((1.0, 2.0, 0.5), 0.0)
    for world, seen in (((4, 2, 0.5), (0, 0, 3)), ((1, 3, 0.5), (-1, 0, 0)), ((1, 2, 1.5), (0, -1, 0))):
        np.testing.assert_allclose((view @ np.array([*world, 1.0]))[:3], seen, atol=1e-12)


def test_yaw_turns_left_and_pitch_up():
    ahead = look((0.0, 0.0, 0.0), math.pi / 2, math.pi / 4)[2, :3]
    np.testing.assert_allclose(ahead, [0.0, math.sqrt(0.5), math.sqrt(0.5)], atol=1e-12)


def test_the_robots_camera_stands_before_its_middle_half_a_metre_up_with_90_degrees():
    camera = robot_camera(
        np.array([1.0, 2.0, math.pi / 2]), 0.3, CameraNeed(width_px=160, height_px=120), RULES_V0.camera
    )
    np.testing.assert_allclose(camera.position, [1.0, 2.25, 0.8], atol=1e-12)
    assert camera.focal_px == pytest.approx(80.0)
    assert camera.centre_px == (80.0, 60.0)


def test_slopes_are_those_of_rays_through_the_pixels_centres():
    across, down = Camera(np.eye(4), 2.0, 4, 2).slopes
    assert across.tolist() == [-0.75, -0.25, 0.25, 0.75]
    assert down.tolist() == [-0.25, 0.25]
