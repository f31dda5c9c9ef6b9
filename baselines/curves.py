"""The picture a training leaves: held-out errors over its steps, as its log has them."""

from __future__ import annotations

import json
from pathlib import Path

from navbench_gs.training.run_files import LOG_FILE

PICTURE = "curves.png"
LEFT_OUT = ("score", "distance_error")


def draw_curves(folder: Path, title: str) -> Path:
    """Draw what ``log.jsonl`` in ``folder`` says of the held-out data, beside it."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    rows = [json.loads(line) for line in (folder / LOG_FILE).read_text().splitlines()]
    names = [name for name in rows[-1] if not name.startswith(("train_", "step", "wall")) and name not in LEFT_OUT]
    figure = Figure(figsize=(7.0, 3.0), dpi=96, layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    for name in names:
        style = "--" if "constant_velocity" in name else "-"
        axes.plot([row["step"] for row in rows], [row[name] for row in rows], style, label=name.replace("_", " "))
    axes.set(xlabel="step", title=title, ylim=(0.0, None))
    axes.grid(alpha=0.3)
    figure.legend(loc="outside right upper")
    figure.savefig(folder / PICTURE)
    return folder / PICTURE
