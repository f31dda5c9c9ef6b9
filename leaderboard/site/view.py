"""What the page shows, as texts: rows, cells and marks of every table. No number is made here."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from leaderboard.ranking.aggregate import OUTCOMES, Line
from leaderboard.ranking.rank import Pair, Ranking, Standing
from leaderboard.ranking.standings import BoardStandings
from leaderboard.site.chart import profile_chart
from navbench_gs.domain.task import TASKS
from navbench_gs.statistics.intervals import Interval
from navbench_gs.statistics.table import OVERALL

NOTHING = "–"


class Heading(NamedTuple):
    """A column of numbers: what it is called and how it is written."""

    name: str
    label: str
    meaning: str
    scale: float = 100.0
    digits: int = 1
    bar: bool = False


HEADINGS = (
    Heading("sr", "SR %", "success rate", bar=True),
    Heading("strict_sr", "strict SR %", "success without any collision", bar=True),
    Heading("rc", "RC %", "route completion", bar=True),
    Heading("ct", "CT", "collisions a drive", scale=1.0, digits=2),
    Heading("at_fault", "at fault", "collisions a drive that the robot moved into", scale=1.0, digits=2),
    Heading("spl", "SPL %", "success weighted by path length"),
    Heading("psc", "PSC %", "share of time at least 0.5 m from every pedestrian"),
)
COVERAGE = {
    "full": "all episodes",
    "preliminary": "preliminary",
    "quick": "quick look",
    "partial": "some scenes only, not ranked",
    "incomplete": "rows missing, not ranked",
}


def board_view(board: BoardStandings) -> dict[str, Any]:
    """One board for the template."""
    tracks: dict[str, list[dict[str, Any]]] = {}
    for found in board.rankings:
        title = found.track.title if found.track else "Sanity rows"
        tracks.setdefault(title, []).append(ranking_view(found, board))
    return {
        "title": board.board.title,
        "suite": board.board.suite,
        "rules": board.board.rules,
        "perturbation": board.board.perturbation,
        "absent_sanity": board.absent_sanity,
        "scenes": board.scenes,
        "tracks": [{"title": title, "rankings": rankings} for title, rankings in tracks.items()],
    }


def task_title(task: str) -> str:
    """``All four tasks``, or the task with what stands in the way."""
    return "All four tasks" if task == OVERALL else f"{task}: {TASKS[task].title}"


def ranking_view(found: Ranking, board: BoardStandings) -> dict[str, Any]:
    """One task of one track for the template."""
    compared = [standing.line for standing in found.standings if standing.line.is_compared]
    detectable = found.detectable
    return {
        "task": found.task,
        "title": task_title(found.task),
        "ranked": any(standing.rank for standing in found.standings),
        "rows": [row_view(standing) for standing in found.standings],
        "detectable": None if detectable is None else f"{100.0 * detectable:.0f}",
        "blind": found.is_blind,
        "pairwise": pairwise_view(compared, found.pairs),
        "heat": [{**_name(line), "cells": [line.scene_sr.get(scene) for scene in board.scenes]} for line in compared],
        "outcomes": [outcome_view(line) for line in compared],
        "chart": profile_chart(compared, board.slugs),
    }


def _name(line: Line) -> dict[str, Any]:
    entry = line.entry
    return {"slug": entry.slug, "name": entry.card.name, "reference": entry.is_reference}


def row_view(standing: Standing) -> dict[str, Any]:
    """One line of a ranking table."""
    line, counts = standing.line, standing.line.counts
    entry = line.entry
    any_row = next(iter(entry.rows.values()))
    return {
        **_name(line),
        "revision": entry.card.revision,
        "needs": any_row.needs,
        "badge": entry.badge,
        "coverage": line.coverage,
        "coverage_text": COVERAGE[line.coverage],
        "rank": standing.rank,
        "ranks": _span(standing.ranks),
        "strict_ranks": _span(standing.strict_ranks),
        "group": standing.group,
        "cells": [cell_view(heading, line.scores.get(heading.name)) for heading in HEADINGS],
        "latency": NOTHING if line.act_mean_ms is None else f"{line.act_mean_ms:.1f}",
        "latency_sort": -1.0 if line.act_mean_ms is None else line.act_mean_ms,
        "run": counts.run,
        "planned": counts.planned,
        "failed": counts.failed,
        "missing": counts.missing,
        "agent_errors": counts.agent_errors,
        "seeds": len(entry.seeds),
        "incidents": entry.incidents,
    }


def _span(ranks: tuple[int, int] | None) -> str:
    if ranks is None:
        return ""
    return f"{ranks[0]}" if ranks[0] == ranks[1] else f"{ranks[0]}–{ranks[1]}"


def cell_view(heading: Heading, interval: Interval | None) -> dict[str, Any]:
    """A mean with its interval as text, and where its bar goes in percent."""
    if interval is None:
        return {"text": NOTHING, "ends": "", "sort": -1.0, "bar": False}
    mean, low, high = (None if value is None else heading.scale * value for value in interval)
    ends = "" if low is None or high is None else f"{low:.{heading.digits}f}–{high:.{heading.digits}f}"
    return {
        "text": f"{mean:.{heading.digits}f}",
        "ends": ends,
        "sort": mean,
        "bar": heading.bar and bool(ends),
        "mean": mean,
        "low": low,
        "high": high,
    }


def pairwise_view(lines: Sequence[Line], pairs: Sequence[Pair]) -> list[dict[str, Any]]:
    """A matrix of differences in SR: row minus column."""
    known = {(id(pair.first), id(pair.second)): pair for pair in pairs if pair.score == "sr"}
    matrix = []
    for one in lines:
        cells = []
        for other in lines:
            pair, sign = known.get((id(one), id(other))), 1.0
            if pair is None:
                pair, sign = known.get((id(other), id(one))), -1.0
            cells.append(None if pair is None else _pair_cell(pair, sign, one))
        matrix.append({**_name(one), "cells": cells})
    return matrix


def _pair_cell(pair: Pair, sign: float, one: Line) -> dict[str, str]:
    winner = pair.winner
    verdict = "open" if winner is None else "better" if winner is one else "worse"
    p = "p < .001" if pair.p_holm < 0.001 else f"p {pair.p_holm:.3f}".replace("0.", ".")
    return {"text": f"{100.0 * sign * pair.difference.mean:+.1f}".replace("-", "−"), "verdict": verdict, "p": p}


def outcome_view(line: Line) -> dict[str, Any]:
    """How an entry's drives ended, as counts and as percent of all."""
    total = max(1, line.counts.run)
    return {
        **_name(line),
        "run": line.counts.run,
        "parts": [
            {"name": name, "count": line.outcomes[name], "percent": f"{100.0 * line.outcomes[name] / total:.2f}"}
            for name in OUTCOMES
        ],
    }
