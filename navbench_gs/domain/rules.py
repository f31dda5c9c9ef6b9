"""Rules: every number that defines the game. Code and version, never options; the digest stands in each row.

The paper publishes no protocol, so each number is ours ("assumed" in docs/rules.md).
"""

from __future__ import annotations

import math

from pydantic import Field

from navbench_gs.domain.record import Record
from navbench_gs.errors import AgentCardError

PERIOD_TOLERANCE_S = 1e-9
"""Periods that differ by less are the same."""


class ClockRules(Record):
    """Time steps."""

    tick_s: float = 0.05
    """Control tick: the follower decides, poses are recorded."""
    physics_hz: int = 240
    pedestrian_decision_hz: int = 10
    pedestrian_far_hz: int = 30
    """How often pedestrians beyond ``pedestrian_near_m`` of the robot are moved; nearer ones move every step."""
    pedestrian_near_m: float = 2.0
    decision_period_s: float = 0.2
    """Default time between two decisions of an agent; a card may declare another multiple of the tick."""
    time_limit_s: float = 60.0

    def ticks_per_decision(self, period_s: float) -> int:
        """Control ticks that a decision stays in force for, at least 1, of its period in seconds.

        Raises:
            AgentCardError: the period is no multiple of the tick; the message names the nearest one that is.
        """
        ticks = round(period_s / self.tick_s)
        if ticks < 1 or abs(ticks * self.tick_s - period_s) > PERIOD_TOLERANCE_S:
            nearest = max(ticks, 1) * self.tick_s
            raise AgentCardError(
                f"decision period {period_s} s is not a multiple of {self.tick_s} s; nearest: {nearest:g} s"
            )
        return ticks


class RobotRules(Record):
    """The embodiment ``wheeled``: a differential-drive box."""

    name: str = "wheeled"
    length_m: float = 0.60
    width_m: float = 0.50
    height_m: float = 0.50
    mass_kg: float = 30.0
    max_speed_mps: float = 1.2
    """Forward speed limit; the robot does not drive backwards."""
    max_yaw_rate_rps: float = 1.2
    max_acceleration_mps2: float = 2.0
    max_yaw_acceleration_rps2: float = 4.0

    @property
    def radius_m(self) -> float:
        """Radius of the circle around the box, metres."""
        return math.hypot(self.length_m, self.width_m) / 2.0


class CameraRules(Record):
    """The robot's camera; an agent declares width x height."""

    height_m: float = 0.5
    forward_m: float = 0.25
    pitch_rad: float = 0.0
    horizontal_fov_deg: float = 90.0
    width_px: int = 160
    height_px: int = 120
    max_width_px: int = 640
    max_height_px: int = 480
    near_m: float = 0.1


class FollowerRules(Record):
    """The shared waypoint follower: pure pursuit on the time-stamped path."""

    lookahead_m: float = 0.5
    turn_in_place_rad: float = math.radians(60.0)
    hold_s: float = 1.0
    """How long the last plan is held before the robot stops."""


class SuccessRules(Record):
    """When an episode is won or lost outright."""

    radius_m: float = 1.0
    line_of_sight: bool = True
    fallen_tilt_rad: float = math.radians(45.0)
    fallen_drop_m: float = 0.5
    """Below the lowest ground of the scene by more than this: the robot has left the ground."""


class ContactRules(Record):
    """What counts as one collision."""

    debounce_s: float = 1.0
    at_fault_speed_mps: float = 0.1
    pedestrian_resume_s: float = 1.0
    kerb_m: float = 0.05
    """Steps of the ground above this height are structure."""
    psc_distance_m: float = 0.5
    """Surface distance of personal space compliance."""
    ttc_horizon_s: float = 5.0


class FailureRules(Record):
    """How a failed episode is classed."""

    stuck_distance_m: float = 0.5
    window_s: float = 10.0


class SamplingRules(Record):
    """How episodes are frozen: written geometric rules, never the success of an agent."""

    episodes_per_task: int = 10
    geodesic_m: tuple[float, float] = (10.0, 30.0)
    start_heading_rad: float = math.radians(30.0)
    clearance_m: float = 0.5
    """Radius of the disc that must fit everywhere along the free path."""
    passing_clearance_m: float = 0.75
    """The same where pedestrians walk: wide enough for one and the robot to pass each other."""
    detour_share: float = 0.4
    """Share of the episodes of a scene whose geodesic / Euclidean distance is at least ``detour_ratio``."""
    detour_ratio: float = 1.1
    obstacles: tuple[int, int] = (6, 10)
    obstacle_near_route_m: float = 1.0
    """An obstacle whose footprint comes this close to the reference route is near it."""
    obstacle_near_share: float = 0.5
    obstacle_start_clear_m: float = 2.0
    obstacle_goal_clear_m: float = 2.0
    obstacle_gap_m: float = 0.1
    """Smallest gap between two footprints."""
    route_stretch: float = 1.5
    """The reference route, wide enough and round all obstacles, is at most this times the geodesic distance."""
    pedestrians: tuple[int, int] = (4, 9)
    pedestrian_speed_mps: tuple[float, float] = (0.6, 1.5)
    pedestrian_radius_m: float = 0.28
    pedestrian_blind_share: float = 0.3
    pedestrian_cross_share: float = 0.5
    pedestrian_start_clear_m: float = 3.0
    pedestrian_clearance_m: float = 0.35
    """Radius of the disc that must fit along the line on which a pedestrian crosses, and at all its goals."""
    pedestrian_run_m: tuple[float, float] = (1.2, 6.0)
    """How far a crossing pedestrian walks beyond the route, at least and at most, and at least before it."""
    pedestrian_gap_m: float = 0.8
    """Smallest distance between two pedestrians at the start."""
    timing_speed_mps: float = 1.0
    """Speed of the imagined robot that crossing pedestrians are timed to meet."""


class Rules(Record):
    """Every number that defines a score."""

    version: str = "v0"
    clock: ClockRules = Field(default_factory=ClockRules)
    robot: RobotRules = Field(default_factory=RobotRules)
    camera: CameraRules = Field(default_factory=CameraRules)
    follower: FollowerRules = Field(default_factory=FollowerRules)
    success: SuccessRules = Field(default_factory=SuccessRules)
    contact: ContactRules = Field(default_factory=ContactRules)
    failure: FailureRules = Field(default_factory=FailureRules)
    sampling: SamplingRules = Field(default_factory=SamplingRules)
    agent_time_limit_s: float = 30.0
    """Wall-clock limit of one decision; beyond it the episode is an incident, not a score."""


RULES_V0 = Rules()
