"""Where the obstacles of an episode stand: in the way, with a free path left."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from navbench_gs.catalogue.obstacles import ObstacleType, footprint
from navbench_gs.domain.episode import ObstaclePlacement
from navbench_gs.errors import InfeasibleEpisodeError
from navbench_gs.geometry import arc_lengths, distances_to_polyline, point_along
from navbench_gs.suite.endpoints import Endpoints
from navbench_gs.suite.site import Floats, Lot, Site, to_millimetres
from navbench_gs.terrain.distance import occupied_by
from navbench_gs.terrain.routes import cost_to_go, shortest_route

LAYOUTS_TRIED = 8
SPOTS_TRIED = 60
WINDOW_M = 6.0
"""The free path is sought this far around the reference route."""
SPARE_SHARE = 0.2
"""So much more than the rules' share is aimed at the route: later obstacles may move the route off earlier ones."""
LINE_SHARE = 0.4
"""Share of the near obstacles that stand on the straight line to the goal; the others stand on the route itself."""
BESIDE_M = 4.0
"""Obstacles that are not meant to be near stand at most this far beside the route."""
NEAR_STEP_M = 0.02
"""How much further aside than the one before each try for a near obstacle may stand."""
LOOK_SEEDS = 1000


@dataclass(frozen=True, eq=False)
class Layout:
    """Obstacles and the reference route that leads round them."""

    placements: tuple[ObstaclePlacement, ...]
    route: Floats
    """(P, 2) metres."""


@dataclass(frozen=True)
class Aim:
    """What one obstacle is meant for."""

    where: Literal["line", "route", "beside"]
    """On the straight line to the goal, on the reference route, or somewhere beside it."""
    stretch: tuple[float, float]
    """Shares of that path's length between which it stands."""


def place_obstacles(site: Site, ends: Endpoints, kinds: Sequence[ObstacleType], lot: Lot) -> Layout | None:
    """Draw obstacles one after the other, each where a free path past all remains; None if too few find room."""
    window = site.window(ends.route, WINDOW_M)
    for _ in range(LAYOUTS_TRIED):
        layout = _draw_layout(window, ends, kinds, lot)
        if layout is not None:
            return layout
    lot.reject("route without room for obstacles")
    return None


def _draw_layout(site: Site, ends: Endpoints, kinds: Sequence[ObstacleType], lot: Lot) -> Layout | None:
    low, high = site.rules.obstacles
    layout = Layout((), ends.route)
    for aim in _aims(int(lot.rng.integers(low, high + 1)), site.rules.obstacle_near_share):
        layout = _with_one_more(site, ends, layout, aim, kinds, lot)
    if len(layout.placements) < low:
        lot.reject("too few obstacles fit")
        return None
    if near_share(layout.placements, layout.route, site.rules.obstacle_near_route_m) < site.rules.obstacle_near_share:
        lot.reject("too few obstacles near the route")
        return None
    return layout


def near_share(placements: Sequence[ObstaclePlacement], route: Floats, near_m: float) -> float:
    """Share of the obstacles whose footprint comes within ``near_m`` of a route (P, 2)."""
    discs = np.array([footprint(placement) for placement in placements])
    return float(np.mean(distances_to_polyline(discs[:, :2], route) - discs[:, 2] <= near_m))


def _aims(count: int, near_share: float) -> list[Aim]:
    """First the obstacles on the straight line, then those on the route, then the others beside it."""
    near = math.ceil(count * min(near_share + SPARE_SHARE, 1.0))
    on_line = math.ceil(near * LINE_SHARE)
    numbers: list[tuple[Literal["line", "route", "beside"], int]] = [
        ("line", on_line), ("route", near - on_line), ("beside", count - near)
    ]  # fmt: skip
    return [Aim(where, (i / total, (i + 1) / total)) for where, total in numbers for i in range(total)]


def _with_one_more(
    site: Site,
    ends: Endpoints,
    layout: Layout,
    aim: Aim,
    kinds: Sequence[ObstacleType],
    lot: Lot,
) -> Layout:
    """The layout with one obstacle more, or the same if no spot tried keeps the rules."""
    path = np.array([ends.start, ends.goal]) if aim.where == "line" else layout.route
    for attempt in range(SPOTS_TRIED):
        # the first tries stand in the middle of the way; a way too narrow for that gets them at its sides
        offset = BESIDE_M if aim.where == "beside" else 0.15 + attempt * NEAR_STEP_M
        stretch = aim.stretch if attempt < SPOTS_TRIED // 2 else (0.0, 1.0)
        candidate = _draw_obstacle(path, stretch, offset, kinds, lot)
        broken = _broken_rule(site, ends, layout, candidate)
        if broken is None:
            route = _route_past(site, ends, layout, candidate)
            if route is not None:
                return Layout((*layout.placements, candidate), route)
            broken = "no free path past the obstacle"
        lot.reject(broken)
    return layout


def _draw_obstacle(
    path: Floats, stretch: tuple[float, float], offset: float, kinds: Sequence[ObstacleType], lot: Lot
) -> ObstaclePlacement:
    share = stretch[0] + (stretch[1] - stretch[0]) * lot.rng.random()
    x, y, heading = point_along(path, share * float(arc_lengths(path)[-1]))
    aside = (2.0 * lot.rng.random() - 1.0) * offset
    yaw = (2.0 * lot.rng.random() - 1.0) * math.pi
    kind = kinds[int(lot.rng.integers(len(kinds)))]
    pose = to_millimetres(x - aside * math.sin(heading), y + aside * math.cos(heading), yaw)
    return ObstaclePlacement(
        kind=kind.name, pose=(pose[0], pose[1], pose[2]), look_seed=int(lot.rng.integers(LOOK_SEEDS))
    )


def _broken_rule(site: Site, ends: Endpoints, layout: Layout, candidate: ObstaclePlacement) -> str | None:
    """The first rule that a candidate breaks where it stands, free path aside."""
    x, y, radius = footprint(candidate)
    if site.clearance.at((x, y)) < radius:
        return "obstacle off the walkable area"
    if math.dist((x, y), ends.start) - radius < site.rules.obstacle_start_clear_m:
        return "obstacle too near the start"
    if math.dist((x, y), ends.goal) - radius < site.rules.obstacle_goal_clear_m:
        return "obstacle too near the goal"
    for other_x, other_y, other_radius in map(footprint, layout.placements):
        if math.dist((x, y), (other_x, other_y)) - radius - other_radius < site.rules.obstacle_gap_m:
            return "obstacles too near each other"
    return None


def _route_past(site: Site, ends: Endpoints, layout: Layout, candidate: ObstaclePlacement) -> Floats | None:
    """The route with the candidate in place; None if there is none, or one too long."""
    x, y, radius = footprint(candidate)
    clear = ends.way_clearance_m + radius + site.grid.cell_m
    if distances_to_polyline(np.array([[x, y]]), layout.route)[0] > clear:
        return layout.route
    occupied = occupied_by(site.grid, [*map(footprint, layout.placements), (x, y, radius)])
    try:
        cost = cost_to_go(site.grid, ends.goal, clearance_m=ends.way_clearance_m, occupied=occupied)
        route = shortest_route(cost, ends.start)
    except InfeasibleEpisodeError:
        return None
    longest = site.rules.route_stretch * ends.geodesic_m
    return route if arc_lengths(route)[-1] <= longest else None
