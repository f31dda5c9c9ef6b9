"""Audit: every row of a stranger's run against its recording, every recording against the physics.

What it proves: the commands in a recording lead to the score in its row. What it does not: that the agent gave them.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

from navbench_gs.domain.episode import Episode
from navbench_gs.domain.result import Result
from navbench_gs.domain.rules import Rules
from navbench_gs.domain.run import RunManifest
from navbench_gs.domain.scene import Scene
from navbench_gs.domain.trajectory import Trajectory
from navbench_gs.errors import NavBenchError, one_line, printable
from navbench_gs.evaluation.clock import SharedNumber
from navbench_gs.evaluation.executors import work_through
from navbench_gs.evaluation.needs import NO_PICTURE, sees
from navbench_gs.evaluation.plan import Key, Plan
from navbench_gs.evaluation.rollout import Driven
from navbench_gs.evaluation.row import result_of
from navbench_gs.store import RunFolder
from navbench_gs.store.recordings import read_recording
from navbench_gs.store.rows import rounded
from navbench_gs.verification.audit_recording import differs_from_physics, impossible


@dataclass(frozen=True)
class RowAudit:
    """What was found about one row."""

    key: Key
    faults: tuple[str, ...]
    replayed: bool
    """Whether the recording's commands were driven again."""


@dataclass(frozen=True, eq=False)
class RowClaim:
    """One row and what it must agree with."""

    row: Result
    recording: Path
    scene: Scene
    episode: Episode
    replayed: bool


def sampled_keys(keys: Collection[Key], count: int | None, seed: int) -> frozenset[Key]:
    """``count`` of the keys (all if None), drawn by ``seed``."""
    if count is None or count >= len(keys):
        return frozenset(keys)
    return frozenset(random.Random(seed).sample(sorted(keys), count))


def row_claim(folder: RunFolder, plan: Plan, row: Result, *, replayed: bool) -> RowClaim:
    """A row of a run beside what it must agree with."""
    return RowClaim(row, folder.recording_path(row.key), plan.scene_of(row.key), plan.episodes[row.key], replayed)


def audited_rows(folder: RunFolder, plan: Plan, replayed: Collection[Key], *, workers: int = 1) -> Iterator[RowAudit]:
    """Audit every row of a run; those in ``replayed`` are driven again too. In no fixed order."""
    claims = [
        RowClaim(
            row, folder.recording_path(row.key), plan.scene_of(row.key), plan.episodes[row.key], row.key in replayed
        )
        for row in folder.rows()
    ]
    duty = AuditingDuty(plan.manifest, plan.rules)
    if workers == 1:
        yield from map(duty.audit, claims)
        return
    for finished in work_through(duty, claims, workers=workers, group=lambda claim: claim.scene.scene_id):
        lost = RowAudit(finished.job.row.key, (f"could not be audited: {finished.lost}",), replayed=False)
        yield finished.answer or lost


@dataclass(frozen=True)
class AuditingDuty:
    """Audits rows of a run."""

    manifest: RunManifest
    rules: Rules

    def open(self, since: SharedNumber) -> Callable[[RowClaim], RowAudit]:
        """Nothing to load."""
        return self.audit

    def audit(self, claim: RowClaim) -> RowAudit:
        """Audit one row."""
        faults: list[str] = []
        try:
            recording = read_recording(claim.recording)
            faults += impossible(recording, claim.episode, self.manifest.card, self.rules)
            if not faults:
                faults += self._row_faults(claim, recording)
                if claim.replayed:
                    faults += differs_from_physics(recording, claim.episode, self.rules, claim.scene)
        except NavBenchError as error:
            faults.append(str(error))
        except Exception as error:  # arrays of a stranger that no metric expects
            faults.append(f"cannot be checked ({one_line(error)})")
        return RowAudit(claim.row.key, tuple(printable(fault) for fault in faults), claim.replayed)

    def _row_faults(self, claim: RowClaim, recording: Trajectory) -> Iterator[str]:
        """Fields of a row that its recording, its episode and the manifest do not lead to."""
        row, card = claim.row, self.manifest.card
        if (row.renderer == NO_PICTURE) == sees(card.needs):
            yield f"renderer '{row.renderer}' does not fit what the agent's card needs"
        driven = Driven(recording, row.timing)
        true = result_of(driven, claim.episode, claim.scene, self.manifest, self.rules, row.renderer)
        told, found = (rounded(result.model_dump(mode="json", exclude={"timing"})) for result in (row, true))
        yield from (f"{name} {told[name]!r}, but is {found[name]!r}" for name in told if told[name] != found[name])
