"""Actors for one camera alone: pedestrians that it cannot see are neither posed nor lit. Training uses it."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from navbench_gs.domain.cloud import GaussianCloud
from navbench_gs.domain.episode import Episode
from navbench_gs.domain.scene import Scene
from navbench_gs.domain.source import SceneLight
from navbench_gs.domain.state import WorldState
from navbench_gs.render.actors import GroundHeight, Stage
from navbench_gs.render.camera import Camera
from navbench_gs.render.people import CARRIED, People
from navbench_gs.splats.cloud import join_clouds

REACH_M = 1.5
"""More than a pedestrian, its stride and the shadow at its feet reach from where it stands."""


class SeenPeople(People):
    """The same people, of whom some may be taken."""

    def __init__(self, everybody: People) -> None:
        vars(self).update(vars(everybody))
        self._person = self._segment // CARRIED
        self._ends = np.searchsorted(self._person, np.arange(self._person[-1] + 2))

    def among(self, who: Sequence[int]) -> People:
        """Those with numbers ``who`` (at least one, rising), as if nobody else were there."""
        rows = np.concatenate([np.arange(self._ends[one], self._ends[one + 1]) for one in who])
        chosen = People.__new__(People)
        chosen._segment = self._segment[rows] % CARRIED + CARRIED * np.searchsorted(who, self._person[rows])
        chosen._centres, chosen._normals = self._centres[:, rows], self._normals[:, rows]
        chosen._quaternions, chosen._albedo = self._quaternions[:, rows], self._albedo[rows]
        chosen._scales, chosen._opacities = self._scales[rows], self._opacities[rows]
        return chosen


class SeenStage(Stage):
    """A stage that shows each camera what it may see."""

    def __init__(
        self,
        scene: Scene,
        episode: Episode,
        ground_height: GroundHeight,
        light: SceneLight | None = None,
    ) -> None:
        super().__init__(scene, episode, ground_height, light)
        self._everybody = None if self._people is None else SeenPeople(self._people)

    def seen_by(self, camera: Camera, state: WorldState) -> GaussianCloud | None:
        """All obstacles, and the pedestrians that ``camera`` may see, as :meth:`actors` gives them; None: nothing."""
        self._walk_to(state)
        clouds = [] if self._obstacles is None else [self._obstacles]
        who = in_view(camera, state.pedestrians[:, :2])
        if self._everybody is not None and who:
            poses, skeletons = self._pedestrian_poses(state)
            people = self._everybody.among(who)
            clouds.append(people.cloud(poses[who], [skeletons[one] for one in who], self._sun, self._light))
        return join_clouds(clouds) if len(clouds) > 1 else clouds[0] if clouds else None


def in_view(camera: Camera, places: NDArray[np.float64]) -> list[int]:
    """Which of those who stand at ``places`` (P, 2), world frame, a level camera may see."""
    offsets = places - camera.position[:2]
    ahead, aside = offsets @ camera.view[2, :2], np.abs(offsets @ camera.view[0, :2])
    tangent = camera.width_px / 2.0 / camera.focal_px
    beyond = (aside - tangent * ahead) / math.hypot(1.0, tangent)
    return np.flatnonzero(beyond < REACH_M).tolist()
