"""``leaderboard.html``: one file with everything but the replays, which lie beside it."""

from __future__ import annotations

import base64
import hashlib
import json
import unicodedata
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader
from markupsafe import Markup

import navbench_gs
from leaderboard.ranking.aggregate import OUTCOMES, outcome
from leaderboard.ranking.entries import Drive, Entry
from leaderboard.ranking.published import published_table
from leaderboard.ranking.rank import LOWER_IS_BETTER
from leaderboard.ranking.standings import BoardStandings
from leaderboard.site.replays import Replays
from leaderboard.site.tables import EPISODES, LEADERBOARD_CSV, PAIRWISE_CSV
from leaderboard.site.view import HEADINGS, board_view
from navbench_gs.domain.task import TASKS
from navbench_gs.statistics.table import OVERALL

PAGE = "leaderboard.html"
TEMPLATES = Path(__file__).with_name("templates")
SCRIPTS = ("board.js", "drive.js", "draw.js", "replay.js")
PUBLISHED = (
    ("simulation", "SR", "SR in the paper's simulation"),
    ("simulation", "CT", "CT in the paper's simulation"),
    ("real robot wheeled", "SR", "SR of a wheeled robot in the street"),
    ("real robot quadruped", "SR", "SR of a quadruped in the street"),
)


def page_html(boards: Sequence[BoardStandings], replays: Replays) -> str:
    """The page as text; everything that came from outside is escaped.

    Args:
        boards: what to show.
        replays: what lies beside the page.
    """
    environment = Environment(loader=FileSystemLoader(TEMPLATES), autoescape=True, trim_blocks=True, lstrip_blocks=True)
    script = "".join((TEMPLATES / name).read_text(encoding="utf-8") for name in SCRIPTS)
    shown = {task for board in boards for task in board.tasks}
    return environment.get_template("board.html.j2").render(
        style=Markup((TEMPLATES / "style.css").read_text(encoding="utf-8")),
        script=Markup(script),
        script_hash=Markup(f"'sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}'"),
        data=_embedded(page_data(boards, replays)),
        boards=[board_view(board) for board in boards],
        tasks=[task for task in (OVERALL, *TASKS) if task in shown],
        headings=HEADINGS,
        lower={*LOWER_IS_BETTER, "at_fault"},
        outcomes=OUTCOMES,
        cards=[card_view(entry) for board in boards for entry in board.entries],
        published=[
            {"title": title, "tasks": tasks, "rows": rows}
            for setting, metric, title in PUBLISHED
            for tasks, rows in [published_table(setting, metric)]
        ],
        agents=len({(entry.card.name, entry.card.revision) for board in boards for entry in board.entries}),
        drives=f"{sum(len(entry.rows) for board in boards for entry in board.entries):,}",
        version=navbench_gs.__version__,
        files=(LEADERBOARD_CSV, PAIRWISE_CSV, EPISODES),
    )


def page_data(boards: Sequence[BoardStandings], replays: Replays) -> dict[str, Any]:
    """What the replay chooses from: episodes of each board, and of each drive its outcome, route %, collisions and
    whether its replay lies beside the page.
    """
    return {
        "places": replays.places,
        "outcomes": OUTCOMES,
        "boards": [
            {
                "title": board.board.title,
                "episodes": ["/".join(map(str, key)) for key in _episodes(board)],
                "entries": [
                    _drives(board, entry, set(replays.drives.get(entry.slug, ())))
                    for entry in sorted(board.entries, key=lambda entry: entry.is_reference)
                ],
            }
            for board in boards
        ],
    }


def _episodes(board: BoardStandings) -> list[tuple[str, str, int]]:
    order = {task: number for number, task in enumerate(reversed(TASKS))}
    keys = {key for entry in board.entries for key in entry.planned}
    return sorted(keys, key=lambda key: (order.get(key[1], len(order)), key))


def _drives(board: BoardStandings, entry: Entry, replayable: set[Drive]) -> dict[str, Any]:
    keys = _episodes(board)
    return {
        "slug": entry.slug,
        "name": _visible(entry.card.name),
        "seeds": sorted(entry.seeds),
        "drives": {
            str(seed): [
                [
                    OUTCOMES.index(outcome(row)),
                    round(100 * row.route_completion),
                    row.collision_times,
                    int((seed, key) in replayable),
                ]
                if (row := entry.rows.get((seed, key)))
                else None
                for key in keys
            ]
            for seed in sorted(entry.seeds)
        },
    }


def card_view(entry: Entry) -> dict[str, Any]:
    """What an entry says about itself, and what is known of it, as pairs of texts."""
    card, rows = entry.card, list(entry.rows.values())
    facts = {
        "revision": card.revision,
        "about": card.description,
        "is given": rows[0].needs,
        "decides every": f"{card.decision_period_s:g} s",
        "weights": card.weights or "none",
        "licence": card.licence,
        "badge": "sanity row" if entry.is_reference else entry.badge,
        "seeds": ", ".join(map(str, sorted(entry.seeds))) if card.stochastic else "",
        "pictures by": entry.renderer if entry.renderer != "none" else "",
        "driven on": ", ".join(sorted({row.timing.device for row in rows} - {""})),
        "version": ", ".join(sorted({row.version for row in rows})),
        "incidents": str(entry.incidents) if entry.incidents else "",
    }
    stated = [(f"{_visible(name)} (card)", _visible(text)) for name, text in entry.submission.items()]
    return {
        "slug": entry.slug,
        "name": _visible(card.name),
        "board": entry.board.title,
        "track": entry.track.title,
        "facts": [*((name, _visible(text)) for name, text in facts.items() if text), *stated],
    }


def _embedded(data: dict[str, Any]) -> Markup:
    """JSON that cannot end the script element it stands in."""
    text = json.dumps(data, separators=(",", ":"), allow_nan=False)
    return Markup(text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026"))


def _visible(text: str) -> str:
    """A text without control characters, which neither HTML nor a reader can do anything with."""
    return "".join(c if unicodedata.category(c) not in ("Cc", "Cs") or c in "\n\t" else "�" for c in text)
