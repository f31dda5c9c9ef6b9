"""Episode: one frozen problem in one scene."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from navbench_gs.domain.record import Record

Point = tuple[float, float]
Pose = tuple[float, float, float]
Behaviour = Literal["blind", "share", "yield"]
"""How a pedestrian answers the robot: not at all, takes half of the avoidance, takes all of it."""


class ObstaclePlacement(Record):
    """One static obstacle."""

    kind: str
    """Name of a type in ``navbench_gs.catalogue.obstacles``."""
    pose: Pose
    look_seed: int = 0
    """Which variant of the type's looks."""


class PedestrianPlacement(Record):
    """One pedestrian: where it starts, which goals it walks to in turn (then round again)."""

    look: str
    """Name of an appearance in ``navbench_gs.catalogue.pedestrians``."""
    start: Pose
    goals: tuple[Point, ...] = Field(min_length=1)
    speed_mps: float = Field(gt=0)
    radius_m: float = Field(gt=0)
    behaviour: Behaviour
    wait_s: float = 0.0
    """Stands this long before it starts to walk."""


class Episode(Record):
    """One problem: scene, task, index, start, goal, reference route, obstacles, pedestrians."""

    scene: str
    task: str
    index: int = Field(ge=0)
    rules: str
    """Version of the Rules it was frozen under."""
    start: Pose
    goal: Point
    route: tuple[Point, ...] = Field(min_length=2)
    """Reference route (P, 2) from start to goal, metres, free of obstacles when the episode has any."""
    geodesic_m: float = Field(gt=0)
    """Shortest walkable distance from start to goal on the obstacle-free grid."""
    obstacles: tuple[ObstaclePlacement, ...] = ()
    pedestrians: tuple[PedestrianPlacement, ...] = ()

    @property
    def key(self) -> tuple[str, str, int]:
        """Scene, task and index: what the episode is called in every file."""
        return self.scene, self.task, self.index

    @property
    def name(self) -> str:
        """The key as one word, fit for a file name: ``plaza_03-obstacle-0``."""
        return f"{self.scene}-{self.task}-{self.index}"


class EpisodeFile(Record):
    """The file ``episodes/<task>.json`` of a scene's folder."""

    scene: str
    task: str
    rules: str
    terrain_sha256: str
    """Hash of the terrain the episodes were frozen on."""
    rejected: dict[str, int] = Field(default_factory=dict)
    """Geometric rule -> number of candidates it rejected while sampling."""
    episodes: tuple[Episode, ...]
