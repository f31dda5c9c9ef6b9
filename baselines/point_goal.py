"""Image-goal networks where only a goal point is known: paths towards several pictures, judged by the distance left.

This is no published way of driving them. Windows cut from the current frame stand for goals to the left, ahead and to
the right; NoMaD needs none and draws paths with its goal hidden.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]
WINDOW_SHARE = 0.6
"""Width and height of a window, as shares of the picture's."""
WINDOWS = 5


def goal_candidates(picture: Picture) -> list[Picture]:
    """Windows of a picture (H, W, 3), left to right, at half its height: where the robot could go next."""
    height, width = picture.shape[:2]
    rows, columns = round(WINDOW_SHARE * height), round(WINDOW_SHARE * width)
    top = (height - rows) // 2
    lefts = np.linspace(0, width - columns, WINDOWS).round().astype(int)
    return [picture[top : top + rows, left : left + columns] for left in lefts]


def nearest_path(paths: NDArray[np.float64], goal: NDArray[np.float64]) -> int:
    """Which of the paths (S, H, 2 or more) ends nearest to ``goal`` (2,), both in the robot frame."""
    return int(np.argmin(np.hypot(*(paths[:, -1, :2] - goal).T)))
