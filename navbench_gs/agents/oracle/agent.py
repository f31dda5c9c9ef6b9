"""The privileged planner: knows terrain, obstacles and pedestrians. An upper mark, and the driver that teaches.

At reset it plans a route round every obstacle. At each decision it imagines some seventy motions of the next four
seconds (along the route or beside it, faster or slower, waiting, turning away) against a forecast of the pedestrians,
and takes the first step of the best.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from navbench_gs.agents.oracle.forecasts import obstacle_cells
from navbench_gs.agents.oracle.knowledge import Knowledge, described, words_of
from navbench_gs.agents.oracle.rollouts import HULL_DISC_M, Candidates, Rollouts, RouteAhead, hull_discs, roll_out
from navbench_gs.domain.action import Velocity
from navbench_gs.domain.agent import AgentCard, Needs
from navbench_gs.domain.episode import Episode
from navbench_gs.domain.observation import Observation
from navbench_gs.domain.rules import RULES_V0
from navbench_gs.domain.state import Privileged, WorldState
from navbench_gs.errors import AgentCardError, InfeasibleEpisodeError
from navbench_gs.geometry import arc_lengths, to_robot_frame
from navbench_gs.terrain.distance import clearance_field, occupied_by
from navbench_gs.terrain.routes import CostToGo, cost_to_go, shortest_route
from navbench_gs.terrain.terrain import Grid, load_terrain

Floats = NDArray[np.float64]

STEP_S = 0.2
STEPS = 20
CRUISE_MPS = 1.0
ROOMY_STRETCH = 1.15
"""Without pedestrians the way where one could pass is taken if it is at most so many times as long as the shortest."""
ASTRAY_M = 1.2
"""Farther from its route than this, the oracle plans anew."""
PATIENCE_S, STALLED_M = 4.0, 0.5
"""After this long without so much of a way, the oracle looks for one round the pedestrians."""
UNBLOCKED_M = 2.0
"""So far from where it was held up, it plans without regard to them again."""
TIGHTEST_M = 0.4
"""Clearance of a way round pedestrians: just more than the robot's radius."""
SOLID_MARGIN_M, SOLID_WEIGHT, CRASH_COST = 0.2, 12.0, 30.0
GROUND_MARGIN_M, GROUND_WEIGHT, OFF_GROUND_COST = 0.3, 4.0, 15.0
PERSON_MARGIN_M, PERSON_WEIGHT, PERSON_COST = 0.6, 10.0, 40.0
TOUCH_M = 0.06
"""Gaps below this count as a touch: forecast and simulation differ by as much."""
TRUST_S = 2.5
"""Touches foreseen this far ahead weigh 1/e of present ones."""
HASTE_WEIGHT, TURN_WEIGHT, SPEED_WEIGHT, OFFSET_WEIGHT, CHANGE_COST = 3.0, 0.25, 0.3, 0.15, 0.1


def _candidates() -> Candidates:
    """Route drives of all speeds and offsets, then arcs, the first of which is to stand."""
    speeds = np.array([0.3, 0.6, 0.85, CRUISE_MPS, 1.2])
    offsets = np.array([0.0, 0.3, -0.3, 0.6, -0.6, 1.0, -1.0, 1.5, -1.5])
    arc_speeds = np.array([0.0, 0.3, 0.6, 1.0])
    arc_turns = np.array([0.35, -0.35, 0.7, -0.7, 1.2, -1.2])
    drives, arcs = len(speeds) * len(offsets), len(arc_speeds) * len(arc_turns)
    return Candidates(
        speeds=np.concatenate([np.repeat(speeds, len(offsets)), [0.0], np.repeat(arc_speeds, len(arc_turns))]),
        turns=np.concatenate([np.full(drives, np.nan), [0.0], np.tile(arc_turns, len(arc_speeds))]),
        offsets=np.concatenate([np.tile(offsets, len(speeds)), np.zeros(1 + arcs)]),
    )


CANDIDATES = _candidates()


