"""What CityWalker learns by: waypoints, their direction, arrival, and what the camera will see."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from baselines.citywalker.model import CityWalkerPrediction

DIRECTION_WEIGHT, FEATURE_WEIGHT = 5.0, 0.1
SMALL = 1e-8


@dataclass(frozen=True, eq=False)
class CityWalkerLabels:
    """What a batch should be answered. B batch, N frames, H waypoints, D width."""

    waypoints: Tensor
    """(B, H, 2) as in :class:`CityWalkerPrediction`."""
    arrived: Tensor
    """(B,) 1 if the goal is reached, else 0."""
    features: Tensor
    """(B, N, D) class tokens of the frames that came next."""
    foretold: Tensor | None = None
    """(B,) 1 where these are taught, else 0; none given: everywhere."""


def citywalker_loss(prediction: CityWalkerPrediction, labels: CityWalkerLabels) -> Tensor:
    """Mean absolute error of the waypoints + cross entropy of arrival + 5 (1 - cosine) + 0.1 squared feature error."""
    waypoints = functional.l1_loss(prediction.waypoints, labels.waypoints)
    arrival = functional.binary_cross_entropy_with_logits(prediction.arrival.squeeze(-1), labels.arrived)
    direction = 1 - mean_cosine(prediction.waypoints, labels.waypoints)
    features = feature_error(prediction.features, labels)
    return waypoints + arrival + DIRECTION_WEIGHT * direction + FEATURE_WEIGHT * features


def mean_cosine(predicted: Tensor, true: Tensor) -> Tensor:
    """Mean over all waypoints (B, H, 2) of the cosine of the angle, at the robot, between predicted and true."""
    lengths = torch.linalg.vector_norm(predicted, dim=-1) * torch.linalg.vector_norm(true, dim=-1)
    cosines: Tensor = (predicted * true).sum(dim=-1) / (lengths + SMALL)
    return cosines.mean()


def feature_error(predicted: Tensor, labels: CityWalkerLabels) -> Tensor:
    """Mean squared error of the features (B, N, D) over the samples where they are taught; 0 where they never are."""
    if labels.foretold is None:
        return functional.mse_loss(predicted, labels.features)
    errors = (predicted - labels.features).square().mean(dim=(1, 2))
    mean: Tensor = (errors * labels.foretold).sum() / labels.foretold.sum().clamp(min=1.0)
    return mean
