"""Lines that users of the board wrote before its modules moved still work, and warn where they stand."""

from __future__ import annotations

import importlib
import sys
import warnings

import pytest

import leaderboard.moved_modules  # noqa: F401 - registers the table, as every import of the package does


@pytest.mark.parametrize(
    ("line", "home"),
    [
        ("from leaderboard.build import build", "leaderboard.site.build"),
        ("from leaderboard.page import page_html", "leaderboard.site.page"),
        ("from leaderboard.places import Places", "leaderboard.site.maps"),
        ("from leaderboard.rank import ranking", "leaderboard.ranking.rank"),
        ("from leaderboard.tracks import Track", "leaderboard.ranking.tracks"),
        ("from leaderboard.standings import standings", "leaderboard.ranking.standings"),
        ("from leaderboard.entries import gather", "leaderboard.ranking.entries"),
        ("from leaderboard.card import read_card", "leaderboard.submissions.card"),
        ("from leaderboard.archive import unpack_archive", "leaderboard.submissions.archive"),
        ("from leaderboard.submission import pack_run", "leaderboard.submissions.submission"),
    ],
)
def test_an_old_line_yields_the_same_object_and_warns_once(line, home, monkeypatch):
    module, name = line.removeprefix("from ").split(" import ")
    monkeypatch.delitem(sys.modules, module, raising=False)  # as in a process that has not imported it yet
    names = {"__name__": "user"}
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        exec(compile(line, "user.py", "exec"), names)
    assert names[name] is getattr(importlib.import_module(home), name)
    moves = [warning for warning in caught if "has moved to" in str(warning.message)]
    assert [(warning.filename, warning.lineno) for warning in moves] == [("user.py", 1)]
