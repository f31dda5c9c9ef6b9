"""Where the pedestrians of an episode start and walk: half of them across the robot's way when it passes."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from navbench_gs.domain.episode import Behaviour, PedestrianPlacement, Point
from navbench_gs.geometry import arc_lengths, distances_to_polyline, point_along
from navbench_gs.suite.site import Floats, Footprint, Lot, Site, to_millimetres
from navbench_gs.terrain.distance import clearance_field, occupied_by
from navbench_gs.terrain.routes import CostToGo, cost_to_go
from navbench_gs.terrain.sight import crosses

CROWDS_TRIED = 8
WALKS_TRIED = 80
FURTHER_GOALS = 3
GOAL_STEP_M = (3.0, 12.0)
"""How far apart two goals of one pedestrian are."""
NEAR_ROUTE_M = 8.0
"""Pedestrians that do not cross start within this distance of the route."""
STANDING_OFF_ROUTE_M = 0.9
"""A pedestrian that waits before it crosses does so at least this far from the route."""
STEEPEST_ANGLE = math.radians(60.0)
FLATTEST_ANGLE = math.radians(20.0)
"""Crossings are tried at right angles give or take first, then ever closer along the route (narrow ways)."""


@dataclass(frozen=True, eq=False)
class Walkways:
    """What pedestrians may walk on and must keep off: the scene, its obstacles and the robot's start."""

    site: Site
    closed: NDArray[np.bool_]
    """(NX, NY) cells where a pedestrian does not fit."""
    reach: CostToGo
    """From the robot's start: finite where pedestrians can get."""
    open_cells: NDArray[np.int64]
    """(N, 2) reachable cells near the route."""
    route: Floats
    """(P, 2) the robot's reference route."""

    def clear_line(self, a: Floats, b: Floats) -> bool:
        """Whether a pedestrian can walk straight from ``a`` to ``b``, metres."""
        return not crosses(self.site.grid, self.closed, a, b)


@dataclass(frozen=True, eq=False)
class Walk:
    """One pedestrian's start, goals, speed and waiting time."""

    start: Floats
    goals: tuple[Point, ...]
    speed_mps: float
    wait_s: float


def place_pedestrians(
    site: Site,
    route: Floats,
    obstacles: Sequence[Footprint],
    looks: Sequence[str],
    lot: Lot,
) -> tuple[PedestrianPlacement, ...] | None:
    """Draw pedestrians; at least the rules' share of them crosses ``route`` (P, 2) in time with the robot.

    None if they find no room.
    """
    ways = _walkways(site, route, obstacles)
    low, high = site.rules.pedestrians
    for _ in range(CROWDS_TRIED):
        count = int(lot.rng.integers(low, high + 1))
        crossing = math.ceil(count * site.rules.pedestrian_cross_share)
        walks = _draw_walks(ways, crossing, count, lot)
        if walks is not None:
            behaviours = _behaviours(count, site.rules.pedestrian_blind_share, lot)
            return tuple(
                _placement(walk, site, behaviour, looks, lot) for walk, behaviour in zip(walks, behaviours, strict=True)
            )
    lot.reject("route without room for pedestrians")
    return None


def _walkways(site: Site, route: Floats, obstacles: Sequence[Footprint]) -> Walkways:
    window = site.window(route, NEAR_ROUTE_M)
    occupied = occupied_by(window.grid, obstacles)
    clearance = clearance_field(window.grid, occupied=occupied)
    radius = window.rules.pedestrian_clearance_m
    reach = cost_to_go(window.grid, route[0], clearance_m=radius, occupied=occupied)
    cells = np.argwhere(np.isfinite(reach.values))
    near = distances_to_polyline(window.grid.centres(cells), route) <= NEAR_ROUTE_M
    return Walkways(window, clearance.values < radius, reach, cells[near], route)


def _draw_walks(ways: Walkways, crossing: int, count: int, lot: Lot) -> list[Walk] | None:
    """Walks of ``crossing`` pedestrians across the route and of the others around it; None if one finds no room."""
    walks: list[Walk] = []
    for number in range(count):
        for attempt in range(WALKS_TRIED):
            if number < crossing:
                walk = _draw_crossing(ways, (number / crossing, (number + 1) / crossing), attempt, lot)
            else:
                walk = _draw_stroll(ways, lot)
            broken = "no line across the route" if walk is None else _broken_rule(ways, walks, walk)
            if walk is not None and broken is None:
                walks.append(walk)
                break
            lot.reject(str(broken))
        else:
            return None
    return walks


