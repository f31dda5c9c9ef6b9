"""Public contracts: checks that a third party may call on an agent, an environment or a scene.

Each raises ``AssertionError`` with one line that names what is broken, and returns nothing if all holds.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import gymnasium
import numpy as np
from numpy.typing import NDArray

from navbench_gs.agents.loading import load_agent
from navbench_gs.domain.agent import Agent
from navbench_gs.domain.scene import Scene
from navbench_gs.domain.trajectory import Trajectory
from navbench_gs.env import NavEnv
from navbench_gs.suite.catalog import scenes_at
from navbench_gs.verification.agent_check import CHECK_SCENE, checked_agent
from navbench_gs.verification.scene_check import scene_faults


def check_env(env_id: str, *, decisions: int = 5, index: int = 0, **kwargs: Any) -> None:
    """Check one environment id: its spaces, its recording, and that the same actions give the same bits.

    Args:
        env_id: an id that gymnasium knows, for example ``NavBenchGS/plaza_03-empty-v0``.
        decisions: how many random actions to take.
        index: which frozen episode to drive.
        **kwargs: passed to ``gymnasium.make``.
    """
    actions, first = _drive(env_id, None, decisions, index, kwargs)
    _, second = _drive(env_id, actions, decisions, index, kwargs)
    _check_recording(env_id, first, decisions)
    for name in ("poses", "velocities", "commands", "pedestrians"):
        same = np.array_equal(getattr(first, name), getattr(second, name))
        assert same, f"{env_id}: the same actions gave other {name}"


def check_agent(agent: str | Callable[[], Agent], *, scene: Scene | str = CHECK_SCENE, renderer: str = "auto") -> None:
    """Check one agent: protocol, needs, determinism by seed, no leaks, bounds, blank frames, latency.

    Args:
        agent: an agent's name as ``navbench run --agent`` takes it, or what makes fresh instances.
        scene: a scene, its id, or the path of its folder, for three short drives.
        renderer: what draws its pictures.
    """
    make = partial(load_agent, agent) if isinstance(agent, str) else agent
    place = scene if isinstance(scene, Scene) else scenes_at(scene)[0]
    card = checked_agent(make, place, renderer=renderer)
    faults = [f"{check.name}: {check.note}" for check in card.checks if not check.passed]
    assert not faults, f"{card.agent}: {'; '.join(faults)}"


def check_scene(scene: Scene | str) -> None:
    """Check one scene: its files and hashes, its scale, its starts and goals, and that its splats support the camera.

    The same checks for procedural and captured scenes; ``navbench scene check`` prints them.

    Args:
        scene: a scene, its id, or the path of its folder.
    """
    for found in (scene,) if isinstance(scene, Scene) else scenes_at(scene):
        faults = scene_faults(found)
        assert not faults, f"{found.scene_id}: {'; '.join(faults)}"


def _drive(
    env_id: str, actions: list[NDArray[Any]] | None, decisions: int, index: int, kwargs: dict[str, Any]
) -> tuple[list[NDArray[Any]], Trajectory]:
    """A few decisions in a fresh environment, with given actions or random ones; each observation is checked."""
    env = gymnasium.make(env_id, disable_env_checker=True, **kwargs)
    try:
        env.action_space.seed(0)
        observation, info = env.reset(options={"index": index})
        taken: list[NDArray[Any]] = []
        _check_moment(env_id, env, observation, info, over=False)
        for step in range(decisions):
            taken.append(env.action_space.sample() if actions is None else actions[step])
            observation, _, terminated, truncated, info = env.step(taken[-1])
            _check_moment(env_id, env, observation, info, over=terminated or truncated)
            if terminated or truncated:
                break
        world: Any = env.unwrapped
        assert isinstance(world, NavEnv), f"{env_id} does not lead to a NavEnv"
        return taken, world.trajectory()
    finally:
        env.close()


def _check_moment(
    env_id: str, env: gymnasium.Env[Any, Any], observation: dict[str, Any], info: dict[str, Any], *, over: bool
) -> None:
    assert observation in env.observation_space, f"{env_id}: an observation is outside its space"
    assert set(info) == ({"outcome"} if over else set()), f"{env_id}: info holds {sorted(info)}"


def _check_recording(env_id: str, recording: Trajectory, decisions: int) -> None:
    ticks = len(recording.commands)
    assert ticks > 0, f"{env_id}: nothing was recorded"
    for name in ("poses", "velocities", "remaining_m", "on_walkable", "pedestrians"):
        assert len(getattr(recording, name)) == ticks + 1, f"{env_id}: {name} does not have a row per tick and one more"
    assert len(recording.decision_ticks) <= decisions, f"{env_id}: more decisions than were taken"
    assert np.isfinite(recording.poses).all(), f"{env_id}: a pose is not finite"
    assert np.isfinite(recording.remaining_m).all(), f"{env_id}: a cost-to-go is not finite"
