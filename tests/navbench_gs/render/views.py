"""Views for tests of renderers: what a robot sees in a scene."""

from __future__ import annotations

import numpy as np

from navbench_gs.domain.scene import Scene
from navbench_gs.render.camera import Camera, look
from navbench_gs.suite.episodes import load_episodes


def views_along_routes(scene: Scene, width: int, height: int) -> list[Camera]:
    """What a robot sees at every eighth point of the routes, looking a little past the next."""
    poses = []
    for episode in load_episodes(scene, "empty"):
        route = np.array(episode.route)
        for here, ahead in zip(route[:-1:8], route[1::8], strict=False):
            poses.append(look((here[0], here[1], 0.5), float(np.arctan2(*(ahead - here)[::-1])) + 0.03))
    return [Camera(pose, width / 2.0, width, height) for pose in poses]
