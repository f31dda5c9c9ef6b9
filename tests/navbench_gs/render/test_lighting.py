"""Actors are lit by Lambert's law, a hemisphere of sky, and the scenes' film curve."""

from __future__ import annotations

import numpy as np
import pytest

from navbench_gs.domain.scene import Sun
from navbench_gs.render.lighting import displayed, lit_cloud
from navbench_gs.splats.film import displayed_colour
from navbench_gs.splats.surfels import surfels

SUN = Sun(direction=(0.6, 0.0, 0.8), irradiance=(2.0, 1.5, 1.0), ambient=(0.2, 0.3, 0.4), exposure=0.5)
UP, DOWN, TOWARDS, AWAY = (0.0, 0.0, 1.0), (0.0, 0.0, -1.0), (0.6, 0.0, 0.8), (-1.0, 0.0, 0.0)


def shown(linear) -> np.ndarray:
    return displayed_colour(np.array(linear), 0.5)


@pytest.mark.parametrize(
    ("normal", "linear"),
    [
        (TOWARDS, (1.0 + 0.5 * 0.188, 0.75 + 0.5 * 0.282, 0.5 + 0.5 * 0.376)),  # sky share 0.4 + 0.6 * 0.9 = 0.94
        (UP, (0.8 + 0.1, 0.6 + 0.15, 0.4 + 0.2)),  # cosine 0.8, whole sky
        (DOWN, (0.04, 0.06, 0.08)),  # no sun, 0.4 of the sky
        (AWAY, (0.07, 0.105, 0.14)),  # no sun, 0.7 of the sky
    ],
)
def test_a_grey_surface_shows_the_light_that_reaches_it(normal, linear):
    np.testing.assert_allclose(displayed([[0.5, 0.5, 0.5]], [normal], SUN)[0], shown(linear), atol=1e-6)


def test_in_the_shade_a_surface_keeps_its_share_of_the_sky_and_the_light_of_its_surroundings():
    # surroundings: 0.26 * (0.8 * 0.42 * irradiance + ambient) = (0.22672, 0.20904, 0.19136)
    linear = 0.5 * (0.25 * np.array([0.2, 0.3, 0.4]) + 0.75 * np.array([0.22672, 0.20904, 0.19136]))
    shaded = displayed([[0.5, 0.5, 0.5]], [UP], SUN, sunshine=[0.0], sky=[0.25])
    np.testing.assert_allclose(shaded[0], shown(linear), atol=1e-6)


def test_half_a_sun_adds_half_its_light():
    half = displayed([[0.5, 0.5, 0.5]], [UP], SUN, sunshine=[0.5])
    np.testing.assert_allclose(half[0], shown((0.4 + 0.1, 0.3 + 0.15, 0.2 + 0.2)), atol=1e-6)


def test_surfels_are_lit_where_they_are():
    class West:
        """The sun shines on x < 0 only."""

        def shares(self, points):
            return (points[:, 0] < 0.0).astype(float), np.ones(len(points))

    pair = surfels([[-1.0, 0.0, 0.0], [1.0, 0.0, 0.0]], (1, 0, 0), (0, 1, 0), (0.1, 0.1, 0.004), (0.5, 0.5, 0.5))
    colours = 0.5 + 0.28209479177387814 * lit_cloud(pair, SUN, West()).sh[:, 0]
    np.testing.assert_allclose(colours[0], shown((0.9, 0.75, 0.6)), atol=1e-6)
    np.testing.assert_allclose(colours[1], shown((0.1, 0.15, 0.2)), atol=1e-6)


def test_a_black_surface_stays_black():
    np.testing.assert_array_equal(displayed([[0.0, 0.0, 0.0]], [UP], SUN), [[0.0, 0.0, 0.0]])


def test_a_lit_cloud_keeps_places_and_shows_the_displayed_colour():
    flat = surfels([[1.0, 2.0, 3.0]], (0, 1, 0), (0, 0, 1), (0.3, 0.2, 0.004), (0.5, 0.4, 0.3), 0.9)
    cloud = lit_cloud(flat, SUN).validated("test")
    np.testing.assert_allclose(cloud.means, [[1, 2, 3]])
    np.testing.assert_allclose(cloud.scales, [[0.3, 0.2, 0.004]], rtol=1e-6)
    np.testing.assert_allclose(cloud.opacities, [0.9], rtol=1e-6)
    colour = 0.5 + 0.28209479177387814 * cloud.sh[0, 0]
    np.testing.assert_allclose(colour, displayed([[0.5, 0.4, 0.3]], [(1.0, 0.0, 0.0)], SUN)[0], atol=1e-6)
    # columns y, z, x: a turn by 120 degrees about (1, 1, 1)
    np.testing.assert_allclose(np.abs(cloud.quats), [[0.5, 0.5, 0.5, 0.5]], atol=1e-6)
