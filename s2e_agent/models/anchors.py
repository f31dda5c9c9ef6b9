"""Spatial anchors: M places that a drive may reach after one horizon, found by K-Means or spread evenly ahead."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from navbench_gs.domain.streams import stream
from s2e_agent.config.pretraining import Preset

Floats = NDArray[np.float64]
FAN_RAD = np.pi / 3
"""Forward anchors reach this far to either side."""


def squared_distances(points: Floats, centres: Floats) -> Floats:
    """(N, 2), (M, 2) -> (N, M)."""
    squared: Floats = ((points[:, None, :] - centres[None, :, :]) ** 2).sum(axis=-1)
    return squared


def k_means(points: Floats, count: int, *, seed: int, rounds: int = 100) -> Floats:
    """``count`` centres (M, 2) of ``points`` (N, 2), sorted by angle then length; Lloyd's rounds from k-means++."""
    if len(points) < count:
        raise ValueError(f"{count} anchors need at least as many drives' ends, not {len(points)}")
    rng = stream("anchors", seed)
    centres = points[rng.integers(len(points))][None]
    for _ in range(count - 1):
        nearest = squared_distances(points, centres).min(axis=1)
        total = nearest.sum()
        chances = nearest / total if total > 0 else np.full(len(points), 1.0 / len(points))
        centres = np.concatenate([centres, points[rng.choice(len(points), p=chances)][None]])
    for _ in range(rounds):
        owner = squared_distances(points, centres).argmin(axis=1)
        moved = np.stack([points[owner == m].mean(axis=0) if (owner == m).any() else centres[m] for m in range(count)])
        if np.array_equal(moved, centres):
            break
        centres = moved
    order = np.lexsort((np.hypot(*centres.T), np.arctan2(centres[:, 1], centres[:, 0])))
    ordered: Floats = centres[order]
    return ordered


def anchors_of_paths(ends: Floats, count: int, *, seed: int, most: int = 20000) -> Floats:
    """Anchors (M, 2) in metres of path ends (N, 2) in the robot frame, mirrored too, so that left and right agree."""
    if len(ends) > most:
        ends = ends[stream("anchor sample", seed).choice(len(ends), most, replace=False)]
    return k_means(np.concatenate([ends, ends * [1.0, -1.0]]), count, seed=seed)


def forward_anchors(ends: Floats, count: int, *, half_angle_rad: float = FAN_RAD) -> Floats:
    """Anchors (M, 2) evenly spread over the directions ahead, as far away as path ends (N, 2) typically are."""
    reach = float(np.median(np.hypot(*ends.T)))
    angles = np.linspace(-half_angle_rad, half_angle_rad, count) if count > 1 else np.zeros(1)
    return reach * np.stack([np.cos(angles), np.sin(angles)], axis=1)


def initial_anchors(ends: Floats, preset: Preset) -> Floats:
    """The anchors (M, 2) of a preset, metres, from the ends (N, 2) of its training paths."""
    count, source = preset.policy.anchors, preset.pretrain.anchors_from
    if source == "zero":
        return np.zeros((count, 2))
    if source == "forward":
        return forward_anchors(ends, count)
    return anchors_of_paths(ends, count, seed=preset.pretrain.loop.seed)
