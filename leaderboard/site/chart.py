"""The performance profile as points of a drawing: a line for each entry, with its band where few share the chart."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from leaderboard.ranking.aggregate import Line
from navbench_gs.statistics.distributions import THRESHOLDS

WIDTH, HEIGHT = 560, 260
LEFT, RIGHT, TOP, BOTTOM = 44, 20, 10, 34
STYLES = 8
"""Colours of the page; more lines than these are told apart by dashes."""
MOST_BANDS = 4


def profile_chart(lines: Sequence[Line], order: Sequence[str]) -> dict[str, Any]:
    """Share of drives whose route completion exceeds a threshold, against the threshold.

    ``order`` are the slugs of all entries of the board, so that an entry has one colour in every chart.
    """
    drawn = [(line, line.rc_profile) for line in lines if line.rc_profile is not None]
    curves = []
    for line, profile in drawn:
        number = order.index(line.entry.slug)
        band = ""
        if len(drawn) <= MOST_BANDS and profile.low is not None and profile.high is not None:
            there, back = list(_points(profile.high)), list(_points(profile.low))[::-1]
            band = " ".join([*there, *back])
        curves.append(
            {
                "slug": line.entry.slug,
                "name": line.entry.card.name,
                "style": number % STYLES,
                "dashed": number // STYLES,
                "points": " ".join(_points(profile.share)),
                "band": band,
                "half": f"{100.0 * profile.share[len(THRESHOLDS) // 2]:.0f}",
                "iqm": "" if line.rc_iqm is None else f"{100.0 * line.rc_iqm.mean:.1f}",
            }
        )
    ticks = [
        {"at": value, "x": f"{_x(value / 100.0):.1f}", "y": f"{_y(value / 100.0):.1f}"} for value in range(0, 101, 25)
    ]
    return {"curves": curves, "ticks": ticks, "width": WIDTH, "height": HEIGHT, "left": LEFT, "top": TOP,
            "right": WIDTH - RIGHT, "bottom": HEIGHT - BOTTOM}  # fmt: skip


def _points(shares: Iterable[float]) -> list[str]:
    return [f"{_x(at):.1f},{_y(share):.1f}" for at, share in zip(THRESHOLDS, shares, strict=True)]


def _x(share: float) -> float:
    return LEFT + share * (WIDTH - LEFT - RIGHT)


def _y(share: float) -> float:
    return HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM)
