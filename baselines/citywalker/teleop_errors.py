"""Errors on teleoperated drives, for all moments and for each category of them. B samples, H waypoints."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from baselines.citywalker.model import CityWalkerPrediction
from baselines.data.citywalk_batch import CityBatch
from baselines.data.teleop_drives import CATEGORIES

LEAST_WAY_M = 1.0
"""Directions are compared where the last true waypoint is farther than this, as published."""


class TeleopErrors:
    """Means that grow with every batch."""

    def __init__(self) -> None:
        self._rows: list[NDArray[np.float64]] = []
        self._flags: list[NDArray[np.bool_]] = []

    def add(self, answer: CityWalkerPrediction, batch: CityBatch, step_m: float, flags: NDArray[np.bool_]) -> None:
        """A batch of one drive, its mean step in metres, and the categories (B, 6) of its moments."""
        way = batch.waypoints[:, -1].norm(dim=-1) * step_m
        angles = largest_angles(answer.waypoints, batch.waypoints).where(way > LEAST_WAY_M, torch.nan)
        columns = [
            (answer.waypoints - batch.waypoints).norm(dim=-1).mean(dim=1) * step_m,
            angles,
            ((answer.arrival[:, 0] >= 0) == (batch.arrived > 0.5)).float(),
        ]
        self._rows.append(torch.stack(columns, dim=1).double().cpu().numpy())
        self._flags.append(flags)

    def means(self) -> dict[str, float]:
        """``test_<category>_{error_m, angle_deg, moments}`` and ``test_arrival_accuracy``; empty without moments.

        The error is the mean distance from the true waypoints, the angle the mean of each moment's largest (the
        published measure). Categories without moments, and angles where no way is long enough, are left out.
        """
        if not self._rows:
            return {}
        rows, flags = np.concatenate(self._rows), np.concatenate(self._flags)
        table = {"test_arrival_accuracy": float(rows[:, 2].mean())}
        for name, chosen in (("all", np.ones(len(rows), dtype=bool)), *zip(CATEGORIES, flags.T, strict=True)):
            if chosen.any():
                table |= {f"test_{name}_error_m": float(rows[chosen, 0].mean())}
                angles = rows[chosen, 1][np.isfinite(rows[chosen, 1])]
                table |= {f"test_{name}_angle_deg": float(angles.mean())} if len(angles) else {}
                table |= {f"test_{name}_moments": float(chosen.sum())}
        return table


def largest_angles(predicted: Tensor, true: Tensor) -> Tensor:
    """(B,) degrees: the largest angle, at the robot, between a predicted and its true waypoint of (B, H, 2)."""
    cosines = torch.nn.functional.cosine_similarity(predicted, true, dim=-1).clamp(-1.0, 1.0)
    return torch.rad2deg(torch.acos(cosines)).amax(dim=1)
