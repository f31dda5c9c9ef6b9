"""The judge's waypoint follower for many robots at once (torch): :mod:`navbench_gs.world.follower`, batched."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from navbench_gs.batched.footprint import rotated
from navbench_gs.domain.rules import Rules
from navbench_gs.world.follower import SHORTEST_M, TURN_S


def limited(commands: Tensor, rules: Rules) -> Tensor:
    """The commands (N, 2) nearest to those given that the robot can obey: never backwards, within its limits."""
    robot = rules.robot
    speeds = commands[:, 0].clamp(0.0, robot.max_speed_mps)
    return torch.stack([speeds, commands[:, 1].clamp(-robot.max_yaw_rate_rps, robot.max_yaw_rate_rps)]).T


def wrapped(angles: Tensor) -> Tensor:
    """Angles (...,) in radians, moved into ``[-pi, pi)``."""
    return torch.remainder(angles + math.pi, 2.0 * math.pi) - math.pi


class BatchFollower:
    """N followers; each stands until it is given a plan, and when its plan is too old."""

    def __init__(self, robots: int, horizon: int, period_s: float, rules: Rules, device: str = "cpu") -> None:
        self._rules, self._period_s = rules, period_s
        self._points = torch.zeros(robots, horizon + 1, 2, device=device)
        self._lengths = torch.zeros(robots, horizon + 1, device=device)
        self._progress_m = torch.zeros(robots, device=device)
        self._age_s = math.inf

    def follow(self, waypoints: Tensor, poses: Tensor) -> None:
        """All robots take new plans (N, H, 2), each in the frame of its pose (N, 3)."""
        turned = rotated(waypoints, poses[:, 2:3]) + poses[:, None, :2]
        self._points = torch.cat([poses[:, None, :2], turned], dim=1)
        steps = torch.linalg.vector_norm(self._points.diff(dim=1), dim=-1)
        self._lengths = torch.cat([torch.zeros_like(steps[:, :1]), steps.cumsum(dim=1)], dim=1)
        self._progress_m = torch.zeros_like(self._progress_m)
        self._age_s = 0.0

    def command(self, poses: Tensor, seconds: float) -> Tensor:
        """Commands (N, 2) for robots at poses (N, 3); the plans then are ``seconds`` older."""
        follower = self._rules.follower
        held = self._age_s < follower.hold_s - 1e-9
        self._age_s += seconds
        if not held:
            return torch.zeros_like(poses[:, :2])
        self._advance(poses[:, :2], 2.0 * follower.lookahead_m)
        target_m = torch.minimum(self._progress_m + follower.lookahead_m, self._lengths[:, -1])
        target, target_index = self._point(target_m)
        offset = target - poses[:, :2]
        bearing = wrapped(torch.atan2(offset[:, 1], offset[:, 0]) - poses[:, 2])
        ahead_m = target_m - self._progress_m
        steps = target_index - self._point(self._progress_m)[1]
        speed = torch.where(steps > 0.0, ahead_m / (steps * self._period_s).clamp(min=1e-9), 0.0)
        speed = speed.clamp(0.0, self._rules.robot.max_speed_mps)
        away = torch.linalg.vector_norm(offset, dim=-1).clamp(min=SHORTEST_M)
        driving = torch.stack([speed, speed * 2.0 * torch.sin(bearing) / away], dim=1)
        turning = torch.stack([torch.zeros_like(bearing), bearing / TURN_S], dim=1)
        turns = (bearing.abs() > follower.turn_in_place_rad)[:, None]
        commands = limited(torch.where(turns, turning, driving), self._rules)
        return torch.where((ahead_m < SHORTEST_M)[:, None], 0.0, commands)

    def _advance(self, places: Tensor, window_m: float) -> None:
        """Move the progress to the point nearest to each place (N, 2) among the next ``window_m`` metres."""
        start = self._progress_m[:, None]
        end = torch.minimum(start + window_m, self._lengths[:, -1:])
        low, high = self._lengths[:, :-1], self._lengths[:, 1:]
        firsts = self._points[:, :-1]
        units = self._points.diff(dim=1) / (high - low).clamp(min=1e-12)[..., None]
        along = ((places[:, None] - firsts) * units).sum(dim=-1)
        along = torch.minimum(torch.maximum(along, (start - low).clamp(min=0.0)), torch.minimum(end, high) - low)
        gaps = torch.linalg.vector_norm(places[:, None] - firsts - along[..., None] * units, dim=-1)
        number = torch.arange(gaps.shape[1], device=gaps.device)
        ahead = (number >= self._segments(self._progress_m)[:, None]) & (low <= end)
        gaps = torch.where(ahead, gaps, torch.inf)
        best = torch.where(gaps == gaps.amin(dim=1, keepdim=True), number, gaps.shape[1]).amin(dim=1, keepdim=True)
        self._progress_m = (low + along).gather(1, best)[:, 0]

    def _segments(self, distances_m: Tensor) -> Tensor:
        """Number (N,) of the segment that holds each distance (N,)."""
        reached = (self._lengths <= distances_m[:, None]).sum(dim=1) - 1
        return reached.clamp(0, self._lengths.shape[1] - 2)

    def _point(self, distances_m: Tensor) -> tuple[Tensor, Tensor]:
        """The points (N, 2) at distances (N,) along the plans, and their fractional numbers (N,)."""
        segment = self._segments(distances_m)[:, None]
        low, high = self._lengths.gather(1, segment), self._lengths.gather(1, segment + 1)
        span = high - low
        share = torch.where(span > 0.0, ((distances_m[:, None] - low) / span.clamp(min=1e-30)).clamp(0.0, 1.0), 0.0)
        pair = segment[..., None].expand(-1, -1, 2)
        a, b = self._points.gather(1, pair), self._points.gather(1, pair + 1)
        return (a + share[..., None] * (b - a))[:, 0], (segment + share)[:, 0]
