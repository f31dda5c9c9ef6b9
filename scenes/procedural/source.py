"""ProceduralSource: scenes that are made, not captured. Found by entry point."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from navbench_gs.domain.cloud import GaussianCloud
from navbench_gs.domain.record import file_digest
from navbench_gs.domain.scene import LIGHT_FILE, TERRAIN_FILE, Scene, ScenePlan
from navbench_gs.errors import DigestMismatchError
from navbench_gs.splats.cloud import cloud_digest
from navbench_gs.terrain.terrain import save_terrain
from scenes.procedural.bake import bake_light
from scenes.procedural.compose import build_terrain, casters, lit_cloud, site_surfels
from scenes.procedural.light import mean_lamplight, metered_exposure, read_light, save_light
from scenes.procedural.place_light import PlaceLight, place_light
from scenes.procedural.places import lay_out

GENERATOR = "procedural-2"
SCENE_FILE = "scene.json"


class ProceduralSource:
    """Places laid out by code from a place type and a seed; light baked when a scene is authored."""

    def cloud(self, scene: Scene, progress: Callable[[float], None] | None = None) -> GaussianCloud:
        """The splats of an authored scene, the same bytes on every machine; ``progress`` is told shares 0 to 1.

        Raises:
            DigestMismatchError: the light file is not the one that the manifest names.
        """
        tell = progress or (lambda share: None)
        light = read_light(self._checked_light(scene))
        site = lay_out(scene.place, scene.seed)
        tell(0.3)
        surfels = site_surfels(site, lambda share: tell(0.3 + 0.4 * share))
        tell(0.6)
        cloud = lit_cloud(surfels, light, replace(site.sky, exposure=scene.sun.exposure))
        tell(1.0)
        return cloud

    def light(self, scene: Scene) -> PlaceLight:
        """How much sun and sky reaches the places of an authored scene.

        Raises:
            DigestMismatchError: the light file is not the one that the manifest names.
        """
        return place_light(self._checked_light(scene), scene.files[LIGHT_FILE], scene.sun.direction)

    @staticmethod
    def _checked_light(scene: Scene) -> Path:
        path = scene.folder / LIGHT_FILE
        if path.exists() and file_digest(path) != scene.files[LIGHT_FILE]:
            raise DigestMismatchError(f"{path} is not the light its scene.json names; restore the scene folder")
        return path

    def author(self, plan: ScenePlan, folder: Path) -> Scene:
        """Lay out a place, bake its light and write its folder, whole or not at all (needs the ``author`` extra)."""
        site = lay_out(plan.place, plan.seed)
        surfels = site_surfels(site)
        lamps = [lamp for part in site.parts for lamp in part.lamps]
        light = bake_light(casters(site), site.sky, (site.half_x, site.half_y), lamps)
        sky = replace(site.sky, exposure=metered_exposure(surfels, light, site.sky))
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder.parent, prefix=f".{plan.scene_id}-") as scratch:
            draft = Path(scratch) / plan.scene_id
            draft.mkdir()
            save_terrain(build_terrain(site), draft / TERRAIN_FILE)
            save_light(light, draft / LIGHT_FILE)
            cloud = lit_cloud(surfels, read_light(draft / LIGHT_FILE), sky)
            scene = Scene(
                scene_id=plan.scene_id,
                place=plan.place,
                suite=plan.suite,
                title=f"{plan.place} {plan.scene_id.rsplit('_', 1)[1]}, {sky.name}",
                provenance="procedural",
                licence="Apache-2.0",
                source="procedural",
                seed=plan.seed,
                generator=GENERATOR,
                bounds=(-site.half_x, -site.half_y, site.half_x, site.half_y),
                sun=sky.sun(mean_lamplight(light)),
                gaussians=len(cloud),
                cloud_sha256=cloud_digest(cloud),
                files={name: file_digest(draft / name) for name in (TERRAIN_FILE, LIGHT_FILE)},
            )
            (draft / SCENE_FILE).write_text(scene.model_dump_json(indent=1) + "\n")
            _put_in_place(draft, folder)
        return scene.model_copy(update={"folder": folder})


def _put_in_place(draft: Path, folder: Path) -> None:
    """Move a finished draft to its folder; the episodes of an earlier edition move with it."""
    if (folder / "episodes").is_dir():
        (folder / "episodes").rename(draft / "episodes")
    if folder.exists():
        retired = draft.parent / "retired"
        folder.rename(retired)
    draft.rename(folder)
