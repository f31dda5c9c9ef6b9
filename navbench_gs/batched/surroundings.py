"""What many robots are surrounded by, each in an episode of its own: structure, obstacles, ground and goals (torch)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from navbench_gs.batched.field_stack import FieldStack, LayerStack
from navbench_gs.batched.footprint import (
    WHEEL_DISCS,
    box_distance,
    box_slope,
    covering_discs,
    in_world,
    length,
    rotated,
    seen_from,
)
from navbench_gs.batched.training_ground import TrainingEpisode
from navbench_gs.domain.rules import Rules

SKIN_M = 0.002
"""Nearer than this counts as touching."""
LOOK_TICKS = 4
"""For so many ticks the bodies that were near stay all that can be touched."""
PUSHED_M = 0.1
"""Farther than robots are pushed meanwhile."""
CELLS_OFF = 1.5
"""More cells than the difference of two values of a field, read between cells, can exceed their distance by."""
REACH_M = 2.0
"""Clearances are not measured beyond this."""
FAR_M = 1e6
"""Where bodies lie that an episode lacks."""


class Overlap(NamedTuple):
    """Robots that touch something, and how each is in it deepest."""

    rows: Tensor
    """(R,) numbers of the robots."""
    gaps: Tensor
    """(R,) metres, negative inside."""
    normals: Tensor
    """(R, 2) unit vectors out of it."""
    arms: Tensor
    """(R, 2) from the robot's centre to where it touches, world frame."""


