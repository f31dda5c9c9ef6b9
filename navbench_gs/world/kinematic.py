"""The training world: many robots at once, without a physics engine (torch).

Robots move as the judge's does: set-points follow commands within the acceleration limits, in the same physics steps.
What they touch is found by the discs of their footprint, and pushes them out. Each robot has an episode of its own,
with its own obstacles and pedestrians; robots neither see nor touch each other. ``docs/training-world.md`` says how
far this is from the judge's world.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from navbench_gs.domain.rules import Rules
from navbench_gs.terrain.sight import line_of_sight
from navbench_gs.world.crowds import Crowds
from navbench_gs.world.field_stack import FieldStack, LayerStack
from navbench_gs.world.footprint import WHEEL_DISCS, box_distance, covering_discs, in_world, rotated
from navbench_gs.world.training_ground import TrainingEpisode

SKIN_M = 0.002
"""Nearer than this counts as touching."""
GYRATION_M2 = 0.05
"""Moment of inertia of the robot about the vertical, over its mass, square metres."""
LOOK_TICKS = 4
"""How often robots look for what they might touch until they look again."""
LOOK_MARGIN_M = 0.1
REACH_M = 2.0
"""Clearances are not measured beyond this."""
FAR_M = 1e6
"""Where pedestrians stand that an episode lacks."""
RUNNING, SUCCESS, FALLEN, TIME_LIMIT = range(4)
"""How a robot's episode stands."""


