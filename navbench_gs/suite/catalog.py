"""Which scenes and episodes exist, where their files lie, and how their splats get into the cache."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.metadata import entry_points
from pathlib import Path
from typing import TYPE_CHECKING

from navbench_gs.domain.record import read_record
from navbench_gs.errors import (
    DamagedFileError,
    DigestMismatchError,
    InvalidRecordError,
    SceneUnavailableError,
    StoreError,
    UnknownNameError,
)

if TYPE_CHECKING:
    from navbench_gs.domain.cloud import GaussianCloud
    from navbench_gs.domain.episode import Episode, EpisodeFile
    from navbench_gs.domain.scene import Scene
    from navbench_gs.domain.source import SceneLight, SceneSource

SCENE_FILE = "scene.json"
SCENE_ID = r"[a-z][a-z0-9]*_[0-9]{2,6}"
SUITE_NAME = r"[a-z0-9_-]+"
FIRST_TRAINING_SEED = 1000
TRAINING_SOURCE = "procedural"


def suite_folder() -> Path:
    """The folder ``scenes/suite`` beside this package; the wing ``scenes`` is not imported, only its data is found.

    Raises:
        SceneUnavailableError: the data is not installed.
    """
    folder = Path(__file__).parents[2] / "scenes" / "suite"
    if not folder.is_dir():
        raise SceneUnavailableError(f"the scenes' data are missing ({folder}); reinstall navbench-gs")
    return folder


def cache_folder() -> Path:
    """Where generated splats and training scenes are kept: ``NAVBENCH_CACHE``, else the platform's cache folder."""
    chosen = os.environ.get("NAVBENCH_CACHE")
    if chosen:
        return Path(chosen)
    import platformdirs

    return Path(platformdirs.user_cache_dir("navbench-gs"))


def fetched_suites_folder() -> Path:
    """Where the scenes that ``navbench scene fetch`` brings are kept, a folder per source."""
    return cache_folder() / "suites"


def suites() -> dict[str, Path]:
    """Name -> folder of every suite on this machine, sorted: those shipped and those fetched."""
    found: dict[str, Path] = {}
    for folder in (fetched_suites_folder(), suite_folder()):  # what is shipped cannot be shadowed
        try:
            named = [path for path in folder.iterdir() if re.fullmatch(SUITE_NAME, path.name) and path.is_dir()]
        except OSError:
            continue
        found |= {path.name: path for path in named}
    return dict(sorted(found.items()))


def suite_names() -> tuple[str, ...]:
    """Names of the suites that are shipped or fetched, sorted."""
    return tuple(suites())


def scene_ids(suite: str = "embedded") -> tuple[str, ...]:
    """Scene ids of a suite, sorted; read off the folder names alone.

    Raises:
        UnknownNameError: there is no such suite.
        SceneUnavailableError: it can be fetched, and is not yet.
    """
    folders = suites()
    if suite not in folders:
        _require_fetched(suite)
        raise UnknownNameError("suite", suite, folders)
    named = (scene for scene in folders[suite].iterdir() if re.fullmatch(SCENE_ID, scene.name))
    return tuple(sorted(scene.name for scene in named if (scene / SCENE_FILE).exists()))


def load_scene(scene_id: str) -> Scene:
    """The manifest of a scene, with ``folder`` filled in.

    A training scene, ``<place>_<seed>`` with a seed from 1000, is authored into the cache on first use.

    Raises:
        UnknownNameError: no suite has that scene.
        SceneUnavailableError: it can be fetched, and is not yet.
        DamagedFileError: its manifest cannot be read.
        InvalidRecordError: its manifest does not fit the record.
    """
    return _scene_in(_scene_folder(scene_id))


def load_scenes_from(folder: Path) -> tuple[Scene, ...]:
    """The scenes whose folders lie in ``folder``, sorted by id: how users bring scenes of their own.

    Raises:
        SceneUnavailableError: no scene lies there.
        DamagedFileError: a manifest cannot be read.
        InvalidRecordError: a manifest does not fit the record, or its folder is not named for its scene.
    """
    found = sorted(path.parent for path in folder.glob(f"*/{SCENE_FILE}"))
    if not found:
        raise SceneUnavailableError(f"{folder} holds no scene: expected <scene_id>/{SCENE_FILE} in it")
    return tuple(_scene_in(scene) for scene in found)


def scenes_at(name: str) -> tuple[Scene, ...]:
    """The scene of an id, of its folder, or all scenes whose folders lie in a folder.

    Raises:
        UnknownNameError: no suite has that scene.
        SceneUnavailableError: no folder is called so, or it holds no scene.
        DamagedFileError: a manifest cannot be read.
        InvalidRecordError: a manifest does not fit the record, or its folder is not named for its scene.
    """
    folder = Path(name)
    if not folder.is_dir():
        if not re.fullmatch(SCENE_ID, name):
            raise SceneUnavailableError(f"there is no folder {name}, and it is no scene's id (navbench list scenes)")
        return (load_scene(name),)
    return (_scene_in(folder.resolve()),) if (folder / SCENE_FILE).exists() else load_scenes_from(folder)


