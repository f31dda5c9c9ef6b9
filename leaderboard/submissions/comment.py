"""The comment under a pull request that brings a submission: markdown in which nothing of a stranger's acts."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence

import pandas

from leaderboard.submissions.card import SubmissionCard

MOST_LINES, LONGEST_LINE = 50, 300
COLUMNS = {"sr": "SR %", "strict_sr": "strict SR %", "rc": "RC %", "ct": "CT"}


def comment_text(card: SubmissionCard, faults: Sequence[str], summary: str, table: pandas.DataFrame | None) -> str:
    """What was found, as markdown.

    Args:
        card: of the submission.
        faults: one line each.
        summary: one line.
        table: of :func:`navbench_gs.statistics.table.task_table`; None if the rows are not to be believed.
    """
    verdict = "nothing is wrong" if not faults else f"faults: {len(faults)}"
    lines = [f"### Submission {quoted(card.name)} {quoted(card.revision)}: {verdict}", "", quoted(summary), ""]
    if table is not None:
        lines += ["| task | episodes | " + " | ".join(COLUMNS.values()) + " |", "|---" * (2 + len(COLUMNS)) + "|"]
        lines += [_table_line(row) for _, row in table.iterrows()]
    lines += [f"- {quoted(fault)}" for fault in faults[:MOST_LINES]]
    if len(faults) > MOST_LINES:
        lines.append(f"- and {len(faults) - MOST_LINES} more")
    return "\n".join(lines) + "\n"


def quoted(text: str) -> str:
    """A stranger's text so that markdown and HTML show it as it is: no link, no mention, no picture, no tag."""
    flat = " ".join(text.split())[:LONGEST_LINE]
    flat = re.sub(r"([\\`*_{}\[\]()#+!|~-])", r"\\\1", html.escape(flat, quote=False))
    return flat.replace("@", "&#64;").replace("://", ":&#8203;//").replace("www.", "www&#8203;.")


def _table_line(row: pandas.Series) -> str:
    cells = []
    for name in COLUMNS:
        scale, digits = (1.0, 2) if name == "ct" else (100.0, 1)
        values = [f"{scale * row[key]:.{digits}f}" for key in (name, f"{name}_low", f"{name}_high")]
        cells.append(values[0] if values[1] == "nan" else f"{values[0]} [{values[1]}, {values[2]}]")
    return f"| {quoted(str(row['task']))} | {row['episodes']} | {' | '.join(cells)} |"
