"""Velocities become poses along arcs."""

from __future__ import annotations

import math

import pytest
import torch

from baselines.mbra.motion import poses_of, waypoint_labels


def test_straight_ahead():
    poses = poses_of(torch.tensor([[0.5, 0.25]]), torch.zeros(1, 2))
    assert poses[0, 1].tolist() == pytest.approx([0.75 * 0.333, 0.0, 0.0])


def test_a_quarter_circle_in_two_steps_ends_a_radius_ahead_and_a_radius_to_the_left():
    yaw_rate = math.pi / 4 / 0.333
    radius = 0.4 / yaw_rate
    poses = poses_of(torch.full((1, 2), 0.4), torch.full((1, 2), yaw_rate))
    assert poses[0, 1].tolist() == pytest.approx([radius, radius, math.pi / 2], abs=1e-6)


def test_labels_count_eighths_of_a_metre():
    labels = waypoint_labels(torch.tensor([[[0.25, -0.125, math.pi / 2]]]))
    assert labels[0, 0].tolist() == pytest.approx([2.0, -1.0, 0.0, 1.0], abs=1e-6)