class Surroundings:
    """Fields and bodies around N robots; :meth:`load` makes room, :meth:`enter` says who is where."""

    def __init__(self, robots: int, rules: Rules, device: str) -> None:
        self._rules, self._device = rules, device
        self._discs = covering_discs(rules.robot).to(device)
        self._wheels = torch.tensor(WHEEL_DISCS, dtype=torch.float32, device=device)
        self._places = torch.zeros(robots, dtype=torch.long, device=device)
        self._episodes = torch.zeros(robots, dtype=torch.long, device=device)
        self.goals = torch.zeros(2, robots, device=device).T
        """(N, 2) metres, world frame."""

    def load(self, episodes: Sequence[TrainingEpisode]) -> None:
        """Make ``episodes`` those that robots may enter, whatever start they have and whatever part is left out."""
        places = list({id(episode.place): episode.place for episode in episodes}.values())
        numbers = {id(place): number for number, place in enumerate(places)}
        self._numbers = {
            id(episode.cost): (number, numbers[id(episode.place)]) for number, episode in enumerate(episodes)
        }
        grids = [place.grid for place in places]
        self._solid = FieldStack([place.solid for place in places], self._device)
        self._edge = FieldStack([place.edge for place in places], self._device)
        self._cost = FieldStack([episode.cost for episode in episodes], self._device)
        self._touch_m = self._rules.robot.radius_m + SKIN_M + CELLS_OFF * self._solid.cell_m
        """Nothing touches a robot whose centre is farther from it."""
        self._walkable = LayerStack(
            [grid.walkable for grid in grids], [grid.origin for grid in grids], grids[0].cell_m, self._device
        )
        bodies = max(len(episode.bodies) for episode in episodes)
        self._bodies = torch.full((len(self._places), bodies, 7), FAR_M, device=self._device)
        self._sizes = torch.zeros(self._bodies.shape[:2], device=self._device)
        self._low = torch.zeros(self._bodies.shape[:2], dtype=torch.bool, device=self._device)
        self._places.zero_()
        self._episodes.zero_()
        self._look_left = 0

    def holds(self, episode: TrainingEpisode) -> bool:
        """Whether robots may enter that episode."""
        return id(episode.cost) in self._numbers

    def enter(self, rows: Tensor, episodes: Sequence[TrainingEpisode]) -> None:
        """Put robots ``rows`` (K,) into loaded episodes, K of them."""
        numbers = torch.tensor([self._numbers[id(episode.cost)] for episode in episodes], device=self._device)
        self._episodes[rows], self._places[rows] = numbers.unbind(dim=1)
        self._in_solid, self._in_edge = self._solid.frames(self._places), self._edge.frames(self._places)
        self._in_cost = self._cost.frames(self._episodes)
        self.goals[rows] = torch.tensor([episode.episode.goal for episode in episodes], device=self._device)
        self._look_left = 0
        if self._low.shape[1]:
            bodies, low = _as_many(episodes, self._low.shape[1])
            self._bodies[rows], self._low[rows] = bodies.to(self._device), low.to(self._device)
            self._sizes[rows] = (length(bodies[..., 3], bodies[..., 4]) + bodies[..., 5]).to(self._device)

    # -- what is touched ----------------------------------------------------------------------------------------------

    def look_around(self, poses: Tensor) -> None:
        """Note which robots are near which bodies, unless that was noted a moment ago."""
        if self._look_left == 0:
            robot = self._rules.robot
            travel_m = robot.max_speed_mps * self._rules.clock.tick_s * LOOK_TICKS
            near = torch.nonzero(self._centre_gaps(poses) < robot.radius_m + PUSHED_M + travel_m)
            low = self._low[near[:, 0], near[:, 1]]
            self._near_bodies = {False: near[~low], True: near[low]}
            self._look_left = LOOK_TICKS
        self._look_left -= 1

    def in_structure(self, poses: Tensor) -> Overlap | None:
        """Who touches structure; None: nobody does."""
        rows = torch.nonzero(self._structure_gaps(poses) < self._touch_m)[:, 0]
        if not len(rows):
            return None
        gaps, discs = self._disc_gaps(rows, poses).min(dim=1)
        hit = torch.nonzero(gaps < SKIN_M)[:, 0]
        if not len(hit):
            return None
        rows, gaps, touching = rows[hit], gaps[hit], self._discs[discs[hit]]
        slopes = self._solid.slope(self._in_solid.of(rows), in_world(touching[:, None, :2], poses[rows]))[:, 0]
        return _overlap(rows, gaps, slopes, touching, poses)

    def in_bodies(self, poses: Tensor, low: bool) -> tuple[Tensor, Tensor, Overlap] | None:
        """Who touches which obstacle: robots (K,), obstacles (K,), and for each of these robots the deepest overlap.

        ``low`` bodies meet wheels and casters only, and only these are looked at. None: nobody touches any.
        """
        rows, numbers = self._close_bodies(poses, low)
        if not len(rows):
            return None
        discs = self._wheels if low else self._discs
        gaps, nearest = self._body_gaps(rows, numbers, discs, poses).min(dim=1)
        hit = torch.nonzero(gaps < SKIN_M)[:, 0]
        if not len(hit):
            return None
        rows, numbers, gaps, touching = rows[hit], numbers[hit], gaps[hit], discs[nearest[hit]]
        obstacles = self._bodies[rows, numbers, 6].long()
        first = _deepest_of_each(rows, gaps, len(poses))
        deepest = rows[first], gaps[first], self._body_slopes(rows[first], numbers[first], touching[first], poses)
        return rows, obstacles, _overlap(*deepest, touching[first], poses)

    def _close_bodies(self, poses: Tensor, low: bool) -> tuple[Tensor, Tensor]:
        """Robots (K,) and bodies (K,) among those noted that may touch: the circles around them do, nearly."""
        rows, numbers = self._near_bodies[low].unbind(dim=1)
        if not len(rows):
            return rows, numbers
        body, pose = self._bodies[rows, numbers], poses[rows]
        gaps = length(body[:, 0] - pose[:, 0], body[:, 1] - pose[:, 1]) - self._sizes[rows, numbers]
        close = torch.nonzero(gaps < self._touch_m)[:, 0]
        return rows[close], numbers[close]

    def _structure_gaps(self, poses: Tensor) -> Tensor:
        """(N,) distance of the robots' centres from structure."""
        return self._solid.at(self._in_solid, poses[:, None, :2])[:, 0]

    def _disc_gaps(self, rows: Tensor, poses: Tensor) -> Tensor:
        """Gap (R, D) between each disc and the nearest structure, metres."""
        centres = in_world(self._discs[:, :2], poses[rows])
        return self._solid.at(self._in_solid.of(rows), centres) - self._discs[:, 2]

    def _centre_gaps(self, poses: Tensor) -> Tensor:
        """(N, B) at least so far are bodies from the robots' centres, metres."""
        bodies = self._bodies
        return length(bodies[..., 0] - poses[:, 0:1], bodies[..., 1] - poses[:, 1:2]) - self._sizes

    def _body_gaps(self, rows: Tensor, numbers: Tensor, discs: Tensor, poses: Tensor) -> Tensor:
        """Gap (K, D) between the discs of robots ``rows`` (K,) and their bodies ``numbers`` (K,), metres."""
        body = self._bodies[rows, numbers]
        local = in_world(discs[:, :2], seen_from(body[:, :3], poses[rows]))
        return box_distance(local, body[:, None, 3:5]) - body[:, 5:6] - discs[:, 2]

    def _body_slopes(self, rows: Tensor, numbers: Tensor, discs: Tensor, poses: Tensor) -> Tensor:
        """Way (K, 2) out of bodies ``numbers`` (K,) for a disc (K, 3) of each robot."""
        body = self._bodies[rows, numbers]
        local = in_world(discs[:, None, :2], seen_from(body[:, :3], poses[rows]))[:, 0]
        return rotated(box_slope(local, body[:, 3:5]), body[:, 2])

    # -- what can be measured -----------------------------------------------------------------------------------------

    def solid_clearances(self, poses: Tensor) -> Tensor:
        """(N,) gap between the robot's body and the nearest structure or obstacle, at most ``REACH_M`` metres."""
        reach = REACH_M + self._rules.robot.radius_m
        nearest = torch.full_like(poses[:, 0], REACH_M)
        rows = torch.nonzero(self._structure_gaps(poses) < reach)[:, 0]
        nearest[rows] = nearest[rows].minimum(self._disc_gaps(rows, poses).amin(dim=1))
        may_be_nearer = self._centre_gaps(poses) < (nearest + self._rules.robot.radius_m)[:, None]
        rows, numbers = torch.nonzero(may_be_nearer & ~self._low, as_tuple=True)
        gaps = self._body_gaps(rows, numbers, self._discs, poses).amin(dim=1)
        return nearest.scatter_reduce(0, rows, gaps, "amin").clamp(min=0.0)

    def edge_clearances(self, poses: Tensor) -> Tensor:
        """(N,) distance of the robot's centre from the edge of the walkable ground, metres, negative beyond it."""
        return self._edge.at(self._in_edge, poses[:, None, :2])[:, 0]

    def costs_to_go(self, poses: Tensor) -> Tensor:
        """(N,) geodesic distance to the goal, metres."""
        return self._cost.at(self._in_cost, poses[:, None, :2])[:, 0]

    def solid_distances(self, points: Tensor) -> Tensor:
        """(N, K) distance of world points (N, K, 2) from structure or the nearest obstacle, metres."""
        nearest = self._solid.at(self._in_solid, points)
        for body, low in zip(self._bodies.unbind(dim=1), self._low.unbind(dim=1), strict=True):
            local = rotated(points - body[:, None, :2], -body[:, None, 2])
            gaps = box_distance(local, body[:, None, 3:5]) - body[:, 5:6]
            nearest = torch.minimum(nearest, gaps.masked_fill(low[:, None], FAR_M))
        return nearest

    def costs_from(self, points: Tensor) -> Tensor:
        """(N, K) geodesic distance from world points (N, K, 2) to the goal, metres."""
        return self._cost.at(self._in_cost, points)

    def on_walkable(self, poses: Tensor) -> Tensor:
        """(N,) whether the robot's centre is on walkable ground."""
        return self._walkable.holds(self._places, poses[:, :2])

    def on_ground(self, poses: Tensor) -> Tensor:
        """(N,) whether the robot's centre is on any ground."""
        return self._walkable.covers(self._places, poses[:, :2])


