"""Contact shadows lie flat under what throws them, and nowhere else."""

from __future__ import annotations

import numpy as np
import pytest

from navbench_gs.catalogue.body import BoxBody, standing_box
from navbench_gs.catalogue.obstacles import OBSTACLES
from navbench_gs.render.shadows import PENUMBRA_M, SHADOW_OPACITY, body_shadow, contact_shadow


def test_a_contact_shadow_lies_flat_within_its_radius():
    shadow = contact_shadow(0.3)
    assert np.hypot(shadow.centres[:, 0], shadow.centres[:, 1]).max() < 0.3
    np.testing.assert_allclose(shadow.normals, np.tile([0.0, 0.0, 1.0], (len(shadow), 1)))
    assert not shadow.albedo.any()


def test_the_shadow_of_a_box_fills_its_outline_and_fades_beyond_it():
    shadow = body_shadow([standing_box(1.0, 0.4, 0.5)])
    x, y = np.abs(shadow.centres[:, :2]).T
    assert 0.49 <= x.max() < 0.5 + PENUMBRA_M and 0.2 <= y.max() < 0.2 + PENUMBRA_M
    inside = (x <= 0.5) & (y <= 0.2)
    assert shadow.opacity[inside] == pytest.approx(SHADOW_OPACITY)
    assert (shadow.opacity[~inside] < SHADOW_OPACITY).all()
    assert inside.sum() == 15 * 5  # cells of 7 cm


def test_a_seat_in_the_air_throws_half_a_shadow_and_a_sign_high_up_none():
    seat = BoxBody((0.2, 0.2, 0.05), (0.0, 0.0, 0.45))
    assert body_shadow([seat]).opacity.max() == pytest.approx(0.5 * SHADOW_OPACITY)
    high = BoxBody((0.5, 0.5, 0.1), (3.0, 0.0, 1.5))
    assert len(body_shadow([seat, high])) == len(body_shadow([seat]))


@pytest.mark.parametrize("kind", OBSTACLES.values(), ids=lambda kind: kind.name)
def test_every_obstacle_throws_a_shadow_under_itself(kind):
    shadow = body_shadow(kind.bodies)
    assert 10 <= len(shadow) <= 300
    assert np.hypot(*shadow.centres[:, :2].T).max() <= kind.radius_m + PENUMBRA_M
    np.testing.assert_allclose(shadow.normals, np.tile([0.0, 0.0, 1.0], (len(shadow), 1)))
