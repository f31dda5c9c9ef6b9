"""The anchor-guided Gaussian mixture over paths: densities, which mode a true path belongs to, how modes are used.

A path is H waypoints in normalised units: metres divided by max(v, 0.01), v the mean step length in metres. Each mode
m has a score (log q_m), per step a bivariate Gaussian (mean, two standard deviations, correlation) and a velocity
scale v_m.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor

LEAST_SCALE_M = 0.01
"""Smallest velocity scale that paths are divided by."""
STILL_STEP = 0.1
"""Steps shorter than this share of the path's mean step have no direction."""


@dataclass(frozen=True)
class Mixture:
    """B distributions of M modes over paths of H steps."""

    log_scores: Tensor
    """(B, M) log q, normalised over modes."""
    means: Tensor
    """(B, M, H, 2) normalised units."""
    sigmas: Tensor
    """(B, M, H, 2) normalised units."""
    rhos: Tensor
    """(B, M, H) correlation of x and y."""
    scales: Tensor
    """(B, M) velocity scale: mean step length, metres."""

    def paths(self) -> Tensor:
        """(B, M, H, 2) mean paths in metres."""
        return self.means * self.scales.clamp_min(LEAST_SCALE_M)[..., None, None]


def path_scale(paths: Tensor, valid: Tensor) -> Tensor:
    """Mean step length (B,) in metres of paths (B, H, 2) from the origin, over ``valid`` (B, H) leading steps."""
    lengths = displacements(paths).norm(dim=-1) * valid
    scale: Tensor = lengths.sum(dim=-1) / valid.sum(dim=-1).clamp_min(1)
    return scale


def displacements(paths: Tensor) -> Tensor:
    """Steps (..., H, 2) of paths (..., H, 2) that begin at the origin."""
    return torch.diff(paths, dim=-2, prepend=torch.zeros_like(paths[..., :1, :]))


def step_log_density(points: Tensor, means: Tensor, sigmas: Tensor, rhos: Tensor) -> Tensor:
    """Log density of bivariate Gaussians at ``points`` (..., 2), sigma (..., 2), rho (...)."""
    z = (points - means) / sigmas
    rest = 1.0 - rhos**2
    square = (z[..., 0] ** 2 + z[..., 1] ** 2 - 2.0 * rhos * z[..., 0] * z[..., 1]) / rest
    return -0.5 * square - torch.log(sigmas).sum(dim=-1) - 0.5 * torch.log(rest) - math.log(2.0 * math.pi)


def path_log_density(mixture: Mixture, paths: Tensor, valid: Tensor) -> Tensor:
    """(B, M): log N_m of normalised paths (B, H, 2), averaged over valid steps (B, H)."""
    steps = step_log_density(paths[:, None], mixture.means, mixture.sigmas, mixture.rhos)
    weight = valid[:, None].to(steps.dtype)
    return (steps * weight).sum(dim=-1) / weight.sum(dim=-1).clamp_min(1.0)


def mean_angles(means: Tensor, paths: Tensor, valid: Tensor) -> Tensor:
    """(B, M) mean angle in radians between the steps of modes (B, M, H, 2) and of normalised paths (B, H, 2).

    True steps without direction, or not valid, do not count.
    """
    ours, true = displacements(means), displacements(paths)[:, None]
    cross = ours[..., 0] * true[..., 1] - ours[..., 1] * true[..., 0]
    angle = torch.atan2(cross, (ours * true).sum(dim=-1)).abs()
    counts = (valid & (displacements(paths).norm(dim=-1) > STILL_STEP))[:, None]
    mean: Tensor = (angle * counts).sum(dim=-1) / counts.sum(dim=-1).clamp_min(1)
    return mean


@dataclass(frozen=True)
class AssignmentRule:
    """When directions do not decide which mode a path belongs to."""

    tie_rad: float
    short_path_m: float


def assigned_modes(
    mixture: Mixture, anchors: Tensor, paths_m: Tensor, valid: Tensor, rule: AssignmentRule
) -> tuple[Tensor, Tensor]:
    """Mode h (B,) that each true path (B, H, 2) in metres belongs to, and whether the path is ``short`` (B,).

    The mode whose predicted steps (no gradient) turn least from the true ones; among near-ties, and for short paths
    among all modes, the one whose anchor (M, 2), scaled to the share of the horizon that is valid, lies nearest.
    """
    horizon, steps = paths_m.shape[1], valid.sum(dim=-1)
    ends = paths_m[torch.arange(len(paths_m), device=paths_m.device), (steps - 1).clamp_min(0)]
    short = ends.norm(dim=-1) < rule.short_path_m
    reached = anchors[None] * (steps / horizon)[:, None, None]
    distance = (reached - ends[:, None]).norm(dim=-1)
    scale = path_scale(paths_m, valid).clamp_min(LEAST_SCALE_M)
    angles = mean_angles(mixture.means.detach(), paths_m / scale[:, None, None], valid)
    near = angles <= angles.min(dim=-1, keepdim=True).values + rule.tie_rad
    candidates = near | short[:, None]
    return distance.masked_fill(~candidates, torch.inf).argmin(dim=-1), short


def mode_usage(modes: Tensor, count: int) -> Tensor:
    """(M,) share of paths assigned to each mode."""
    return torch.bincount(modes, minlength=count).float() / max(1, len(modes))


def score_entropy(mixture: Mixture) -> Tensor:
    """(B,) entropy of the scores in nats: 0 where one mode is sure, log M where all are alike."""
    entropy: Tensor = -(mixture.log_scores.exp() * mixture.log_scores).sum(dim=-1)
    return entropy
