"""What an agent was shown and answered in a short drive, so that the same can be shown again without a world."""

from __future__ import annotations

import copy
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from navbench_gs.domain.agent import Agent
from navbench_gs.domain.observation import Observation
from navbench_gs.domain.scene import Scene
from navbench_gs.domain.state import Privileged
from navbench_gs.env import action_array, env_for_card

PICTURES = ("rgb", "goal_image", "route_images")


class BrokenPromise(Exception):
    """What an agent owes and did not keep, one line."""


def require(kept: bool, promise: str) -> None:
    """Raise ``promise`` as broken unless it was kept."""
    if not kept:
        raise BrokenPromise(promise)


@dataclass(frozen=True, eq=False)
class Moment:
    """One observation, and what a privileged agent gets beside it."""

    observation: Observation
    privileged: Privileged | None


@dataclass(frozen=True, eq=False)
class Script:
    """A short drive as the agent lived it."""

    task: str
    seed: int
    moments: tuple[Moment, ...]
    """The first is both that of ``reset`` and that of the first decision."""
    actions: tuple[NDArray[np.float64], ...]
    """What it answered, as the environment takes it."""
    seconds: tuple[float, ...]
    """How long each decision took."""
    ended: bool
    """Whether the episode was over before the script was."""


def driven_script(agent: Agent, scene: Scene, task: str, *, seed: int, decisions: int, renderer: str) -> Script:
    """Drive the first episode of a task for a few decisions.

    Raises:
        AgentFailure: the agent answered what is no action of its card.
        BrokenPromise: the agent changed the observation it was given.
    """
    moments: list[Moment] = []
    actions: list[NDArray[np.float64]] = []
    seconds: list[float] = []
    over = False
    with closing(env_for_card(scene, task, agent.card, renderer)) as env:
        env.reset(options={"index": 0})
        while not over and len(actions) < decisions:
            moment = Moment(env.observe(), env.privileged() if agent.card.needs.privileged else None)
            moments.append(moment)
            shown = copy.deepcopy(moment.observation)
            if len(moments) == 1:
                agent.reset(shown, seed=seed, privileged=moment.privileged)
            begin = time.perf_counter()
            action = agent.act(shown, privileged=moment.privileged)
            seconds.append(time.perf_counter() - begin)
            require(same_observation(shown, moment.observation), "it changes the observation that it is given")
            actions.append(action_array(action, agent.card))
            _, _, terminated, truncated, _ = env.step(actions[-1])
            over = terminated or truncated
    return Script(task, seed, tuple(moments), tuple(actions), tuple(seconds), over)


def answers(agent: Agent, script: Script, *, seed: int | None = None) -> Iterator[NDArray[np.float64]]:
    """Show an agent the script from its reset on; what it answers now, decision by decision."""
    first = script.moments[0]
    shown = copy.deepcopy(first.observation)
    agent.reset(shown, seed=script.seed if seed is None else seed, privileged=first.privileged)
    for moment in script.moments:
        action = agent.act(copy.deepcopy(moment.observation), privileged=moment.privileged)
        yield action_array(action, agent.card)


def with_pictures(script: Script, level: int | None) -> Script:
    """The script with every picture of one grey level, or of noise if None; a depth picture shows nothing."""

    def picture(array: NDArray[np.uint8] | None) -> NDArray[np.uint8] | None:
        if array is None:
            return None
        if level is not None:
            return np.full_like(array, level)
        return np.random.default_rng(0).integers(0, 256, array.shape, dtype=np.uint8)

    def changed(seen: Observation) -> Observation:
        pictures: dict[str, Any] = {name: picture(getattr(seen, name)) for name in PICTURES}
        depth = None if seen.depth is None else np.full_like(seen.depth, np.inf)
        return replace(seen, depth=depth, **pictures)

    return replace(script, moments=tuple(Moment(changed(m.observation), m.privileged) for m in script.moments))


def with_goal(script: Script, goal: tuple[float, float]) -> Script:
    """The script with the goal point elsewhere, (x ahead, y left), metres."""
    point = np.array(goal, np.float32)
    moments = tuple(Moment(replace(m.observation, goal=point), m.privileged) for m in script.moments)
    return replace(script, moments=moments)


def same_observation(one: Observation, other: Observation) -> bool:
    """Whether two observations hold the same numbers."""
    pairs = [(getattr(one, name), getattr(other, name)) for name in vars(one)]
    return all(np.array_equal(a, b) for a, b in pairs)