def load_episodes(scene: Scene, task: str) -> tuple[Episode, ...]:
    """The frozen episodes of a scene and task, in order of their index; sampled on first use in a training scene.

    Raises:
        UnknownNameError: there is no such task.
        DamagedFileError: the episode file is absent or not JSON.
        InvalidRecordError: the file does not fit its record, or belongs to another scene, task or terrain.
    """
    from navbench_gs.domain.episode import EpisodeFile
    from navbench_gs.domain.rules import RULES_V0
    from navbench_gs.domain.task import task_named

    path = scene.folder / "episodes" / f"{task_named(task).name}.json"
    if not path.exists() and scene.suite == "train":
        from navbench_gs.suite.freeze import freeze_episodes

        with _cache_written():
            freeze_episodes(scene, task)
    file = read_record(path, EpisodeFile)
    _check_episode_file(file, scene, task, RULES_V0.version, path)
    return file.episodes


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


def scene_source(name: str) -> SceneSource:
    """The scene source of that entry point name.

    Raises:
        SceneUnavailableError: none is installed under that name.
    """
    found = {point.name: point for point in entry_points(group="navbench_gs.scene_sources")}
    if name not in found:
        raise SceneUnavailableError(
            f"no scene source '{name}' is installed (installed: {', '.join(sorted(found)) or 'none'}); "
            "install the package that provides it"
        )
    source: SceneSource = found[name].load()()
    return source


def _scene_in(folder: Path) -> Scene:
    from navbench_gs.domain.scene import Scene

    scene = read_record(folder / SCENE_FILE, Scene)
    if scene.scene_id != folder.name:
        raise InvalidRecordError(f"{folder / SCENE_FILE} names the scene '{scene.scene_id}', not '{folder.name}'")
    return scene.model_copy(update={"folder": folder})


def _scene_folder(scene_id: str) -> Path:
    if re.fullmatch(SCENE_ID, scene_id):
        in_suites = [folder / scene_id for folder in suites().values()]
        for folder in (*in_suites, cache_folder() / "scenes" / scene_id):
            if (folder / SCENE_FILE).exists():
                return folder
        place, seed = scene_id.rsplit("_", 1)
        _require_fetched(place, scene_id)
        if int(seed) >= FIRST_TRAINING_SEED:
            return _author_training_scene(scene_id, place, int(seed))
    known = [name for suite in suite_names() for name in scene_ids(suite)]
    raise UnknownNameError("scene", scene_id, known, "navbench list scenes")


def _require_fetched(name: str, scene_id: str = "") -> None:
    """Say how scenes of a published source get here, if ``name`` is one."""
    from navbench_gs.domain.source import PublishedSource

    named = {point.name for point in entry_points(group="navbench_gs.scene_sources")}
    if name in named and isinstance(scene_source(name), PublishedSource):
        only = f" --scenes {scene_id}" if scene_id else ""
        what = f"the scene {scene_id}" if scene_id else f"the suite {name}"
        raise SceneUnavailableError(f"{what} is not on this machine: 'navbench scene fetch {name}{only}' gets it")


def _author_training_scene(scene_id: str, place: str, seed: int) -> Path:
    from navbench_gs.domain.scene import ScenePlan

    folder = cache_folder() / "scenes" / scene_id
    with _cache_written():
        folder.parent.mkdir(parents=True, exist_ok=True)
        plan = ScenePlan(scene_id=scene_id, place=place, suite="train", seed=seed)
        scene_source(TRAINING_SOURCE).author(plan, folder)
    return folder


def _check_episode_file(file: EpisodeFile, scene: Scene, task: str, rules: str, path: Path) -> None:
    from navbench_gs.domain.scene import TERRAIN_FILE

    expected = {"scene": scene.scene_id, "task": task, "rules": rules, "terrain_sha256": scene.files[TERRAIN_FILE]}
    for field, value in expected.items():
        found = getattr(file, field)
        if found != value:
            raise InvalidRecordError(
                f"{path}: {field} is '{found}', expected '{value}'; restore the file, or freeze it again with "
                "'python -m navbench_gs.suite.freeze'"
            )
    if not file.episodes:
        raise InvalidRecordError(f"{path}: holds no episode")
    for index, episode in enumerate(file.episodes):
        if episode.key != (scene.scene_id, task, index):
            raise InvalidRecordError(f"{path}: episodes.{index}: is {episode.name}, expected index {index} of {task}")


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
    with _cache_written():
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            save_cloud(partial, cloud)
            partial.replace(path)
        finally:
            partial.unlink(missing_ok=True)


@contextmanager
def _cache_written() -> Iterator[None]:
    """Turn a failure to write the cache into one clear line."""
    try:
        yield
    except OSError as error:
        raise StoreError(
            f"cannot write the cache {cache_folder()}: {error.strerror or error}; "
            "set NAVBENCH_CACHE to a folder with space that you may write"
        ) from error
