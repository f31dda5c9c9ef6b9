"""Whether an agent keeps what agents owe: behind ``navbench agent check`` and ``navbench_gs.testing.check_agent``.

Three short drives are made; what the agent was shown there is shown again to other instances, in another order and
blinded, and the answers are compared bit for bit.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing

import numpy as np
from numpy.typing import NDArray

import navbench_gs
from navbench_gs.domain.agent import Agent, AgentCard
from navbench_gs.domain.record import Record
from navbench_gs.domain.rules import RULES_V0
from navbench_gs.domain.scene import Scene
from navbench_gs.env import env_for_card
from navbench_gs.errors import Incident, one_line
from navbench_gs.evaluation.needs import needs_text, sees
from navbench_gs.verification.agent_script import (
    BrokenPromise,
    Script,
    answers,
    driven_script,
    require,
    with_goal,
    with_pictures,
)

Floats = NDArray[np.float64]
CHECK_SCENE = "plaza_00"
"""Where agents are checked unless another scene is given."""
TASKS = ("empty", "obstacle", "ped")
SEED, OTHER_SEED = 2**63 + 12345, 7
"""The first is as large as the seeds of a run are."""
DECISIONS = 25
FAR_GOALS = ((0.0, 0.0), (30.0, 0.0), (-30.0, 0.0), (0.0, 30.0))
MOST_OUTSIDE = 0.5
"""Share of actions outside the robot's limits above which their unit is doubted."""


class Check(Record):
    """One thing that was checked."""

    name: str
    passed: bool
    note: str = ""


class PassCard(Record):
    """What an agent showed of itself."""

    agent: str
    revision: str
    needs: str
    rules: str
    version: str
    """Of the package that checked."""
    scene: str
    act_mean_ms: float | None
    act_p95_ms: float | None
    own_mean_ms: float | None
    """By the clock of a served agent's server, in the last of the drives."""
    checks: tuple[Check, ...]

    @property
    def passed(self) -> bool:
        """Whether every check passed."""
        return all(check.passed for check in self.checks)


def checked_agent(make: Callable[[], Agent], scene: Scene, *, decisions: int = DECISIONS, renderer: str) -> PassCard:
    """Check an agent in a scene.

    Args:
        make: makes a fresh instance.
        scene: where the three short drives are made.
        decisions: length of each.
        renderer: what draws its pictures.

    Raises:
        Incident: a connection was lost; says nothing about the agent.
    """
    agent = make()
    checks, scripts = [_checked("protocol", lambda: _protocol(make, scene, renderer))], list[Script]()
    checks.append(_checked("episodes", lambda: _episodes(agent, scene, scripts, decisions, renderer)))
    complete = len(scripts) == len(TASKS)
    for name, check in (
        ("determinism", lambda: _determinism(make, scripts)),
        ("no leaks", lambda: _no_leaks(make, scripts)),
        ("bounds", lambda: _bounds(agent.card, scripts)),
        ("blank frames", lambda: _blank_frames(make, scripts)),
        ("latency", lambda: _latency(agent.card, scripts)),
    ):
        checks.append(_checked(name, check) if complete else Check(name=name, passed=False, note="not reached"))
    own = getattr(agent, "own_ms", ())
    millis = 1000.0 * np.array([second for script in scripts for second in script.seconds])
    return PassCard(
        agent=agent.card.name,
        revision=agent.card.revision,
        needs=needs_text(agent.card.needs),
        rules=RULES_V0.digest(),
        version=navbench_gs.__version__,
        scene=scene.scene_id,
        act_mean_ms=float(millis.mean()) if len(millis) else None,
        act_p95_ms=float(np.percentile(millis, 95)) if len(millis) else None,
        own_mean_ms=float(np.mean(own)) if complete and len(own) else None,
        checks=tuple(checks),
    )


def _checked(name: str, check: Callable[[], str]) -> Check:
    try:
        return Check(name=name, passed=True, note=check())
    except Incident:
        raise
    except BrokenPromise as fault:
        return Check(name=name, passed=False, note=str(fault))
    except (Exception, SystemExit) as error:
        return Check(name=name, passed=False, note=one_line(error))


def _protocol(make: Callable[[], Agent], scene: Scene, renderer: str) -> str:
    """Card and methods, and that a world can give what the card asks for."""
    one, other = make(), make()
    require(one is not other, "the same instance is made twice: make a fresh one each time")
    require(isinstance(one.card, AgentCard), "card is no AgentCard")
    require(one.card == other.card, "two instances have different cards")
    _require_callable(one.reset, seed=0, privileged=None)
    _require_callable(one.act, privileged=None)
    with closing(env_for_card(scene, TASKS[0], one.card, renderer)):
        card = one.card
    action = card.action.kind if card.action.kind == "velocity" else f"{card.action.horizon} waypoints"
    return f"needs {needs_text(card.needs)}; answers {action} every {card.decision_period_s:g} s"