def _draw_crossing(ways: Walkways, stretch: tuple[float, float], attempt: int, lot: Lot) -> Walk | None:
    """A straight walk across the route that meets a robot at the rules' timing speed; None if it does not fit."""
    rules = ways.site.rules
    length = float(arc_lengths(ways.route)[-1])
    first, last = rules.pedestrian_start_clear_m, length - 1.0
    low, high = stretch if attempt < WALKS_TRIED // 2 else (0.0, 1.0)
    along = first + (last - first) * (low + (high - low) * lot.rng.random())
    x, y, heading = point_along(ways.route, along)
    slack = attempt / WALKS_TRIED
    narrowest = STEEPEST_ANGLE + (FLATTEST_ANGLE - STEEPEST_ANGLE) * slack
    angle = narrowest + (math.pi - 2.0 * narrowest) * lot.rng.random()
    direction = heading + (angle if lot.rng.random() < 0.5 else -angle)
    speed = _draw_speed(ways, lot)
    ahead = np.array([math.cos(direction), math.sin(direction)])
    shortest, longest = rules.pedestrian_run_m
    meeting, arrival = np.array([x, y]), along / rules.timing_speed_mps
    before = _free_run(ways, meeting, -ahead, max(speed * arrival, shortest))
    after = _free_run(ways, meeting, ahead, shortest + (longest - shortest) * lot.rng.random())
    if before < shortest or after < shortest:
        return None
    start = meeting - min(before, speed * arrival) * ahead
    goals = _further_goals(ways, meeting + after * ahead, lot)
    return Walk(start, goals, speed, max(0.0, round(arrival - before / speed, 2)))


def _draw_stroll(ways: Walkways, lot: Lot) -> Walk:
    """A walk from anywhere near the route to goals near it."""
    start = _draw_place(ways, lot)
    goals = _further_goals(ways, _draw_place(ways, lot), lot)
    return Walk(start, goals, _draw_speed(ways, lot), 0.0)


def _broken_rule(ways: Walkways, walks: Sequence[Walk], walk: Walk) -> str | None:
    """The first rule that a walk breaks where it starts."""
    rules = ways.site.rules
    if math.dist(walk.start, ways.route[0]) < rules.pedestrian_start_clear_m:
        return "pedestrian starts too near the robot"
    if any(math.dist(walk.start, other.start) < rules.pedestrian_gap_m for other in walks):
        return "pedestrians start too near each other"
    off_route = distances_to_polyline(walk.start[None], ways.route)[0]
    if walk.wait_s > 0 and off_route < STANDING_OFF_ROUTE_M:
        return "pedestrian waits on the route"
    return None


def _free_run(ways: Walkways, origin: Floats, direction: Floats, furthest: float) -> float:
    """How far a pedestrian can walk straight on from ``origin``, in tenths of a metre, at most ``furthest``."""
    stops = np.append(np.arange(0.0, furthest, 0.1), furthest)
    points = origin + stops[:, None] * direction
    shut = ways.site.grid.holds(ways.closed, points, outside=True)
    return float(stops[-1]) if not shut.any() else float(stops[max(int(np.argmax(shut)) - 1, 0)])


def _further_goals(ways: Walkways, first: Floats, lot: Lot) -> tuple[Point, ...]:
    """``first`` and up to ``FURTHER_GOALS`` goals more, each in a straight line from the one before if one is found."""
    goals = [first]
    low, high = GOAL_STEP_M
    for _ in range(FURTHER_GOALS):
        places = [_draw_place(ways, lot) for _ in range(12)]
        fitting = [place for place in places if low <= math.dist(place, goals[-1]) <= high]
        straight = [place for place in fitting if ways.clear_line(goals[-1], place)]
        goals.append((straight or fitting or places)[0])
    stored = (to_millimetres(*goal) for goal in goals)
    return tuple((goal[0], goal[1]) for goal in stored)


def _draw_place(ways: Walkways, lot: Lot) -> Floats:
    return ways.site.grid.centres(ways.open_cells[int(lot.rng.integers(len(ways.open_cells)))])


def _draw_speed(ways: Walkways, lot: Lot) -> float:
    low, high = ways.site.rules.pedestrian_speed_mps
    return round(low + (high - low) * float(lot.rng.random()), 2)


def _behaviours(count: int, blind_share: float, lot: Lot) -> list[Behaviour]:
    """The rules' share of blind pedestrians, the rest sharing and yielding in turn, in random order."""
    blind = max(1, round(count * blind_share))
    kinds: list[Behaviour] = ["blind"] * blind
    kinds += ["share" if number % 2 == 0 else "yield" for number in range(count - blind)]
    return [kinds[i] for i in lot.rng.permutation(count)]


def _placement(walk: Walk, site: Site, behaviour: Behaviour, looks: Sequence[str], lot: Lot) -> PedestrianPlacement:
    x, y = walk.start
    yaw = math.atan2(walk.goals[0][1] - y, walk.goals[0][0] - x)
    pose = to_millimetres(x, y, yaw)
    return PedestrianPlacement(
        look=looks[int(lot.rng.integers(len(looks)))],
        start=(pose[0], pose[1], pose[2]),
        goals=walk.goals,
        speed_mps=walk.speed_mps,
        radius_m=site.rules.pedestrian_radius_m,
        behaviour=behaviour,
        wait_s=walk.wait_s,
    )
