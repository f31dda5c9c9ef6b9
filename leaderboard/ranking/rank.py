"""From lines to a ranking: who is surely better than whom, and the ranks and tie groups that follow."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import combinations
from statistics import median
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from leaderboard.ranking.aggregate import SCORES, Line, Score
from leaderboard.ranking.tracks import Track
from navbench_gs.domain.streams import stream_seed
from navbench_gs.statistics.detectable import LEVEL, minimum_detectable_difference
from navbench_gs.statistics.holm import holm
from navbench_gs.statistics.intervals import Interval, Kind
from navbench_gs.statistics.paired import compared
from navbench_gs.statistics.ranks import RankInterval, rank_intervals, tie_groups
from navbench_gs.store.shards import Key

COMPARED = ("sr", "strict_sr", "rc", "ct")
DIFFERENCES: dict[Literal["share", "count"], Kind] = {"share": "share-difference", "count": "count-difference"}
LOWER_IS_BETTER = ("ct",)


class Pair(NamedTuple):
    """Two lines compared in the episodes both drove: first minus second."""

    first: Line
    second: Line
    score: str
    difference: Interval
    p_value: float
    p_holm: float
    """Corrected for all comparisons of the same kind in this ranking."""
    detectable: float | None
    """Smallest true difference that these scenes would show with 80 % chance."""
    episodes: int
    scenes: int

    @property
    def is_among_entries(self) -> bool:
        """Whether neither is a sanity row."""
        return self.first.is_ranked and self.second.is_ranked

    @property
    def winner(self) -> Line | None:
        """The line that is significantly better; None if chance explains the difference."""
        if self.p_holm >= LEVEL:
            return None
        first_is_better = (self.difference.mean > 0.0) != (self.score in LOWER_IS_BETTER)
        return self.first if first_is_better else self.second


@dataclass(frozen=True, eq=False)
class Standing:
    """A line and its place; a line that holds no rank has only its line."""

    line: Line
    rank: int | None = None
    """By SR, then strict SR, RC and CT; whether it means anything is in the interval."""
    ranks: RankInterval | None = None
    strict_ranks: RankInterval | None = None
    """The same by strict SR."""
    group: int | None = None


@dataclass(frozen=True, eq=False)
class Ranking:
    """One track in one task."""

    track: Track | None
    """None: sanity rows alone."""
    task: str
    standings: list[Standing]
    """Best first; sanity rows stand among the others, unfinished rows last."""
    pairs: list[Pair] = field(default_factory=list)

    @property
    def detectable(self) -> float | None:
        """Median over pairs of the smallest difference in SR that would be found; of ranked pairs if there are any."""
        known = [pair for pair in self.pairs if pair.score == "sr" and pair.detectable is not None]
        ranked = [pair for pair in known if pair.is_among_entries]
        values = [pair.detectable for pair in ranked or known if pair.detectable is not None]
        return median(values) if values else None

    @property
    def is_blind(self) -> bool:
        """Whether no test of this table could find a difference, however large: too few scenes, too many pairs."""
        families = [
            [pair for pair in self.pairs if pair.score == "sr" and pair.is_among_entries == among]
            for among in (True, False)
        ]
        return bool(self.pairs) and all(
            len(family) * 2.0 ** (1 - pair.scenes) >= LEVEL for family in families for pair in family
        )


def ranking(track: Track | None, task: str, lines: Sequence[Line]) -> Ranking:
    """Rank the lines of one track and the sanity rows that stand beside them."""
    ordered = sorted(lines, key=_order)
    pairs = _pairs(task, [line for line in ordered if line.is_compared])
    ranked = [line for line in ordered if line.is_ranked]
    by_sr, by_strict = (_better(ranked, pairs, score) for score in ("sr", "strict_sr"))
    groups = tie_groups([line.scores["sr"].mean for line in ranked], by_sr)
    places = {
        id(line): Standing(line, 1 + place, ranks, strict, group)
        for place, (line, ranks, strict, group) in enumerate(
            zip(ranked, rank_intervals(by_sr), rank_intervals(by_strict), groups, strict=True)
        )
    }
    return Ranking(track, task, [places.get(id(line), Standing(line)) for line in ordered], pairs)


def _order(line: Line) -> tuple[object, ...]:
    if not line.scores:
        return (1, 0.0, 0.0, 0.0, 0.0, line.entry.card.name, line.entry.slug)
    sr, strict, rc, ct = (line.scores[name].mean for name in COMPARED)
    return (0, -sr, -strict, -rc, ct, line.entry.card.name, line.entry.slug)


def _pairs(task: str, lines: Sequence[Line]) -> list[Pair]:
    """All comparisons; Holm corrects among entries, and by itself among pairs with a sanity row, per score."""
    found: list[Pair] = []
    for score in (score for score in SCORES if score.name in COMPARED):
        values = {id(line): _episode_means(line, score) for line in lines}
        of_score = [_pair(task, score, one, other, values) for one, other in combinations(lines, 2)]
        for with_reference in (False, True):
            family = [pair for pair in of_score if pair is not None and pair.is_among_entries != with_reference]
            corrected = holm([pair.p_value for pair in family])
            found += [pair._replace(p_holm=p) for pair, p in zip(family, corrected, strict=True)]
    return found


def _episode_means(line: Line, score: Score) -> dict[Key, float]:
    """Each episode's value, mean over the agent's seeds."""
    of_episode: dict[Key, list[float]] = {}
    for (_, key), row in sorted(line.entry.rows.items(), key=lambda drive: drive[0]):
        value = score.value(row)
        if value is not None and (line.task in ("overall", key[1])):
            of_episode.setdefault(key, []).append(value)
    return {key: math.fsum(values) / len(values) for key, values in of_episode.items()}


def _pair(task: str, score: Score, one: Line, other: Line, values: dict[int, dict[Key, float]]) -> Pair | None:
    first, second = values[id(one)], values[id(other)]
    keys = [key for key in first if key in second]
    if not keys:
        return None
    result = compared(
        [first[key] - second[key] for key in keys],
        [key[0] for key in keys],
        seed=stream_seed("paired", task, score.name),
        kind=DIFFERENCES[score.kind],
    )
    return Pair(
        one,
        other,
        score.name,
        result.difference,
        result.p_value,
        result.p_value,
        minimum_detectable_difference(result.scene_sd, result.scenes),
        len(keys),
        result.scenes,
    )


def _better(lines: Sequence[Line], pairs: Sequence[Pair], score: str) -> NDArray[np.bool_]:
    """(N, N) whether line i is significantly better than line j."""
    place = {id(line): number for number, line in enumerate(lines)}
    better = np.zeros((len(lines), len(lines)), dtype=bool)
    for pair in pairs:
        if pair.score == score and pair.winner is not None and id(pair.first) in place and id(pair.second) in place:
            loser = pair.second if pair.winner is pair.first else pair.first
            better[place[id(pair.winner)], place[id(loser)]] = True
    return better
