"""The pedestrians of many episodes at once: :class:`navbench_gs.world.pedestrians.Crowd`, batched."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from navbench_gs.batched.training_ground import TrainingEpisode
from navbench_gs.batched.walkers import Manners, Walkers, settle, take_stock
from navbench_gs.batched.walking import choose_velocities, positions_at
from navbench_gs.batched.wall_block import WallBlock
from navbench_gs.domain.episode import PedestrianPlacement
from navbench_gs.domain.rules import Rules
from navbench_gs.geometry import arc_lengths
from navbench_gs.world import pedestrians as judge

FAR_M = 1e6
"""Where pedestrians stand that a crowd lacks."""
POINTS, GOALS = 64, 4
"""Room for that many points of a way, and goals, to begin with."""

Floats = NDArray[np.float64]


class Crowds:
    """N crowds of at most P pedestrians each; :attr:`radii`, :attr:`velocities` are (N, P) and (N, P, 2)."""

    def __init__(self, crowds: int, rules: Rules) -> None:
        self._rules = rules
        self._block = WallBlock(crowds)
        self._manners = _manners(rules)
        self._walkers = _nobody(crowds, 0, GOALS, POINTS)

    def resize(self, pedestrians: int) -> None:
        """Make room for ``pedestrians`` in each crowd."""
        walkers = self._walkers
        self._walkers = _enlarged(walkers, pedestrians, walkers.ways.shape[2], walkers.goals.shape[2])

    @property
    def radii(self) -> Floats:
        """(N, P) metres; zero for those that a crowd lacks."""
        return self._walkers.radii

    @property
    def velocities(self) -> Floats:
        """(N, P, 2) m/s, world frame."""
        return self._walkers.velocities

    def begin(self, row: int, episode: TrainingEpisode) -> None:
        """Put the pedestrians of an episode at their starts."""
        placements = episode.episode.pedestrians
        self._make_room(max((len(placement.goals) for placement in placements), default=0), 0)
        walkers = self._walkers
        for array in walkers:
            array[row] = 0
        walkers.counts[row] = len(placements)
        walkers.halted_until_s[row], walkers.tried_from[row] = -math.inf, math.inf
        self._block.put(row, episode.crowd_ground() if placements else None)
        for number, placement in enumerate(placements):
            self._place(row, number, placement)
            self._take_way(row, number)

    def _place(self, row: int, number: int, placement: PedestrianPlacement) -> None:
        walkers, at = self._walkers, (row, number)
        walkers.places[at], walkers.yaws[at] = placement.start[:2], placement.start[2]
        walkers.radii[at], walkers.speeds[at] = placement.radius_m, placement.speed_mps
        walkers.shares[at], walkers.wait_s[at] = judge.RESPONSIBILITY[placement.behaviour], placement.wait_s
        walkers.goals[row, number, : len(placement.goals)] = placement.goals
        walkers.goal_counts[at] = len(placement.goals)

    def _take_way(self, row: int, number: int) -> None:
        """Plan from where a pedestrian is to its goal; without a way there it stands."""
        walkers, ground = self._walkers, self._block.grounds[row]
        assert ground is not None
        x, y = walkers.goals[row, number, walkers.goal[row, number]]
        way = ground.way(walkers.places[row, number], (float(x), float(y)), float(walkers.radii[row, number]))
        self._make_room(0, len(way))
        walkers = self._walkers
        walkers.ways[row, number, : len(way)] = way
        walkers.way_lengths[row, number, : len(way)] = arc_lengths(way) if len(way) else 0.0
        walkers.way_counts[row, number], walkers.progress_m[row, number] = len(way), 0.0

    def _make_room(self, goals: int, points: int) -> None:
        """Enlarge the arrays if so many goals or points do not fit."""
        _, pedestrians, room, _ = self._walkers.goals.shape
        if goals > room or points > self._walkers.ways.shape[2]:
            wanted = max(points, self._walkers.ways.shape[2]), max(goals, room)
            self._walkers = _enlarged(self._walkers, pedestrians, *wanted)

    def decide(self, due: NDArray[np.bool_], times_s: Floats, robots: Floats, velocities: Floats) -> None:
        """Let the crowds that are ``due`` (N,) choose new velocities.

        Args:
            due: (N,)
            times_s: (N,) seconds since the start of each episode.
            robots: (N, 3) poses of the robots, world frame.
            velocities: (N, 2) their forward speeds and yaw rates.
        """
        robots = np.ascontiguousarray(robots, dtype=np.float64)
        take_stock(self._walkers, self._manners, due, times_s, robots)
        for row, number in np.argwhere(self._walkers.lost & due[:, None]):
            self._take_way(int(row), int(number))
        speeds = velocities[:, 0].astype(np.float64)
        choose_velocities(self._walkers, self._block.walls, self._manners, due, times_s, robots, speeds)

    def touched(self, row: int, number: int, time_s: float) -> None:
        """A pedestrian is in contact with its robot: see :meth:`navbench_gs.world.pedestrians.Crowd.touched`."""
        walkers, rest_s = self._walkers, self._rules.contact.pedestrian_resume_s
        walkers.wary[row, number] = True
        if time_s >= walkers.halted_until_s[row, number] + rest_s:
            walkers.halted_until_s[row, number] = time_s + rest_s
            settle(walkers, row, time_s)
            walkers.velocities[row, number] = walkers.turns[row, number] = 0.0

    def positions(self, times_s: Floats) -> Floats:
        """(N, P, 2) metres, world frame; far away for those that a crowd lacks."""
        places: Floats = positions_at(self._walkers, times_s, FAR_M)
        return places

    def poses(self, times_s: Floats) -> Floats:
        """(N, P, 3) x, y, yaw, world frame; far away for those that a crowd lacks."""
        walkers = self._walkers
        yaws = walkers.yaws + walkers.turns * (times_s - walkers.decided_s)[:, None]
        return np.dstack([self.positions(times_s), (yaws + math.pi) % (2.0 * math.pi) - math.pi])


def _manners(rules: Rules) -> Manners:
    return Manners(
        wary_m=judge.WARY_M,
        arrived_m=judge.ARRIVED_M,
        lost_m=judge.LOST_M,
        lookahead_m=judge.LOOKAHEAD_M,
        keep_right_rad=judge.KEEP_RIGHT_RAD,
        hurry=judge.HURRY,
        footing_share=judge.FOOTING_SHARE,
        turn_s=judge.TURN_S,
        max_turn_rps=judge.MAX_TURN_RPS,
        give_up_s=judge.GIVE_UP_S,
        give_up_m=judge.GIVE_UP_M,
        standing_mps=judge.STANDING_MPS,
        robot_radius_m=rules.robot.radius_m,
    )


def _nobody(crowds: int, pedestrians: int, goals: int, points: int) -> Walkers:
    """Empty crowds with room for so much."""
    each = (crowds, pedestrians)

    def zeros(*more: int) -> Floats:
        return np.zeros((*each, *more))

    def numbers() -> NDArray[np.int64]:
        return np.zeros(each, dtype=np.int64)

    def flags() -> NDArray[np.bool_]:
        return np.zeros(each, dtype=bool)

    return Walkers(
        counts=np.zeros(crowds, dtype=np.int64), decided_s=np.zeros(crowds), places=zeros(2), yaws=zeros(),
        velocities=zeros(2), turns=zeros(), radii=zeros(), speeds=zeros(), shares=zeros(), wait_s=zeros(),
        halted_until_s=zeros(), wary=flags(), goals=zeros(goals, 2), goal_counts=numbers(), goal=numbers(),
        tried_from=zeros(2), tried_since_s=zeros(), ways=zeros(points, 2), way_lengths=zeros(points),
        way_counts=numbers(), progress_m=zeros(), lost=flags(),
    )  # fmt: skip


def _enlarged(walkers: Walkers, pedestrians: int, points: int, goals: int) -> Walkers:
    """The same crowds with room for so much; pedestrians that no longer fit are gone."""
    larger = _nobody(len(walkers.counts), pedestrians, goals, points)
    for old, new in zip(walkers, larger, strict=True):
        shared: tuple[Any, ...] = tuple(slice(min(a, b)) for a, b in zip(old.shape, new.shape, strict=True))
        new[shared] = old[shared]
    np.minimum(larger.counts, pedestrians, out=larger.counts)
    return larger
