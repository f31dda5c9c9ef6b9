"""The pedestrians of one episode: where they want to go, how they avoid, what they do when the robot touches them.

They decide at 10 Hz and walk straight between two decisions. Nothing here is random: an episode and the robot's motion
determine every step.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from navbench_gs.catalogue.obstacles import footprint
from navbench_gs.crowd.orca import DECISION_S, orca_velocities
from navbench_gs.domain.episode import Episode, PedestrianPlacement, Point
from navbench_gs.domain.rules import Rules
from navbench_gs.errors import InfeasibleEpisodeError
from navbench_gs.geometry import wrap_angle
from navbench_gs.terrain.distance import clearance_field, occupied_by
from navbench_gs.terrain.routes import CostToGo, cost_to_go, shortest_route
from navbench_gs.terrain.terrain import Grid
from navbench_gs.world.path import Path

Floats = NDArray[np.float64]

CELL_M = 0.2
"""Pedestrians plan on a grid of about this cell size."""
ROUTE_MARGIN_M = 0.05
"""Routes keep this much farther from walls than the pedestrian's radius."""
LOOKAHEAD_M = 1.0
ARRIVED_M = 0.6
LOST_M = 1.5
"""Farther from its route than this, a pedestrian looks for a new one."""
KEEP_RIGHT_RAD = 0.05
"""Preferred velocities are turned right by this, so that two who meet head on do not mirror each other."""
HURRY = 1.25
"""Top speed over preferred speed, while avoiding."""
FOOTING_SHARE = 0.7
"""A pedestrian never steps where a wall is nearer than this share of its radius, unless it already is."""
TURN_S = 0.3
MAX_TURN_RPS = 4.0
GIVE_UP_S, GIVE_UP_M = 3.0, 0.3
"""Who gets no farther than this in this time, for people or the robot stand in the way, turns to its next goal."""
STANDING_MPS = 0.15
"""Slower than this, a pedestrian keeps its heading."""
WARY_M = 1.5
"""After a contact a pedestrian yields until the robot's centre is farther away than this."""
RESPONSIBILITY = {"blind": 0.0, "share": 0.5, "yield": 1.0}
"""Share of the avoidance of the robot that each behaviour takes."""


@dataclass
class _Walker:
    """What one pedestrian is doing."""

    placement: PedestrianPlacement
    goal: int = 0
    path: Path | None = None
    halted_until_s: float = -math.inf
    wary: bool = False
    tried_from: tuple[float, float] = (math.inf, math.inf)
    """Where it has been getting nowhere ..."""
    tried_since_s: float = 0.0
    """... since when."""
    routes: dict[int, CostToGo | None] = field(default_factory=dict)


