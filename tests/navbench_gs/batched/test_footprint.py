import math

import numpy as np
import torch

from navbench_gs.batched.footprint import SAG_M, box_distance, box_slope, covering_discs, in_world
from navbench_gs.domain.rules import RULES_V0

ROBOT = RULES_V0.robot
HALF = np.array([ROBOT.length_m / 2.0, ROBOT.width_m / 2.0])


def test_the_discs_lie_inside_the_box_and_leave_out_next_to_nothing_of_its_outline():
    discs = covering_discs(ROBOT).numpy()
    assert (np.abs(discs[:, :2]) + discs[:, 2:] <= HALF + 1e-6).all()
    share = np.linspace(-1.0, 1.0, 201)
    outline = np.concatenate(
        [[(HALF[0] * s, side * HALF[1]), (side * HALF[0], HALF[1] * s)] for s in share for side in (-1, 1)]
    )
    outside = np.hypot(*(outline[:, None] - discs[None, :, :2]).transpose(2, 0, 1)) - discs[:, 2]
    assert outside.min(axis=1).max() <= SAG_M


def test_distances_from_a_box_worked_out_by_hand():
    points = torch.tensor([[2.0, 0.0], [4.0, -5.0], [0.9, 0.1], [0.0, -0.4]])
    half = torch.tensor([1.0, 1.0])
    expected = [1.0, 5.0, -0.1, -0.6]  # (3, -4) beyond the corner is 5 away
    np.testing.assert_allclose(box_distance(points, half), expected, atol=1e-6)
    np.testing.assert_allclose(box_slope(points, half), [[1, 0], [0.6, -0.8], [1, 0], [0, -1]], atol=1e-6)


def test_a_point_ahead_of_a_robot_that_looks_north_is_north_of_it():
    place = in_world(torch.tensor([[1.0, 0.5]]), torch.tensor([[3.0, 4.0, math.pi / 2]]))
    np.testing.assert_allclose(place, [[[2.5, 5.0]]], atol=1e-6)
