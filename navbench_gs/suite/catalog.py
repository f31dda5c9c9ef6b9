"""Which scenes and episodes exist, where their files lie, and how their splats get into the cache."""

from __future__ import annotations

import re
from importlib.metadata import entry_points
from pathlib import Path
from typing import TYPE_CHECKING

from navbench_gs.domain.record import read_record
from navbench_gs.errors import (
    InvalidRecordError,
    SceneUnavailableError,
    UnknownNameError,
)
from navbench_gs.moved import moved_names
from navbench_gs.suite.cache import cache_folder, cache_written
from navbench_gs.suite.sources import scene_source

if TYPE_CHECKING:
    from navbench_gs.domain.scene import Scene

SCENE_FILE = "scene.json"
SCENE_ID = r"[a-z][a-z0-9]*_[0-9]{2,6}"
SUITE_NAME = r"[a-z0-9_-]+"
FIRST_TRAINING_SEED = 1000
TRAINING_SOURCE = "procedural"

if not TYPE_CHECKING:
    _CLOUDS = dict.fromkeys(("load_cloud", "load_light", "cloud_path"), "navbench_gs.suite.clouds")
    __getattr__ = moved_names(__name__, _CLOUDS | {"load_episodes": "navbench_gs.suite.episodes"})


def suite_folder() -> Path:
    """The folder ``scenes/suite`` beside this package; the wing ``scenes`` is not imported, only its data is found.

    Raises:
        SceneUnavailableError: the data is not installed.
    """
    folder = Path(__file__).parents[2] / "scenes" / "suite"
    if not folder.is_dir():
        raise SceneUnavailableError(f"the scenes' data are missing ({folder}); reinstall navbench-gs")
    return folder


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
    with cache_written():
        folder.parent.mkdir(parents=True, exist_ok=True)
        plan = ScenePlan(scene_id=scene_id, place=place, suite="train", seed=seed)
        scene_source(TRAINING_SOURCE).author(plan, folder)
    return folder
