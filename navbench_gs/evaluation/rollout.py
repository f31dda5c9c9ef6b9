"""Rollout: one agent drives one episode; what comes out is a recording and how long the decisions took."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timezone
from functools import partial

import numpy as np

from navbench_gs.domain.agent import Agent, AgentCard
from navbench_gs.domain.episode import Episode
from navbench_gs.domain.result import Timing
from navbench_gs.domain.rules import Rules
from navbench_gs.domain.state import Privileged
from navbench_gs.domain.streams import stream_seed
from navbench_gs.domain.trajectory import Trajectory
from navbench_gs.env import NavEnv, action_array
from navbench_gs.errors import AgentFailure, Incident, one_line
from navbench_gs.evaluation.clock import DecisionClock


@dataclass(frozen=True, eq=False)
class Driven:
    """One episode driven: what happened, and what it took on this machine."""

    trajectory: Trajectory
    timing: Timing


def agent_seed(episode: Episode, rules: Rules, seed: int) -> int:
    """The seed an agent gets in an episode: from the episode's identity, never from its place in the queue."""
    return stream_seed(rules.version, *episode.key, "agent", seed)


def run_episode(
    env: NavEnv,
    agent: Agent,
    episode: Episode,
    seed: int,
    *,
    clock: DecisionClock | None = None,
) -> Driven:
    """Drive ``episode`` from start to end; the agent never sees the env's ``info``.

    An agent that raises or answers nonsense ends its recording as ``agent-error``.

    Raises:
        Incident: the agent lost a connection or ran out of memory, which says nothing about how it drives.
    """
    clock = clock or DecisionClock()
    card, started, begin = agent.card, _now(), time.perf_counter()
    env.reset(options={"episode": episode})
    observation, over = env.observe(), False
    try:
        with _agents_turn(clock):
            agent.reset(observation, seed=seed, privileged=_privileged(env, card))
        while not over:
            privileged = _privileged(env, card)
            with _agents_turn(clock):
                action = clock.timed(partial(agent.act, observation, privileged=privileged))
            _, _, terminated, truncated, _ = env.step(action_array(action, card))
            over = terminated or truncated
            if not over:
                observation = env.observe()
    except AgentFailure as failure:
        env.terminate("agent-error", str(failure))
    return Driven(env.trajectory(), _timing(clock, started, time.perf_counter() - begin))


def drive_surely(
    env: NavEnv,
    agent: Agent,
    fresh_agent: Callable[[], Agent],
    episode: Episode,
    seed: int,
    *,
    clock: DecisionClock | None = None,
) -> Driven:
    """Like :func:`run_episode`, but an agent's failure counts only if a fresh agent repeats it.

    Raises:
        Incident: the second drive went another way.
    """
    clock = clock or DecisionClock()
    driven = run_episode(env, agent, episode, seed, clock=clock)
    if driven.trajectory.ended != "agent-error":
        return driven
    again = run_episode(env, fresh_agent(), episode, seed, clock=DecisionClock(clock.since))
    if _same_failure(driven.trajectory, again.trajectory):
        return again
    raise Incident(f"the agent failed once and not again: {driven.trajectory.message}")


def _same_failure(first: Trajectory, second: Trajectory) -> bool:
    return (
        first.ended == second.ended
        and first.message == second.message
        and np.array_equal(first.commands, second.commands)
    )


def _privileged(env: NavEnv, card: AgentCard) -> Privileged | None:
    return env.privileged() if card.needs.privileged else None


@contextmanager
def _agents_turn(clock: DecisionClock) -> Iterator[None]:
    """Turns what the agent raises into what it means: its own failure, or an incident."""
    try:
        with clock.running():
            yield
    except (AgentFailure, Incident):
        raise
    except (ConnectionError, TimeoutError, MemoryError) as error:
        raise Incident(one_line(error)) from error
    except (Exception, SystemExit) as error:
        raise AgentFailure(one_line(error)) from error


def _timing(clock: DecisionClock, started: str, wall_s: float) -> Timing:
    millis = 1000.0 * np.array(clock.durations_s)
    return Timing(
        decisions=len(millis),
        act_mean_ms=float(millis.mean()) if len(millis) else None,
        act_p95_ms=float(np.percentile(millis, 95)) if len(millis) else None,
        wall_s=wall_s,
        started=started,
    )


def _now() -> str:
    return datetime.now(timezone.utc).isoformat(timespec="seconds")
