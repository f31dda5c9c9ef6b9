"""Where an episode starts and ends."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from navbench_gs.domain.episode import Point, Pose
from navbench_gs.errors import InfeasibleEpisodeError
from navbench_gs.geometry import arc_lengths, point_along, wrap_angle
from navbench_gs.suite.site import Floats, Lot, Site
from navbench_gs.terrain.routes import CostToGo, cost_to_go, shortest_route

STARTS_TRIED = 200
DETOUR_STARTS_TRIED = 60
"""After this many starts without a detour a scene is taken to have none to offer."""
GOALS_COMPARED = 64
HEADING_REACH_M = 1.0
"""The route's direction at the start is that towards the point this far along it."""


@dataclass(frozen=True, eq=False)
class Endpoints:
    """Start, goal and a way between them on the obstacle-free grid."""

    start: tuple[float, float]
    goal: tuple[float, float]
    geodesic_m: float
    """Shortest distance at the rules' clearance, metres."""
    route: Floats
    """(P, 2) shortest way at ``way_clearance_m``, metres."""
    way_clearance_m: float
    """Radius of the disc that fits everywhere along ``route``, and must still do so between obstacles."""

    @property
    def detour_ratio(self) -> float:
        """Geodesic over Euclidean distance."""
        return self.geodesic_m / math.hypot(self.goal[0] - self.start[0], self.goal[1] - self.start[1])


def draw_endpoints(site: Site, lot: Lot, *, detour: bool, way_clearance_m: float) -> Endpoints:
    """Draw a start and a goal by the rules; with ``detour``, such that the way is no straight line.

    Args:
        site: the scene's ground.
        lot: the episode's random stream and tally.
        detour: whether the geodesic must be longer than the straight line by the rules' ratio.
        way_clearance_m: radius of the disc that must fit everywhere along the reference route, ends included.

    Raises:
        InfeasibleEpisodeError: the scene has no such pair.
    """
    roomy = site.clearance.values >= way_clearance_m
    cells = np.argwhere(roomy)
    for attempt in range(STARTS_TRIED if len(cells) else 0):
        if detour and attempt == DETOUR_STARTS_TRIED:
            lot.reject("scene without detours")
            detour = False
        start = site.grid.centres(cells[int(lot.rng.integers(len(cells)))])
        cost = cost_to_go(site.grid, start, clearance_m=site.rules.clearance_m)
        goal = _draw_goal(cost, roomy, site, lot, detour=detour)
        if goal is None:
            lot.reject("no goal with a detour" if detour else "no goal in range")
            continue
        ends = _joined(site, cost, goal, way_clearance_m)
        if ends is None:
            lot.reject("no wide way")
            continue
        low, high = site.rules.geodesic_m
        if not low <= ends.geodesic_m <= high:
            lot.reject("geodesic out of range")
        elif detour and ends.detour_ratio < site.rules.detour_ratio:
            lot.reject("route too straight")
        else:
            return ends
    raise InfeasibleEpisodeError(
        f"no start and goal {site.rules.geodesic_m[0]}-{site.rules.geodesic_m[1]} m apart on the walkable area "
        f"with {site.rules.clearance_m} m clearance ({dict(lot.rejected)})"
    )


def given_endpoints(site: Site, pair: tuple[Point, Point], *, way_clearance_m: float) -> Endpoints | None:
    """A given start and goal with the way between them; None if either lacks room or no wide way joins them."""
    start, goal = np.array(pair, dtype=np.float64)
    inside = site.grid.holds(site.grid.walkable, np.array(pair), outside=False)
    if not inside.all() or (site.clearance.at(np.array(pair)) < site.rules.clearance_m).any():
        return None
    try:
        return _joined(site, cost_to_go(site.grid, start, clearance_m=site.rules.clearance_m), goal, way_clearance_m)
    except InfeasibleEpisodeError:
        return None


def _joined(site: Site, cost: CostToGo, goal: Floats, way_clearance_m: float) -> Endpoints | None:
    """The way from the origin of a cost field to ``goal`` (2,); None if no wide one is short enough."""
    route = shortest_route(cost, goal)[::-1]
    geodesic_m = float(arc_lengths(route)[-1])
    if way_clearance_m > cost.clearance_m:
        try:
            wide = cost_to_go(site.grid, cost.goal, clearance_m=way_clearance_m)
            route = shortest_route(wide, goal)[::-1]
        except InfeasibleEpisodeError:
            return None
        if arc_lengths(route)[-1] > site.rules.route_stretch * geodesic_m:
            return None
    return Endpoints(cost.goal, (float(goal[0]), float(goal[1])), geodesic_m, route, way_clearance_m)


def start_pose(route: Floats, site: Site, lot: Lot) -> Pose:
    """Pose at the start of a route (P, 2), its heading off the route's by at most the rules' angle."""
    ahead = point_along(route, HEADING_REACH_M)
    along = math.atan2(ahead[1] - route[0, 1], ahead[0] - route[0, 0])
    turn = (2.0 * lot.rng.random() - 1.0) * site.rules.start_heading_rad
    return float(route[0, 0]), float(route[0, 1]), wrap_angle(along + turn)


def _draw_goal(cost: CostToGo, roomy: NDArray[np.bool_], site: Site, lot: Lot, *, detour: bool) -> Floats | None:
    """A roomy cell's centre (2,) at a drawn distance from the cost field's origin; None if none is in range."""
    low, high = site.rules.geodesic_m
    cells: NDArray[np.int64] = np.argwhere(roomy & (cost.values >= low) & (cost.values <= high))
    if detour:
        origin = site.grid.cells(np.array(cost.goal))
        cells = cells[_octile_ratio(cost, cells, origin) >= site.rules.detour_ratio]
    if not len(cells):
        return None
    target = low + (high - low) * lot.rng.random()
    drawn = cells[lot.rng.integers(len(cells), size=GOALS_COMPARED)]
    best = int(np.argmin(np.abs(cost.values[drawn[:, 0], drawn[:, 1]] - target)))
    return site.grid.centres(drawn[best])


def _octile_ratio(cost: CostToGo, cells: NDArray[np.int64], origin: NDArray[np.int64]) -> Floats:
    """Cost (N,) of cells (N, 2) over what it would be on open ground, where the search moves in eight directions."""
    steps = np.abs(cells - origin)
    octile = steps.max(axis=1) + (math.sqrt(2.0) - 1.0) * steps.min(axis=1)
    ratio: Floats = cost.values[cells[:, 0], cells[:, 1]] / (octile * cost.grid.cell_m)
    return ratio
