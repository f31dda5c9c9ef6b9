"""CapturedSource: scenes that bring their splats along in their folder. Found by entry point."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from navbench_gs.domain.cloud import GaussianCloud
from navbench_gs.domain.scene import CLOUD_FILE, Scene, ScenePlan
from navbench_gs.errors import SceneUnavailableError
from navbench_gs.splats.cloud import read_cloud


class CapturedSource:
    """Imported captures: the splats lie in ``splats.npz``, aligned and without floaters."""

    def cloud(self, scene: Scene, progress: Callable[[float], None] | None = None) -> GaussianCloud:
        """The splats of an imported scene.

        Raises:
            SceneUnavailableError: the folder does not hold them.
            DamagedFileError: the file cannot be read.
        """
        path = scene.folder / CLOUD_FILE
        if not path.exists():
            raise SceneUnavailableError(f"{path} is missing: restore the scene's folder, or import the capture again")
        return read_cloud(path)

    def author(self, plan: ScenePlan, folder: Path) -> Scene:
        """Captures are not authored: ``navbench scene import`` makes scenes of them."""
        raise NotImplementedError("captured scenes are imported, not authored")
