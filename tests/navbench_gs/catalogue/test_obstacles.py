"""Obstacle types: what is seen is what is hit."""

import numpy as np
import pytest

from navbench_gs.catalogue.body import BoxBody, CylinderBody
from navbench_gs.catalogue.obstacles import LOOK_VARIANTS, OBSTACLES, footprint, obstacle_look, obstacle_variant
from navbench_gs.domain.episode import ObstaclePlacement
from navbench_gs.errors import UnknownNameError

TOLERANCE_M = 0.03


def test_a_box_body_measures_distance_reach_and_top():
    body = BoxBody((1.0, 0.5, 0.25), (1.0, 0.0, 0.25))
    assert body.distance([[0.5, 0.0, 0.1], [5.0, 0.0, 0.25], [1.0, 3.5, 4.5]]) == pytest.approx([0.0, 3.0, 5.0])
    assert body.reach_m == pytest.approx(np.hypot(2.0, 0.5))
    assert body.top_m == 0.5


def test_a_cylinder_body_measures_distance_reach_and_top():
    body = CylinderBody(0.5, 2.0, (3.0, 4.0, 1.0))
    assert body.distance([[3.0, 4.0, 1.0], [6.5, 4.0, 1.0], [6.5, 4.0, 6.0]]) == pytest.approx([0.0, 3.0, 5.0])
    assert body.reach_m == pytest.approx(5.5)
    assert body.top_m == 2.0


def test_a_third_of_the_types_is_kept_for_the_embedded_scenes():
    kept_back = [kind.name for kind in OBSTACLES.values() if kind.embedded_only]
    assert len(OBSTACLES) == 18
    assert len(kept_back) == 6


@pytest.mark.parametrize("kind", OBSTACLES.values(), ids=lambda kind: kind.name)
def test_bodies_enclose_every_variant_of_the_look(kind):
    for variant in range(LOOK_VARIANTS):
        points = obstacle_look(kind.name, variant).centres
        outside = np.min([body.distance(points) for body in kind.bodies], axis=0)
        assert outside.max() <= TOLERANCE_M
        assert np.hypot(points[:, 0], points[:, 1]).max() <= kind.radius_m + TOLERANCE_M


@pytest.mark.parametrize("kind", OBSTACLES.values(), ids=lambda kind: kind.name)
def test_no_outline_bleeds_beyond_the_body(kind):
    for variant in range(LOOK_VARIANTS):
        look = obstacle_look(kind.name, variant)
        reach = [
            sign * axis * look.sizes[:, [k]]
            for k, axis in ((0, look.tangents), (1, look.bitangents))
            for sign in (-1, 1)
        ]
        points = np.concatenate([look.centres + offset for offset in reach])
        points = points[points[:, 2] > 0.0]
        assert np.min([body.distance(points) for body in kind.bodies], axis=0).max() <= 0.05


@pytest.mark.parametrize("kind", OBSTACLES.values(), ids=lambda kind: kind.name)
def test_the_look_fills_its_bodies_from_the_ground_to_the_top(kind):
    points = np.concatenate([obstacle_look(kind.name, variant).centres for variant in range(LOOK_VARIANTS)])
    assert min(body.top_m - 2.0 * half_height(body) for body in kind.bodies) == pytest.approx(0.0, abs=1e-9)
    assert points[:, 2].min() < 0.04
    assert points[:, 2].max() == pytest.approx(kind.height_m, abs=2 * TOLERANCE_M)
    assert np.hypot(points[:, 0], points[:, 1]).max() > 0.8 * kind.radius_m


def half_height(body):
    return body.half[2] if isinstance(body, BoxBody) else body.height_m / 2.0


@pytest.mark.parametrize("kind", OBSTACLES, ids=str)
def test_a_look_has_a_few_hundred_sound_surfels(kind):
    look = obstacle_look(kind)
    assert 300 <= len(look) <= 4000
    assert np.isfinite(look.centres).all()
    assert np.allclose(np.sum(look.tangents**2, axis=1), 1.0)
    assert np.allclose(np.sum(look.normals**2, axis=1), 1.0)
    assert (look.sizes > 0).all()
    assert (look.sizes < 0.4).all()


@pytest.mark.parametrize("kind", OBSTACLES, ids=str)
def test_look_seeds_change_the_colours(kind):
    tones = {tuple(np.round(obstacle_look(kind, seed).albedo.mean(axis=0), 3)) for seed in range(LOOK_VARIANTS)}
    assert len(tones) >= 3


def test_looks_are_keyed_by_type_and_variant_alone():
    first = obstacle_look("crate", 1)
    obstacle_variant.cache_clear()
    again = obstacle_look("crate", 1 + LOOK_VARIANTS)
    assert np.array_equal(first.centres, again.centres)
    assert np.array_equal(first.albedo, again.albedo)


def test_less_detail_means_fewer_surfels():
    assert len(obstacle_look("bin", detail=0.5)) < 0.6 * len(obstacle_look("bin"))


def test_an_unknown_type_is_refused_with_the_closest_name():
    with pytest.raises(UnknownNameError, match="did you mean 'bollard'"):
        obstacle_look("bolard")


def test_a_footprint_holds_the_obstacle_where_it_stands():
    placement = ObstaclePlacement(kind="crate", pose=(1.0, -2.0, 0.3), look_seed=0)
    assert footprint(placement) == (1.0, -2.0, OBSTACLES["crate"].radius_m)
    with pytest.raises(UnknownNameError, match="did you mean 'crate'"):
        footprint(placement.model_copy(update={"kind": "crates"}))
