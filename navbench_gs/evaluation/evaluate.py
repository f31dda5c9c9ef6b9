"""Evaluate: drive what a run still owes in worker processes, score each recording, append row by row."""

from __future__ import annotations

from navbench_gs.evaluation.clouds import prepare_clouds
from navbench_gs.evaluation.driving import Drive, DrivingDuty, scene_of_drive
from navbench_gs.evaluation.executors import Finished, work_through
from navbench_gs.evaluation.needs import NO_PICTURE
from navbench_gs.evaluation.plan import Plan
from navbench_gs.evaluation.rollout import Driven
from navbench_gs.evaluation.row import result_of
from navbench_gs.evaluation.watcher import Watcher
from navbench_gs.processes import interrupted_later
from navbench_gs.store import RunFolder


def evaluate(
    plan: Plan, folder: RunFolder, *, workers: int, watcher: Watcher, time_limit_s: float | None = None
) -> int:
    """Drive every episode that has no row yet, and close the run once none is missing.

    Args:
        plan: what the run owes.
        folder: where rows, recordings and incidents are kept.
        workers: number of processes; the rows do not depend on it.
        watcher: told how it goes.
        time_limit_s: wall-clock limit of a decision, by default that of the Rules.

    Returns:
        Number of episodes that ended as an incident; they are driven again when the run is resumed.
    """
    drives = [Drive(plan.scene_of(key), plan.episodes[key]) for key in folder.missing()]
    if plan.renderer != NO_PICTURE:
        prepare_clouds([drive.scene for drive in drives], workers=workers, watcher=watcher)
    watcher.begins("driving", len(folder.rows()), len(folder.rows()) + len(drives))
    duty, limit = DrivingDuty(plan.manifest.config, plan.rules), time_limit_s or plan.rules.agent_time_limit_s
    incidents = 0
    for finished in work_through(duty, drives, workers=workers, group=scene_of_drive, time_limit_s=limit):
        with interrupted_later():
            incidents += _keep(finished, plan, folder, watcher)
    if not folder.missing():
        folder.close_run()
    return incidents


def _keep(finished: Finished[Drive, Driven], plan: Plan, folder: RunFolder, watcher: Watcher) -> bool:
    """Write what came of one drive; whether it is an incident."""
    scene, episode = finished.job.scene, finished.job.episode
    if finished.answer is None:
        folder.record_incident(episode.key, finished.lost)
        watcher.incident(episode.name, finished.lost)
    else:
        result = result_of(finished.answer, episode, scene, plan.manifest, plan.rules, plan.renderer)
        folder.save_trajectory(finished.answer.trajectory)
        folder.append(result)
        watcher.row(result)
    watcher.advances("driving")
    return finished.answer is None
