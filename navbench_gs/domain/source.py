"""SceneSource: where the splats of a scene come from."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from navbench_gs.domain.cloud import GaussianCloud
from navbench_gs.domain.scene import Scene, ScenePlan


class SceneLight(Protocol):
    """How much light reaches the places of one scene."""

    def shares(self, points: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Shares (N,) of the sun's disc and of the open sky, each 0 to 1, that ``points`` (N, 3) in the air see."""
        ...


@runtime_checkable
class LitSource(Protocol):
    """A scene source that knows the light; its scenes name ``light.npz`` among their files."""

    def light(self, scene: Scene) -> SceneLight:
        """The light of ``scene``, the same on every machine."""
        ...


class SceneSource(Protocol):
    """Found by entry point (group ``navbench_gs.scene_sources``), made without arguments."""

    def cloud(self, scene: Scene, progress: Callable[[float], None] | None = None) -> GaussianCloud:
        """The splats of ``scene``, the same bytes on every machine. ``progress`` is told shares from 0 to 1."""
        ...

    def author(self, plan: ScenePlan, folder: Path) -> Scene:
        """Make a scene: write ``scene.json``, ``terrain.npz`` and what :meth:`cloud` needs into ``folder``.

        The folder appears whole or not at all. Raises ``NotImplementedError`` from sources that only read.
        """
        ...
