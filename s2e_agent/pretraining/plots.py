"""Pictures of training, to look at before trusting a number: the first batch, predicted modes on held-out frames."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from numpy.typing import NDArray

from s2e_agent.data.batch import Batch
from s2e_agent.models.policy import Policy
from s2e_agent.models.waypoint_mixture import Mixture

SHOWN = 8
"""Samples in a picture."""


def draw_batch(batch: Batch, window: int, path: Path) -> None:
    """One sample of each of the first windows: its present frame as the policy sees it, path, goal and route."""
    chosen = np.arange(0, len(batch.paths), window)[:SHOWN]
    _draw(batch, chosen, None, path)


def draw_modes(policy: Policy, batch: Batch, path: Path) -> None:
    """Samples spread over a batch: present frame, true path, and every mode's path as dark as its score is high."""
    chosen = np.unique(np.linspace(0, len(batch.paths) - 1, SHOWN).astype(int))
    with torch.no_grad():
        mixture = policy(batch.frames, batch.history, batch.present, batch.goals, batch.routes)
    _draw(batch, chosen, mixture, path)


def _draw(batch: Batch, chosen: NDArray[np.int64], mixture: Mixture | None, path: Path) -> None:
    width = 2.4 * len(chosen)
    figure = Figure(figsize=(width, 4.2))
    # Margins by hand: a layout engine would draw everything twice, at every validation.
    margins = {"left": 0.3 / width, "right": 1.0 - 0.1 / width, "bottom": 0.07, "top": 0.98}
    grid = figure.subplots(2, len(chosen), squeeze=False, gridspec_kw={**margins, "wspace": 0.2, "hspace": 0.15})
    for column, number in enumerate(chosen):
        frame = batch.frames[batch.history[number, -1], ..., :3].cpu().numpy()
        grid[0, column].imshow(frame.clip(0, 255).astype(np.uint8))
        grid[0, column].set_axis_off()
        _draw_paths(grid[1, column], batch, int(number), mixture)
    figure.savefig(path, dpi=100)


def _draw_paths(axes: Axes, batch: Batch, number: int, mixture: Mixture | None) -> None:
    """Seen from above: the robot at the origin looks up, its left is left."""
    true = batch.paths[number][batch.valid[number]].cpu().numpy()
    reach = max(1.0, 1.5 * float(np.abs(true).max()))
    if mixture is not None:
        shades = mixture.log_scores[number].exp().cpu().numpy()
        modes = [np.stack(_from_above(mode), axis=1) for mode in mixture.paths()[number].cpu().numpy()]
        dark = 0.1 + 0.9 * shades / shades.max()
        axes.add_collection(LineCollection(modes, colors="tab:blue", alpha=dark, linewidths=1.0))
    axes.plot(*_from_above(true), color="black", linewidth=1.5)
    axes.plot(*batch.routes[number].cpu().numpy()[:, ::-1].T * [[-1], [1]], "x", color="tab:green", markersize=4)
    goal = batch.goals[number].cpu().numpy()
    distance = float(np.hypot(*goal))
    if np.isfinite(distance):
        shown = goal * min(1.0, 0.95 * reach / max(distance, 1e-6))
        axes.plot(-shown[1], shown[0], "*", color="tab:red")
    axes.set(xlim=(-reach, reach), ylim=(-0.4 * reach, reach), aspect="equal", title=_goal_text(distance))
    axes.tick_params(labelsize=6)


def _from_above(places: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Places (H, 2) in the robot frame, from the robot on, as (to the right, ahead)."""
    line = np.concatenate([np.zeros((1, 2), dtype=np.float32), places])
    return -line[:, 1], line[:, 0]


def _goal_text(distance_m: float) -> str:
    return f"goal {distance_m:.1f} m" if np.isfinite(distance_m) else "no goal"
