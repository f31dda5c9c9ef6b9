"""Wet, dusk and night places: lamps that light and cast shadows, puddles that mirror, ground whose marks stay crisp."""

from dataclasses import replace

import numpy as np
import pytest

from navbench_gs.domain.record import read_record
from navbench_gs.domain.scene import Scene
from navbench_gs.domain.streams import stream
from navbench_gs.splats.surfels import surfels
from scenes.procedural.author import SUITE_FOLDER
from scenes.procedural.compose import with_reflections
from scenes.procedural.ground import SINK_M, GroundPlan, ground_surfels, puddle_depth, wetted
from scenes.procedural.light import LAMP_FULL, LightBake, coded_lamplight, mean_lamplight, reflected
from scenes.procedural.part import FOLIAGE, GLOW, WET, Lamp, box_solid
from scenes.procedural.plans import suite_plans
from scenes.procedural.site import Site
from scenes.procedural.sky import LAMP_DIRECTION, SKIES
from scenes.procedural.surfaces import lawn, paving

MOODS = ("overcast", "wet", "dusk", "night", "wet night", "golden")


def flat(points, *, kind=0, albedo=(0.5, 0.5, 0.5)):
    return surfels(points, (1, 0, 0), (0, 1, 0), (0.05, 0.05, 0.004), albedo, kind=kind)


@pytest.mark.parametrize("suite", ["embedded", "dev"])
def test_a_suite_has_wet_dusk_night_and_overcast_places_and_says_so(suite: str):
    plans = [plan for plan in suite_plans() if plan.suite == suite]
    folders = [SUITE_FOLDER / suite / plan.scene_id for plan in plans]
    told = {read_record(folder / "scene.json", Scene).title.split(", ")[1] for folder in folders}
    assert told >= set(MOODS)
    assert told <= set(SKIES)


def test_lamplight_falls_on_the_ground_and_not_behind_a_wall():
    bake_module = pytest.importorskip("scenes.procedural.bake")
    pytest.importorskip("embreex")
    wall = box_solid((2.0, 0.0, 2.0), (0.1, 8.0, 2.0))
    bake = bake_module.bake_light([wall], SKIES["night"], (8.0, 8.0), [Lamp(0.0, 0.0, 3.0, 1.0)])
    lit_at = {x: int(bake.lamp_ground[round((x + 8.0) / 0.3), round(8.0 / 0.3)]) for x in (0.0, -1.5, -4.0, 4.0)}
    assert lit_at[0.0] > lit_at[-1.5] > lit_at[-4.0] > 0
    assert lit_at[4.0] == 0
    # straight below at 3 m: 9 / (3^2 + 0.5) of a white surface, the floor 4 cm up
    below = LAMP_FULL * (lit_at[0.0] / 255.0) ** 2
    assert below == pytest.approx(9.0 / (2.96**2 + 0.5) * (1 - (2.96 / 15.0) ** 2), rel=0.03)


def test_lamps_are_off_by_day():
    bake_module = pytest.importorskip("scenes.procedural.bake")
    pytest.importorskip("embreex")
    bake = bake_module.bake_light([box_solid((5, 5, 1), (1, 1, 1))], SKIES["noon"], (8.0, 8.0), [Lamp(0, 0, 3)])
    assert bake.lamp_share.size == 0 and bake.lamp_ground.size == 0
    assert mean_lamplight(bake) == 0.0


def test_mean_lamplight_is_that_of_the_ground_that_is_lit():
    depth = np.full((4, 4), 65535, dtype=np.uint16)
    share, ground = np.zeros((2, 2, 6, 6), dtype=np.uint8), np.zeros((3, 3), dtype=np.uint8)
    lamp_ground = coded_lamplight(np.array([[0.5, 0.0], [0.125, 0.0]]))
    bake = LightBake(depth, (0, 0, 0), share, ground, (0, 0), 1.0, 0.3, np.zeros((2, 2, 6, 6), np.uint8), lamp_ground)
    assert mean_lamplight(bake) == pytest.approx((0.5 + 0.125) / 2, rel=0.01)


