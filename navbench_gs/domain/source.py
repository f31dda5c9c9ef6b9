"""SceneSource: where the splats of a scene come from."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from navbench_gs.domain.cloud import GaussianCloud
from navbench_gs.domain.scene import Scene, ScenePlan


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
