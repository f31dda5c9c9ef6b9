"""Goal pictures for image-goal networks: a later frame of the drive, or now and then one from anywhere."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from baselines.data.drive_set import DriveSet, Numbers


@dataclass(frozen=True)
class GoalRule:
    """How far ahead goals lie, and which of them teach waypoints."""

    farthest: int = 20
    """Frames ahead; also the distance that a goal from anywhere is labelled with."""
    taught: tuple[int, int] = (0, 10)
    """Waypoints are taught where the goal is more than the first and fewer than the second many frames ahead."""


@dataclass(frozen=True, eq=False)
class Goals:
    """Goals of B moments."""

    frames: Numbers
    """(B,) frame numbers."""
    distance: Numbers
    """(B,) frames ahead; the farthest where the goal is from anywhere."""
    taught: NDArray[np.bool_]
    """(B,) whether the goal teaches waypoints."""


def drawn_goals(drives: DriveSet, moments: Numbers, rule: GoalRule, rng: np.random.Generator) -> Goals:
    """Offsets uniform in 0..farthest, as far as the drive goes; 0 stands for a frame from anywhere in the data set."""
    reach = np.minimum(rule.farthest, drives.last[moments] - moments)
    offset = rng.integers(0, reach + 1)
    anywhere = rng.integers(0, len(drives.frames), len(moments))
    elsewhere = offset == 0
    distance = np.where(elsewhere, rule.farthest, offset)
    nearest, farthest = rule.taught
    taught = ~elsewhere & (distance > nearest) & (distance < farthest)
    return Goals(np.where(elsewhere, anywhere, moments + offset), distance, taught)


def taught_goals(drives: DriveSet, moments: Numbers, rule: GoalRule, rng: np.random.Generator) -> Goals:
    """Goals that all teach waypoints, as far as the drive goes: for measuring held-out errors."""
    nearest, farthest = rule.taught
    left = drives.last[moments] - moments
    reach = np.maximum(np.minimum(farthest - 1, left), nearest + 1)
    offset = np.minimum(rng.integers(nearest + 1, reach + 1), left)
    return Goals(moments + offset, offset, np.ones(len(moments), dtype=bool))
