"""Trajectory: the recording of one episode, never a plan. All that metrics read."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ended = Literal["success", "time-limit", "fallen", "agent-error"]
CONTACT_KINDS = ("scene", "obstacle", "pedestrian")
"""What the robot can touch; ``contact_kind`` indexes this."""


@dataclass(frozen=True, eq=False)
class Trajectory:
    """What happened, tick by tick: T ticks give T + 1 poses. P pedestrians, C contact records."""

    scene: str
    task: str
    index: int
    episode: str
    """Digest of the Episode driven."""
    rules: str
    """Digest of the Rules it was driven under."""
    tick_s: float
    poses: Floats
    """(T + 1, 3) robot pose x, y, yaw, world frame; the first at time zero."""
    velocities: Floats
    """(T + 1, 2) measured forward speed m/s and yaw rate rad/s."""
    commands: Floats
    """(T, 2) velocity command in force during each tick (what re-simulation replays)."""
    remaining_m: Floats
    """(T + 1,) geodesic cost-to-go to the goal on the obstacle-free grid."""
    on_walkable: NDArray[np.bool_]
    """(T + 1,) whether the robot's centre is on the walkable area."""
    pedestrians: Floats
    """(T + 1, P, 3) pedestrian poses x, y, yaw, world frame."""
    contact_tick: NDArray[np.int32]
    """(C,) tick during which the robot's body touched something (1..T); one record per tick and actor."""
    contact_kind: NDArray[np.int32]
    """(C,) index into ``CONTACT_KINDS``."""
    contact_actor: NDArray[np.int32]
    """(C,) number of the obstacle or pedestrian in the Episode; 0 for the scene."""
    contact_approach_mps: Floats
    """(C,) robot's speed towards what it touched at the first physics step of the contact in that tick, m/s."""
    decision_ticks: NDArray[np.int32]
    """(D,) ticks at whose start the agent decided."""
    ended: Ended
    message: str = ""
    """Why, if the agent failed."""
    perturbation: str = ""
    """Name of the variant of the camera that the agent saw by; empty: the Rules' camera."""
    support: Floats = field(default_factory=lambda: np.zeros(0))
    """(D,) share of the view, at each decision, that the scene's capture supports; (0,) if the agent saw nothing."""
    camera_distance_m: Floats = field(default_factory=lambda: np.zeros(0))
    """(D,) distance from the eye to the nearest training camera at each decision; (0,) where these are unknown."""

    @property
    def duration_s(self) -> float:
        """Simulated time driven, seconds."""
        return (len(self.poses) - 1) * self.tick_s
