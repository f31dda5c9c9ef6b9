"""What GNM and ViNT learn by: the distance to the goal picture, and the way there where that is known."""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor
from torch.nn import functional

from baselines.masked_mean import masked_mean
from baselines.waypoints import GoalPrediction

DISTANCE_WEIGHT, ACTION_WEIGHT = 0.5 * 0.01, 0.5


@dataclass(frozen=True, eq=False)
class GoalLabels:
    """What a batch should be answered. B batch, H waypoints."""

    distance: Tensor
    """(B,) steps to the goal picture; 20 where that is of another place."""
    actions: Tensor
    """(B, H, 4) as in :class:`GoalPrediction`."""
    action_counts: Tensor
    """(B,) 1 where the actions are to be learnt, else 0."""


def goal_loss(prediction: GoalPrediction, labels: GoalLabels) -> Tensor:
    """0.005 mean squared error of the distance + 0.5 that of all four action columns where they count."""
    distance = functional.mse_loss(prediction.distance.squeeze(-1), labels.distance)
    actions = masked_mean((prediction.actions - labels.actions) ** 2, labels.action_counts)
    return DISTANCE_WEIGHT * distance + ACTION_WEIGHT * actions


def countable_actions(distance: Tensor, window: tuple[int, int]) -> Tensor:
    """(B,) steps to the goal -> (B,) 1.0 where they lie inside the window, its ends left out, else 0.0."""
    fewest, most = window
    return ((distance > fewest) & (distance < most)).float()
