"""Evaluate: drive what a run still owes in worker processes, score each recording, append row by row."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from navbench_gs.agents.loading import load_agent
from navbench_gs.domain.agent import Agent
from navbench_gs.domain.episode import Episode
from navbench_gs.domain.result import Result
from navbench_gs.domain.rules import Rules
from navbench_gs.domain.run import RunConfig
from navbench_gs.domain.scene import Scene
from navbench_gs.env import NavEnv, env_for_card
from navbench_gs.errors import Incident
from navbench_gs.evaluation.clock import DecisionClock, SharedNumber
from navbench_gs.evaluation.executors import work_through
from navbench_gs.evaluation.plan import Plan
from navbench_gs.evaluation.rollout import Driven, agent_seed, drive_surely
from navbench_gs.evaluation.row import NO_PICTURE, result_of, sees
from navbench_gs.store import RunFolder
from navbench_gs.suite.catalog import cloud_path, load_cloud


class Watcher(Protocol):
    """Whoever shows a user how the run goes."""

    def begins(self, phase: str, done: int, total: int) -> None:
        """A phase (``scenes``, ``driving``, ``video``) begins with ``done`` of ``total`` jobs done before."""
        ...

    def advances(self, phase: str) -> None:
        """One more job of that phase is over."""
        ...

    def row(self, result: Result) -> None:
        """A row was written."""
        ...

    def incident(self, name: str, reason: str) -> None:
        """An episode has no row, for the reason given."""
        ...


@dataclass(frozen=True, eq=False)
class Drive:
    """One episode to be driven."""

    scene: Scene
    episode: Episode


def scene_of_drive(drive: Drive) -> str:
    """Drives of one scene share what is prepared of it."""
    return drive.scene.scene_id


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
    config, limit = plan.manifest.config, time_limit_s or plan.rules.agent_time_limit_s
    drives = [Drive(plan.scene_of(key), plan.episodes[key]) for key in folder.missing()]
    renderer = picture_rules(plan)
    if renderer != NO_PICTURE:
        prepare_clouds([drive.scene for drive in drives], workers=workers, watcher=watcher)
    watcher.begins("driving", len(folder.rows()), len(folder.rows()) + len(drives))
    duty, incidents = DrivingDuty(config, plan.rules), 0
    for finished in work_through(duty, drives, workers=workers, group=scene_of_drive, time_limit_s=limit):
        scene, episode = finished.job.scene, finished.job.episode
        if finished.answer is None:
            incidents += 1
            folder.record_incident(episode.key, finished.lost)
            watcher.incident(episode.name, finished.lost)
        else:
            result = result_of(finished.answer, episode, scene, plan.manifest, plan.rules, renderer)
            folder.save_trajectory(finished.answer.trajectory)
            folder.append(result)
            watcher.row(result)
        watcher.advances("driving")
    if not folder.missing():
        folder.close_run()
    return incidents


def picture_rules(plan: Plan) -> str:
    """Name of the renderer's picture rules, ``none`` for an agent that sees no picture.

    Raises:
        RendererUnavailableError: the renderer asked for cannot run here.
    """
    if not sees(plan.manifest.card.needs):
        return NO_PICTURE
    from navbench_gs.render.select import renderer_named

    return renderer_named(plan.manifest.config.renderer).name


def prepare_clouds(scenes: Sequence[Scene], *, workers: int, watcher: Watcher) -> None:
    """Generate the splats that the cache lacks, one scene per process at a time.

    Raises:
        Incident: a scene's splats could not be made.
    """
    lacking = list({scene.scene_id: scene for scene in scenes if not cloud_path(scene).exists()}.values())
    if not lacking:
        return
    watcher.begins("scenes", 0, len(lacking))
    for finished in work_through(CloudDuty(), lacking, workers=workers, group=lambda scene: scene.scene_id):
        if finished.lost:
            raise Incident(f"the splats of {finished.job.scene_id} could not be made: {finished.lost}")
        watcher.advances("scenes")


@dataclass(frozen=True)
class CloudDuty:
    """Makes the splats of scenes and leaves them in the cache."""

    def open(self, since: SharedNumber) -> Callable[[Scene], Path]:
        """Nothing to load: each scene names its source."""
        return self.make

    def make(self, scene: Scene) -> Path:
        """Path of the scene's splats, made if need be."""
        load_cloud(scene)
        return cloud_path(scene)


@dataclass(frozen=True)
class DrivingDuty:
    """Drives episodes with the agent of a run."""

    config: RunConfig
    rules: Rules

    def open(self, since: SharedNumber) -> Callable[[Drive], Driven]:
        """Load the agent."""
        return Driver(self, since).drive

    def agent(self) -> Agent:
        """A fresh instance of the run's agent, single-threaded."""
        agent = load_agent(self.config.agent, checkpoint=self.config.checkpoint)
        torch = sys.modules.get("torch")
        if torch is not None:
            torch.set_num_threads(1)
        return agent


class Driver:
    """An agent and the env it drives in, kept from one episode of a scene and task to the next."""

    def __init__(self, duty: DrivingDuty, since: SharedNumber) -> None:
        self.duty = duty
        self.since = since
        self.agent = duty.agent()
        self._env: NavEnv | None = None
        self._place: tuple[str, str] | None = None

    def drive(self, drive: Drive) -> Driven:
        """Drive one episode.

        Raises:
            Incident: it says nothing about how the agent drives.
        """
        seed = agent_seed(drive.episode, self.duty.rules, self.duty.config.agent_seed)
        clock = DecisionClock(self.since)
        try:
            env = self._env_at(drive.scene, drive.episode.task)
            return drive_surely(env, self.agent, self._fresh_agent, drive.episode, seed, clock=clock)
        except Exception:
            self._leave()  # a world that failed is not used again
            raise

    def _env_at(self, scene: Scene, task: str) -> NavEnv:
        if self._env is None or self._place != (scene.scene_id, task):
            self._leave()
            self._env = env_for_card(scene, task, self.agent.card, renderer=self.duty.config.renderer)
            self._place = (scene.scene_id, task)
        return self._env

    def _fresh_agent(self) -> Agent:
        self.agent = self.duty.agent()
        return self.agent

    def _leave(self) -> None:
        if self._env is not None:
            self._env.close()
        self._env = None
