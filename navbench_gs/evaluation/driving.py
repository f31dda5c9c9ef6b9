"""Driving: what a worker process does in a run."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from navbench_gs.agents.loading import load_agent
from navbench_gs.domain.agent import Agent
from navbench_gs.domain.episode import Episode
from navbench_gs.domain.rules import Rules
from navbench_gs.domain.run import RunConfig
from navbench_gs.domain.scene import Scene
from navbench_gs.env import NavEnv, env_for_card
from navbench_gs.evaluation.clock import DecisionClock, SharedNumber
from navbench_gs.evaluation.rollout import Driven, agent_seed, drive_surely
from navbench_gs.processes import one_torch_thread


@dataclass(frozen=True, eq=False)
class Drive:
    """One episode to be driven."""

    scene: Scene
    episode: Episode


def scene_of_drive(drive: Drive) -> str:
    """Drives of one scene share what is prepared of it."""
    return drive.scene.scene_id


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
        one_torch_thread()
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
            self._env = env_for_card(
                scene,
                task,
                self.agent.card,
                renderer=self.duty.config.renderer,
                perturbation=self.duty.config.perturbation,
            )
            self._place = (scene.scene_id, task)
        return self._env

    def _fresh_agent(self) -> Agent:
        self.agent = self.duty.agent()
        return self.agent

    def _leave(self) -> None:
        if self._env is not None:
            self._env.close()
        self._env = None