class OracleAgent:
    """Plans with everything the simulator knows, or with less of its pedestrians.

    What a variant knows of them is in :mod:`navbench_gs.agents.oracle.knowledge`.

    Its variants are ceilings for agents that see: how much of what the oracle reaches needs eyes in the back, or to
    know where people are bound.
    """

    def __init__(self, variant: str = "") -> None:
        self._words = words_of(variant)
        self.card = AgentCard(
            name=":".join(filter(None, ("oracle", ",".join(self._words)))),
            revision="1",
            description=described(self._words),
            needs=Needs(privileged=True),
        )

    def reset(self, observation: Observation, *, seed: int, privileged: Privileged | None = None) -> None:
        """Plan the route round every obstacle of the episode.

        Raises:
            AgentCardError: the caller withholds the privileged record.
        """
        given = _given(privileged)
        episode, self._grid = given.episode, load_terrain(given.scene).grid
        self._occupied = obstacle_cells(self._grid, episode)
        free = self._grid.blocked_at(self._occupied)
        self._ground = clearance_field(free)
        self._solid = clearance_field(Grid(np.ones_like(free.walkable), free.blocked, free.origin, free.cell_m))
        self._plain = self._cost = self._way_field(episode)
        self._route = RouteAhead(shortest_route(self._cost, episode.start[:2]))
        self._people = Knowledge(self._words, episode.pedestrians, free)
        self._chosen = -1
        self._anchor, self._anchor_s = np.array(episode.start[:2]), 0.0

    def act(self, observation: Observation, *, privileged: Privileged | None = None) -> Velocity:
        """The first step of the cheapest imagined motion."""
        state = _given(privileged).state
        self._plan_anew_if_needed(state)
        drives = roll_out(
            state.robot, state.robot_velocity, CANDIDATES, RULES_V0.robot,
            steps=STEPS, step_s=STEP_S, route=self._route,
        )  # fmt: skip
        costs = self._way_cost(drives) + self._effort_cost(drives, state.robot_velocity)
        if len(state.pedestrians):
            costs += self._person_cost(drives, self._people.places(state, STEPS, STEP_S))
        self._from = state.robot.copy()
        self._drives, self._chosen = drives, int(np.argmin(costs))
        speed, turn = drives.commands[self._chosen]
        return Velocity(float(speed), float(turn))

    def planned_path(self, period_s: float, horizon: int) -> Floats:
        """(horizon, 2) metres in the robot frame of the last decision: where it meant to be every ``period_s``.

        At most the four seconds it imagines; later places repeat the last.
        """
        path, times = self._drives.poses[:, self._chosen, :2], period_s * np.arange(1, horizon + 1)
        known = np.concatenate([[0.0], TIMES_S])
        ahead = to_robot_frame(path, self._from)
        axes = (np.interp(times, known, np.append(0.0, ahead[:, axis])) for axis in (0, 1))
        return np.stack(list(axes), axis=1)

    def _way_field(self, episode: Episode) -> CostToGo:
        """Cost-to-go round every obstacle, at the roomiest clearance that is no long way round.

        Raises:
            InfeasibleEpisodeError: there is no way at all.
        """
        rules = RULES_V0.sampling
        stretch = math.inf if episode.pedestrians else ROOMY_STRETCH
        tight = cost_to_go(self._grid, episode.goal, clearance_m=rules.clearance_m, occupied=self._occupied)
        try:
            roomy = cost_to_go(self._grid, episode.goal, clearance_m=rules.passing_clearance_m, occupied=self._occupied)
            length = arc_lengths(shortest_route(roomy, episode.start[:2]))[-1]
        except InfeasibleEpisodeError:
            return tight
        return roomy if length <= stretch * arc_lengths(shortest_route(tight, episode.start[:2]))[-1] else tight

    def _plan_anew_if_needed(self, state: WorldState) -> None:
        """A new route when astray from the old; one round the pedestrians when they have blocked it for long."""
        here = state.robot[:2]
        moved = math.dist(here, self._anchor)
        if moved > UNBLOCKED_M:
            self._cost = self._plain
        if moved > STALLED_M and self._cost is self._plain:
            self._anchor, self._anchor_s = here.copy(), state.time_s
        if state.time_s - self._anchor_s > PATIENCE_S:
            self._anchor, self._anchor_s = here.copy(), state.time_s
            self._plan_round(state)
        elif self._route.nearest(here[0], here[1])[1] > ASTRAY_M:
            self._follow(self._cost, here)

    def _plan_round(self, state: WorldState) -> None:
        """Treat the pedestrians it is told of as obstacles where they stand now, if that leaves a way."""
        discs = np.column_stack([state.pedestrians[:, :2], self._people.radii])
        people = [(x, y, radius) for x, y, radius in discs[self._people.known(state)]]
        occupied = self._occupied | occupied_by(self._grid, people)
        try:
            cost = cost_to_go(self._grid, self._plain.goal, clearance_m=TIGHTEST_M, occupied=occupied)
        except InfeasibleEpisodeError:
            return
        if self._follow(cost, state.robot[:2]):
            self._cost = cost

    def _follow(self, cost: CostToGo, here: Floats) -> bool:
        """Take the shortest route by a cost field; keep the old one if there is none from ``here``."""
        try:
            self._route = RouteAhead(shortest_route(cost, here))
        except InfeasibleEpisodeError:
            return False  # wedged between things: the arcs lead out, and the old route still shows where to
        return True

    def _way_cost(self, drives: Rollouts) -> Floats:
        """(K,) what is left to drive at the end, metres, and for coming near solid things or off the ground."""
        hull = hull_discs(drives.poses)
        gap = self._solid.at(hull).min(axis=2) - HULL_DISC_M
        near = np.maximum(SOLID_MARGIN_M - gap, 0.0)
        crash = np.where(gap < 0.02, FADING[:, None], 0.0)
        ground = self._ground.at(drives.poses[:, :, :2])
        off = GROUND_WEIGHT * np.maximum(GROUND_MARGIN_M - ground, 0.0) + OFF_GROUND_COST * (ground < 0.0)
        solid = SOLID_WEIGHT * near.mean(axis=0) + CRASH_COST * crash.max(axis=0)
        left: Floats = self._cost.at(drives.poses[-1, :, :2]) + solid + off.mean(axis=0)
        return left

    def _effort_cost(self, drives: Rollouts, velocity: Floats) -> Floats:
        """(K,) for haste, for changing speed, turn and mind, and for driving beside the route."""
        change = np.abs(drives.commands - velocity)
        haste = np.maximum(CANDIDATES.speeds - CRUISE_MPS, 0.0)
        other = np.arange(len(CANDIDATES.speeds)) != self._chosen
        effort: Floats = (
            HASTE_WEIGHT * haste
            + SPEED_WEIGHT * change[:, 0]
            + TURN_WEIGHT * change[:, 1]
            + OFFSET_WEIGHT * np.abs(CANDIDATES.offsets)
            + CHANGE_COST * other
        )
        return effort

    def _person_cost(self, drives: Rollouts, places: Floats) -> Floats:
        """(K,) for coming near pedestrians at their forecast places (T, P, 2), and for touching them."""
        apart = hull_discs(drives.poses)[:, :, :, None, :] - places[:, None, None, :, :]
        gaps = np.sqrt(np.sum(apart * apart, axis=-1)) - self._people.radii
        gap = gaps.min(axis=(2, 3)) - HULL_DISC_M
        near = np.maximum(PERSON_MARGIN_M - gap, 0.0) ** 2 * FADING[:, None]
        touch = np.where(gap < TOUCH_M, FADING[:, None], 0.0)
        cost: Floats = PERSON_WEIGHT * near.mean(axis=0) + PERSON_COST * touch.max(axis=0)
        return cost


TIMES_S: Floats = STEP_S * np.arange(1.0, STEPS + 1.0)
FADING: Floats = np.exp(-TIMES_S / TRUST_S)


def _given(privileged: Privileged | None) -> Privileged:
    if privileged is None:
        raise AgentCardError("the oracle needs the privileged record that its card declares")
    return privileged
