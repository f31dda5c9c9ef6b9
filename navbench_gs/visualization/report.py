"""Report: what a finished run leaves for people: its table as files, and one picture of all drives by outcome."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from navbench_gs.catalogue.obstacles import OBSTACLES
from navbench_gs.domain.episode import Episode
from navbench_gs.domain.result import Result
from navbench_gs.domain.rules import Rules
from navbench_gs.domain.run import RunManifest
from navbench_gs.domain.scene import Scene
from navbench_gs.domain.trajectory import Trajectory
from navbench_gs.evaluation.needs import needs_text
from navbench_gs.metrics.collisions import collisions
from navbench_gs.terrain.terrain import Grid, load_terrain

if TYPE_CHECKING:
    import pandas
    from matplotlib.axes import Axes

SUMMARY_CSV, SUMMARY_JSON, PICTURE = "summary.csv", "summary.json", "trajectories.png"
PANEL_INCHES = 2.9
MARGIN_M = 3.0
SMALLEST_VIEW_M = 16.0
# Colours told apart by all common kinds of colour blindness (after Okabe and Ito); failures are dashed as well.
OUTCOMES: dict[str, dict[str, Any]] = {
    "reached, no collision": {"color": "#0072B2", "linestyle": "-"},
    "reached after collisions": {"color": "#E69F00", "linestyle": "-"},
    "not reached": {"color": "#A0005A", "linestyle": (0, (3, 1.2))},
}
CONTACT_MARKERS = {"scene": "x", "obstacle": "s", "pedestrian": "o"}
BLOCKED, FORBIDDEN, WALKABLE = (0.45, 0.45, 0.45), (0.86, 0.86, 0.86), (1.0, 1.0, 1.0)


@dataclass(frozen=True, eq=False)
class Drawn:
    """One driven episode as the picture shows it."""

    result: Result
    episode: Episode
    trajectory: Trajectory


def write_summary(folder: Path, table: pandas.DataFrame, manifest: RunManifest) -> None:
    """Write the table of a run as ``summary.csv``, and with the run's identity as ``summary.json``."""
    table.to_csv(folder / SUMMARY_CSV, index=False)
    lines = [{name: _plain(value) for name, value in line.items()} for line in table.to_dict("records")]
    summary = {
        "agent": manifest.card.name,
        "agent_revision": manifest.card.revision,
        "weights": manifest.card.weights,
        "needs": needs_text(manifest.card.needs),
        "suite": manifest.config.suite,
        "perturbation": manifest.config.perturbation,
        "rules": manifest.rules,
        "version": manifest.version,
        "table": lines,
    }
    (folder / SUMMARY_JSON).write_text(json.dumps(summary, indent=1, allow_nan=False) + "\n")


