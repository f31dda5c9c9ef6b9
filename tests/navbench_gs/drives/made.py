"""Drives made up for tests."""

import numpy as np


def arc(bend, count):
    """Poses (count, 3) along an arc at about 1 m/s and 4 Hz that turns by ``bend`` radians a frame."""
    yaw = bend * np.arange(count)
    step = 0.25 * np.stack([np.cos(yaw), np.sin(yaw)], axis=1)
    places = np.concatenate([[[0.0, 0.0]], np.cumsum(step, axis=0)[:-1]])
    return np.concatenate([places, yaw[:, None]], axis=1)
