"""Vid2Sim: the 26 captured places of the paper, as published in ``UCLA-VAIL/NavBenchGS``.

Layout: ``vid2sim_raw/<0000>/point_cloud.ply`` (splats), ``tsdf_fusion_post.ply`` (collision mesh without its ground),
``config.yaml``, and ``vid2sim_starting_ending_position.json`` for all. Not published: the keys of the last two, the
scale, and the upright direction; Vid2Sim's reconstructions are structure-from-motion frames, y roughly down.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from navbench_gs.errors import DamagedFileError
from scenes.importers.hub import Listing
from scenes.importers.import_plan import ImportPlan
from scenes.importers.plain_files import read_json
from scenes.importers.published import PublishedScenes, subfolders
from scenes.importers.scene_config import SceneConfig, read_scene_config
from scenes.importers.waypoints import Pair, pairs_of_scene

RAW = "vid2sim_raw"
TORCH = "vid2sim_torch"
SPLATS, MESH, CONFIG = "point_cloud.ply", "tsdf_fusion_post.ply", "config.yaml"
ENDS = "vid2sim_starting_ending_position.json"
UP = (0.0, -1.0, 0.0)
"""Of a structure-from-motion frame whose cameras were held upright."""


class Vid2SimSource(PublishedScenes):
    """The paper's captured places."""

    name = "vid2sim"
    repository = "UCLA-VAIL/NavBenchGS"

    def folders(self, listing: Listing) -> dict[str, str]:
        """Scene id -> its number in the repository, for example ``vid2sim_0000`` -> ``0000``."""
        found = {*subfolders(listing, RAW, SPLATS), *_torch_folders(listing)}
        return {
            f"{self.name}_{folder}": folder for folder in sorted(found) if folder.isdecimal() and 2 <= len(folder) <= 6
        }

    def files(self, listing: Listing, folder: str) -> tuple[str, ...]:
        """Splats, mesh and configuration of one scene, and the starts and goals of all."""
        named = [ENDS, *(f"{RAW}/{folder}/{file}" for file in (SPLATS, MESH, CONFIG))]
        if f"{RAW}/{folder}/{SPLATS}" not in listing.files:
            named += sorted(
                name for name in listing.files if name.startswith(f"{TORCH}/{folder}/") and name.endswith(".pt")
            )
        return tuple(name for name in named if name in listing.files)

    def plan(self, listing: Listing, root: Path, scene_id: str, folder: str) -> ImportPlan:
        """What the published files say of one scene, and what they leave open."""
        raw = root / RAW / folder
        splats, notes = _splats(root, folder)
        mesh = raw / MESH if (raw / MESH).exists() else None
        if mesh is None:
            notes.append(f"{MESH} is not published for {folder}: the collision mesh is made from the splats")
        config = read_scene_config(raw / CONFIG) if (raw / CONFIG).exists() else SceneConfig(notes=(f"no {CONFIG}",))
        ends, told = _pairs(root / ENDS, scene_id, folder)
        plan = ImportPlan(
            scene_id=scene_id,
            suite=self.name,
            title=f"Vid2Sim {folder}",
            licence=listing.licence,
            source_url=listing.url,
            splats=splats,
            mesh=mesh,
            metres_per_unit=config.metres_per_unit,
            up=config.up or UP,
            transform=config.transform,
            pairs=ends or tuple(pair for pair in config.pairs if _is_solid(pair)),
        )
        if plan.metres_per_unit is None and plan.transform is None:
            notes.append(
                "the scale is not published: one unit is taken for a metre; say metres_per_unit in an override"
            )
        if config.up is None and plan.transform is None:
            notes.append("the upright direction is not published: near -y is taken, as structure from motion leaves it")
        return replace(plan, notes=(*config.notes, *told, *notes))


def _torch_folders(listing: Listing) -> set[str]:
    """Scenes of which tensors are published."""
    parts = [name.split("/") for name in listing.files if name.startswith(f"{TORCH}/") and name.endswith(".pt")]
    return {part[1] for part in parts if len(part) > 2}


def _splats(root: Path, folder: str) -> tuple[Path, list[str]]:
    """The splat file of a scene and what is to be said of it."""
    path = root / RAW / folder / SPLATS
    if path.exists():
        return path, []
    tensors = sorted((root / TORCH / folder).rglob("*.pt"))
    if not tensors:
        raise DamagedFileError(
            f"{path} is missing, and no tensors lie in {root / TORCH / folder}; fetch the scene again"
        )
    return tensors[0], [f"{SPLATS} is not published for {folder}: read from {tensors[0].name}"]


def _pairs(path: Path, scene_id: str, folder: str) -> tuple[tuple[Pair, ...], list[str]]:
    """The starts and goals of one scene, and what is to be said of them."""
    if not path.exists():
        return (), [f"no {ENDS}: starts and goals are drawn"]
    found = pairs_of_scene(read_json(path), (scene_id, folder))
    if found is None:
        return (), [f"{ENDS}: names no scene {folder}; starts and goals are drawn"]
    solid = tuple(pair for pair in found if _is_solid(pair))
    if not solid:
        why = "its points have two coordinates, and which two is not published" if found else "not understood"
        return (), [f"{ENDS}: the entry of {folder} is not used ({why}); starts and goals are drawn"]
    frame = "their frame is not published: taken as the splat file's own"
    return solid, [f"{ENDS}: {len(solid)} pairs of start and goal for {folder}; {frame}"]


def _is_solid(pair: Pair) -> bool:
    return all(len(point) == 3 for point in pair)