class KinematicWorld:
    """N robots. Load tables with :meth:`load`, then :meth:`begin` episodes and :meth:`tick`."""

    def __init__(self, robots: int, rules: Rules, device: str = "cpu") -> None:
        self.rules, self.device = rules, device
        self._discs = covering_discs(rules.robot).to(device)
        self._wheels = torch.tensor(WHEEL_DISCS, dtype=torch.float32, device=device)
        self._half = torch.tensor([rules.robot.length_m / 2.0, rules.robot.width_m / 2.0], device=device)
        self._crowds = Crowds(robots, rules)
        self.episodes: list[TrainingEpisode | None] = [None] * robots
        self.poses = torch.zeros(robots, 3, device=device)
        """(N, 3) x, y, yaw, world frame."""
        self.velocities = torch.zeros(robots, 2, device=device)
        """(N, 2) forward speed m/s, yaw rate rad/s."""
        self._set_points = torch.zeros(robots, 2, device=device)
        self.ticks = torch.zeros(robots, dtype=torch.long, device=device)
        """(N,) ticks since the start."""
        self.outcomes = torch.zeros(robots, dtype=torch.long, device=device)
        """(N,) ``RUNNING``, ``SUCCESS``, ``FALLEN`` or ``TIME_LIMIT``; a robot whose episode is over stands still."""
        self._goals = torch.zeros(robots, 2, device=device)
        self._place_of = torch.zeros(robots, dtype=torch.long, device=device)
        self._episode_of = torch.zeros(robots, dtype=torch.long, device=device)
        self._actors_of(0, 0, 0)

    # -- what there is ------------------------------------------------------------------------------------------------

    def load(self, episodes: Sequence[TrainingEpisode]) -> None:
        """Make ``episodes`` those that robots may begin; those of robots under way must be among them."""
        places = list({id(episode.place): episode.place for episode in episodes}.values())
        place_numbers = {id(place): number for number, place in enumerate(places)}
        self._numbers = {id(episode.cost): number for number, episode in enumerate(episodes)}
        self._place_numbers = [place_numbers[id(episode.place)] for episode in episodes]
        grids = [place.grid for place in places]
        origins, cell_m = [grid.origin for grid in grids], grids[0].cell_m
        self._solid = FieldStack([place.solid for place in places], self.device)
        self._edge = FieldStack([place.edge for place in places], self.device)
        self._walkable = LayerStack([grid.walkable for grid in grids], origins, cell_m, self.device)
        self._cost = FieldStack([episode.cost for episode in episodes], self.device)
        bodies = max(len(episode.bodies) for episode in episodes)
        obstacles = max(len(episode.episode.obstacles) for episode in episodes)
        pedestrians = max(len(episode.episode.pedestrians) for episode in episodes)
        self._actors_of(bodies, obstacles, pedestrians)
        for row, episode in enumerate(self.episodes):
            if episode is not None:
                self._assign(row, episode)

    def _actors_of(self, bodies: int, obstacles: int, pedestrians: int) -> None:
        """Make room for the largest episode; what is known of robots under way stays."""
        robots, device = len(self.episodes), self.device
        self._bodies = torch.zeros(robots, bodies, 7, device=device)
        self._bodies[..., :2] = FAR_M
        self._low = torch.zeros(robots, bodies, dtype=torch.bool, device=device)
        before = getattr(self, "_last_touch", None)
        self._obstacles, self._pedestrians = obstacles, pedestrians
        self._last_touch = torch.full((robots, 1 + obstacles + pedestrians), -(10**6), device=device)
        if before is not None:
            self._keep_touches(before)
        self._touching = torch.zeros_like(self._last_touch, dtype=torch.bool)
        self._widths = (obstacles, pedestrians)
        self._crowds.resize(pedestrians)
        self._near: tuple[Tensor, Tensor, Tensor] | None = None

    def _keep_touches(self, before: Tensor) -> None:
        obstacles, pedestrians = self._widths
        self._last_touch[:, 0] = before[:, 0]
        kept = min(obstacles, self._obstacles)
        self._last_touch[:, 1 : 1 + kept] = before[:, 1 : 1 + kept]
        kept, first, old = min(pedestrians, self._pedestrians), 1 + self._obstacles, 1 + obstacles
        self._last_touch[:, first : first + kept] = before[:, old : old + kept]

    def _assign(self, row: int, episode: TrainingEpisode) -> None:
        number = self._numbers[id(episode.cost)]
        self.episodes[row] = episode
        self._episode_of[row], self._place_of[row] = number, self._place_numbers[number]
        self._goals[row] = torch.tensor(episode.episode.goal)
        self._bodies[row] = 0.0
        self._bodies[row, :, :2] = FAR_M
        self._bodies[row, : len(episode.bodies)] = torch.from_numpy(episode.bodies).to(self.device)
        self._low[row, : len(episode.low)] = torch.from_numpy(episode.low).to(self.device)

    def begin(self, row: int, episode: TrainingEpisode) -> None:
        """Put robot ``row`` at the start of a loaded episode, at rest."""
        self._assign(row, episode)
        self.poses[row] = torch.tensor(episode.episode.start)
        self.velocities[row] = self._set_points[row] = 0.0
        self.ticks[row], self.outcomes[row] = 0, RUNNING
        self._last_touch[row], self._touching[row] = -(10**6), False
        self._crowds.begin(row, episode)
        self._near = None

    # -- one tick -----------------------------------------------------------------------------------------------------

    def tick(self, commands: Tensor) -> tuple[Tensor, Tensor]:
        """Advance all robots whose episodes run by one control tick under ``commands`` (N, 2), within the limits.

        Returns:
            Which contacts begin (N, 3), by kind: scene, obstacle, pedestrian; and how many there are (N,).
        """
        running = self.outcomes == RUNNING
        self._let_pedestrians_decide(running)
        before = self.poses
        self._drive(commands, running)
        if self._near is None or self._look_left == 0:
            self._look_around()
        self._look_left -= 1
        self._touching = torch.zeros_like(self._touching)
        self._meet_structure()
        self._meet_obstacles()
        self._meet_pedestrians(running)
        self._touching &= running[:, None]
        self.poses = torch.where(running[:, None], self.poses, before)
        self.ticks += running
        self._measure_velocities(before, running)
        onsets = self._onsets()
        self._judge(running)
        first = 1 + self._obstacles
        kinds = [onsets[:, :1], onsets[:, 1:first], onsets[:, first:]]
        return torch.stack([kind.any(dim=1) for kind in kinds], dim=1), onsets.sum(dim=1)

    def _let_pedestrians_decide(self, running: Tensor) -> None:
        clock = self.rules.clock
        if not self._pedestrians:
            return
        period = round(1.0 / clock.pedestrian_decision_hz / clock.tick_s)
        due = (running & (self.ticks % period == 0)).cpu().numpy()
        self._crowds.decide(due, self._times(), self.poses.cpu().numpy(), self.velocities.cpu().numpy())

    def _times(self) -> np.ndarray:
        times: np.ndarray = self.ticks.cpu().numpy() * self.rules.clock.tick_s
        return times

    def _drive(self, commands: Tensor, running: Tensor) -> None:
        """Ramp the set-points in the judge's physics steps, and roll without slip."""
        clock, robot = self.rules.clock, self.rules.robot
        steps = round(clock.tick_s * clock.physics_hz)
        limits = torch.tensor([robot.max_acceleration_mps2, robot.max_yaw_acceleration_rps2], device=self.device)
        a_step = limits / clock.physics_hz
        change = commands - self._set_points
        size = change.abs()
        ramps = torch.floor(size / a_step).clamp(max=steps)
        gained = a_step * ramps * (ramps + 1.0) / 2.0 + size * (steps - ramps)
        moved = (self._set_points * steps + change.sign() * gained) / clock.physics_hz
        wanted = self._set_points + torch.clamp(change, -a_step * steps, a_step * steps)
        self._set_points = torch.where(running[:, None], wanted, self._set_points)
        distance, turn = moved.unbind(dim=1)
        heading = self.poses[:, 2] + turn / 2.0
        chord = distance * (1.0 - turn * turn / 24.0)
        self.poses = torch.stack(
            [
                self.poses[:, 0] + chord * torch.cos(heading),
                self.poses[:, 1] + chord * torch.sin(heading),
                torch.remainder(self.poses[:, 2] + turn + math.pi, 2.0 * math.pi) - math.pi,
            ],
            dim=1,
        )

    def _measure_velocities(self, before: Tensor, running: Tensor) -> None:
        """Set-points, but of robots that touch something, how they truly moved."""
        turn = torch.remainder(self.poses[:, 2] - before[:, 2] + math.pi, 2.0 * math.pi) - math.pi
        moved = self.poses[:, :2] - before[:, :2]
        heading = before[:, 2] + turn / 2.0
        ahead = moved[:, 0] * torch.cos(heading) + moved[:, 1] * torch.sin(heading)
        measured = torch.stack([ahead, turn], dim=1) / self.rules.clock.tick_s
        touching = self._touching.any(dim=1, keepdim=True)
        velocities = torch.where(touching, measured, self._set_points)
        self.velocities = torch.where(running[:, None], velocities, self.velocities)

    # -- contacts -----------------------------------------------------------------------------------------------------

    def _look_around(self) -> None:
        """Note which robots are near structure, and which near which bodies, until they look again."""
        reach = self.rules.robot.radius_m + LOOK_MARGIN_M
        reach += self.rules.robot.max_speed_mps * self.rules.clock.tick_s * LOOK_TICKS
        near_solid = self._solid.at(self._place_of, self.poses[:, None, :2])[:, 0] < reach
        rows = torch.nonzero(near_solid)[:, 0]
        pairs = torch.nonzero(self._centre_gaps() < reach)
        self._near = rows, pairs[:, 0], pairs[:, 1]
        self._look_left = LOOK_TICKS

    def _meet_structure(self) -> None:
        assert self._near is not None
        rows = self._near[0]
        if not len(rows):
            return
        gap, disc = self._solid_gaps(rows).min(dim=1)
        hit = torch.nonzero(gap < SKIN_M)[:, 0]
        if len(hit):
            rows, gap, disc = rows[hit], gap[hit], disc[hit]
            self._touching[rows, 0] = True
            centres = in_world(self._discs[disc, None, :2], self.poses[rows])
            slope = self._solid.slope(self._place_of[rows], centres)[:, 0]
            self._push_out(rows, gap, slope, self._discs[disc])

    def _solid_gaps(self, rows: Tensor) -> Tensor:
        """Gap (R, D) between each disc and the nearest structure, metres."""
        centres = in_world(self._discs[:, :2], self.poses[rows])
        return self._solid.at(self._place_of[rows], centres) - self._discs[:, 2]

    def _meet_obstacles(self) -> None:
        assert self._near is not None
        _, rows, numbers = self._near
        if not len(rows):
            return
        for low, discs in ((False, self._discs), (True, self._wheels)):
            chosen = torch.nonzero(self._low[rows, numbers] == low)[:, 0]
            if len(chosen):
                self._meet_bodies(rows[chosen], numbers[chosen], discs)

    def _meet_bodies(self, rows: Tensor, numbers: Tensor, discs: Tensor) -> None:
        """Push robots out of bodies; of a robot that is in several, out of the one it is deepest in."""
        gap, disc = self._body_gaps(rows, numbers, discs)[0].min(dim=1)
        hit = torch.nonzero(gap < SKIN_M)[:, 0]
        if not len(hit):
            return
        rows, numbers, gap, disc = rows[hit], numbers[hit], gap[hit], disc[hit]
        self._touching[rows, 1 + self._bodies[rows, numbers, 6].long()] = True
        least = torch.full_like(self.poses[:, 0], torch.inf).scatter_reduce(0, rows, gap, "amin")
        deepest = torch.nonzero(gap == least[rows])[:, 0]
        deepest = deepest[torch.cat([torch.ones_like(deepest[:1], dtype=torch.bool), rows[deepest].diff() > 0])]
        rows, numbers, gap, disc = rows[deepest], numbers[deepest], gap[deepest], disc[deepest]
        slopes = self._body_gaps(rows, numbers, discs)[1]
        self._push_out(rows, gap, slopes[torch.arange(len(rows), device=self.device), disc], discs[disc])

    def _body_gaps(self, rows: Tensor, numbers: Tensor, discs: Tensor) -> tuple[Tensor, Tensor]:
        """Gap (K, D) between the discs of robots ``rows`` (K,) and their bodies ``numbers`` (K,), and its slope."""
        body = self._bodies[rows, numbers]
        centres = in_world(discs[:, :2], self.poses[rows])
        local = rotated(centres - body[:, None, :2], -body[:, 2:3])
        distances, slopes = box_distance(local, body[:, None, 3:5])
        return distances - body[:, 5:6] - discs[:, 2], rotated(slopes, body[:, 2:3])

    def _push_out(self, rows: Tensor, gap: Tensor, slope: Tensor, discs: Tensor) -> None:
        """Move robots ``rows`` (R,) along ``slope`` (R, 2), out of what their discs (R, 3) are in by ``-gap`` (R,)."""
        normal = slope / torch.linalg.vector_norm(slope, dim=1, keepdim=True).clamp(min=1e-6)
        arm = rotated(discs[:, :2], self.poses[rows, 2]) - normal * discs[:, 2:3]
        self._shift(rows, normal, arm, (-gap).clamp(min=0.0))

    def _shift(self, rows: Tensor, normal: Tensor, arm: Tensor, depth: Tensor) -> None:
        """Move robots so that their point at ``arm`` (R, 2) from the centre goes ``depth`` (R,) along ``normal``."""
        lever = arm[:, 0] * normal[:, 1] - arm[:, 1] * normal[:, 0]
        share = depth / (1.0 + lever * lever / GYRATION_M2)
        step = torch.cat([normal * share[:, None], (lever / GYRATION_M2 * share)[:, None]], dim=1)
        self.poses[rows] += step

    def _meet_pedestrians(self, running: Tensor) -> None:
        if not self._pedestrians:
            return
        gaps, normals = self._pedestrian_gaps(self._times() + self.rules.clock.tick_s)
        touching = (gaps < SKIN_M) & running[:, None]
        rows, numbers = torch.nonzero(touching, as_tuple=True)
        if not len(rows):
            return
        self._touching[rows, 1 + self._obstacles + numbers] = True
        for row, number in zip(rows.tolist(), numbers.tolist(), strict=True):
            self._crowds.touched(row, number, (int(self.ticks[row]) + 1) * self.rules.clock.tick_s)
        deepest, number = gaps.min(dim=1)
        hit = torch.nonzero(deepest < 0.0)[:, 0]
        normal = normals[hit, number[hit]]
        self._shift(hit, normal, torch.zeros_like(normal), -deepest[hit])

    def _pedestrian_gaps(self, times: np.ndarray) -> tuple[Tensor, Tensor]:
        """Gap (N, P) between each robot's box and its pedestrians, and the way from these to the robot (N, P, 2)."""
        places = torch.from_numpy(self._crowds.positions(times)).to(self.device, torch.float32)
        radii = torch.from_numpy(self._crowds.radii).to(self.device, torch.float32)
        local = rotated(places - self.poses[:, None, :2], -self.poses[:, 2:3])
        distances, slopes = box_distance(local, self._half)
        return distances - radii, -rotated(slopes, self.poses[:, 2:3])

    def _onsets(self) -> Tensor:
        """Contacts that begin (N, A): the actor was not touched for as long as the Rules ask."""
        free = math.ceil(self.rules.contact.debounce_s / self.rules.clock.tick_s - 1e-9)
        since = self.ticks[:, None] - self._last_touch - 1
        onsets = self._touching & (since >= free)
        self._last_touch = torch.where(self._touching, self.ticks[:, None], self._last_touch)
        return onsets

    # -- the end ------------------------------------------------------------------------------------------------------

    def _judge(self, running: Tensor) -> None:
        """Note which episodes have ended."""
        clock = self.rules.clock
        late = self.ticks >= round(clock.time_limit_s / clock.tick_s)
        _, inside = self._walkable.holds(self._place_of, self.poses[:, :2])
        near = torch.linalg.vector_norm(self.poses[:, :2] - self._goals, dim=1) <= self.rules.success.radius_m
        outcomes = torch.where(late, TIME_LIMIT, RUNNING)
        outcomes = torch.where(inside, outcomes, FALLEN)
        for row in torch.nonzero(near & running)[:, 0].tolist():
            if self._sees_goal(row):
                outcomes[row] = SUCCESS
        self.outcomes = torch.where(running, outcomes, self.outcomes)

    def _sees_goal(self, row: int) -> bool:
        episode = self.episodes[row]
        assert episode is not None
        place = self.poses[row, :2].double().cpu().numpy()
        return not self.rules.success.line_of_sight or line_of_sight(episode.place.grid, place, episode.episode.goal)

    # -- what can be measured -----------------------------------------------------------------------------------------

    @property
    def touching(self) -> Tensor:
        """(N,) whether the robot touches anything."""
        return self._touching.any(dim=1)

    def goals(self) -> Tensor:
        """(N, 2) the goals in the robots' frames, metres: the goal encoding of the judge."""
        return rotated(self._goals - self.poses[:, :2], -self.poses[:, 2])

    def costs_to_go(self) -> Tensor:
        """(N,) geodesic distance to the goal, metres."""
        return self._cost.at(self._episode_of, self.poses[:, None, :2])[:, 0]

    def edge_clearances(self) -> Tensor:
        """(N,) distance of the robot's centre from the edge of the walkable ground, metres, negative beyond it."""
        return self._edge.at(self._place_of, self.poses[:, None, :2])[:, 0]

    def off_walkable(self) -> Tensor:
        """(N,) whether the robot's centre is off the walkable ground."""
        return ~self._walkable.holds(self._place_of, self.poses[:, :2])[0]

    def solid_clearances(self) -> Tensor:
        """(N,) gap between the robot's body and the nearest structure or obstacle, at most ``REACH_M`` metres."""
        reach = REACH_M + self.rules.robot.radius_m
        nearest = torch.full_like(self.poses[:, 0], REACH_M)
        rows = torch.nonzero(self._solid.at(self._place_of, self.poses[:, None, :2])[:, 0] < reach)[:, 0]
        nearest[rows] = nearest[rows].minimum(self._solid_gaps(rows).amin(dim=1))
        rows, numbers = torch.nonzero((self._centre_gaps() < reach) & ~self._low, as_tuple=True)
        gaps = self._body_gaps(rows, numbers, self._discs)[0].amin(dim=1)
        return nearest.scatter_reduce(0, rows, gaps, "amin").clamp(min=0.0)

    def _centre_gaps(self) -> Tensor:
        """(N, B) at least so far are bodies from the robots' centres, metres."""
        size = torch.linalg.vector_norm(self._bodies[..., 3:5], dim=-1) + self._bodies[..., 5]
        return torch.linalg.vector_norm(self._bodies[..., :2] - self.poses[:, None, :2], dim=-1) - size

    def pedestrian_gaps(self) -> Tensor:
        """(N,) gap between the robot's body and the nearest pedestrian, metres; inf where there is none."""
        if not self._pedestrians:
            return torch.full_like(self.poses[:, 0], torch.inf)
        nearest = self._pedestrian_gaps(self._times())[0].amin(dim=1)
        return torch.where(nearest > FAR_M / 2.0, torch.inf, nearest.clamp(min=0.0))

    def pedestrian_poses(self) -> np.ndarray:
        """(N, P, 3) x, y, yaw of the pedestrians, world frame; nan for those that an episode lacks."""
        return self._crowds.poses(self._times())

    def pedestrian_velocities(self) -> np.ndarray:
        """(N, P, 2) m/s, world frame."""
        return self._crowds.velocities
