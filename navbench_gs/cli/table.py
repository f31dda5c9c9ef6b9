"""The table of a run as text: SR, strict SR, RC and CT with their intervals."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from rich.table import Table

if TYPE_CHECKING:
    import pandas

TITLES = {"sr": "SR %", "strict_sr": "strict SR %", "rc": "RC %", "ct": "CT"}


def rich_table(table: pandas.DataFrame, title: str) -> Table:
    """A :func:`navbench_gs.statistics.table.task_table` for the terminal, 80 columns wide; shares in percent."""
    shown = Table(title=title, title_justify="left", box=None, pad_edge=False, padding=(0, 1, 0, 0))
    shown.caption, shown.caption_justify = "below each mean its 95 % interval over scenes", "left"
    shown.add_column("task", no_wrap=True)
    shown.add_column("episodes", justify="right", no_wrap=True)
    for heading in TITLES.values():
        shown.add_column(heading, justify="right", no_wrap=True)
    several = [name for name in ("provenance", "perturbation") if table[name].nunique() > 1]
    for _, line in table.iterrows():
        task = "\n".join([str(line["task"]), *(str(line[name]) for name in several if line[name])])
        cells = [_cell(line[name], line[f"{name}_low"], line[f"{name}_high"], share=name != "ct") for name in TITLES]
        shown.add_row(task, f"{line['episodes']}\n[dim]{line['scenes']} scenes[/]", *cells)
    return shown


def _cell(mean: float, low: float, high: float, *, share: bool) -> str:
    """``61.5`` over ``[42.3, 80.8]`` in percent for a share, ``0.85`` for a count; no interval where it is NaN."""
    scale, digits = (100.0, 1) if share else (1.0, 2)
    text = f"{scale * mean:.{digits}f}"
    if math.isnan(low):
        return text
    return f"{text}\n[dim]\\[{scale * low:.{digits}f}, {scale * high:.{digits}f}][/]"
