"""From a bare capture to a scene: splats in, a folder with collision, walkable area, episodes and pictures out."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from navbench_gs.domain.cloud import GaussianCloud
from navbench_gs.domain.record import file_digest
from navbench_gs.domain.scene import CLOUD_FILE, TERRAIN_FILE, Capture, Scene
from navbench_gs.domain.task import TASKS
from navbench_gs.errors import InfeasibleEpisodeError, StoreError
from navbench_gs.render.support import CAMERAS_FILE, TrainingCameras
from navbench_gs.splats.cloud import cloud_digest, save_cloud
from navbench_gs.splats.formats import read_splats
from navbench_gs.splats.transform import Similarity, transformed
from navbench_gs.suite.catalog import SCENE_FILE
from navbench_gs.suite.freeze import freeze_episodes
from navbench_gs.suite.sampling import Pair
from navbench_gs.terrain.terrain import Mesh, Terrain, save_terrain
from scenes.importers.alignment import Alignment, align
from scenes.importers.cameras import TrainingViews, read_views
from scenes.importers.daylight import guess_sun
from scenes.importers.depth_fusion import depth_field
from scenes.importers.extent import Bounds, place_bounds
from scenes.importers.floaters import SUNK_M, lonely
from scenes.importers.height_field import HeightField, fit_ground, ground_mesh
from scenes.importers.mesh_file import read_mesh
from scenes.importers.options import CaptureOptions, place_of, scene_folder
from scenes.importers.selection import chosen
from scenes.importers.structure import (
    CEILING_M,
    Field,
    columns_of,
    cut_to_bodies,
    density_field,
    lying,
    voxel_grid,
    walls,
)
from scenes.importers.walkable import walkable_grid
from scenes.pictures import draw_pictures

FAINTEST = 1.0 / 255.0
"""Gaussians of less opacity are never drawn."""
MOST_TRIANGLES = 60_000
"""A given mesh of more triangles over the place is replaced by walls round what it covers: physics would crawl."""
Tell = Callable[[str], None]


@dataclass(frozen=True, eq=False)
class Place:
    """An aligned capture, cleaned, with its ground and its structure."""

    cloud: GaussianCloud
    heights: NDArray[np.float64]
    """(N,) of the Gaussians' centres above the ground, metres."""
    bounds: Bounds
    ground: HeightField
    structure: Mesh
    solid: Field | None
    """What the structure was cut out of; None where a mesh was given."""
    floaters: int


def import_capture(
    splats: Path,
    folder: Path,
    options: CaptureOptions,
    *,
    mesh: Path | None = None,
    cameras: Path | None = None,
    tell: Tell = lambda line: None,
) -> Scene:
    """Make a scene of a capture; its folder appears whole or not at all.

    Args:
        splats: any splat file that ``navbench_gs.splats`` reads.
        folder: the scene's folder, named for its id; must not exist.
        options: what is known beside the files.
        mesh: a collision mesh (PLY) in the frame of the splats.
        cameras: the capture's cameras (see ``scenes.importers.cameras``).
        tell: is told one line after each step.

    Raises:
        InvalidRecordError: the folder exists or its name is no scene id.
        DamagedFileError: a file cannot be read, or the capture holds no ground.
        InfeasibleEpisodeError: not one task can be frozen in the place.
        StoreError: the folder cannot be written.
    """
    scene_folder(folder)
    raw = read_splats(splats)
    tell(f"read {len(raw):,} Gaussians of degree {raw.sh_degree} from {splats.name}")
    views = read_views(cameras) if cameras is not None else None
    alignment = alignment_of(raw, views, options)
    tell(_told(alignment))
    place = make_place(raw, alignment.similarity, options, mesh, tell)
    terrain = terrain_of(place)
    tell(f"walkable {terrain.grid.walkable.sum() * terrain.grid.cell_m**2:.0f} m2")
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder.parent, prefix=f".{folder.name}-") as scratch:
            draft = Path(scratch) / folder.name
            draft.mkdir()
            save_terrain(terrain, draft / TERRAIN_FILE)
            save_cloud(draft / CLOUD_FILE, place.cloud)
            _save_cameras(views, alignment.similarity, draft)
            collision = mesh.name if mesh is not None else options.collision
            capture = _capture(splats, alignment, collision, place.floaters, options)
            scene = _freeze(_manifest(place, capture, options, draft), options, tell)
            tell("drawing pictures")
            draw_pictures(scene, draft / "pictures")
            draft.rename(folder)
    except OSError as error:
        raise StoreError(f"cannot write {folder}: {error.strerror or error}") from error
    return scene.model_copy(update={"folder": folder})