def _as_many(episodes: Sequence[TrainingEpisode], count: int) -> tuple[Tensor, Tensor]:
    """The bodies (K, B, 7) of episodes and whether they are low (K, B), filled up to ``count`` each."""
    bodies, low = np.zeros((len(episodes), count, 7), np.float32), np.zeros((len(episodes), count), bool)
    bodies[..., :2] = FAR_M
    for number, episode in enumerate(episodes):
        bodies[number, : len(episode.bodies)] = episode.bodies
        low[number, : len(episode.low)] = episode.low
    return torch.from_numpy(bodies), torch.from_numpy(low)


def _overlap(rows: Tensor, gaps: Tensor, slopes: Tensor, discs: Tensor, poses: Tensor) -> Overlap:
    """Robots ``rows`` (R,) touch with one disc (R, 3) each, and ``slopes`` (R, 2) lead out."""
    normals = slopes / torch.linalg.vector_norm(slopes, dim=1, keepdim=True).clamp(min=1e-6)
    return Overlap(rows, gaps, normals, rotated(discs[:, :2], poses[rows, 2]) - normals * discs[:, 2:3])


def _deepest_of_each(rows: Tensor, gaps: Tensor, robots: int) -> Tensor:
    """Places of the smallest gap of each robot among ``rows`` (K,) in rising order; the first of equals."""
    least = torch.full((robots,), torch.inf, device=gaps.device).scatter_reduce(0, rows, gaps, "amin")
    deepest = torch.nonzero(gaps == least[rows])[:, 0]
    is_first = torch.ones_like(deepest, dtype=torch.bool)
    is_first[1:] = rows[deepest].diff() > 0
    return deepest[is_first]
