"""Recorded drives, driven again: the judge's commands in the training world, beside pedestrians as they were recorded.

Pedestrians that walk on their own would answer to where the robot is now, and so answer differently ever after.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray

from navbench_gs.batched.crowds import FAR_M, Crowds
from navbench_gs.batched.kinematic import FALLEN, RUNNING, SUCCESS, KinematicWorld
from navbench_gs.batched.training_ground import TrainingEpisode
from navbench_gs.domain.rules import RULES_V0
from navbench_gs.domain.trajectory import Trajectory
from navbench_gs.geometry import wrap_angle
from navbench_gs.metrics.collisions import Collision, collisions

Floats = NDArray[np.float64]

SAME_S = 0.3
"""Onsets that are no farther apart may be the same."""
EXTRA_TICKS = 10
"""The last command is held for so long, so that who is a little behind may arrive."""
ENDS = {SUCCESS: "success", FALLEN: "fallen"}


class RecordedCrowds(Crowds):
    """Pedestrians that walk as they did in recorded drives, whatever the robots do."""

    def __init__(self, judged: Sequence[Trajectory]) -> None:
        super().__init__(len(judged), RULES_V0)
        people = max(drive.pedestrians.shape[1] for drive in judged)
        self._paths = np.full((len(judged), max(len(drive.poses) for drive in judged), people, 2), FAR_M)
        for row, drive in enumerate(judged):
            ticks, count = drive.pedestrians.shape[:2]
            self._paths[row, :ticks, :count] = drive.pedestrians[..., :2]
            self._paths[row, ticks:, :count] = drive.pedestrians[-1:, :, :2]

    def _take_way(self, row: int, number: int) -> None:
        """None is needed."""

    def decide(self, due: NDArray[np.bool_], times_s: Floats, robots: Floats, velocities: Floats) -> None:
        """All is decided."""

    def touched(self, row: int, number: int, time_s: float) -> None:
        """They stop where they did."""

    def positions(self, times_s: Floats) -> Floats:
        """(N, P, 2) metres, world frame."""
        ticks = np.rint(times_s / RULES_V0.clock.tick_s).astype(np.int64).clip(max=self._paths.shape[1] - 1)
        places: Floats = self._paths[np.arange(len(ticks)), ticks]
        return places


@dataclass(frozen=True, eq=False)
class Replay:
    """A recorded drive, and its commands driven in the training world."""

    judged: Trajectory
    ours: Trajectory
    """Poses, contacts and end are those of the training world."""

    @property
    def onsets(self) -> tuple[tuple[Collision, ...], tuple[Collision, ...]]:
        """Contact onsets as the judge counts them, of both worlds."""
        return collisions(self.judged, RULES_V0), collisions(self.ours, RULES_V0)

    @property
    def agrees(self) -> bool:
        """Whether the same actors were touched in the same order, each about as early as by the judge's robot."""
        theirs, ours = self.onsets
        return len(theirs) == len(ours) and all(map(_same, theirs, ours))

    @property
    def begins_alike(self) -> bool:
        """Whether neither touched anything, or both the same actor first, at about the same time."""
        theirs, ours = self.onsets
        return len(theirs[:1]) == len(ours[:1]) and all(map(_same, theirs[:1], ours[:1]))

    @property
    def same_verdict(self) -> bool:
        """Whether success and strict success are the same."""
        theirs, ours = zip((self.judged.ended, self.ours.ended), self.onsets, strict=True)
        return _verdict(*theirs) == _verdict(*ours)

    def drift(self) -> tuple[float, float]:
        """Largest distance (m) and turn (rad) between both worlds' poses before anything is touched."""
        firsts = [onset.tick for onsets in self.onsets for onset in onsets[:1]]
        first = min([len(self.ours.poses), len(self.judged.poses), *firsts])
        gap = self.ours.poses[:first] - self.judged.poses[:first]
        return float(np.hypot(gap[:, 0], gap[:, 1]).max()), max(abs(wrap_angle(float(turn))) for turn in gap[:, 2])


def _verdict(ended: str, onsets: Sequence[Collision]) -> tuple[bool, bool]:
    """Success and strict success."""
    return ended == "success", ended == "success" and not onsets


def _same(theirs: Collision, ours: Collision) -> bool:
    late_s = abs(theirs.tick - ours.tick) * RULES_V0.clock.tick_s
    return (theirs.kind, theirs.actor) == (ours.kind, ours.actor) and late_s <= SAME_S + 1e-9


def replayed(
    episodes: Sequence[TrainingEpisode], judged: Sequence[Trajectory], piece_s: float = math.inf
) -> list[Replay]:
    """Drive the commands of recorded drives again, all at once; every ``piece_s`` go on from the recorded pose."""
    world = KinematicWorld(len(judged), RULES_V0, crowds=RecordedCrowds(judged))
    world.load(episodes)
    world.begin(range(len(episodes)), episodes)
    piece_ticks = math.inf if math.isinf(piece_s) else round(piece_s / RULES_V0.clock.tick_s)
    longest = max(len(drive.commands) for drive in judged) + EXTRA_TICKS
    poses, touches = [world.poses.double().numpy().copy()], []
    for tick in range(longest):
        commands = [drive.commands[min(tick, len(drive.commands) - 1)] for drive in judged]
        world.tick(torch.tensor(np.array(commands), dtype=torch.float32))
        poses.append(world.poses.double().numpy().copy())
        touches.append(world.touches.numpy().copy())
        if (tick + 1) % piece_ticks == 0:
            _go_on(world, judged, tick + 1)
    path, touched = np.array(poses), np.array(touches)
    ends = [ENDS.get(int(outcome), "time-limit") for outcome in world.outcomes]
    obstacles = max(len(episode.episode.obstacles) for episode in episodes)
    return [
        Replay(drive, _as_recorded(drive, path[:, row], touched[:, row], obstacles, ends[row]))
        for row, drive in enumerate(judged)
    ]


def _go_on(world: KinematicWorld, judged: Sequence[Trajectory], tick: int) -> None:
    """Put robots that drive and touch nothing where the judge's were after ``tick`` ticks."""
    free = (world.outcomes == RUNNING) & ~world.touching
    for row, drive in enumerate(judged):
        if tick < len(drive.poses) and free[row]:
            world.poses[row] = torch.tensor(drive.poses[tick], dtype=torch.float32)


def _as_recorded(
    judged: Trajectory, poses: Floats, touched: NDArray[np.bool_], obstacles: int, ended: str
) -> Trajectory:
    """What the training world's robot did, as a recording of the same length as the judge's."""
    ticks, actors = np.nonzero(touched[: len(judged.commands)])
    kinds = np.digitize(actors, [1, 1 + obstacles])
    numbers = actors - np.array([0, 1, 1 + obstacles])[kinds]
    return replace(
        judged,
        poses=poses[: len(judged.poses)],
        contact_tick=(ticks + 1).astype(np.int32),
        contact_kind=kinds.astype(np.int32),
        contact_actor=numbers.astype(np.int32),
        contact_approach_mps=np.zeros(len(ticks)),
        ended=ended,
    )
