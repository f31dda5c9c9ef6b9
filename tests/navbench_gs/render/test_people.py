"""Everybody at once: the same people as posed one by one, each lit where its limbs are."""

from __future__ import annotations

import math

import numpy as np
import pytest

from navbench_gs.catalogue.gait import pose_skeleton
from navbench_gs.catalogue.pedestrians import figure, posed_figure
from navbench_gs.domain.scene import Sun
from navbench_gs.render.lighting import lit_cloud
from navbench_gs.render.people import People, composed
from navbench_gs.render.shadows import contact_shadow
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
    cloud = people.cloud(POSES, skeletons(), SUN, None).validated("people")
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

    bright, shaded = (people.cloud(POSES, skeletons(), SUN, light) for light in (None, Ankles()))
    darker = (bright.sh - shaded.sh)[:, 0].max(axis=1) > 0.01
    assert darker.any() and bright.means[darker, 2].max() < 0.75
    assert not darker[bright.means[:, 2] > 1.0].any()


def test_quaternions_compose_as_turns_do():
    quarter = math.sqrt(0.5)
    about_z, about_x = np.array([[quarter], [0], [0], [quarter]]), np.array([[quarter], [quarter], [0], [0]])
    np.testing.assert_allclose(composed(about_z, about_x)[:, 0], [0.5, 0.5, 0.5, 0.5])
