"""What many robots are surrounded by, each in an episode of its own: structure, obstacles, ground and goals (torch)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor

from navbench_gs.domain.rules import Rules
from navbench_gs.world.field_stack import FieldStack, LayerStack
from navbench_gs.world.footprint import WHEEL_DISCS, box_distance, box_slope, covering_discs, in_world, rotated
from navbench_gs.world.training_ground import TrainingEpisode

SKIN_M = 0.002
"""Nearer than this counts as touching."""
LOOK_TICKS = 4
"""For so many ticks what was near stays all that can be touched."""
LOOK_MARGIN_M = 0.1
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
        self.goals = torch.zeros(robots, 2, device=device)
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
        self._walkable = LayerStack(
            [grid.walkable for grid in grids], [grid.origin for grid in grids], grids[0].cell_m, self._device
        )
        bodies = max(len(episode.bodies) for episode in episodes)
        self._bodies = torch.full((len(self._places), bodies, 7), FAR_M, device=self._device)
        self._low = torch.zeros(self._bodies.shape[:2], dtype=torch.bool, device=self._device)
        self._look_left = 0

    def holds(self, episode: TrainingEpisode) -> bool:
        """Whether robots may enter that episode."""
        return id(episode.cost) in self._numbers

    def enter(self, row: int, episode: TrainingEpisode) -> None:
        """Put robot ``row`` into a loaded episode."""
        self._episodes[row], self._places[row] = self._numbers[id(episode.cost)]
        self.goals[row] = torch.tensor(episode.episode.goal)
        self._bodies[row], self._low[row] = 0.0, False
        self._bodies[row, :, :2] = FAR_M
        self._bodies[row, : len(episode.bodies)] = torch.from_numpy(episode.bodies).to(self._device)
        self._low[row, : len(episode.low)] = torch.from_numpy(episode.low).to(self._device)
        self._look_left = 0

    # -- what is touched ----------------------------------------------------------------------------------------------

    def look_around(self, poses: Tensor) -> None:
        """Note which robots are near structure, and which near which bodies, unless that was noted a moment ago."""
        if self._look_left == 0:
            robot = self._rules.robot
            travel_m = robot.max_speed_mps * self._rules.clock.tick_s * LOOK_TICKS
            reach = robot.radius_m + LOOK_MARGIN_M + travel_m
            self._near_structure = torch.nonzero(self._structure_gaps(poses) < reach)[:, 0]
            self._near_bodies = torch.nonzero(self._centre_gaps(poses) < reach)
            self._look_left = LOOK_TICKS
        self._look_left -= 1

    def in_structure(self, poses: Tensor) -> Overlap:
        """Who touches structure."""
        rows = self._near_structure
        gaps, discs = self._disc_gaps(rows, poses).min(dim=1)
        hit = torch.nonzero(gaps < SKIN_M)[:, 0]
        rows, gaps, touching = rows[hit], gaps[hit], self._discs[discs[hit]]
        slopes = self._solid.slope(self._places[rows], in_world(touching[:, None, :2], poses[rows]))[:, 0]
        return _overlap(rows, gaps, slopes, touching, poses)

    def in_bodies(self, poses: Tensor, low: bool) -> tuple[Tensor, Tensor, Overlap]:
        """Who touches which obstacle: robots (K,), obstacles (K,), and for each of these robots the deepest overlap.

        ``low`` bodies meet wheels and casters only, and only these are looked at.
        """
        rows, numbers = self._near_bodies.unbind(dim=1)
        discs = self._wheels if low else self._discs
        chosen = torch.nonzero(self._low[rows, numbers] == low)[:, 0]
        rows, numbers = rows[chosen], numbers[chosen]
        gaps, nearest = self._body_gaps(rows, numbers, discs, poses).min(dim=1)
        hit = torch.nonzero(gaps < SKIN_M)[:, 0]
        rows, numbers, gaps, touching = rows[hit], numbers[hit], gaps[hit], discs[nearest[hit]]
        obstacles = self._bodies[rows, numbers, 6].long()
        first = _deepest_of_each(rows, gaps, len(poses))
        deepest = rows[first], gaps[first], self._body_slopes(rows[first], numbers[first], touching[first], poses)
        return rows, obstacles, _overlap(*deepest, touching[first], poses)

    def _structure_gaps(self, poses: Tensor) -> Tensor:
        """(N,) distance of the robots' centres from structure."""
        return self._solid.at(self._places, poses[:, None, :2])[:, 0]

    def _disc_gaps(self, rows: Tensor, poses: Tensor) -> Tensor:
        """Gap (R, D) between each disc and the nearest structure, metres."""
        centres = in_world(self._discs[:, :2], poses[rows])
        return self._solid.at(self._places[rows], centres) - self._discs[:, 2]

    def _centre_gaps(self, poses: Tensor) -> Tensor:
        """(N, B) at least so far are bodies from the robots' centres, metres."""
        size = torch.linalg.vector_norm(self._bodies[..., 3:5], dim=-1) + self._bodies[..., 5]
        gaps: Tensor = torch.linalg.vector_norm(self._bodies[..., :2] - poses[:, None, :2], dim=-1) - size
        return gaps

    def _body_gaps(self, rows: Tensor, numbers: Tensor, discs: Tensor, poses: Tensor) -> Tensor:
        """Gap (K, D) between the discs of robots ``rows`` (K,) and their bodies ``numbers`` (K,), metres."""
        body = self._bodies[rows, numbers]
        local = rotated(in_world(discs[:, :2], poses[rows]) - body[:, None, :2], -body[:, 2:3])
        return box_distance(local, body[:, None, 3:5]) - body[:, 5:6] - discs[:, 2]

    def _body_slopes(self, rows: Tensor, numbers: Tensor, discs: Tensor, poses: Tensor) -> Tensor:
        """Way (K, 2) out of bodies ``numbers`` (K,) for a disc (K, 3) of each robot."""
        body = self._bodies[rows, numbers]
        local = rotated(in_world(discs[:, None, :2], poses[rows])[:, 0] - body[:, :2], -body[:, 2])
        return rotated(box_slope(local, body[:, 3:5]), body[:, 2])

    # -- what can be measured -----------------------------------------------------------------------------------------

    def solid_clearances(self, poses: Tensor) -> Tensor:
        """(N,) gap between the robot's body and the nearest structure or obstacle, at most ``REACH_M`` metres."""
        reach = REACH_M + self._rules.robot.radius_m
        nearest = torch.full_like(poses[:, 0], REACH_M)
        rows = torch.nonzero(self._structure_gaps(poses) < reach)[:, 0]
        nearest[rows] = nearest[rows].minimum(self._disc_gaps(rows, poses).amin(dim=1))
        rows, numbers = torch.nonzero((self._centre_gaps(poses) < reach) & ~self._low, as_tuple=True)
        gaps = self._body_gaps(rows, numbers, self._discs, poses).amin(dim=1)
        return nearest.scatter_reduce(0, rows, gaps, "amin").clamp(min=0.0)

    def edge_clearances(self, poses: Tensor) -> Tensor:
        """(N,) distance of the robot's centre from the edge of the walkable ground, metres, negative beyond it."""
        return self._edge.at(self._places, poses[:, None, :2])[:, 0]

    def costs_to_go(self, poses: Tensor) -> Tensor:
        """(N,) geodesic distance to the goal, metres."""
        return self._cost.at(self._episodes, poses[:, None, :2])[:, 0]

    def solid_distances(self, points: Tensor) -> Tensor:
        """(N, K) distance of world points (N, K, 2) from structure or the nearest obstacle, metres."""
        nearest = self._solid.at(self._places, points)
        for body, low in zip(self._bodies.unbind(dim=1), self._low.unbind(dim=1), strict=True):
            local = rotated(points - body[:, None, :2], -body[:, None, 2])
            gaps = box_distance(local, body[:, None, 3:5]) - body[:, 5:6]
            nearest = torch.minimum(nearest, gaps.masked_fill(low[:, None], FAR_M))
        return nearest

    def costs_from(self, points: Tensor) -> Tensor:
        """(N, K) geodesic distance from world points (N, K, 2) to the goal, metres."""
        return self._cost.at(self._episodes, points)

    def on_ground(self, poses: Tensor) -> tuple[Tensor, Tensor]:
        """Whether the robot's centre is on walkable ground (N,), and whether it is on any (N,)."""
        return self._walkable.holds(self._places, poses[:, :2])


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
