"""Replay: a recording's velocity commands driven again; the judge's answer to "is this recording true?"."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace

from navbench_gs.domain.episode import Episode
from navbench_gs.domain.rules import Rules
from navbench_gs.domain.scene import Scene
from navbench_gs.domain.trajectory import Trajectory
from navbench_gs.env import NavEnv
from navbench_gs.errors import DigestMismatchError

OF_THE_AGENT = ("decision_ticks", "perturbation", "support", "camera_distance_m")
"""Fields of a recording that commands do not decide."""


def replay(trajectory: Trajectory, episode: Episode, rules: Rules, *, scene: Scene | str | None = None) -> Trajectory:
    """Re-simulate the commands of a recording; on the platform that recorded it, poses and score come out equal.

    What the agent did and saw by itself (its decisions, its pictures, its failure) is taken over; how the drive ended
    otherwise is judged anew, and the replay stops where the judge ends the episode.

    Args:
        trajectory: the recording.
        episode: the episode it claims to be of.
        rules: the rules it claims to be driven under.
        scene: the episode's scene, for scenes that are in no shipped suite.

    Raises:
        DigestMismatchError: the recording is of another episode or of other rules.
    """
    for noun, claimed, given in (
        ("episode", trajectory.episode, episode.digest()),
        ("rules", trajectory.rules, rules.digest()),
    ):
        if claimed != given:
            raise DigestMismatchError(f"the recording is of {noun} {claimed}, not of {given}")
    env = NavEnv(scene or episode.scene, episode.task, rgb=False, decision_period_s=rules.clock.tick_s, rules=rules)
    with closing(env):
        env.reset(options={"episode": episode})
        for command in trajectory.commands:
            _, _, terminated, truncated, _ = env.step(command)
            if terminated or truncated:
                break
        if trajectory.ended == "agent-error":
            env.terminate("agent-error", trajectory.message)
        seen = {name: getattr(trajectory, name) for name in OF_THE_AGENT}
        return replace(env.trajectory(), **seen)
