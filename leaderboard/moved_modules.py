"""Which modules of the board have moved: old name -> the modules that hold its names now."""

from __future__ import annotations

MOVED_MODULES: dict[str, tuple[str, ...]] = {
    "leaderboard.aggregate": ("leaderboard.ranking.aggregate",),
    "leaderboard.archive": ("leaderboard.submissions.archive",),
    "leaderboard.build": ("leaderboard.site.build",),
    "leaderboard.card": ("leaderboard.submissions.card",),
    "leaderboard.chart": ("leaderboard.site.chart",),
    "leaderboard.comment": ("leaderboard.submissions.comment",),
    "leaderboard.entries": ("leaderboard.ranking.entries",),
    "leaderboard.figures": ("leaderboard.site.figures",),
    "leaderboard.page": ("leaderboard.site.page",),
    "leaderboard.places": ("leaderboard.site.maps",),
    "leaderboard.published": ("leaderboard.ranking.published",),
    "leaderboard.rank": ("leaderboard.ranking.rank",),
    "leaderboard.replays": ("leaderboard.site.replays",),
    "leaderboard.shelf": ("leaderboard.submissions.storage",),
    "leaderboard.sources": ("leaderboard.ranking.sources",),
    "leaderboard.standings": ("leaderboard.ranking.standings",),
    "leaderboard.submission": ("leaderboard.submissions.submission",),
    "leaderboard.tables": ("leaderboard.site.tables",),
    "leaderboard.tracks": ("leaderboard.ranking.tracks",),
    "leaderboard.view": ("leaderboard.site.view",),
}
