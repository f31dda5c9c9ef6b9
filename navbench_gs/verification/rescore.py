"""Rescore: a run's recordings scored again without driving, and what that changes."""

from __future__ import annotations

from collections.abc import Iterator

from navbench_gs.domain.result import Result, Score
from navbench_gs.domain.rules import RULES_V0, Rules
from navbench_gs.domain.run import RunManifest
from navbench_gs.errors import DigestMismatchError
from navbench_gs.evaluation.plan import Plan, chosen_scenes
from navbench_gs.metrics.score import score
from navbench_gs.store import RunFolder
from navbench_gs.store.rows import rounded
from navbench_gs.suite.episodes import load_episodes


def plan_of(manifest: RunManifest, rules: Rules = RULES_V0) -> Plan:
    """The scenes and episodes of a run that was begun before, checked to be those it was begun with.

    Raises:
        UnknownNameError: its suite lacks one of its scenes.
        DigestMismatchError: an episode has changed since.
    """
    names = tuple(dict.fromkeys(scene for scene, *_ in manifest.planned))
    scenes = {scene.scene_id: scene for scene in chosen_scenes(manifest.config.suite, names)}
    frozen = {
        episode.key: episode
        for scene, task in dict.fromkeys(entry[:2] for entry in manifest.planned)
        for episode in load_episodes(scenes[scene], task)
    }
    for scene, task, index, digest in manifest.planned:
        episode = frozen.get((scene, task, index))
        if episode is None or episode.digest() != digest:
            raise DigestMismatchError(
                f"{scene}-{task}-{index} is not the episode of suite '{manifest.config.suite}' that the run drove; "
                f"use the suite it was driven in (navbench-gs {manifest.version})"
            )
    return Plan(manifest, rules, scenes, {entry[:3]: frozen[entry[:3]] for entry in manifest.planned})


def rescored_rows(folder: RunFolder, plan: Plan) -> Iterator[tuple[Result, Result]]:
    """Each row of a run beside the row that its recording has now, in the order of the file.

    Raises:
        DamagedFileError: a recording is absent or cannot be read.
    """
    for row in folder.rows():
        scored = score(folder.load_trajectory(row.key), plan.episodes[row.key], plan.rules)
        fields = rounded(scored.model_dump()) | {"rules": plan.rules.digest()}
        yield row, row.model_copy(update=fields)


def changes(before: Result, now: Result) -> dict[str, tuple[object, object]]:
    """Score fields that differ: name -> value before and now."""
    pairs = {name: (getattr(before, name), getattr(now, name)) for name in Score.model_fields}
    return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}
