"""A plan of a capture before it has a scale: to look at, and to measure on."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from navbench_gs.errors import StoreError
from navbench_gs.splats.formats import read_splats
from navbench_gs.splats.transform import transformed
from scenes.importers.alignment import upright
from scenes.importers.cameras import read_views
from scenes.importers.selection import chosen
from scenes.pictures import plan_view

SHOWN = (0.01, 0.99)
"""Quantiles of the Gaussians' centres between which the plan lies."""
EAVES_SHARE = 0.15
"""The plan leaves out what is higher than this share of its width: crowns and roofs."""


def draw_preview(
    splats: Path, path: Path, *, cameras: Path | None, up: tuple[float, ...] | None
) -> tuple[float, float]:
    """Draw a capture from straight above with a grid in its own units; returns how wide and deep the plan is.

    Raises:
        DamagedFileError: a file cannot be read, or the capture holds no ground.
        StoreError: the picture cannot be written.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    cloud = read_splats(splats)
    views = read_views(cameras) if cameras is not None else None
    cloud = transformed(cloud, upright(cloud, views, up)[0])
    (x0, y0), (x1, y1) = np.quantile(cloud.means[:, :2], SHOWN, axis=0).tolist()
    low = chosen(cloud, cloud.means[:, 2] < EAVES_SHARE * max(x1 - x0, y1 - y0))
    figure = Figure(figsize=(10.0, 1.0 + 10.0 * (y1 - y0) / (x1 - x0)), dpi=110, layout="constrained")
    FigureCanvasAgg(figure)
    panel = figure.subplots()
    panel.imshow(plan_view(low, (x0, y0, x1, y1)), extent=(x0, x1, y0, y1))
    panel.locator_params(nbins=20)
    panel.grid(color="white", alpha=0.25, linewidth=0.6)
    panel.set(
        xlabel="x [units]", ylabel="y [units]", title=f"{splats.name} from above, ground upright, not yet to scale"
    )
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        figure.savefig(path)
    except (OSError, ValueError) as error:
        raise StoreError(f"cannot write {path}: {error}") from error
    return x1 - x0, y1 - y0
