"""Guidance in training: goal points and coarse routes of samples, known or in hindsight."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from s2e_agent.config.pretraining import PolicyConfig, PretrainConfig
from s2e_agent.data.drive_samples import DriveSamples
from s2e_agent.data.route import route_ahead

Floats = NDArray[np.float64]


def local_points(samples: DriveSamples, moments: NDArray[np.int64], points: Floats) -> Floats:
    """World points (B, 2), each in the robot frame of its own moment (B,)."""
    offset, yaw = points - samples.positions[moments], samples.yaws[moments]
    cos, sin = np.cos(yaw), np.sin(yaw)
    return np.stack([cos * offset[:, 0] + sin * offset[:, 1], cos * offset[:, 1] - sin * offset[:, 0]], axis=1)


def drawn_goals(
    samples: DriveSamples, moments: NDArray[np.int64], config: PretrainConfig, rng: np.random.Generator
) -> Floats:
    """Goals (B, 2) in robot frames: the drive's own, or in hindsight a later place of it; NaN where dropped by draw."""
    count = len(moments)
    reach = np.minimum(samples.last[moments] - moments, config.hindsight_steps)
    later = moments + 1 + (rng.random(count) * reach).astype(np.int64).clip(0, np.maximum(reach - 1, 0))
    goals = samples.drive_goals[moments].copy()
    hindsight = np.isnan(goals).any(axis=1) | (rng.random(count) < config.hindsight_share)
    goals[hindsight] = samples.positions[np.minimum(later, samples.last[moments])][hindsight]
    if config.goal_dropout_by == "draw":
        goals[rng.random(count) < config.goal_dropout] = np.nan
    return local_points(samples, moments, goals)


def drawn_routes(
    samples: DriveSamples,
    moments: NDArray[np.int64],
    policy: PolicyConfig,
    config: PretrainConfig,
    rng: np.random.Generator,
) -> Floats:
    """Coarse routes (B, R, 2) along the way that the drives took, in robot frames; NaN where dropped."""
    count, points = len(moments), policy.route_points
    routes = np.empty((count, points, 2))
    if not points:
        return routes
    for row, moment in enumerate(moments):
        line = samples.positions[moment : samples.last[moment] + 1]
        routes[row] = route_ahead(line, line[0], points, policy.route_spacing_m)
    routes += config.route_noise_m * (rng.normal(size=(count, 1, 2)) + 0.5 * rng.normal(size=routes.shape))
    routes[rng.random(count) < config.route_dropout] = np.nan
    return np.stack([local_points(samples, moments, routes[:, point]) for point in range(points)], axis=1)