def alignment_of(cloud: GaussianCloud, views: TrainingViews | None, options: CaptureOptions) -> Alignment:
    """How the cloud is brought upright and to scale: as the options say, else as is found. Raises as ``align``."""
    if options.transform is not None:
        return Alignment(options.transform, "transform", "transform", None)
    return align(cloud, views, options.up, options.scale)


def _told(alignment: Alignment) -> str:
    scale = f"{alignment.similarity.scale:.4g} m per unit ({alignment.scale_from})"
    if alignment.plane is None:
        return f"aligned by the given transform, {scale}"
    ground = f"{alignment.plane.share:.0%} of its area on the ground plane, {alignment.plane.below:.0%} below"
    return f"aligned: up {alignment.up_from}, {ground}; {scale}"


def make_place(
    raw: GaussianCloud,
    by: Similarity,
    options: CaptureOptions,
    mesh: Path | None = None,
    tell: Tell = lambda line: None,
) -> Place:
    """Everything between reading and writing: align, clean, find the ground and the structure.

    Raises:
        DamagedFileError: there is no patch of ground, the place is too large, or the mesh cannot be read.
    """
    cloud = transformed(chosen(raw, raw.opacities >= FAINTEST), by)
    bounds = place_bounds(cloud)
    tell(f"place {bounds[2] - bounds[0]:.0f} x {bounds[3] - bounds[1]:.0f} m")
    ground = fit_ground(cloud, bounds)
    tell(f"ground {np.ptp(ground.values):.2f} m from lowest to highest")
    heights = cloud.means[:, 2] - ground.at(cloud.means[:, :2].astype(np.float64))
    over = _over(bounds, cloud)
    dropped = over & (heights < -SUNK_M)
    dropped |= lonely(cloud, over & (heights > 0.0) & (heights < 2.0 * CEILING_M))
    cloud, heights = chosen(cloud, ~dropped), heights[~dropped]
    field, hanging = density_field(cloud, heights, voxel_grid(bounds, options.voxel_m))
    adrift = _within(hanging, field, cloud, heights)
    kept = chosen(cloud, ~adrift)
    structure, solid = _structure(kept, ground, field, by, options, mesh, bounds)
    floaters = int(dropped.sum() + adrift.sum())
    tell(f"dropped {floaters:,} floaters; structure of {len(structure.faces):,} triangles")
    return Place(kept, heights[~adrift], bounds, ground, structure, solid, floaters)


def _structure(
    cloud: GaussianCloud,
    ground: HeightField,
    density: Field,
    by: Similarity,
    options: CaptureOptions,
    mesh: Path | None,
    bounds: Bounds,
) -> tuple[Mesh, Field | None]:
    """The collision mesh, and the field it was cut out of: the given mesh as it is unless that is too large."""
    if mesh is None:
        field = density if options.collision == "density" else depth_field(cloud, ground, density)
        return walls(field, ground), field
    given = read_mesh(mesh)
    placed = replace(given, vertices=by.applied_to(given.vertices).astype(np.float32))
    cut = cut_to_bodies(placed, ground, bounds)
    if len(cut.faces) <= MOST_TRIANGLES:
        return cut, None
    field = columns_of(cut, ground, density.grid)
    return walls(field, ground), field


def _over(bounds: Bounds, cloud: GaussianCloud) -> NDArray[np.bool_]:
    x0, y0, x1, y1 = bounds
    x, y, _ = cloud.means.T
    over: NDArray[np.bool_] = (x > x0) & (x < x1) & (y > y0) & (y < y1)
    return over


