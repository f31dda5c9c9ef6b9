"""The splats and the light of a scene: from the cache, or made by the scene's source, checked and kept."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from navbench_gs.errors import DamagedFileError, DigestMismatchError, SceneUnavailableError
from navbench_gs.suite.cache import cache_folder, cache_written
from navbench_gs.suite.sources import scene_source

if TYPE_CHECKING:
    from navbench_gs.domain.cloud import GaussianCloud
    from navbench_gs.domain.scene import Scene
    from navbench_gs.domain.source import SceneLight


def load_cloud(scene: Scene, progress: Callable[[float], None] | None = None) -> GaussianCloud:
    """The splats of a scene: from the cache, else made by the scene's source, checked, and kept.

    Args:
        scene: a scene from :func:`load_scene`.
        progress: told shares from 0 to 1 while splats are made.

    Raises:
        DigestMismatchError: the splats are not those that the manifest names.
        DamagedFileError: the cached file cannot be read.
        SceneUnavailableError: the scene's source is not installed.
        StoreError: the cache cannot be written.
    """
    from navbench_gs.splats.cloud import cloud_digest, read_cloud

    path = cloud_path(scene)
    if path.exists():
        try:
            cloud = read_cloud(path)
        except DamagedFileError as error:
            raise DamagedFileError(f"{error}; {_cloud_mend(scene, 'that file')}") from error
        mend = _cloud_mend(scene, str(path))
        made_now = False
    else:
        cloud = scene_source(scene.source).cloud(scene, progress)
        mend = _regeneration_mend(scene)
        made_now = True
    digest = cloud_digest(cloud)
    if digest != scene.cloud_sha256:
        raise DigestMismatchError(
            f"the splats of {scene.scene_id} have hash {digest[:16]}, but its manifest names "
            f"{scene.cloud_sha256[:16]}; {mend}"
        )
    if made_now:
        _keep_cloud(path, cloud)
    return cloud


def load_light(scene: Scene) -> SceneLight | None:
    """The light of the places of a scene, from its source; None where the scene ships none: full sun everywhere.

    Raises:
        DigestMismatchError: the light file is not the one that the manifest names.
        SceneUnavailableError: the scene's source is not installed, or knows no light.
    """
    from navbench_gs.domain.scene import LIGHT_FILE
    from navbench_gs.domain.source import LitSource

    if LIGHT_FILE not in scene.files:
        return None
    source = scene_source(scene.source)
    if not isinstance(source, LitSource):
        raise SceneUnavailableError(f"the scene source '{scene.source}' cannot read {scene.folder / LIGHT_FILE}")
    return source.light(scene)


def cloud_path(scene: Scene) -> Path:
    """Where the splats of a scene lie: in its own folder if it brings them, else in the cache."""
    from navbench_gs.domain.scene import CLOUD_FILE

    if CLOUD_FILE in scene.files:
        return scene.folder / CLOUD_FILE
    return cache_folder() / "clouds" / f"{scene.scene_id}-{scene.cloud_sha256[:16]}.npz"


def _cloud_mend(scene: Scene, what: str) -> str:
    if cloud_path(scene).parent == scene.folder:
        return "restore the scene's folder, or import it again"
    return f"delete {what} and it is made again"


def _regeneration_mend(scene: Scene) -> str:
    if scene.suite == "train":
        return f"delete {scene.folder} and it is authored again"
    return (
        f"the installed '{scene.source}' source is not the one that authored it ({scene.generator or 'unnamed'}): "
        "reinstall navbench-gs, or author the scene again if you changed its generator"
    )


def _keep_cloud(path: Path, cloud: GaussianCloud) -> None:
    """Write the cached file so that it is either whole or absent, also when several processes make it at once."""
    from navbench_gs.splats.cloud import save_cloud

    partial = path.with_name(f"{path.stem}.{os.getpid()}.part")
    with cache_written():
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            save_cloud(partial, cloud)
            partial.replace(path)
        finally:
            partial.unlink(missing_ok=True)
