"""From rows to lines: every number of one entry in one task, its interval, and how many episodes stand behind it."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Literal

from leaderboard.ranking.entries import Entry
from navbench_gs.domain.result import Result
from navbench_gs.domain.rules import RULES_V0
from navbench_gs.domain.streams import stream_seed
from navbench_gs.domain.task import TASKS
from navbench_gs.statistics.distributions import Profile, iqm_interval, profile
from navbench_gs.statistics.intervals import Interval, clustered_interval
from navbench_gs.statistics.table import COLUMNS, OVERALL
from navbench_gs.store.shards import Key

Coverage = Literal["full", "preliminary", "quick", "partial", "incomplete"]
FULL_EPISODES, PRELIMINARY_EPISODES = RULES_V0.sampling.episodes_per_task, 3
FULL_SEEDS = 3
"""Agent seeds that a full row of a stochastic agent holds."""
NOT_RANKED: tuple[Coverage, ...] = ("partial", "incomplete")


@dataclass(frozen=True)
class Score:
    """One column of the board; ``value`` is None for a row that has no such number."""

    name: str
    value: Callable[[Result], float | None]
    kind: Literal["share", "count"]


SCORES = (
    *(Score(column.name, column.value, column.kind) for column in COLUMNS),
    Score("spl", lambda row: row.spl, "share"),
    Score("psc", lambda row: row.psc, "share"),
    Score("at_fault", lambda row: float(row.collisions_at_fault), "count"),
)
OUTCOMES = ("reached cleanly", "reached after collisions", "slow", "lost", "stuck", "fallen", "agent error")
"""How a drive can end, best first; the failures are the classes of docs/rules.md."""


@dataclass(frozen=True)
class Counts:
    """How many drives stand behind a line; a drive is one episode with one seed of the agent."""

    planned: int
    run: int
    failed: int
    """Without success."""
    agent_errors: int
    """Among the failed: ended by the agent's own failure."""

    @property
    def missing(self) -> int:
        """Planned drives without a row."""
        return self.planned - self.run


@dataclass(frozen=True, eq=False)
class Line:
    """One entry in one task, or overall."""

    entry: Entry
    task: str
    coverage: Coverage
    counts: Counts
    scenes: int
    scores: dict[str, Interval] = field(default_factory=dict)
    """Name of a score -> mean over scenes of scene means; empty while drives are missing."""
    rc_iqm: Interval | None = None
    rc_profile: Profile | None = None
    sr_seed_sd: float | None = None
    """Standard deviation over seeds of the success rate."""
    act_mean_ms: float | None = None
    """Mean time to decide on the machine that drove it."""
    outcomes: dict[str, int] = field(default_factory=dict)
    scene_sr: dict[str, float] = field(default_factory=dict)

    @property
    def is_ranked(self) -> bool:
        """Whether it may hold a rank: every owed drive has a row, in every scene of the board, by no sanity agent."""
        return self.coverage not in NOT_RANKED and not self.entry.is_reference

    @property
    def is_compared(self) -> bool:
        """Whether it takes part in paired comparisons."""
        return self.coverage not in NOT_RANKED


def line_of(entry: Entry, task: str, board_scenes: Sequence[str], suite_scenes: int | None) -> Line | None:
    """The line of an entry in a task or overall; None if it owes nothing there (overall: not all four tasks).

    Args:
        entry: the entry.
        task: a task, or ``OVERALL`` for the four together.
        board_scenes: every scene that anyone on this board drove.
        suite_scenes: how many scenes the suite has, if known.
    """
    tasks = tuple(TASKS) if task == OVERALL else (task,)
    planned = [drive for drive in entry.drives_owed if drive[1][1] in tasks]
    if {key[1] for _, key in planned} != set(tasks):
        return None
    rows = entry.rows_of(tasks)
    counts = Counts(
        len(planned), len(rows), sum(not row.success for row in rows), sum(row.ended == "agent-error" for row in rows)
    )
    scenes = {key[0] for _, key in planned}
    coverage = _coverage(entry, [key for _, key in planned], counts, set(board_scenes), suite_scenes)
    if coverage == "incomplete":
        return Line(entry, task, coverage, counts, len(scenes))
    shares, clusters = [row.route_completion for row in rows], [row.scene for row in rows]
    return Line(
        entry=entry,
        task=task,
        coverage=coverage,
        counts=counts,
        scenes=len(scenes),
        scores=_scores(rows, task),
        rc_iqm=iqm_interval(shares, clusters, seed=stream_seed("board", task, "rc-iqm")),
        rc_profile=profile(shares, clusters, seed=stream_seed("board", task, "rc-profile")),
        sr_seed_sd=_seed_sd(entry, tasks),
        act_mean_ms=_mean([row.timing.act_mean_ms for row in rows if row.timing.act_mean_ms is not None]),
        outcomes={name: sum(outcome(row) == name for row in rows) for name in OUTCOMES},
        scene_sr=_scene_sr(rows),
    )


def outcome(row: Result) -> str:
    """Which of ``OUTCOMES`` a row is."""
    if row.success:
        return OUTCOMES[0] if row.strict_success else OUTCOMES[1]
    return (row.failure or "slow").replace("-", " ")


def _coverage(
    entry: Entry, keys: Sequence[Key], counts: Counts, board_scenes: set[str], suite_scenes: int | None
) -> Coverage:
    """How much of the suite stands behind a line."""
    if counts.missing:
        return "incomplete"
    per_cell: dict[tuple[str, str], set[int]] = {}
    for scene, task, index in keys:
        per_cell.setdefault((scene, task), set()).add(index)
    tasks = {task for _, task in per_cell}
    if any((scene, task) not in per_cell for scene in board_scenes for task in tasks):
        return "partial"
    episodes = min(map(len, per_cell.values()))
    whole_suite = len(board_scenes) == (suite_scenes or len(board_scenes))
    seeds = len(entry.seeds) if entry.card.stochastic else FULL_SEEDS
    if episodes >= FULL_EPISODES and seeds >= FULL_SEEDS and whole_suite:
        return "full"
    return "preliminary" if episodes >= PRELIMINARY_EPISODES and whole_suite else "quick"


def _scores(rows: Sequence[Result], task: str) -> dict[str, Interval]:
    found = {}
    for score in SCORES:
        pairs = [(value, row.scene) for row in rows if (value := score.value(row)) is not None]
        if pairs:
            values, scenes = zip(*pairs, strict=True)
            seed = stream_seed("task-table", task, score.name)
            found[score.name] = clustered_interval(values, scenes, seed=seed, kind=score.kind)
    return found


def _seed_sd(entry: Entry, tasks: Sequence[str]) -> float | None:
    if len(entry.seeds) < 2:
        return None
    of_seed: dict[int, list[float]] = {seed: [] for seed in sorted(entry.seeds)}
    for (seed, key), row in entry.rows.items():
        if key[1] in tasks:
            of_seed[seed].append(float(row.success))
    means = [math.fsum(values) / len(values) for values in of_seed.values()]
    centre = math.fsum(means) / len(means)
    return math.sqrt(math.fsum((mean - centre) ** 2 for mean in means) / (len(means) - 1))


def _scene_sr(rows: Sequence[Result]) -> dict[str, float]:
    of_scene: dict[str, list[float]] = {}
    for row in rows:
        of_scene.setdefault(row.scene, []).append(float(row.success))
    return {scene: math.fsum(values) / len(values) for scene, values in sorted(of_scene.items())}


def _mean(values: Sequence[float]) -> float | None:
    return math.fsum(values) / len(values) if values else None
