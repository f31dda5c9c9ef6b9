"""Result: one row. Identity, outcome, numbers; everything that depends on machine or clock under ``timing``."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from navbench_gs.domain.record import Record
from navbench_gs.domain.trajectory import Ended

FailureClass = Literal["stuck", "lost", "slow", "fallen", "agent-error"]
ContactKind = Literal["scene", "obstacle", "pedestrian"]


class Timing(Record):
    """What may differ between two equal runs."""

    decisions: int = 0
    act_mean_ms: float | None = None
    act_p95_ms: float | None = None
    wall_s: float | None = None
    host: str = ""
    device: str = ""
    renderer: str = ""
    started: str = ""
    """UTC, ISO 8601."""


class Score(Record):
    """What the metrics say of one recording (Rules v0; docs/rules.md has each formula)."""

    success: bool
    strict_success: bool
    """Success without any collision."""
    route_completion: float = Field(ge=0, le=1)
    collision_times: int = Field(ge=0)
    collisions_scene: int = Field(ge=0)
    collisions_obstacle: int = Field(ge=0)
    collisions_pedestrian: int = Field(ge=0)
    collisions_at_fault: int = Field(ge=0)
    contact_steps: int = Field(ge=0)
    """Ticks with any contact."""
    distinct_actors: int = Field(ge=0)
    off_walkable_share: float = Field(ge=0, le=1)
    spl: float = Field(ge=0, le=1)
    soft_spl: float = Field(ge=0, le=1)
    time_s: float = Field(ge=0)
    path_length_m: float = Field(ge=0)
    min_pedestrian_distance_m: float | None = None
    """Smallest surface distance to a pedestrian; None without pedestrians."""
    psc: float | None = None
    """Share of ticks with every pedestrian at least 0.5 m away (surface); None without pedestrians."""
    min_ttc_s: float | None = None
    """Smallest time to collision with a pedestrian within the horizon; None if there is none."""
    mean_jerk_mps3: float = Field(ge=0)
    support_mean: float | None = Field(None, ge=0, le=1)
    """Share of the view that the scene's capture supports, mean over the pictures; None for agents that see none."""
    support_min: float | None = Field(None, ge=0, le=1)
    """The same in the worst picture."""
    camera_distance_mean_m: float | None = Field(None, ge=0)
    """Distance to the nearest training camera, mean over the pictures; None where these are unknown."""
    camera_distance_max_m: float | None = Field(None, ge=0)
    """The same in the farthest picture."""
    ended: Ended
    failure: FailureClass | None = None
    first_collision: ContactKind | None = None


class Result(Score):
    """One row of ``results.jsonl``."""

    scene: str
    task: str
    index: int
    suite: str
    provenance: str
    embodiment: str
    agent: str
    agent_revision: str
    weights: str | None
    privileged: bool
    needs: str
    """The card's needs as one short text, for the table."""
    decision_period_s: float
    agent_seed: int
    rules: str
    episode: str
    version: str
    """Of the package."""
    renderer: str
    """Name of the renderer's picture rules (``none`` if the agent sees no picture)."""
    perturbation: str = ""
    """Variant of the camera, for example ``haze:0.05``; empty: the Rules' camera."""
    error: str | None = None
    """Message of an agent's own failure."""
    timing: Timing

    @property
    def key(self) -> tuple[str, str, int]:
        """Scene, task and index."""
        return self.scene, self.task, self.index
