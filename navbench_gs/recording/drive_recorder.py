"""Filming: one drive, its pictures and what a teacher would have done at each of them."""

from __future__ import annotations

import copy
import dataclasses
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from navbench_gs.agents.oracle.agent import OracleAgent
from navbench_gs.domain.action import Velocity, Waypoints
from navbench_gs.domain.agent import Agent
from navbench_gs.domain.episode import Episode
from navbench_gs.domain.observation import Observation
from navbench_gs.domain.rules import RULES_V0
from navbench_gs.domain.state import WorldState
from navbench_gs.drives.layout import PERIOD_S
from navbench_gs.env import NavEnv
from navbench_gs.errors import AgentCardError
from navbench_gs.recording.disturbances import Disturbances
from navbench_gs.world.follower import Follower

Floats = NDArray[np.float64]
TICKS_A_FRAME = round(PERIOD_S / RULES_V0.clock.tick_s)
PLAN_STEPS = 10


@dataclass(eq=False)
class Footage:
    """What a drive leaves in memory: T frames."""

    states: list[WorldState] = field(default_factory=list)
    pictures: list[NDArray[np.uint8]] = field(default_factory=list)
    """Empty if they are to be drawn later."""
    plans: list[Floats] = field(default_factory=list)
    """(H, 2) what the teacher would do from each frame on, robot frame, metres."""
    thrown: list[bool] = field(default_factory=list)
    """Whether a burst brought the robot here."""
    ended: str = ""

    @property
    def poses(self) -> Floats:
        """(T, 3) of the robot, world frame."""
        return np.stack([state.robot for state in self.states])

    @property
    def people(self) -> list[Floats]:
        """(P, 2) places of the pedestrians at each frame, world frame, metres."""
        return [state.pedestrians[:, :2] for state in self.states]

    def film(self, env: NavEnv, plan: Floats, thrown: bool, *, draw: bool) -> None:
        """Keep this moment, and if it is to be drawn at once its picture."""
        self.states.append(copy.deepcopy(env.privileged().state))
        if draw:
            self.pictures.append(env.render())
        self.plans.append(plan)
        self.thrown.append(thrown)


class TeacherDrives:
    """The oracle drives itself."""

    own = True

    def reset(self, env: NavEnv) -> None:
        """Nothing to prepare."""

    def decide(self, env: NavEnv, taught: Velocity) -> None:
        """Take over what the teacher does."""
        self._held = np.array([taught.speed_mps, taught.yaw_rate_rps])

    def command(self, env: NavEnv) -> Floats:
        """Speed and yaw rate of this tick."""
        return self._held


class PupilDrives:
    """An agent drives by its waypoints; the oracle only says what it would have done."""

    own = False

    def __init__(self, agent: Agent) -> None:
        if agent.card.action.kind != "waypoints" or abs(agent.card.decision_period_s - PERIOD_S) > 1e-9:
            raise AgentCardError(f"'{agent.card.name}' cannot be filmed: it must give waypoints every {PERIOD_S} s")
        if agent.card.needs.camera is None:
            raise AgentCardError(f"'{agent.card.name}' cannot be filmed: it looks at no picture")
        self._agent, self._follower = agent, Follower(RULES_V0)

    def reset(self, env: NavEnv) -> None:
        """A new episode."""
        self._follower.reset()
        self._agent.reset(_seen(env), seed=0)

    def decide(self, env: NavEnv, taught: Velocity) -> None:
        """Let the agent decide; ``taught`` is not heeded."""
        action, state = self._agent.act(_seen(env)), env.privileged().state
        assert isinstance(action, Waypoints)
        self._follower.follow(action, state.robot, state.time_s)

    def command(self, env: NavEnv) -> Floats:
        """Speed and yaw rate of this tick."""
        state = env.privileged().state
        command = self._follower.command(state.robot, state.time_s)
        return np.array([command.speed_mps, command.yaw_rate_rps])


def _seen(env: NavEnv) -> Observation:
    """What the agent observes; the env itself shows no picture, or it would draw one every tick."""
    return dataclasses.replace(env.observe(), rgb=env.render())


Driver = TeacherDrives | PupilDrives


def filmed(
    env: NavEnv,
    driver: Driver,
    teacher: OracleAgent,
    episode: Episode,
    disturbances: Disturbances,
    *,
    draw: bool = True,
) -> Footage:
    """Drive until the goal, the first touch or the end of time; a picture and a plan every frame period.

    Without ``draw`` footage has no pictures.
    """
    env.reset(options={"episode": episode})
    teacher.reset(env.observe(), seed=0, privileged=env.privileged())
    driver.reset(env)
    footage, tick, bursting, thrown = Footage(), 0, False, False
    while not footage.ended:
        if tick % TICKS_A_FRAME == 0:
            taught = teacher.act(env.observe(), privileged=env.privileged())
            footage.film(env, teacher.planned_path(PERIOD_S, PLAN_STEPS), thrown, draw=draw)
            driver.decide(env, taught)
            bursting, thrown = disturbances.begins_frame(), False
        state, command = env.privileged().state, driver.command(env)
        push = disturbances.command(state.robot, state.pedestrians) if bursting else None
        thrown = thrown or push is not None
        _, _, terminated, truncated, info = env.step(command if push is None else push)
        tick += 1
        if env.touched:
            footage.ended = "touch"
        elif terminated or truncated:
            footage.ended = info["outcome"]
    return footage