def _require_callable(method: Callable[..., object], **keywords: object) -> None:
    try:
        inspect.signature(method).bind(None, **keywords)
    except TypeError as error:
        call = f"{method.__name__}(observation, {', '.join(keywords)})"
        raise BrokenPromise(f"{call} cannot be called: {error}") from error


def _episodes(agent: Agent, scene: Scene, scripts: list[Script], decisions: int, renderer: str) -> str:
    """Three short drives with what the card declares and nothing else; fills ``scripts``."""
    scripts.extend(
        driven_script(agent, scene, task, seed=SEED, decisions=decisions, renderer=renderer) for task in TASKS
    )
    return ", ".join(f"{script.task}: {len(script.actions)} decisions" for script in scripts)


def _determinism(make: Callable[[], Agent], scripts: Sequence[Script]) -> str:
    """The same seed gives the same actions; another seed others only if the card says so."""
    for script in scripts:
        _require_same(answers(make(), script), script, "a fresh instance with the same seed")
    card = make().card
    varied = False
    for script in scripts:
        others = list(answers(make(), script, seed=OTHER_SEED))
        differ = any(not np.array_equal(a, b) for a, b in zip(others, script.actions, strict=True))
        require(
            card.stochastic or not differ,
            f"another seed gives other actions in '{script.task}', but the card does not say stochastic",
        )
        varied = varied or differ
    return "stochastic, though another seed changed nothing here" if card.stochastic and not varied else "bit for bit"


def _no_leaks(make: Callable[[], Agent], scripts: Sequence[Script]) -> str:
    """An instance that drove elsewhere before answers the same, and so do two instances that take turns."""
    used = make()
    for script in (*scripts, *reversed(scripts)):
        _require_same(answers(used, script), script, "an instance that drove other episodes before")
    first, second = scripts[0], scripts[-1]
    pair = zip(answers(make(), first), answers(make(), second), strict=False)
    for number, (one, other) in enumerate(pair):
        same = np.array_equal(one, first.actions[number]) and np.array_equal(other, second.actions[number])
        require(same, f"two instances that take turns answer otherwise than alone (decision {number})")
    return "between episodes, between instances"


def _require_same(now: Iterator[Floats], script: Script, who: str) -> None:
    for number, (action, before) in enumerate(zip(now, script.actions, strict=True)):
        require(
            np.array_equal(action, before),
            f"{who} answers otherwise in '{script.task}', decision {number}: {_text(action)}, not {_text(before)}",
        )


def _bounds(card: AgentCard, scripts: Sequence[Script]) -> str:
    """Actions are finite (the drives saw to that) and in the unit of the robot's limits."""
    robot = RULES_V0.robot
    actions = np.array([action for script in scripts for action in script.actions])
    if card.action.kind == "velocity":
        over = np.abs(actions - (robot.max_speed_mps / 2.0, 0.0)) > (robot.max_speed_mps / 2.0, robot.max_yaw_rate_rps)
        outside = over.any(axis=1)
    else:
        steps = np.diff(np.concatenate([np.zeros_like(actions[:, :1]), actions], axis=1), axis=1)
        reach = robot.max_speed_mps * card.action.period_s + 1e-6
        outside = (np.hypot(steps[..., 0], steps[..., 1]) > reach).any(axis=1)
    share = float(outside.mean())
    require(
        share <= MOST_OUTSIDE,
        f"{share:.0%} of its actions are beyond the robot (0 to {robot.max_speed_mps:g} m/s, "
        f"{robot.max_yaw_rate_rps:g} rad/s): are they in metres and radians?",
    )
    return "within the robot's limits" if not share else f"{share:.0%} beyond the robot's limits, which are cut"


def _blank_frames(make: Callable[[], Agent], scripts: Sequence[Script]) -> str:
    """Black, white and noisy pictures, and goals at hand, far off and behind: still actions."""
    agent, script = make(), scripts[0]
    changed = [with_goal(script, goal) for goal in FAR_GOALS]
    if sees(agent.card.needs):
        changed += [with_pictures(script, level) for level in (0, 255, None)]
    for version in changed:
        list(answers(agent, version))
    return f"{len(changed)} kinds" if sees(agent.card.needs) else "sees nothing; odd goals only"


def _latency(card: AgentCard, scripts: Sequence[Script]) -> str:
    """No decision near the limit of the Rules; whether a robot could wait for them."""
    seconds = np.array([second for script in scripts for second in script.seconds])
    limit, slowest = RULES_V0.agent_time_limit_s, float(seconds.max())
    require(slowest < limit, f"a decision took {slowest:.1f} s; after {limit:g} s it is an incident")
    late = float((seconds > card.decision_period_s).mean())
    return f"{late:.0%} slower than its period of {card.decision_period_s:g} s" if late else "within its period"


def _text(action: Floats) -> str:
    return np.array2string(action.ravel()[:2], precision=6)
