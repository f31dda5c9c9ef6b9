"""The board as tables: ``leaderboard.csv``, ``pairwise.csv`` and ``episodes.parquet``."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from leaderboard.ranking.aggregate import SCORES
from leaderboard.ranking.entries import Entry
from leaderboard.ranking.rank import Ranking, Standing
from leaderboard.ranking.standings import BoardStandings
from leaderboard.ranking.tracks import Board
from navbench_gs.domain.result import Result

if TYPE_CHECKING:
    import pandas

PAIRWISE_COLUMNS = [
    *Board._fields,
    *("track", "task", "score", "first", "second"),
    *("difference", "difference_low", "difference_high", "p", "p_holm", "better", "mdd", "episodes", "scenes"),
]
LEADERBOARD_CSV, PAIRWISE_CSV, EPISODES = "leaderboard.csv", "pairwise.csv", "episodes.parquet"
Cell = str | int | float | bool | None

COLUMNS: dict[str, str] = {
    "suite": "name of the suite that was driven",
    "provenance": "`procedural` or `captured` scenes",
    "embodiment": "robot",
    "rules": "digest of the Rules",
    "perturbation": "variant of the camera; empty on the main board",
    "track": "what the agent knows and learned; `sanity rows` where nobody else entered",
    "entry": "name of the entry in `episodes.parquet`, `pairwise.csv` and the replays",
    "agent": "name on the agent's card",
    "revision": "revision on the agent's card",
    "weights": "hash of its weights; empty if it has none",
    "needs": "what it is given besides the goal point",
    "renderer": "picture rules; `none` if it sees no picture",
    "badge": "`self-reported`, `replayed` or `re-run`, the least of its runs",
    "reference": "whether it is a sanity row, which holds no rank",
    "task": "task, or `overall` for all four together",
    "coverage": "`full` (all episodes of the suite, three seeds if stochastic), `preliminary` (three or more a scene), "
    "`quick` (fewer), `partial` (not every scene; not ranked), `incomplete` (rows missing; no mean, not ranked)",
    "rank": "by SR, then strict SR, RC and CT; empty if not ranked",
    "rank_low": "best rank it can have, all intervals of the track and task together at 95 %",
    "rank_high": "worst rank it can have",
    "strict_rank_low": "best rank by strict SR",
    "strict_rank_high": "worst rank by strict SR",
    "tie_group": "1 for the best and all not significantly worse by SR, and so on among the rest",
    "scenes": "scenes it owes",
    "seeds": "seeds of the agent",
    "planned": "drives it owes (episodes x seeds): the fixed denominator",
    "run": "drives with a row",
    "failed": "drives with a row and no success",
    "agent_errors": "of the failed, ended by the agent's own failure",
    "missing": "drives without a row",
    "incidents": "time-outs, lost connections and simulator faults on the way; all tasks together",
    "sr": "success rate, mean over scenes of scene means",
    "strict_sr": "success without any collision",
    "rc": "route completion",
    "ct": "collision times a drive",
    "spl": "success weighted by path length",
    "psc": "personal space compliance; empty without pedestrians",
    "at_fault": "collisions a drive that the robot moved into",
    "rc_iqm": "interquartile mean of route completion over drives",
    "sr_seed_sd": "standard deviation of SR over seeds; empty with one seed",
    "act_mean_ms": "mean time of a decision on the machine that drove it; depends on that machine",
    "mdd": "median smallest difference in SR that pairs of this track and task would show with 80 % chance",
    "version": "version of the package, all that occur",
}
"""Column of ``leaderboard.csv`` -> what it holds; the scores and the interquartile mean are followed by their 95 % ends
``_low`` and ``_high``."""


def write_tables(boards: Sequence[BoardStandings], out: Path) -> None:
    """Write the three tables of a board into an existing folder."""
    leaderboard_table(boards).to_csv(out / LEADERBOARD_CSV, index=False)
    pairwise_table(boards).to_csv(out / PAIRWISE_CSV, index=False)
    episodes_table(boards).to_parquet(out / EPISODES, index=False)


def leaderboard_table(boards: Sequence[BoardStandings]) -> pandas.DataFrame:
    """One row per track, agent and task; columns as ``COLUMNS`` tells."""
    import pandas

    lines = [
        _line(board, ranking, standing)
        for board in boards
        for ranking in board.rankings
        for standing in ranking.standings
    ]
    return pandas.DataFrame(lines, columns=list(_names()))


def _names() -> Iterator[str]:
    with_interval = {*(score.name for score in SCORES), "rc_iqm"}
    for name in COLUMNS:
        yield name
        if name in with_interval:
            yield from (f"{name}_low", f"{name}_high")


def track_name(ranking: Ranking) -> str:
    """``goal point, zero-shot``, or ``sanity rows``."""
    return f"{ranking.track.goal}, {ranking.track.training}" if ranking.track else "sanity rows"


def _line(board: BoardStandings, ranking: Ranking, standing: Standing) -> dict[str, Cell]:
    line, entry = standing.line, standing.line.entry
    cells: dict[str, Cell] = {
        **board.board._asdict(),
        "track": track_name(ranking),
        **_who(entry),
        "reference": entry.is_reference,
        "task": line.task,
        "coverage": line.coverage,
        "rank": standing.rank,
        "tie_group": standing.group,
        "scenes": line.scenes,
        "seeds": len(entry.seeds),
        "planned": line.counts.planned,
        "run": line.counts.run,
        "failed": line.counts.failed,
        "agent_errors": line.counts.agent_errors,
        "missing": line.counts.missing,
        "incidents": entry.incidents,
        "sr_seed_sd": line.sr_seed_sd,
        "act_mean_ms": line.act_mean_ms,
        "mdd": ranking.detectable,
        "version": " ".join(sorted({row.version for row in entry.rows.values()})),
    }
    for name, ranks in (("rank", standing.ranks), ("strict_rank", standing.strict_ranks)):
        if ranks is not None:
            cells |= {f"{name}_low": ranks.best, f"{name}_high": ranks.worst}
    intervals = line.scores | ({"rc_iqm": line.rc_iqm} if line.rc_iqm else {})
    for name, interval in intervals.items():
        cells |= {name: interval.mean, f"{name}_low": interval.low, f"{name}_high": interval.high}
    return cells


def _who(entry: Entry) -> dict[str, Cell]:
    any_row = next(iter(entry.rows.values()))
    return {
        "entry": entry.slug,
        "agent": entry.card.name,
        "revision": entry.card.revision,
        "weights": entry.card.weights,
        "needs": any_row.needs,
        "renderer": entry.renderer,
        "badge": entry.badge,
    }


def pairwise_table(boards: Sequence[BoardStandings]) -> pandas.DataFrame:
    """One row per track, task, score and pair of agents: paired difference, interval, both p-values.

    Where no two agents share a track there are columns alone.
    """
    import pandas

    lines = [
        {
            **board.board._asdict(),
            "track": track_name(ranking),
            "task": ranking.task,
            "score": pair.score,
            "first": pair.first.entry.slug,
            "second": pair.second.entry.slug,
            "difference": pair.difference.mean,
            "difference_low": pair.difference.low,
            "difference_high": pair.difference.high,
            "p": pair.p_value,
            "p_holm": pair.p_holm,
            "better": pair.winner.entry.slug if pair.winner else None,
            "mdd": pair.detectable,
            "episodes": pair.episodes,
            "scenes": pair.scenes,
        }
        for board in boards
        for ranking in board.rankings
        for pair in ranking.pairs
    ]
    return pandas.DataFrame(lines, columns=PAIRWISE_COLUMNS)


def episodes_table(boards: Sequence[BoardStandings]) -> pandas.DataFrame:
    """One row per drive: the entry, the seed it was given, and every field of its Result; of timing the latencies."""
    import pandas

    lines = [
        {
            "entry": entry.slug,
            "badge": entry.badge,
            "goal": entry.track.goal,
            "training": entry.track.training,
            "seed": seed,
            **entry.rows[seed, key].model_dump(exclude={"timing"}),
            **entry.rows[seed, key].timing.model_dump(include={"decisions", "act_mean_ms", "act_p95_ms", "device"}),
        }
        for board in boards
        for entry in board.entries
        for seed, key in entry.drives_owed
        if (seed, key) in entry.rows
    ]
    numbers = dict.fromkeys([*_optional(float), "act_mean_ms", "act_p95_ms"], "float64")
    texts = dict.fromkeys([*_optional(str), "failure", "first_collision"], "string")
    return pandas.DataFrame(lines).astype(numbers | texts | {"agent_seed": "uint64"})


def _optional(kind: type) -> list[str]:
    """Fields of a Result of that type that a row may lack: a column without any value keeps its type."""
    return [name for name, fact in Result.model_fields.items() if fact.annotation == kind | None]
