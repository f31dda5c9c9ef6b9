"""The training world: many robots at once, without a physics engine (torch).

Robots move as the judge's does: set-points follow commands within the acceleration limits, in the same physics steps.
What they touch is found by the discs of their footprint, and pushes them out. Each robot has an episode of its own,
with its own obstacles and pedestrians; robots neither see nor touch each other. ``docs/training-world.md`` says how
far this is from the judge's world.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from navbench_gs.batched.contact_log import ContactLog
from navbench_gs.batched.crowds import FAR_M, Crowds
from navbench_gs.batched.follower import wrapped
from navbench_gs.batched.footprint import box_distance, box_slope, length, rotated
from navbench_gs.batched.leaning import Leaning
from navbench_gs.batched.surroundings import SKIN_M, Overlap, Surroundings
from navbench_gs.batched.training_ground import TrainingEpisode
from navbench_gs.domain.rules import Rules
from navbench_gs.terrain.sight import line_of_sight

GYRATION_M2 = 0.05
"""Moment of inertia of the robot about the vertical, over its mass, square metres."""
RUNNING, SUCCESS, FALLEN, TIME_LIMIT = range(4)
"""How a robot's episode stands."""

Floats = NDArray[np.float64]


class KinematicWorld:
    """N robots. Load what there is with :meth:`load`, then :meth:`begin` episodes and :meth:`tick`.

    ``crowds`` are the pedestrians; by default those that walk as the judge's do.
    """

    def __init__(self, robots: int, rules: Rules, device: str = "cpu", crowds: Crowds | None = None) -> None:
        self.rules, self.device = rules, device
        self.around = Surroundings(robots, rules, device)
        self._crowds, self._contacts = crowds or Crowds(robots, rules), ContactLog(robots, rules, device)
        self._half = torch.tensor([rules.robot.length_m / 2.0, rules.robot.width_m / 2.0], device=device)
        limits = torch.tensor([rules.robot.max_acceleration_mps2, rules.robot.max_yaw_acceleration_rps2])
        self._a_step = (limits / rules.clock.physics_hz).to(device)
        self._set_points = torch.zeros(2, robots, device=device).T
        self._leaning = Leaning(robots, rules, device)
        self.episodes: list[TrainingEpisode | None] = [None] * robots
        self.poses = torch.zeros(3, robots, device=device).T
        """(N, 3) x, y, yaw, world frame; all x lie together, then all y, then all yaw: that makes steps fast."""
        self.velocities = torch.zeros(2, robots, device=device).T
        """(N, 2) forward speed m/s, yaw rate rad/s."""
        self.ticks = torch.zeros(robots, dtype=torch.long, device=device)
        """(N,) ticks since the start."""
        self.outcomes = torch.zeros(robots, dtype=torch.long, device=device)
        """(N,) ``RUNNING``, ``SUCCESS``, ``FALLEN`` or ``TIME_LIMIT``; a robot whose episode is over stands still."""

    def load(self, episodes: Sequence[TrainingEpisode]) -> None:
        """Make ``episodes`` those that robots may begin; a robot whose own is not among them must begin one next."""
        self.around.load(episodes)
        self._people = max(len(episode.episode.pedestrians) for episode in episodes)
        self._contacts.resize(max(len(episode.episode.obstacles) for episode in episodes), self._people)
        self._crowds.resize(self._people)
        kept = {row: one for row, one in enumerate(self.episodes) if one is not None and self.around.holds(one)}
        if kept:
            self.around.enter(torch.tensor(list(kept), device=self.device), list(kept.values()))

    def begin(self, rows: Sequence[int], episodes: Sequence[TrainingEpisode]) -> None:
        """Put robots ``rows`` at the starts of loaded episodes, one each, at rest."""
        for row, episode in zip(rows, episodes, strict=True):
            self.episodes[row] = episode
            if self._people:
                self._crowds.begin(row, episode)
        begun = torch.tensor(rows, device=self.device)
        self.around.enter(begun, episodes)
        self._contacts.begin(begun)
        self._leaning.begin(begun)
        self.poses[begun] = torch.tensor([episode.episode.start for episode in episodes], device=self.device)
        self.velocities[begun] = self._set_points[begun] = 0.0
        self.ticks[begun], self.outcomes[begun] = 0, RUNNING

    def tick(self, commands: Tensor) -> tuple[Tensor, Tensor]:
        """Advance all robots whose episodes run by one control tick under ``commands`` (N, 2), within the limits.

        Returns:
            Which contacts begin (N, 3), by kind: scene, obstacle, pedestrian; and how many there are (N,).
        """
        running, before = self.outcomes == RUNNING, self.poses
        self._let_pedestrians_decide(running)
        self._drive(commands, running)
        self._contacts.begin_tick()
        self._meet_solids()
        self._meet_pedestrians(running)
        self.poses = torch.where(running[:, None], self.poses, before)
        self.ticks = self.ticks + running
        onsets = self._contacts.onsets(self.ticks, running)
        self._measure_velocities(before, running)
        self.outcomes = torch.where(running, self._judged(running), self.outcomes)
        return onsets

    # -- motion -------------------------------------------------------------------------------------------------------

    def _drive(self, commands: Tensor, running: Tensor) -> None:
        """Ramp the set-points in the judge's physics steps, and roll as far as leaning lets."""
        clock, a_step = self.rules.clock, self._a_step
        steps = round(clock.tick_s * clock.physics_hz)
        change = commands - self._set_points
        size = change.abs()
        ramps = torch.floor(size / a_step).clamp_(max=steps)
        gained = a_step * ramps * (ramps + 1.0) / 2.0 + size * (steps - ramps)
        moved = (self._set_points * steps + change.sign() * gained) / clock.physics_hz
        wanted = self._set_points + torch.clamp(change, -a_step * steps, a_step * steps)
        distance, turn = (moved - self._leaning.lost(self._set_points, change)).unbind(dim=1)
        self._set_points = torch.where(running[:, None], wanted, self._set_points)
        heading = self.poses[:, 2] + turn / 2.0
        chord = distance * (1.0 - turn * turn / 24.0)
        x, y = self.poses[:, 0] + chord * torch.cos(heading), self.poses[:, 1] + chord * torch.sin(heading)
        self.poses = torch.stack([x, y, wrapped(self.poses[:, 2] + turn)]).T

    def _measure_velocities(self, before: Tensor, running: Tensor) -> None:
        """Of robots that touch something, how they moved in this tick; of others, how fast they are at its end."""
        turn, moved = wrapped(self.poses[:, 2] - before[:, 2]), self.poses[:, :2] - before[:, :2]
        heading = before[:, 2] + turn / 2.0
        ahead = moved[:, 0] * torch.cos(heading) + moved[:, 1] * torch.sin(heading)
        measured = torch.stack([ahead, turn]).T / self.rules.clock.tick_s
        velocities = torch.where(self.touching[:, None], measured, self._leaning.velocities(self._set_points))
        self.velocities = torch.where(running[:, None], velocities, self.velocities)

    # -- contacts -----------------------------------------------------------------------------------------------------

    def _meet_solids(self) -> None:
        self.around.look_around(self.poses)
        structure = self.around.in_structure(self.poses)
        if structure is not None:
            self._contacts.scene(structure.rows)
            self._push_out(structure)
        for low in (False, True):
            touched = self.around.in_bodies(self.poses, low)
            if touched is not None:
                rows, obstacles, deepest = touched
                self._contacts.obstacles(rows, obstacles)
                self._push_out(deepest)

    def _push_out(self, overlap: Overlap) -> None:
        """Move robots so that where they touch comes out; what acts beside the centre turns them too."""
        normals, arms = overlap.normals, overlap.arms
        lever = arms[:, 0] * normals[:, 1] - arms[:, 1] * normals[:, 0]
        depth = (-overlap.gaps).clamp(min=0.0) / (1.0 + lever * lever / GYRATION_M2)
        shift = torch.cat([normals, (lever / GYRATION_M2)[:, None]], dim=1) * depth[:, None]
        self.poses.index_add_(0, overlap.rows, shift)

    def _let_pedestrians_decide(self, running: Tensor) -> None:
        if self._people:
            clock = self.rules.clock
            period = round(1.0 / clock.pedestrian_decision_hz / clock.tick_s)
            due = (running & (self.ticks % period == 0)).cpu().numpy()
            if due.any():
                self._crowds.decide(due, self._times(), self.poses.cpu().numpy(), self.velocities.cpu().numpy())

    def _meet_pedestrians(self, running: Tensor) -> None:
        if not self._people:
            return
        times = self._times() + self.rules.clock.tick_s
        local, radii = self._pedestrians_seen(times)
        gaps = box_distance(local, self._half) - radii
        rows, numbers = torch.nonzero((gaps < SKIN_M) & running[:, None], as_tuple=True)
        self._contacts.pedestrians(rows, numbers)
        for row, number in zip(rows.tolist(), numbers.tolist(), strict=True):
            self._crowds.touched(row, number, float(times[row]))
        least, nearest = gaps.min(dim=1)
        hit = torch.nonzero(least < 0.0)[:, 0]
        normals = -rotated(box_slope(local[hit, nearest[hit]], self._half), self.poses[hit, 2])
        self._push_out(Overlap(hit, least[hit], normals, torch.zeros_like(normals)))

    def _pedestrians_seen(self, times: Floats) -> tuple[Tensor, Tensor]:
        """Places (N, P, 2) of the pedestrians in the robots' frames, and their radii (N, P), metres."""
        places = torch.from_numpy(self._crowds.positions(times)).to(self.device, torch.float32)
        radii = torch.from_numpy(self._crowds.radii).to(self.device, torch.float32)
        return rotated(places - self.poses[:, None, :2], -self.poses[:, 2:3]), radii

    # -- the end ------------------------------------------------------------------------------------------------------

    def _judged(self, running: Tensor) -> Tensor:
        """(N,) how the episodes stand."""
        clock = self.rules.clock
        late = self.ticks >= round(clock.time_limit_s / clock.tick_s)
        outcomes = torch.where(self.around.on_ground(self.poses), torch.where(late, TIME_LIMIT, RUNNING), FALLEN)
        gaps = length(*(self.poses[:, :2] - self.around.goals).unbind(dim=1))
        for row in torch.nonzero((gaps <= self.rules.success.radius_m) & running)[:, 0].tolist():
            if self._sees_goal(row):
                outcomes[row] = SUCCESS
        return outcomes

    def _sees_goal(self, row: int) -> bool:
        episode = self.episodes[row]
        assert episode is not None
        place = self.poses[row, :2].double().cpu().numpy()
        return not self.rules.success.line_of_sight or line_of_sight(episode.place.grid, place, episode.episode.goal)

    # -- what can be measured -----------------------------------------------------------------------------------------

    @property
    def touches(self) -> Tensor:
        """(N, A) what each robot touches: the scene, then its obstacles, then its pedestrians."""
        return self._contacts.touching

    @property
    def touching(self) -> Tensor:
        """(N,) whether the robot touches anything."""
        return self._contacts.touching.any(dim=1)

    def goals(self) -> Tensor:
        """(N, 2) the goals in the robots' frames, metres: the goal encoding of the judge."""
        return rotated(self.around.goals - self.poses[:, :2], -self.poses[:, 2])

    def pedestrian_gaps(self) -> Tensor:
        """(N,) gap between the robot's body and the nearest pedestrian, metres; inf where there is none."""
        if not self._people:
            return torch.full_like(self.poses[:, 0], torch.inf)
        local, radii = self._pedestrians_seen(self._times())
        nearest = (box_distance(local, self._half) - radii).amin(dim=1)
        return torch.where(nearest > FAR_M / 2.0, torch.inf, nearest.clamp(min=0.0))

    def pedestrian_poses(self) -> Floats:
        """(N, P, 3) x, y, yaw of the pedestrians, world frame; far away are those that an episode lacks."""
        return self._crowds.poses(self._times())

    def pedestrian_velocities(self) -> Floats:
        """(N, P, 2) m/s, world frame."""
        return self._crowds.velocities

    def _times(self) -> Floats:
        """(N,) seconds since the start."""
        times: Floats = self.ticks.cpu().numpy() * self.rules.clock.tick_s
        return times
