"""Actors: the obstacles and pedestrians of an episode as Gaussians, to be drawn together with its scene."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from navbench_gs.catalogue.gait import Skeleton, pose_skeleton
from navbench_gs.catalogue.obstacles import OBSTACLES, obstacle_look
from navbench_gs.catalogue.pedestrians import cycle_length_m, figure
from navbench_gs.domain.cloud import NO_GAUSSIANS, GaussianCloud
from navbench_gs.domain.episode import Episode
from navbench_gs.domain.scene import Scene
from navbench_gs.domain.source import SceneLight
from navbench_gs.domain.state import WorldState
from navbench_gs.render.lighting import lit_cloud
from navbench_gs.render.people import Carriers, People, carriers_of
from navbench_gs.render.shadows import GOLDEN_ANGLE, body_shadow, contact_shadow
from navbench_gs.splats.surfels import join_surfels

Floats = NDArray[np.float64]
GroundHeight = Callable[[float, float], float]
"""World x, y -> height of the ground, metres."""

BRISK_WALK_MPS = 1.4
"""Speed at which figures take their full stride."""
STANDING_MPS = 0.05
"""Below this speed a pedestrian stands with its feet together."""


def flat_ground(x: float, y: float) -> float:
    """Height zero everywhere."""
    return 0.0


class Stage:
    """What stands and walks in one episode, ready to be drawn at any moment of it.

    The legs of a pedestrian turn with the distance it has walked since the first state shown, so the same sequence of
    states gives the same pictures. A state older than the last one begins a new sequence.

    Args:
        scene: whose sun lights the actors.
        episode: its obstacles and pedestrians.
        ground_height: height of the ground under an actor.
        light: how much sun and sky reaches the places of the scene; None: all of it everywhere.
    """

    def __init__(
        self,
        scene: Scene,
        episode: Episode,
        ground_height: GroundHeight = flat_ground,
        light: SceneLight | None = None,
    ) -> None:
        self._sun, self._light = scene.sun, light
        self._ground_height = ground_height
        self._figures = [figure(pedestrian.look) for pedestrian in episode.pedestrians]
        shadows = [contact_shadow(pedestrian.radius_m) for pedestrian in episode.pedestrians]
        self._obstacles = self._lit_obstacles(episode)
        self._people = People(self._figures, shadows, self._obstacles or NO_GAUSSIANS) if self._figures else None
        self._last: WorldState | None = None
        self._phases = self._first_phases()

    def actors(self, state: WorldState) -> GaussianCloud | None:
        """All actors at the moment of ``state``, lit, in the world frame; None if the episode has none."""
        return actors_of([self], [state])[0]

    def carriers(self, poses: Floats, skeletons: Sequence[Skeleton]) -> Carriers:
        """What carries P people at ``poses`` (P, 4) in this scene, whoever they are."""
        return carriers_of(poses, skeletons, self._sun, self._light)

    def walk(self, state: WorldState) -> tuple[Floats, list[Skeleton]]:
        """Walk on to ``state``: where everybody stands, (P, 4) ``(x, y, ground, yaw)``, and how its limbs are."""
        strides = [stride_at(velocity) for velocity in state.pedestrian_velocities.tolist()]
        self._walk_to(state, strides)
        places = state.pedestrians.tolist()
        poses = [(x, y, self._ground_height(x, y), yaw) for x, y, yaw in places]
        walks = zip(self._figures, self._phases.tolist(), strides, strict=True)
        skeletons = [
            pose_skeleton(person.height_m, person.appearance.build, phase, stride) for person, phase, stride in walks
        ]
        return np.array(poses).reshape(-1, 4), skeletons

    def shown(self, carriers: Carriers, first: int) -> GaussianCloud | None:
        """All actors, the pedestrians on ``carriers`` from person number ``first`` on; None if the episode has none."""
        return self._obstacles if self._people is None else self._people.cloud(carriers, self._sun, first)

    def _lit_obstacles(self, episode: Episode) -> GaussianCloud | None:
        parts = []
        for obstacle in episode.obstacles:
            x, y, yaw = obstacle.pose
            look = obstacle_look(obstacle.kind, obstacle.look_seed)
            shadow = body_shadow(OBSTACLES[obstacle.kind].bodies)
            parts.append(join_surfels([look, shadow]).moved(x, y, self._ground_height(x, y), yaw))
        return lit_cloud(join_surfels(parts), self._sun, self._light) if parts else None

    def _first_phases(self) -> Floats:
        return np.arange(len(self._figures), dtype=np.float64) * GOLDEN_ANGLE

    def _walk_to(self, state: WorldState, strides: Sequence[float]) -> None:
        """Advance each gait by the distance between the last state's position and this one's."""
        if self._last is None or state.time_s < self._last.time_s:
            self._phases = self._first_phases()
        else:
            steps = np.hypot(*(state.pedestrians[:, :2] - self._last.pedestrians[:, :2]).T)
            walks = zip(self._figures, steps.tolist(), strides, strict=True)
            for index, (person, step, stride) in enumerate(walks):
                cycle = cycle_length_m(person, stride)
                if cycle > 0.0:
                    self._phases[index] += 2.0 * math.pi * step / cycle
        self._last = state


def actors_of(stages: Sequence[Stage | None], states: Sequence[WorldState]) -> list[GaussianCloud | None]:
    """:meth:`Stage.actors` of several stages in one scene, None where none is; all limbs are placed and lit at once."""
    shown: list[GaussianCloud | None] = [None] * len(stages)
    set_up = [(index, stage) for index, stage in enumerate(stages) if stage is not None]
    if not set_up:
        return shown
    poses, skeletons = zip(*(stage.walk(states[index]) for index, stage in set_up), strict=True)
    one = set_up[0][1]
    everybody = one.carriers(np.concatenate(poses), [body for bodies in skeletons for body in bodies])
    first = 0
    for (index, stage), bodies in zip(set_up, skeletons, strict=True):
        shown[index] = stage.shown(everybody, first)
        first += len(bodies)
    return shown


def stride_at(velocity: Sequence[float]) -> float:
    """Stride, 0 to 1, of a pedestrian with ``velocity`` (2,) m/s."""
    speed = math.hypot(*velocity)
    return 0.0 if speed < STANDING_MPS else min(speed / BRISK_WALK_MPS, 1.0)
