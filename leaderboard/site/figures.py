"""Figures and a LaTeX table for papers: what the page shows, on paper."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from leaderboard.ranking.aggregate import Line
from leaderboard.ranking.rank import Ranking
from leaderboard.ranking.standings import BoardStandings
from leaderboard.site.tables import track_name
from leaderboard.site.view import HEADINGS, Heading
from navbench_gs.statistics.distributions import THRESHOLDS

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

FOLDER = "figures"
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#8a6d00", "#56B4E9", "#6a4fb3", "#5f6670")
"""After Okabe and Ito: told apart by all common kinds of colour blindness."""
REFERENCE_COLOUR = "0.55"
DASHES = ("-", (0, (5, 2)), (0, (1, 1.5)), (0, (6, 2, 1, 2)), (0, (8, 4)))
INTERVALS, PROFILES, TABLE = "intervals", "profiles", "table.tex"
LONGEST_NAME = 24
SHOWN = ("sr", "strict_sr", "rc", "ct")
FIXED = {"Creator": None, "Producer": None, "CreationDate": None}
"""Metadata that would make two equal figures differ."""


def write_figures(boards: Sequence[BoardStandings], out: Path) -> list[Path]:
    """Write intervals and profiles (PDF and PNG) and a table of every track; returns the files."""
    written = []
    for board in boards:
        tracks: dict[str, list[Ranking]] = {}
        for ranking in board.rankings:
            tracks.setdefault(track_name(ranking), []).append(ranking)
        for track, rankings in tracks.items():
            folder = out / FOLDER / _word(f"{board.board.title} {track}")
            folder.mkdir(parents=True, exist_ok=True)
            for name, figure in (
                (INTERVALS, interval_figure(rankings)),
                (PROFILES, profile_figure(rankings, board.slugs)),
            ):
                for path in (folder / f"{name}.pdf", folder / f"{name}.png"):
                    figure.savefig(path, dpi=200, metadata=FIXED if path.suffix == ".pdf" else {"Software": None})
                    written.append(path)
            (folder / TABLE).write_text(
                latex_table(rankings, f"{board.board.title}, {track}".replace(" · ", ", ")), encoding="utf-8"
            )
            written.append(folder / TABLE)
    return written


def interval_figure(rankings: Sequence[Ranking]) -> Figure:
    """A dot with its 95 % interval for each agent; a row of panels per task, a column per score."""
    headings = [heading for heading in HEADINGS if heading.name in SHOWN]
    rows = max(len(ranking.standings) for ranking in rankings)
    figure = _figure(2.1 * len(headings) + 1.2, (0.25 * rows + 0.8) * len(rankings))
    panels = figure.subplots(len(rankings), len(headings), squeeze=False)
    for ranking, of_task in zip(rankings, panels, strict=True):
        lines = [standing.line for standing in ranking.standings if standing.line.scores]
        for panel, heading in zip(of_task, headings, strict=True):
            _draw_intervals(panel, heading, lines)
            panel.set_title(f"{heading.label}, {ranking.task}", fontsize=8)
        for panel in of_task[1:]:
            panel.set_yticklabels([])
    return figure


def _draw_intervals(panel: Axes, heading: Heading, lines: Sequence[Line]) -> None:
    for place, line in enumerate(lines):
        mean, low, high = line.scores[heading.name]
        colour = REFERENCE_COLOUR if line.entry.is_reference else COLOURS[0]
        if low is not None and high is not None:
            panel.plot([heading.scale * low, heading.scale * high], [place, place], color=colour, linewidth=1.5)
        panel.plot(heading.scale * mean, place, marker="o", markersize=4, color=colour)
    panel.set_yticks(range(len(lines)), [_plain(line.entry.card.name) for line in lines], fontsize=7)
    panel.set_ylim(len(lines) - 0.5, -0.5)
    if heading.scale != 1.0:
        panel.set_xlim(-3.0, 103.0)
    _calm(panel)


def profile_figure(rankings: Sequence[Ranking], order: Sequence[str]) -> Figure:
    """Share of drives that complete more than so much of the route, a panel per task; colours go by ``order``."""
    figure = _figure(2.6 * len(rankings) + 1.6, 2.6)
    panels = figure.subplots(1, len(rankings), squeeze=False, sharey=True)[0]
    for panel, ranking in zip(panels, rankings, strict=True):
        for line in (standing.line for standing in ranking.standings):
            if line.rc_profile is not None:
                style = _style(line, order)
                panel.plot(THRESHOLDS, line.rc_profile.share, label=_plain(line.entry.card.name), **style)
        panel.set_title(ranking.task, fontsize=8)
        panel.set_xlabel("more than so much of the route", fontsize=7)
        _calm(panel)
    panels[0].set_ylabel("share of drives", fontsize=7)
    handles = {
        label: handle for panel in panels for handle, label in zip(*panel.get_legend_handles_labels(), strict=True)
    }
    figure.legend(handles.values(), handles.keys(), loc="outside right center", fontsize=7, frameon=False)
    return figure


def _style(line: Line, order: Sequence[str]) -> dict[str, Any]:
    """An entry's line in every panel; sanity rows are grey and told apart by dashes."""
    place = order.index(line.entry.slug)
    if line.entry.is_reference:
        return {"color": REFERENCE_COLOUR, "linestyle": DASHES[place % len(DASHES)], "linewidth": 1.0}
    dash = DASHES[place // len(COLOURS) % len(DASHES)]
    return {"color": COLOURS[place % len(COLOURS)], "linestyle": dash, "linewidth": 1.5}


def _figure(width: float, height: float) -> Figure:
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), layout="constrained")
    FigureCanvasAgg(figure)
    return figure


