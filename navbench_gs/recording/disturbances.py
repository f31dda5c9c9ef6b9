"""What throws a recorded drive off its course: a start askew, and bursts of random steering."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from navbench_gs.domain.episode import Episode, Pose
from navbench_gs.terrain.distance import DistanceField

BURST_CHANCE = 0.06
"""That a burst of random steering begins at a frame."""
BURST_FRAMES = (2, 5)
BURST_SPEED_MPS = (0.2, 1.2)
BURST_TURN_RPS = (0.3, 1.2)
BURST_CLEARANCE_M, BURST_PERSON_M = 0.5, 1.3
"""A burst ends early this near to something solid ahead, or to a pedestrian."""
START_TURN_RAD, START_SHIFT_M, START_CLEARANCE_M = math.radians(100.0), 1.2, 0.45


def askew(episode: Episode, clearance: DistanceField, rng: np.random.Generator) -> Episode:
    """The episode with its start turned and shifted, if there is room; else as it was."""
    x, y, yaw = episode.start
    for _ in range(20):
        shift = rng.uniform(-START_SHIFT_M, START_SHIFT_M, 2)
        start: Pose = (x + shift[0], y + shift[1], yaw + rng.uniform(-START_TURN_RAD, START_TURN_RAD))
        if clearance.at(np.array(start[:2])) >= START_CLEARANCE_M:
            return episode.model_copy(update={"start": start})
    return episode


class Disturbances:
    """Bursts of random steering."""

    def __init__(self, rng: np.random.Generator, clearance: DistanceField) -> None:
        self._rng, self._clearance = rng, clearance
        self._left = 0
        self._command = np.zeros(2)

    def begins_frame(self) -> bool:
        """Draw whether the frame that begins now lies in a burst."""
        if self._left > 0:
            self._left -= 1
        elif self._rng.random() < BURST_CHANCE:
            self._left = int(self._rng.integers(*BURST_FRAMES, endpoint=True)) - 1
            turn = self._rng.uniform(*BURST_TURN_RPS) * self._rng.choice([-1.0, 1.0])
            self._command = np.array([self._rng.uniform(*BURST_SPEED_MPS), turn])
        else:
            return False
        return True

    def command(self, robot: NDArray[np.float64], pedestrians: NDArray[np.float64]) -> NDArray[np.float64] | None:
        """Speed and yaw rate of the burst for a robot at ``robot``; None where it would soon touch something."""
        ahead = robot[:2] + 0.5 * np.array([math.cos(robot[2]), math.sin(robot[2])])
        gaps = np.hypot(*(pedestrians[:, :2] - robot[:2]).T) if len(pedestrians) else np.array([np.inf])
        if self._clearance.at(ahead) < BURST_CLEARANCE_M or gaps.min() < BURST_PERSON_M:
            return None
        return self._command
