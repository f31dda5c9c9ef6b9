"""The light of places: sun where the map sees it, sky where the grid sees it, the same as the scene's own surfels."""

from __future__ import annotations

import numpy as np
import pytest

from navbench_gs.domain.record import read_record
from navbench_gs.domain.scene import Scene
from navbench_gs.domain.source import LitSource
from navbench_gs.errors import DigestMismatchError
from navbench_gs.terrain.terrain import load_terrain
from scenes.procedural.author import SUITE_FOLDER
from scenes.procedural.light import AXES, LEVELS_M, LightBake
from scenes.procedural.place_light import PlaceLight
from scenes.procedural.sky import SKIES
from scenes.procedural.source import ProceduralSource


def scene_named(scene_id: str) -> Scene:
    folder = SUITE_FOLDER / "embedded" / scene_id
    return read_record(folder / "scene.json", Scene).model_copy(update={"folder": folder})


@pytest.fixture
def half_shaded() -> PlaceLight:
    """A sun straight above; a roof at 10 m over x < 0; the whole sky where x > 0, none where x < 0."""
    depth = np.full((100, 100), 65535, dtype=np.uint16)
    sky = SKIES["noon"]
    plan = np.zeros((13, 13, len(LEVELS_M), len(AXES)), dtype=np.uint8)
    plan[6:, :, :, :4], plan[6:, :, :, 4] = 128, 255
    ground = np.where(np.arange(41)[:, None] >= 20, 255, 0).astype(np.uint8) * np.ones((1, 41), dtype=np.uint8)
    bake = LightBake(depth, (-6.0, -6.0, -20.0), plan, ground, (-6.0, -6.0), 1.0, 0.3)
    return PlaceLight(bake, sky)


def test_an_open_place_sees_the_whole_sky_and_a_covered_one_none(half_shaded):
    sun, sky = half_shaded.shares(np.array([[4.0, 0.0, 1.0], [-4.0, 0.0, 1.0]]))
    assert sky == pytest.approx([1.0, 0.0], abs=0.01)
    assert sun == pytest.approx([1.0, 1.0])


def test_a_caster_before_a_point_takes_its_sun(half_shaded):
    half_shaded.bake.sun_depth[:] = 0
    sun, _ = half_shaded.shares(np.array([[0.0, 0.0, 1.0]]))
    assert sun == pytest.approx([0.0])


def test_the_light_of_a_shipped_scene_has_sun_and_shade_on_its_walkable_ground():
    scene, source = scene_named("crossing_00"), ProceduralSource()
    assert isinstance(source, LitSource)
    grid = load_terrain(scene).grid
    places = grid.centres(np.argwhere(grid.walkable & ~grid.blocked)[::7])
    points = np.column_stack([places, np.full(len(places), 1.2)])
    sun, sky = source.light(scene).shares(points)
    again, _ = source.light(scene).shares(points[::-1])
    assert 0.05 < (sun > 0.95).mean() < 0.98 and (sun < 0.05).any()
    assert ((sky >= 0.0) & (sky <= 1.0)).all() and np.ptp(sky) > 0.2
    np.testing.assert_array_equal(sun, again[::-1])


def test_light_of_another_scene_is_refused(tmp_path):
    scene = scene_named("alley_00")
    (tmp_path / "light.npz").write_bytes((scene_named("alley_01").folder / "light.npz").read_bytes())
    with pytest.raises(DigestMismatchError, match="not the light"):
        ProceduralSource().light(scene.model_copy(update={"folder": tmp_path}))