class Crowd:
    """P pedestrians over one episode. Call :meth:`decide` every ``DECISION_S`` seconds, from time zero on."""

    def __init__(self, grid: Grid, episode: Episode, rules: Rules) -> None:
        placements = episode.pedestrians
        self._rules = rules
        self._walkers = [_Walker(placement) for placement in placements]
        self._places = np.array([p.start[:2] for p in placements], dtype=np.float64).reshape(-1, 2)
        self._yaws = np.array([p.start[2] for p in placements], dtype=np.float64)
        self._turns = np.zeros(len(placements))
        self._decided_s = 0.0
        self.velocities: Floats = np.zeros((len(placements), 2))
        """(P, 2) m/s, world frame."""
        if placements:
            self._plan(grid, episode)

    def _plan(self, grid: Grid, episode: Episode) -> None:
        self._grid = planning_grid(grid, episode)
        self._walls = clearance_field(self._grid)
        radii = [walker.placement.radius_m for walker in self._walkers]
        self._radii = np.array([*radii, self._rules.robot.radius_m])
        self._top_speeds = np.array([HURRY * walker.placement.speed_mps for walker in self._walkers])
        for index in range(len(self._walkers)):
            self._take_route(index)

    def positions(self, time_s: float) -> Floats:
        """(P, 2) metres, world frame, at a time since the last decision."""
        return self._places + self.velocities * (time_s - self._decided_s)

    def poses(self, time_s: float) -> Floats:
        """(P, 3) x, y, yaw, world frame, at a time since the last decision."""
        yaws = self._yaws + self._turns * (time_s - self._decided_s)
        return np.column_stack([self.positions(time_s), (yaws + math.pi) % (2.0 * math.pi) - math.pi])

    def decide(self, time_s: float, robot: Floats, robot_velocity: Floats) -> None:
        """Choose new velocities.

        Args:
            time_s: seconds since the start of the episode.
            robot: (3,) pose of the robot, world frame.
            robot_velocity: (2,) forward speed and yaw rate.
        """
        self._settle(time_s)
        ahead = robot_velocity[0] * np.array([math.cos(robot[2]), math.sin(robot[2])])
        for index, walker in enumerate(self._walkers):
            walker.wary &= math.dist(self._places[index], robot[:2]) < WARY_M
        preferred = np.array([self._preferred(index, time_s) for index in range(len(self._walkers))])
        chosen = orca_velocities(
            np.vstack([self._places, robot[:2]]),
            np.vstack([self.velocities, ahead]),
            self._radii,
            preferred,
            self._top_speeds,
            self._shares(),
            self._walls.values,
            np.array(self._walls.origin),
            self._walls.cell_m,
        )
        standing = [self._stands(walker, time_s) for walker in self._walkers]
        chosen[standing] = 0.0
        self.velocities = self._on_ground(chosen)
        self._turns = np.array([self._turn(index) for index in range(len(self._walkers))])

    def touched(self, index: int, time_s: float) -> None:
        """Pedestrian ``index`` is in contact with the robot: it stops, later steps round it.

        While it steps round, further contacts do not stop it again before it has walked for as long as it stood.
        """
        walker, rest_s = self._walkers[index], self._rules.contact.pedestrian_resume_s
        walker.wary = True
        if time_s >= walker.halted_until_s + rest_s:
            walker.halted_until_s = time_s + rest_s
            self._settle(time_s)
            self.velocities[index] = 0.0
            self._turns[index] = 0.0

    def _settle(self, time_s: float) -> None:
        """Make the places and headings at ``time_s`` the new base that motion is reckoned from."""
        poses = self.poses(time_s)
        self._places, self._yaws, self._decided_s = poses[:, :2], poses[:, 2], time_s

    def _stands(self, walker: _Walker, time_s: float) -> bool:
        return time_s < max(walker.placement.wait_s, walker.halted_until_s)

    def _shares(self) -> Floats:
        """(P, P + 1) avoidance shares: half against each other, by behaviour against the robot."""
        count = len(self._walkers)
        shares = np.full((count, count + 1), 0.5)
        for index, walker in enumerate(self._walkers):
            shares[index, -1] = 1.0 if walker.wary else RESPONSIBILITY[walker.placement.behaviour]
        return shares

    def _preferred(self, index: int, time_s: float) -> tuple[float, float]:
        """Velocity along the route to the goal; takes the next goal on arrival, a new route when lost."""
        walker = self._walkers[index]
        if self._stands(walker, time_s):
            return 0.0, 0.0
        x, y = self._places[index]
        goals = walker.placement.goals
        arrived = math.dist((x, y), goals[walker.goal]) < ARRIVED_M
        if arrived and len(goals) == 1:
            return 0.0, 0.0
        if arrived or self._gives_up(walker, x, y, time_s):
            walker.goal = (walker.goal + 1) % len(goals)
            self._take_route(index)
        elif walker.path is not None and walker.path.follow(x, y, 2.0 * LOOKAHEAD_M) > LOST_M:
            self._take_route(index)
        if walker.path is None:
            return 0.0, 0.0
        target_x, target_y = walker.path.point(walker.path.progress_m + LOOKAHEAD_M)
        heading = math.atan2(target_y - y, target_x - x) - KEEP_RIGHT_RAD
        speed = walker.placement.speed_mps
        return speed * math.cos(heading), speed * math.sin(heading)

    def _gives_up(self, walker: _Walker, x: float, y: float, time_s: float) -> bool:
        """Whether the pedestrian at (x, y) has been getting nowhere for a while; begins to count anew if so."""
        stuck = math.dist((x, y), walker.tried_from) < GIVE_UP_M
        if stuck and time_s - walker.tried_since_s < GIVE_UP_S:
            return False
        walker.tried_from, walker.tried_since_s = (x, y), time_s
        return stuck

    def _take_route(self, index: int) -> None:
        """Plan from where the pedestrian is to its goal: straight if nothing is between, else by the goal's field.

        Without a way there it stands.
        """
        walker, place = self._walkers[index], self._places[index]
        goal, radius_m = walker.placement.goals[walker.goal], walker.placement.radius_m
        if self._walks_straight(place, np.array(goal), radius_m):
            walker.path = Path(np.array([place, goal]))
            return
        if walker.goal not in walker.routes:
            walker.routes[walker.goal] = self._cost(goal, radius_m + ROUTE_MARGIN_M)
        cost = walker.routes[walker.goal]
        try:
            walker.path = None if cost is None else Path(shortest_route(cost, place))
        except InfeasibleEpisodeError:
            walker.path = None

    def _walks_straight(self, start: Floats, goal: Floats, radius_m: float) -> bool:
        """Whether the straight line is wide enough; its ends may be as near to walls as a pedestrian can stand."""
        length = math.dist(start, goal)
        along = np.linspace(0.0, length, max(2, math.ceil(length / self._walls.cell_m) + 1))
        clearance = self._walls.at(start + (along / max(length, 1e-9))[:, None] * (goal - start))
        at_an_end = np.minimum(along, length - along) < radius_m
        needed = np.where(at_an_end, FOOTING_SHARE * radius_m, radius_m + ROUTE_MARGIN_M)
        return bool((clearance >= needed).all())

    def _cost(self, goal: Point, clearance_m: float) -> CostToGo | None:
        try:
            return cost_to_go(self._grid, goal, clearance_m=clearance_m)
        except InfeasibleEpisodeError:
            return None

    def _on_ground(self, velocities: Floats) -> Floats:
        """Velocities (P, 2), slowed to a stop where the next step would lead into a wall or off the ground."""
        here = self._walls.at(self._places)
        floor = np.minimum(here, FOOTING_SHARE * self._radii[:-1])
        safe = self._walls.at(self._places + velocities * DECISION_S) >= floor
        return np.where(safe[:, None], velocities, 0.0)

    def _turn(self, index: int) -> float:
        """Yaw rate until the next decision: towards where the pedestrian walks."""
        vx, vy = self.velocities[index]
        if math.hypot(vx, vy) < STANDING_MPS:
            return 0.0
        rate = wrap_angle(math.atan2(vy, vx) - self._yaws[index]) / TURN_S
        return min(max(rate, -MAX_TURN_RPS), MAX_TURN_RPS)


def planning_grid(grid: Grid, episode: Episode) -> Grid:
    """The grid that the pedestrians of an episode plan on: cells of about ``CELL_M``, blocked under its obstacles."""
    coarse = _coarser(grid, max(1, round(CELL_M / grid.cell_m)))
    return coarse.blocked_at(occupied_by(coarse, map(footprint, episode.obstacles)))


def _coarser(grid: Grid, factor: int) -> Grid:
    """A grid whose cells cover ``factor`` x ``factor`` cells: walkable where all are, blocked where any is."""
    nx, ny = (-(-n // factor) for n in grid.walkable.shape)
    missing = [(0, n * factor - size) for n, size in zip((nx, ny), grid.walkable.shape, strict=True)]

    def blocks(layer: NDArray[np.bool_]) -> NDArray[np.bool_]:
        return np.pad(layer, missing).reshape(nx, factor, ny, factor)

    return Grid(
        walkable=np.asarray(blocks(grid.walkable).all(axis=(1, 3))),
        blocked=np.asarray(blocks(grid.blocked).any(axis=(1, 3))),
        origin=grid.origin,
        cell_m=grid.cell_m * factor,
    )
