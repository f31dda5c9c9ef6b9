"""Authoring: a training scene from nothing, and what is seen agrees with what is hit."""

from pathlib import Path

import numpy as np
import pytest

from navbench_gs.domain.scene import ScenePlan
from navbench_gs.splats.cloud import cloud_digest
from navbench_gs.terrain.terrain import load_terrain
from scenes.procedural.bake import inside_solids
from scenes.procedural.compose import build_terrain, quantised, site_surfels
from scenes.procedural.light import lit, read_light
from scenes.procedural.part import FOLIAGE, Solid, box_solid
from scenes.procedural.places import lay_out
from scenes.procedural.source import ProceduralSource

trimesh = pytest.importorskip("trimesh")
pytest.importorskip("embreex")
TOLERANCE_M = 0.10


@pytest.fixture(scope="module")
def training_scene(tmp_path_factory: pytest.TempPathFactory):
    folder = tmp_path_factory.mktemp("train") / "alley_1001"
    plan = ScenePlan(scene_id="alley_1001", place="alley", suite="train", seed=1001)
    return ProceduralSource().author(plan, folder)


def test_training_scene_is_authored_whole_and_again_the_same(training_scene, tmp_path: Path):
    names = sorted(path.name for path in training_scene.folder.iterdir())
    assert names == ["light.npz", "scene.json", "terrain.npz"]
    assert not list(training_scene.folder.parent.glob(".*"))
    assert cloud_digest(ProceduralSource().cloud(training_scene)) == training_scene.cloud_sha256
    plan = ScenePlan(scene_id="alley_1001", place="alley", suite="train", seed=1001)
    assert ProceduralSource().author(plan, tmp_path / "alley_1001") == training_scene.model_copy(
        update={"folder": tmp_path / "alley_1001"}
    )


def test_authoring_anew_keeps_frozen_episodes(training_scene):
    episodes = training_scene.folder / "episodes"
    episodes.mkdir()
    (episodes / "empty.json").write_text("{}")
    plan = ScenePlan(scene_id="alley_1001", place="alley", suite="train", seed=1001)
    ProceduralSource().author(plan, training_scene.folder)
    assert (training_scene.folder / "episodes" / "empty.json").read_text() == "{}"


def test_ground_is_flat_and_goes_on_beyond_the_walkable_area(training_scene):
    terrain = load_terrain(training_scene)
    assert (terrain.ground.vertices[:, 2] == 0.0).all()
    low, high = terrain.ground.vertices.min(axis=0), terrain.ground.vertices.max(axis=0)
    assert (low[:2] < np.array(training_scene.bounds[:2]) - 5.0).all()
    assert (high[:2] > np.array(training_scene.bounds[2:]) + 5.0).all()


def test_sun_lights_a_roof_and_not_the_street_in_its_shadow(training_scene):
    site = lay_out("alley", 1001)
    surfels = site_surfels(site)
    brightness = lit(surfels, read_light(training_scene.folder / "light.npz"), site.sky)[:, 0].mean(axis=1)
    upward = (surfels.normals[:, 2] > 0.5) & (np.abs(surfels.centres[:, 2]) < 0.1) & (surfels.kind != FOLIAGE)
    shares = np.percentile(brightness[upward], [10, 90])
    assert shares[1] - shares[0] > 0.4


@pytest.mark.parametrize("place", ["plaza", "sidewalk", "alley", "crossing", "station", "market"])
def test_what_is_seen_below_2_m_lies_on_what_is_hit(place: str):
    site = lay_out(place, 2)
    seen, terrain = site_surfels(site), build_terrain(site)
    low = (seen.centres[:, 2] < 2.0) & (seen.kind != FOLIAGE)
    low &= (np.abs(seen.centres[:, 0]) < site.half_x) & (np.abs(seen.centres[:, 1]) < site.half_y)
    sample = np.random.default_rng(0).choice(np.flatnonzero(low), 800, replace=False)
    points = seen.centres[sample]
    points = points[~inside_solids([solid for part in site.parts for solid in part.solids], points)]
    triangles = np.concatenate([m.vertices[m.faces] for m in (terrain.ground, terrain.structure)]).astype(float)
    far = sum(_distance(point, triangles) > TOLERANCE_M for point in points)
    assert far <= 0.02 * len(sample)


def _distance(point: np.ndarray, triangles: np.ndarray) -> float:
    """Distance to the nearest triangle whose box comes within the tolerance; infinite if none does."""
    low, high = triangles.min(axis=1) - TOLERANCE_M, triangles.max(axis=1) + TOLERANCE_M
    near = triangles[((point >= low) & (point <= high)).all(axis=1)]
    if not len(near):
        return np.inf
    closest = trimesh.triangles.closest_point(near, np.repeat(point[None], len(near), axis=0))
    return float(np.sqrt(((closest - point) ** 2).sum(axis=1)).min())


def test_inside_of_a_box_is_told_from_outside():
    points = np.array([[0.0, 0.0, 0.5], [0.0, 0.0, 1.5], [0.9, 0.0, 0.5], [1.1, 0.0, 0.5]])
    solid: Solid = box_solid((0.0, 0.0, 0.5), (1.0, 1.0, 0.5))
    assert inside_solids([solid], points).tolist() == [True, False, True, False]


def test_last_bits_do_not_survive_quantising():
    values = np.array([0.5, 0.25, -0.125, 1.0 / 3.0])
    assert (quantised(values * (1 + 1e-15), 512) == quantised(values * (1 - 1e-15), 512)).all()