def test_what_glows_is_matt_by_day_and_shines_after_dark():
    depth = np.full((4, 4), 65535, dtype=np.uint16)
    bake = LightBake(depth, (0, 0, 0), np.zeros((3, 3, 6, 6), np.uint8), np.zeros((9, 9), np.uint8), (0, 0), 1.0, 0.3)
    matt, glow = flat([(1.0, 1.0, 1.0)]), flat([(1.0, 1.0, 1.0)], kind=GLOW)
    share = np.zeros((1, 6))
    by_day = [reflected(thing, share, bake, SKIES["noon"]) for thing in (matt, glow)]
    at_night = [reflected(thing, share, bake, SKIES["night"]) for thing in (matt, glow)]
    assert by_day[0] == pytest.approx(by_day[1])
    assert (at_night[1] > at_night[0] + 0.1).all()


def test_the_record_s_sun_is_the_lamps_where_they_outshine_it():
    night, noon = SKIES["night"], SKIES["noon"]
    assert night.sun(0.2).direction == LAMP_DIRECTION
    assert np.mean(night.sun(0.2).irradiance) > 0.2
    assert noon.sun(0.2) == noon.sun()


def test_water_stands_in_some_places_and_one_sees_into_it():
    x, y = (a.ravel() for a in np.meshgrid(np.arange(-20, 20, 0.5), np.arange(-20, 20, 0.5)))
    ground = flat(np.stack([x, y, 0 * x], axis=1))
    wet = wetted(ground)
    under = puddle_depth(x, y) > 0.04
    assert 0.02 < under.mean() < 0.35
    assert (wet.opacity[under] < 0.4).all() and (wet.opacity[puddle_depth(x, y) < 0] == ground.opacity[0]).all()
    assert (wet.albedo < ground.albedo).all()
    assert (wet.kind == WET).all() and (wetted(replace(ground, kind=ground.kind + FOLIAGE)).kind == FOLIAGE).all()


def test_puddles_mirror_what_stands_above_them_and_nothing_else():
    up = surfels(np.tile([(3.0, 1.0, 2.0)], (8, 1)), (0, 1, 0), (0, 0, 1), (0.1, 0.2, 0.004), (0.5, 0.5, 0.5))
    floor = flat(np.zeros((8, 3)))
    for thing, doubles in ((up, 2), (floor, 0)):
        both, harmonics = with_reflections(thing, np.full((8, 4, 3), 0.2))
        assert len(both) == len(harmonics) == 8 + doubles
        assert (both.centres[8:] == np.array([3.0, 1.0, -2.0])).all()
        np.testing.assert_allclose(np.cross(both.tangents, both.bitangents)[8:, 2], 0.0, atol=1e-12)


def test_the_coat_of_the_ground_lies_below_its_joints_and_chips():
    site = Site("plaza", 1, 4.0, 4.0)
    plan = GroundPlan(4.0, 4.0)
    plan.fill(paving(site))
    seen = ground_surfels(stream("test", "ground"), plan)
    coat = max(seen, key=lambda part: float(part.sizes[:, 1].max()))
    details = [part for part in seen if part is not coat]
    assert coat.centres[:, 2] == pytest.approx(-SINK_M)
    assert details and all((part.centres[:, 2] >= 0.0).all() for part in details)


def test_lawn_keeps_its_level_and_has_blades_beside_the_way():
    site = Site("plaza", 1, 4.0, 4.0)
    plan = GroundPlan(4.0, 4.0)
    plan.fill(lawn(site))
    plan.rectangle(paving(site), -4.0, -1.0, 4.0, 1.0)
    seen = ground_surfels(stream("test", "ground"), plan)
    blades = [part for part in seen if (part.kind == FOLIAGE).all() and (np.abs(part.tangents[:, 2]) > 0.3).all()]
    assert len(blades) == 1
    assert (np.abs(blades[0].centres[:, 1]) < 1.0 + 1.2 + 0.15).all()