def draw_trajectories(path: Path, drives: Sequence[Drawn], scenes: dict[str, Scene], rules: Rules, title: str) -> None:
    """Draw every drive of a run from above, a panel per scene, coloured by outcome, with contacts marked."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    shown = [scene for scene in scenes if any(drive.episode.scene == scene for drive in drives)]
    columns = max(2, math.ceil(math.sqrt(len(shown) * 1.3)))
    rows = math.ceil(len(shown) / columns)
    figure = Figure(figsize=(PANEL_INCHES * columns, PANEL_INCHES * rows + 1.1), dpi=130, layout="constrained")
    FigureCanvasAgg(figure)
    panels = figure.subplots(rows, columns, squeeze=False).ravel()
    for panel in panels[len(shown) :]:
        panel.axis("off")
    for panel, name in zip(panels, shown, strict=False):
        _draw_scene(panel, scenes[name], [drive for drive in drives if drive.episode.scene == name], rules)
    figure.suptitle(title, fontsize=11)
    figure.legend(handles=_legend(), loc="outside lower center", ncols=4, fontsize=8, frameon=False)
    figure.savefig(path)


def _draw_scene(panel: Axes, scene: Scene, drives: Sequence[Drawn], rules: Rules) -> None:
    view = _view([np.concatenate([drive.trajectory.poses[:, :2], drive.episode.route]) for drive in drives])
    _draw_ground(panel, load_terrain(scene).grid)
    for drive in drives:
        _draw_problem(panel, drive, crowded=len(drives) > 2)
    for drive in drives:
        _draw_drive(panel, drive, rules)
    x, y, half = view
    panel.set(xlim=(x - half, x + half), ylim=(y - half, y + half), xticks=[], yticks=[], aspect="equal")
    panel.plot([x - 0.92 * half, x - 0.92 * half + 5.0], [y - 0.9 * half] * 2, color="black", linewidth=2)
    panel.text(x - 0.92 * half, y - 0.86 * half, "5 m", fontsize=6, va="bottom")
    reached = sum(drive.result.success for drive in drives)
    panel.set_title(f"{scene.scene_id}  {reached}/{len(drives)}", fontsize=8)


def _draw_ground(panel: Axes, grid: Grid) -> None:
    colours = np.where(grid.walkable[..., None], WALKABLE, FORBIDDEN)
    colours = np.where(grid.blocked[..., None], BLOCKED, colours)
    nx, ny = grid.walkable.shape
    x, y = grid.origin
    extent = (x, x + nx * grid.cell_m, y, y + ny * grid.cell_m)
    panel.imshow(colours.transpose(1, 0, 2), origin="lower", extent=extent, interpolation="nearest")
    panel.set_facecolor(FORBIDDEN)


def _draw_problem(panel: Axes, drive: Drawn, *, crowded: bool) -> None:
    """Route, obstacles, start and goal; in a crowded panel obstacles are faint and pedestrians' ways left out."""
    from matplotlib.patches import Circle

    episode = drive.episode
    panel.plot(*np.array(episode.route).T, color="0.55", linewidth=0.8, linestyle=":", zorder=2)
    for obstacle in episode.obstacles:
        x, y, _ = obstacle.pose
        radius = OBSTACLES[obstacle.kind].radius_m
        panel.add_patch(
            Circle((x, y), radius, facecolor="#8C6D31", edgecolor="none", alpha=0.4 if crowded else 0.8, zorder=3)
        )
    if not crowded:
        for way in drive.trajectory.pedestrians.transpose(1, 2, 0):
            panel.plot(way[0], way[1], color="#009E73", linewidth=0.5, alpha=0.5, zorder=2)
    panel.plot(*episode.start[:2], marker="o", markersize=3.5, color="black", zorder=6)
    panel.plot(*episode.goal, marker="*", markersize=8, color="black", markeredgecolor="white", zorder=6)


def _draw_drive(panel: Axes, drive: Drawn, rules: Rules) -> None:
    trajectory = drive.trajectory
    panel.plot(*trajectory.poses[:, :2].T, linewidth=1.4, zorder=4, **OUTCOMES[_outcome(drive.result)])
    for collision in collisions(trajectory, rules):
        x, y, _ = trajectory.poses[collision.tick]
        panel.plot(x, y, **_contact_style(collision.kind), zorder=5)


def _outcome(result: Result) -> str:
    clean, touched, failed = OUTCOMES
    if not result.success:
        return failed
    return clean if result.strict_success else touched


def _contact_style(kind: str) -> dict[str, Any]:
    return {
        "marker": CONTACT_MARKERS[kind],
        "markersize": 5.5,
        "markerfacecolor": "none",
        "markeredgecolor": "black",
        "markeredgewidth": 1.1,
        "linestyle": "none",
    }


def _legend() -> list[Any]:
    from matplotlib.lines import Line2D

    lines = [Line2D([], [], linewidth=1.6, label=name, **style) for name, style in OUTCOMES.items()]
    contacts = [Line2D([], [], label=f"contact: {kind}", **_contact_style(kind)) for kind in CONTACT_MARKERS]
    others = [
        Line2D([], [], color="0.55", linestyle=":", label="reference route"),
        Line2D([], [], color="#009E73", linewidth=0.8, label="pedestrians' ways"),
        Line2D([], [], marker="o", color="#8C6D31", linestyle="none", label="obstacle"),
        Line2D([], [], marker="o", markersize=3.5, color="black", linestyle="none", label="start"),
        Line2D([], [], marker="*", markersize=8, color="black", linestyle="none", label="goal"),
    ]
    return [*lines, *contacts, *others]


def _view(tracks: Sequence[NDArray[np.float64]]) -> tuple[float, float, float]:
    """Centre x, y and half side of the square that holds all points (N, 2), metres."""
    points = np.concatenate(tracks)
    low, high = points.min(axis=0), points.max(axis=0)
    x, y = (low + high) / 2.0
    return float(x), float(y), max(SMALLEST_VIEW_M / 2.0, float((high - low).max()) / 2.0 + MARGIN_M)


def _plain(value: Any) -> Any:
    """JSON has no NaN: a number that states nothing becomes null."""
    return None if isinstance(value, float) and math.isnan(value) else value
