"""SidewalkBench: scanned sidewalks, as published in ``UCLA-VAIL/SidewalkBench-GS-Assets``.

Layout, a folder a scene: ``gs.ply`` (splats), ``mesh.ply`` (collision), ``annotation.json`` (routes, pedestrians,
cones), ``walkable.npz``, ``semantic_grid_0p1m.npz``, ``centerlines.json``. The grids' cells are given in metres, so the
frame is taken as metric with z up. Of the annotation, the ends of routes are used; pedestrians, cones and grids are
not.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from navbench_gs.errors import DamagedFileError
from scenes.importers.hub import Listing
from scenes.importers.import_plan import ImportPlan
from scenes.importers.plain_files import read_json
from scenes.importers.published import PublishedScenes, subfolders
from scenes.importers.waypoints import Pair, as_pairs, listed, plain_name

SPLATS, MESH, ANNOTATION = "gs.ply", "mesh.ply", "annotation.json"
UP = (0.0, 0.0, 1.0)


class SidewalkBenchSource(PublishedScenes):
    """The scanned scenes of SidewalkBench."""

    name = "sidewalkbench"
    repository = "UCLA-VAIL/SidewalkBench-GS-Assets"

    def folders(self, listing: Listing) -> dict[str, str]:
        """Scene id -> folder: numbered as the folder is, else by its place among all, sorted by name."""
        parents = {"", *(name.rsplit("/", 2)[0] for name in listing.files if name.count("/") > 1)}
        found = sorted(
            {f"{parent}/{folder}".lstrip("/") for parent in parents for folder in subfolders(listing, parent, SPLATS)}
        )
        numbers = [re.findall(r"\d+", folder.rsplit("/", 1)[-1]) for folder in found]
        own = [int(number[-1]) for number in numbers if number and len(number[-1]) <= 6]
        if len(set(own)) != len(found):
            own = list(range(len(found)))
        return {f"{self.name}_{number:02d}": folder for number, folder in zip(own, found, strict=True)}

    def files(self, listing: Listing, folder: str) -> tuple[str, ...]:
        """Splats, mesh and annotation of one scene."""
        named = (f"{folder}/{file}" for file in (SPLATS, MESH, ANNOTATION))
        return tuple(name for name in named if name in listing.files)

    def plan(self, listing: Listing, root: Path, scene_id: str, folder: str) -> ImportPlan:
        """What the published files say of one scene, and what they leave open."""
        scene = root / folder
        if not (scene / SPLATS).exists():
            raise DamagedFileError(f"{scene / SPLATS} is missing; fetch the scene again")
        mesh = scene / MESH if (scene / MESH).exists() else None
        pairs, notes = _routes(scene / ANNOTATION)
        if mesh is None:
            notes.append(f"{MESH} is not published for {folder}: the collision mesh is made from the splats")
        return ImportPlan(
            scene_id=scene_id,
            suite=self.name,
            title=f"SidewalkBench {folder}",
            licence=listing.licence,
            source_url=listing.url,
            splats=scene / SPLATS,
            mesh=mesh,
            metres_per_unit=1.0,
            up=UP,
            pairs=pairs,
            notes=(*notes, "the frame is taken as metres with z up; say otherwise in an override"),
        )


def _routes(path: Path) -> tuple[tuple[Pair, ...], list[str]]:
    """The ends of the annotated routes, and what is to be said of the annotation."""
    if not path.exists():
        return (), [f"no {ANNOTATION}: starts and goals are drawn"]
    content: Any = read_json(path)
    if not isinstance(content, dict):
        return (), [f"{ANNOTATION}: not understood; starts and goals are drawn"]
    routes = {name: entry for name, entry in content.items() if "route" in plain_name(name)}
    pairs = tuple(_raised(pair) for entry in routes.values() for pair in as_pairs(entry))
    notes = [
        f"{ANNOTATION}: {len(pairs)} routes from {listed(routes)}" if pairs else f"{ANNOTATION}: no routes understood"
    ]
    unused = [str(name) for name in content if name not in routes]
    if unused:
        notes.append(f"{ANNOTATION}: not used: {listed(unused)}")
    return pairs, notes


def _raised(pair: Pair) -> Pair:
    """The pair with three coordinates each: on a plan with z up, a missing height is the ground's, near 0."""
    start, goal = pair
    return (*start, 0.0)[:3], (*goal, 0.0)[:3]
