"""A plugin of agents that fail, each in its own way, but only in episodes that begin facing the goal.

In the yard that is episode 0; in episode 1 they drive like ``straight``, so that a test sees what one failure does to
the other rows. The duty below lets tests of the worker processes do the same with plain numbers.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from navbench_gs.domain.action import Velocity
from navbench_gs.domain.agent import AgentCard, CameraNeed, Needs


class Misbehaving:
    """Drives ahead for half a second, then does what its subclass does."""

    def __init__(self) -> None:
        self.card = AgentCard(name=type(self).__name__.lower())

    def reset(self, observation, *, seed, privileged=None):
        self.facing = abs(float(observation.goal[1])) < 0.1

    def act(self, observation, *, privileged=None):
        if self.facing and observation.time_s >= 0.5:
            return self.misbehave()
        ahead, left = (float(value) for value in observation.goal)
        return Velocity(1.0 if ahead > 0 else 0.0, float(np.clip(2.0 * np.arctan2(left, ahead), -1.2, 1.2)))

    def misbehave(self):
        raise NotImplementedError


class Wanders(Misbehaving):
    """The one that behaves: drives at the goal with a drunkard's steering, drawn from its seed."""

    def reset(self, observation, *, seed, privileged=None):
        self.facing = False
        self.rng = np.random.default_rng(seed)

    def act(self, observation, *, privileged=None):
        sober = super().act(observation)
        return Velocity(sober.speed_mps, sober.yaw_rate_rps + float(self.rng.normal(0.0, 0.6)))


class Looks(Misbehaving):
    """Behaves too: asks for a small picture and leans towards its brighter half."""

    def __init__(self) -> None:
        self.card = AgentCard(name="looks", needs=Needs(camera=CameraNeed(width_px=32, height_px=24)))

    def reset(self, observation, *, seed, privileged=None):
        self.facing = False

    def act(self, observation, *, privileged=None):
        sober = super().act(observation)
        left, right = (observation.rgb[:, half].mean() for half in (slice(16), slice(16, None)))
        return Velocity(sober.speed_mps, sober.yaw_rate_rps + float(left - right) / 100.0)


class Raises(Misbehaving):
    def misbehave(self):
        raise ZeroDivisionError(f"the map {object()} is empty\nand more")


class Quits(Misbehaving):
    def misbehave(self):
        sys.exit("no licence")


class Stumbles(Misbehaving):
    def reset(self, observation, *, seed, privileged=None):
        raise KeyError("no map")


class Nan(Misbehaving):
    def misbehave(self):
        return Velocity(float("nan"), 0.0)


class Shapeless(Misbehaving):
    def misbehave(self):
        return np.zeros((3, 7))


class Hangs(Misbehaving):
    def misbehave(self):
        time.sleep(600)


class Dies(Misbehaving):
    def misbehave(self):
        os.kill(os.getpid(), signal.SIGKILL)


class Disconnects(Misbehaving):
    def misbehave(self):
        raise ConnectionResetError("the model server went away")


class RaisesOnce(Misbehaving):
    """Fails until the file named by ``MISBEHAVED`` exists, which it makes: a failure that does not repeat."""

    def misbehave(self):
        marker = Path(os.environ["MISBEHAVED"])
        if not marker.exists():
            marker.touch()
            raise RuntimeError("cosmic ray")
        return Velocity(1.0, 0.0)


class Unloadable:
    def __init__(self) -> None:
        raise OSError("no weights here")


@dataclass(frozen=True)
class SquareDuty:
    """Squares numbers; strings name a way to fail."""

    opens: bool = True

    def open(self, since):
        if not self.opens:
            raise OSError("no tools")
        return lambda job: self.do(job, since)

    def do(self, job, since):
        if job == "die":
            os.kill(os.getpid(), signal.SIGKILL)
        if job == "hang":
            since.value = time.monotonic()
            time.sleep(600)
        if job == "raise":
            raise ValueError("not a number")
        if job == "threads":
            return os.environ["OMP_NUM_THREADS"]
        return job * job, os.getpid()
