import math

import numpy as np
import pytest

from navbench_gs.crowd.orca import DECISION_S, orca_velocities

OPEN = np.full((200, 200), 50.0, dtype=np.float32)
ORIGIN, CELL_M = np.array([-10.0, -10.0]), 0.1
WALL_X = 2.0
WALLED = np.repeat((WALL_X - (-10.0 + (np.arange(200) + 0.5) * CELL_M))[:, None], 200, axis=1).astype(np.float32)
"""Distance to a wall that fills x > 2."""


def choose(positions, velocities, preferred, shares, *, distance=OPEN, radius=0.3, top_speed=1.5):
    count = len(positions)
    return orca_velocities(
        np.array(positions, dtype=float),
        np.array(velocities, dtype=float),
        np.full(count, radius),
        np.array(preferred, dtype=float),
        np.full(len(preferred), top_speed),
        np.array(shares, dtype=float),
        distance,
        ORIGIN,
        CELL_M,
    )


def walk(positions, goals, shares, *, seconds, distance=OPEN, stubborn=(), radius=0.3):
    """Let discs walk to their goals at 1 m/s; returns their places over time (T, N, 2)."""
    places, speeds = np.array(positions, dtype=float), np.zeros((len(positions), 2))
    history = [places.copy()]
    for _ in range(round(seconds / DECISION_S)):
        towards = np.array(goals, dtype=float) - places
        preferred = towards / np.maximum(np.linalg.norm(towards, axis=1, keepdims=True), 1.0)
        free = [i for i in range(len(places)) if i not in stubborn]
        chosen = choose(places, speeds, preferred[free], np.array(shares)[free], distance=distance, radius=radius)
        speeds = preferred.copy()
        speeds[free] = chosen
        places = places + speeds * DECISION_S
        history.append(places.copy())
    return np.array(history)


def gaps(history, radius=0.3):
    return np.linalg.norm(history[:, 0] - history[:, 1], axis=1) - 2 * radius


def test_alone_a_disc_gets_the_velocity_it_prefers():
    assert choose([(0, 0)], [(0, 0)], [(0.6, -0.8)], [[0.0]]).tolist() == [[0.6, -0.8]]


def test_a_preferred_velocity_above_the_top_speed_is_shortened_not_turned():
    assert choose([(0, 0)], [(0, 0)], [(3.0, 4.0)], [[0.0]], top_speed=1.0)[0] == pytest.approx([0.6, 0.8])


def test_two_discs_that_share_pass_each_other_without_touching():
    history = walk([(-4, 0.05), (4, 0)], [(4, 0), (-4, 0)], [[0.0, 0.5], [0.5, 0.0]], seconds=14)
    assert gaps(history).min() > -0.01
    assert np.linalg.norm(history[-1] - [(4, 0), (-4, 0)], axis=1).max() < 0.2


def test_a_disc_with_the_whole_share_avoids_one_that_does_nothing():
    history = walk([(-3, 0.05), (3, 0)], [(3, 0), (-3, 0)], [[0.0, 1.0], [0.0, 0.0]], seconds=8, stubborn=(1,))
    assert gaps(history).min() > -0.01


def test_without_a_share_a_disc_walks_straight_through():
    velocity = choose([(0, 0), (0.8, 0)], [(1, 0), (-1, 0)], [(1, 0)], [[0.0, 0.0]])
    assert velocity.tolist() == [[1.0, 0.0]]


def test_half_the_share_turns_less_than_the_whole():
    turned = [
        abs(choose([(0, 0), (2, 0.1)], [(1, 0), (-1, 0)], [(1, 0)], [[0.0, share]])[0, 1]) for share in (0.0, 0.5, 1.0)
    ]
    assert turned[0] == 0.0 < turned[1] < turned[2]


def test_a_wall_stops_a_disc_at_its_own_radius():
    history = walk([(0.0, 0.0)], [(5.0, 0.0)], [[0.0]], seconds=6, distance=WALLED)
    assert 0.25 < WALL_X - history[-1, 0, 0] < 0.4
    assert (WALL_X - history[:, 0, 0]).min() >= 0.29


def test_along_a_wall_a_disc_keeps_its_speed():
    velocity = choose([(WALL_X - 0.4, 0.0)], [(0, 1)], [(0.0, 1.0)], [[0.0]], distance=WALLED)
    assert velocity[0] == pytest.approx([0.0, 1.0], abs=1e-9)


@pytest.mark.parametrize("offset", [(0.3, 0.0), (1e-9, 0.0), (0.0, 0.0)])
def test_overlapping_discs_part_and_stay_finite(offset):
    velocities = choose([(0, 0), offset], [(0, 0), (0, 0)], [(0, 0), (0, 0)], [[0.0, 0.5], [0.5, 0.0]])
    assert np.isfinite(velocities).all()
    if offset[0] > 0.1:
        assert velocities[0, 0] < -0.1
        assert velocities[1, 0] > 0.1


def test_hemmed_in_a_disc_still_gets_a_finite_velocity_below_its_top_speed():
    ring = [(0.5 * math.cos(a), 0.5 * math.sin(a)) for a in np.linspace(0, 2 * math.pi, 7)[:-1]]
    positions = [(0.0, 0.0), *ring]
    inward = [(-x, -y) for x, y in positions]
    velocity = choose(positions, inward, [(1.0, 0.3)], [[0.0] + [0.5] * 6], distance=WALLED)
    assert np.isfinite(velocity).all()
    assert np.linalg.norm(velocity) <= 1.5 + 1e-9
