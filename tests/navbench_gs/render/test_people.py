"""Everybody at once: the same people as posed one by one, each lit where its limbs are."""

from __future__ import annotations

import math

import numpy as np
import pytest

from navbench_gs.catalogue.gait import pose_skeleton
from navbench_gs.catalogue.pedestrians import figure, posed_figure
from navbench_gs.domain.scene import Sun
from navbench_gs.render.lighting import displayed, lit_cloud
from navbench_gs.render.people import CARRIED, People, carriers_of, composed
from navbench_gs.render.shadows import contact_shadow
from navbench_gs.splats.harmonics import constant_harmonics
from navbench_gs.splats.surfels import join_surfels

SUN = Sun(direction=(0.6, 0.0, 0.8), irradiance=(2.0, 1.5, 1.0), ambient=(0.2, 0.3, 0.4), exposure=0.5)
WHO = ("winter_coat", "tourist")
POSES = np.array([[1.0, 2.0, 0.1, 0.7], [-3.0, 0.5, 0.0, -2.9]])
WALKS = ((0.4, 0.9), (3.6, 0.3))


@pytest.fixture(scope="module")
def people():
    return People([figure(name) for name in WHO], [contact_shadow(0.28)] * 2)


def skeletons():
    return [
        pose_skeleton(figure(name).height_m, figure(name).appearance.build, *walk)
        for name, walk in zip(WHO, WALKS, strict=True)
    ]


def one_by_one():
    return join_surfels(
        part
        for name, (x, y, z, yaw), walk in zip(WHO, POSES, WALKS, strict=True)
        for part in (posed_figure(figure(name), *walk).moved(x, y, z, yaw), contact_shadow(0.28).moved(x, y, z, yaw))
    )


def test_the_sweep_gives_what_posing_one_by_one_gives(people):
    cloud = people.cloud(carriers_of(POSES, skeletons(), SUN, None), SUN).validated("people")
    expected = lit_cloud(one_by_one(), SUN)
    np.testing.assert_allclose(cloud.means, expected.means, atol=1e-5)
    np.testing.assert_allclose(cloud.sh, expected.sh, atol=1e-4)
    np.testing.assert_array_equal(cloud.scales, expected.scales)
    np.testing.assert_array_equal(cloud.opacities, expected.opacities)
    same_turn = np.abs(np.sum(cloud.quats * expected.quats, axis=1))
    np.testing.assert_allclose(same_turn, 1.0, atol=1e-5)


def test_the_shade_falls_on_the_limbs_that_stand_in_it(people):
    class Ankles:
        """The sun reaches nothing below 0.5 m."""

        def shares(self, points):
            return (points[:, 2] > 0.5).astype(float), np.ones(len(points))

    bright, shaded = (people.cloud(carriers_of(POSES, skeletons(), SUN, light), SUN) for light in (None, Ankles()))
    darker = (bright.sh - shaded.sh)[:, 0].max(axis=1) > 0.01
    assert darker.any() and bright.means[darker, 2].max() < 0.75
    assert not darker[bright.means[:, 2] > 1.0].any()


def test_what_carries_somebody_is_the_same_bits_whoever_else_is_there():
    class Slope:
        """Light that is another at every limb."""

        def shares(self, points):
            return np.clip(0.1 * points[:, 0] + points[:, 2], 0.0, 1.0), np.clip(points[:, 2] / 3.0, 0.0, 1.0)

    rng = np.random.default_rng(3)
    poses = rng.uniform(-20.0, 20.0, (40, 4))
    bodies = [pose_skeleton(*rng.uniform((1.3, 0.9, 0.0, 0.0), (1.9, 1.2, 300.0, 1.0))) for _ in poses]
    everybody = carriers_of(poses, bodies, SUN, Slope())
    for person, body in enumerate(bodies):
        alone = carriers_of(poses[person : person + 1], [body], SUN, Slope())
        for one, many in zip(alone, everybody, strict=True):
            assert one.shape[-1] == CARRIED
            np.testing.assert_array_equal(one, many[..., CARRIED * person : CARRIED * (person + 1)])


def test_quaternions_compose_as_turns_do():
    quarter = math.sqrt(0.5)
    about_z, about_x = np.array([quarter, 0.0, 0.0, quarter]), np.array([quarter, quarter, 0.0, 0.0])
    np.testing.assert_allclose(composed(about_z, about_x), [0.5, 0.5, 0.5, 0.5])


def test_compiled_sweeps_round_as_numpy_does(people):
    bodies = carriers_of(POSES, skeletons(), SUN, None)
    cloud, at, surfels = people.cloud(bodies, SUN), people._segment, people._surfels
    (x, y, z), (cos_pitch, sin_pitch, cos_yaw, sin_yaw) = surfels.centres, bodies.turns[:, at]
    ahead = cos_pitch * x - sin_pitch * z
    centres = cos_yaw * ahead - sin_yaw * y, sin_yaw * ahead + cos_yaw * y, sin_pitch * x + cos_pitch * z
    np.testing.assert_array_equal(cloud.means, (np.stack(centres) + bodies.joints[:, at]).T.astype(np.float32))
    (a, b, c, d), (w, x, y, z) = bodies.quaternions[:, at], surfels.quaternions
    np.testing.assert_array_equal(cloud.quats[:, 0], (a * w - b * x - c * y - d * z).astype(np.float32))
    (x, y, z) = surfels.normals
    ahead = cos_pitch * x - sin_pitch * z
    normals = cos_yaw * ahead - sin_yaw * y, sin_yaw * ahead + cos_yaw * y, sin_pitch * x + cos_pitch * z
    colours = constant_harmonics(displayed(surfels.albedo.T, np.stack(normals, axis=1), SUN))
    np.testing.assert_array_equal(cloud.sh, colours)