def _within(
    voxels: NDArray[np.bool_], field: Field, cloud: GaussianCloud, heights: NDArray[np.float64]
) -> NDArray[np.bool_]:
    """Which Gaussians (N,) have their centre in a marked voxel (NX, NY, NZ)."""
    places = np.column_stack([cloud.means[:, :2].astype(np.float64), heights])
    index = np.floor((places - np.asarray(field.grid.origin)) / field.grid.voxel_m).astype(np.int64)
    inside = ((index >= 0) & (index < np.array(voxels.shape))).all(axis=1)
    marked = np.zeros(len(cloud), dtype=bool)
    marked[inside] = voxels[tuple(index[inside].T)]
    return marked


def terrain_of(place: Place) -> Terrain:
    """Ground, structure and walkable grid of a place."""
    grid = walkable_grid(place.cloud, place.heights, place.structure, place.solid, place.ground, place.bounds)
    return Terrain(ground_mesh(place.ground), place.structure, grid)


def _save_cameras(views: TrainingViews | None, by: Similarity, folder: Path) -> None:
    if views is not None:
        positions = tuple((x, y, z) for x, y, z in np.round(by.applied_to(views.centres), 4).tolist())
        (folder / CAMERAS_FILE).write_text(TrainingCameras(positions=positions).model_dump_json() + "\n")


def _capture(splats: Path, alignment: Alignment, collision: str, floaters: int, options: CaptureOptions) -> Capture:
    by = alignment.similarity
    x, y, z = by.translation.tolist()
    return Capture.model_validate(
        {
            "file": splats.name,
            "file_sha256": file_digest(splats),
            "source_url": options.source_url,
            "metres_per_unit": by.scale,
            "scale_from": alignment.scale_from,
            "rotation": tuple(tuple(row) for row in by.rotation.tolist()),
            "translation": (x, y, z),
            "up_from": alignment.up_from,
            "collision": collision,
            "floaters": floaters,
            "notes": options.notes,
        }
    )


def _manifest(place: Place, capture: Capture, options: CaptureOptions, folder: Path) -> Scene:
    return Scene(
        scene_id=folder.name,
        place=place_of(folder.name),
        suite=options.suite,
        title=options.title or f"{folder.name}, captured",
        provenance="captured",
        licence=options.licence,
        source="captured",
        bounds=place.bounds,
        sun=guess_sun(place.cloud, lying(place.cloud, place.heights) & _over(place.bounds, place.cloud)),
        gaussians=len(place.cloud),
        cloud_sha256=cloud_digest(place.cloud),
        files={path.name: file_digest(path) for path in sorted(folder.iterdir())},
        capture=capture,
        folder=folder,
    )


def _given(capture: Capture, options: CaptureOptions) -> list[Pair]:
    """The given starts and goals in the scene's frame, seen from above."""
    by = Similarity(capture.metres_per_unit, np.array(capture.rotation), np.array(capture.translation))
    ends = [by.applied_to(pair)[:, :2].tolist() for pair in options.given]
    return [((start[0], start[1]), (goal[0], goal[1])) for start, goal in ends]


def _refusal(scene: Scene, task: str, given: list[Pair]) -> list[str]:
    """Freeze the episodes of one task; why it has none, if so."""
    try:
        freeze_episodes(scene, task, given=given)
    except InfeasibleEpisodeError as error:
        return [f"{task}: {error}"]
    return []


def _freeze(scene: Scene, options: CaptureOptions, tell: Tell) -> Scene:
    """Freeze the episodes of every task that the place admits, and write the manifest."""
    assert scene.capture is not None
    refused = [line for task in TASKS for line in _refusal(scene, task, _given(scene.capture, options))]
    for line in refused:
        tell(f"no episodes of {line}")
    if len(refused) == len(TASKS):
        raise InfeasibleEpisodeError(f"the place admits no episode of any task; {refused[0]}")
    tell(f"froze the episodes of {len(TASKS) - len(refused)} tasks")
    notes = (*scene.capture.notes, *(f"no episodes of {line}" for line in refused))
    scene = scene.model_copy(update={"capture": scene.capture.model_copy(update={"notes": notes})})
    (scene.folder / SCENE_FILE).write_text(scene.model_dump_json(indent=1) + "\n")
    return scene
