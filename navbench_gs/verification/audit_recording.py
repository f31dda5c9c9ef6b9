"""Whether a recording can be true: against its episode, against what the robot can do, and against the physics."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from navbench_gs.domain.agent import AgentCard
from navbench_gs.domain.episode import Episode
from navbench_gs.domain.rules import Rules
from navbench_gs.domain.scene import Scene
from navbench_gs.domain.trajectory import Trajectory
from navbench_gs.verification.replay import replay

TOLERANCE = 1e-3
"""By how much (m, rad, m/s) the physics of another platform may differ; on the same platform it does not."""
FASTEST_MPS = 3.0
"""No robot of the Rules moves so fast, also not when it falls or is pushed."""
START_TOLERANCE_M = 0.05
MEASURED = ("poses", "velocities", "commands", "remaining_m", "pedestrians", "contact_approach_mps")
COUNTED = ("on_walkable", "contact_tick", "contact_kind", "contact_actor")


def impossible(recording: Trajectory, episode: Episode, card: AgentCard, rules: Rules) -> Iterator[str]:
    """What no drive of this episode by this agent can have left, one line each; no physics is run."""
    claimed = (recording.scene, recording.task, recording.index)
    if claimed != episode.key or recording.episode != episode.digest():
        yield f"the recording is of another episode ({'-'.join(map(str, claimed))}, {recording.episode})"
        return
    if recording.rules != rules.digest() or abs(recording.tick_s - rules.clock.tick_s) > 1e-9:
        yield f"the recording is of other rules ({recording.rules}, a tick of {recording.tick_s:g} s)"
        return
    yield from _motion_faults(recording, episode, rules)
    yield from _decision_faults(recording, card, rules)
    limit = round(rules.clock.time_limit_s / rules.clock.tick_s)
    if recording.ended == "time-limit" and len(recording.commands) != limit:
        yield f"it claims the time limit, but lasts {recording.duration_s:g} s"


def _motion_faults(recording: Trajectory, episode: Episode, rules: Rules) -> Iterator[str]:
    if len(recording.poses) == 0:
        yield "the recording has no pose"
        return
    away_m = float(np.hypot(*(recording.poses[0, :2] - episode.start[:2])))
    if away_m > START_TOLERANCE_M:
        yield f"it starts {away_m:.2f} m from the episode's start"
    steps = np.hypot(*np.diff(recording.poses[:, :2], axis=0).T)
    reach = FASTEST_MPS * rules.clock.tick_s
    if (steps > reach).any():
        tick = int(np.argmax(steps > reach))
        yield f"the robot jumps {steps[tick]:.2f} m within a tick at {tick * rules.clock.tick_s:.2f} s"
    fastest = float(np.abs(recording.velocities[:, 0]).max())
    if fastest > FASTEST_MPS:
        yield f"the robot is said to drive {fastest:.2f} m/s"
    robot = rules.robot
    speed, turn = recording.commands[:, 0], np.abs(recording.commands[:, 1])
    if ((speed < 0) | (speed > robot.max_speed_mps) | (turn > robot.max_yaw_rate_rps)).any():
        yield (
            f"a command is outside the robot's limits (0 to {robot.max_speed_mps:g} m/s, {robot.max_yaw_rate_rps:g} "
            f"rad/s): {speed.max():.2f} m/s, {turn.max():.2f} rad/s"
        )


def _decision_faults(recording: Trajectory, card: AgentCard, rules: Rules) -> Iterator[str]:
    """Decisions come once a period; a velocity is held until the next."""
    ticks, period = len(recording.commands), round(card.decision_period_s / rules.clock.tick_s)
    expected = np.arange(0, ticks, period)
    failed = np.append(expected, ticks) if recording.ended == "agent-error" and ticks % period == 0 else expected
    decided = recording.decision_ticks
    if not (np.array_equal(decided, expected) or np.array_equal(decided, failed)):
        yield f"its decisions do not come every {card.decision_period_s:g} s, as the card says"
    elif card.action.kind == "velocity" and ticks:
        held = recording.commands[np.arange(ticks) // period * period]
        if not np.array_equal(held, recording.commands):
            yield "a velocity changes between two decisions"


def differs_from_physics(recording: Trajectory, episode: Episode, rules: Rules, scene: Scene) -> Iterator[str]:
    """How driving a recording's commands again differs from what it holds, one line each."""
    again = replay(recording, episode, rules, scene=scene)
    if again.ended != recording.ended:
        yield f"the drive ends as '{again.ended}', not as '{recording.ended}'"
    if len(again.commands) != len(recording.commands):
        yield f"the drive lasts {again.duration_s:g} s, not {recording.duration_s:g} s"
    for name in (*MEASURED, *COUNTED):
        recorded, driven = getattr(recording, name), getattr(again, name)
        allowed = TOLERANCE if name in MEASURED else 0.0
        if recorded.shape[1:] != driven.shape[1:] or (name.startswith("contact") and recorded.shape != driven.shape):
            yield f"{name}: {len(driven)} driven, {len(recorded)} recorded"
            continue
        both = min(len(recorded), len(driven))
        apart = np.abs(recorded[:both].astype(np.float64) - driven[:both])
        gap = apart.max(axis=tuple(range(1, apart.ndim)), initial=0.0)
        if (gap > allowed).any():
            first = int(np.argmax(gap > allowed))
            yield f"{name} differ from the physics by up to {gap.max():.3g}, first in row {first}"