def _calm(panel: Axes) -> None:
    panel.grid(axis="x", color="0.9", linewidth=0.6)
    panel.set_axisbelow(True)
    panel.tick_params(labelsize=7, length=2)
    for side in ("top", "right"):
        panel.spines[side].set_visible(False)


def latex_table(rankings: Sequence[Ranking], caption: str) -> str:
    """A ``booktabs`` table: a block per task, ranks, and every score with its interval below the mean."""
    headings = [heading for heading in HEADINGS if heading.name in SHOWN]
    lines = [
        r"\begin{table}", r"\centering",
        rf"\caption{{{_tex(caption)}. Means over scenes of scene means, 95\,\% intervals clustered by scene; "
        r"ranks with 95\,\% confidence together (paired sign-flip tests, Holm).}",
        rf"\begin{{tabular}}{{ll{'r' * len(headings)}r}}", r"\toprule",
        f"Rank & Agent & {' & '.join(_tex(heading.label) for heading in headings)} & drives \\\\",
    ]  # fmt: skip
    for ranking in rankings:
        lines += [r"\midrule", rf"\multicolumn{{{len(headings) + 3}}}{{l}}{{\emph{{{_tex(ranking.task)}}}}} \\"]
        for standing in ranking.standings:
            line, ranks = standing.line, standing.ranks
            span = "--" if ranks is None else "--".join(map(str, dict.fromkeys(ranks)))
            cells = [_tex_cell(heading, line) for heading in headings]
            drives = f"{line.counts.run}/{line.counts.planned}"
            lines.append(" & ".join([span, _tex(line.entry.card.name[:LONGEST_NAME]), *cells, drives]) + r" \\")
    return "\n".join([*lines, r"\bottomrule", r"\end{tabular}", r"\end{table}", ""])


def _tex_cell(heading: Heading, line: Line) -> str:
    if heading.name not in line.scores:
        return "--"
    mean, low, high = line.scores[heading.name]
    text = f"{heading.scale * mean:.{heading.digits}f}"
    if low is None or high is None:
        return text
    ends = f"{heading.scale * low:.{heading.digits}f}, {heading.scale * high:.{heading.digits}f}"
    return rf"{text} {{\scriptsize [{ends}]}}"


TEX = {
    "\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}",
    **{mark: f"\\{mark}" for mark in "&%$#_{}"},
}  # fmt: skip


def _tex(text: str) -> str:
    return "".join(TEX.get(mark, mark if mark.isascii() and mark.isprintable() else "?") for mark in text)


def _plain(text: str) -> str:
    """A name fit for a figure: printable ASCII without mathematics, not long."""
    return "".join(mark if mark.isascii() and mark.isprintable() and mark != "$" else "?" for mark in text)[
        :LONGEST_NAME
    ]


def _word(text: str) -> str:
    return re.sub(r"[^\w.+-]+", "-", text)
