"""The authored suites: the same bytes again, sound sizes, places to walk, and terrain where things are seen."""

from pathlib import Path

import numpy as np
import pytest
from scipy.ndimage import distance_transform_edt, label

from navbench_gs.domain.record import file_digest, read_record
from navbench_gs.domain.scene import Scene
from navbench_gs.errors import DigestMismatchError, UnknownNameError
from navbench_gs.splats.cloud import cloud_digest
from navbench_gs.terrain.terrain import load_terrain
from scenes.procedural.author import SUITE_FOLDER
from scenes.procedural.places import PLACES, RESERVED, lay_out
from scenes.procedural.plans import FIRST_TRAINING, suite_plans
from scenes.procedural.source import ProceduralSource

PLANS = suite_plans()


def authored(scene_id: str) -> Scene:
    plan = next(plan for plan in PLANS if plan.scene_id == scene_id)
    folder = SUITE_FOLDER / plan.suite / scene_id
    return read_record(folder / "scene.json", Scene).model_copy(update={"folder": folder})


def test_suites_hold_26_embedded_and_12_dev_scenes_of_at_least_8_places():
    assert sum(plan.suite == "embedded" for plan in PLANS) == 26
    assert sum(plan.suite == "dev" for plan in PLANS) == 12
    assert len({plan.place for plan in PLANS}) >= 8
    assert {plan.place for plan in PLANS} <= set(PLACES)
    assert all(plan.seed < FIRST_TRAINING for plan in PLANS)


def test_reserved_places_occur_only_in_the_embedded_suite():
    assert len(RESERVED) == 2
    assert {plan.place for plan in PLANS if plan.suite == "embedded"} >= RESERVED
    assert not {plan.place for plan in PLANS if plan.suite == "dev"} & RESERVED


@pytest.mark.parametrize("scene_id", [plan.scene_id for plan in PLANS])
def test_manifest_names_the_files_of_its_folder(scene_id: str):
    scene = authored(scene_id)
    assert scene.files == {name: file_digest(scene.folder / name) for name in ("terrain.npz", "light.npz")}
    assert sum((scene.folder / name).stat().st_size for name in scene.files) < 300_000
    assert 150_000 < scene.gaussians <= 600_000


@pytest.mark.parametrize("scene_id", [plan.scene_id for plan in PLANS])
def test_walkable_area_is_one_piece_with_room_for_routes(scene_id: str):
    grid = load_terrain(authored(scene_id)).grid
    assert not (grid.walkable & grid.blocked).any()
    assert label(grid.walkable)[1] == 1
    roomy = distance_transform_edt(np.pad(grid.walkable, 1)) * grid.cell_m > 0.5
    assert roomy.sum() * grid.cell_m**2 > 150.0
    x, y = (np.flatnonzero(roomy.any(axis=axis)) for axis in (1, 0))
    assert max(np.ptp(x), np.ptp(y)) * grid.cell_m > 22.0
    border = np.concatenate([grid.walkable[0], grid.walkable[-1], grid.walkable[:, 0], grid.walkable[:, -1]])
    assert not border.any()


@pytest.mark.parametrize("scene_id", ["plaza_00", "market_01", "park_50"])
def test_cloud_is_generated_with_the_manifests_bytes(scene_id: str):
    scene = authored(scene_id)
    told: list[float] = []
    cloud = ProceduralSource().cloud(scene, told.append).validated(scene_id)
    assert cloud_digest(cloud) == scene.cloud_sha256
    assert len(cloud) == scene.gaussians
    assert told == sorted(told) and told[-1] == 1.0


def test_layout_of_another_seed_is_another_layout():
    first, second = lay_out("plaza", 3), lay_out("plaza", 4)
    assert (first.plan.labels != second.plan.labels).mean() > 0.05
    assert first.plan.labels.tobytes() == lay_out("plaza", 3).plan.labels.tobytes()


def test_unknown_place_is_named_with_its_neighbour():
    with pytest.raises(UnknownNameError, match="plaza"):
        lay_out("plazza", 0)


def test_light_of_another_scene_is_refused(tmp_path: Path):
    scene = authored("alley_00")
    (tmp_path / "light.npz").write_bytes((authored("alley_01").folder / "light.npz").read_bytes())
    with pytest.raises(DigestMismatchError, match=r"light\.npz"):
        ProceduralSource().cloud(scene.model_copy(update={"folder": tmp_path}))
