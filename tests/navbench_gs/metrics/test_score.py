"""What must hold of the metrics for every recording."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from navbench_gs.domain.rules import RULES_V0
from navbench_gs.domain.trajectory import Trajectory
from navbench_gs.errors import DigestMismatchError
from navbench_gs.metrics.collisions import collisions
from navbench_gs.metrics.score import score

coordinates = st.floats(-20, 20, allow_nan=False)
places = st.lists(st.tuples(coordinates, coordinates), min_size=2, max_size=6)
touches = st.lists(
    st.tuples(st.sampled_from(["obstacle", "pedestrian"]), st.integers(0, 3), st.integers(1, 100)), max_size=25
)


def drawing_of(places, touches=()):
    walks = [{"radius_m": 0.3, "walk": [[0, 5 * n, 3], [5, -5, n]]} for n in range(4)]
    return {
        "tick_s": 0.05,
        "goal": [25, 0],
        "geodesic_m": 25,
        "drive": [[5 * n / (len(places) - 1), x, y, 0.1 * n] for n, (x, y) in enumerate(places)],
        "pedestrians": walks,
        "contacts": [{"kind": kind, "actor": actor, "ticks": [tick, tick]} for kind, actor, tick in touches],
        "ended": "time-limit",
    }


def prefix(trajectory: Trajectory, ticks: int) -> Trajectory:
    """The recording's first ``ticks`` ticks."""
    until = ticks + 1
    kept = trajectory.contact_tick <= ticks
    return replace(
        trajectory,
        poses=trajectory.poses[:until],
        velocities=trajectory.velocities[:until],
        commands=trajectory.commands[:ticks],
        remaining_m=trajectory.remaining_m[:until],
        on_walkable=trajectory.on_walkable[:until],
        pedestrians=trajectory.pedestrians[:until],
        contact_tick=trajectory.contact_tick[kept],
        contact_kind=trajectory.contact_kind[kept],
        contact_actor=trajectory.contact_actor[kept],
        contact_approach_mps=trajectory.contact_approach_mps[kept],
    )


@settings(max_examples=40, deadline=None)
@given(places=places, touches=touches, ticks=st.integers(1, 99))
def test_driving_on_never_lowers_what_only_accumulates(draw, places, touches, ticks):
    trajectory, episode = draw(drawing_of(places, touches))
    early, late = (score(part, episode, RULES_V0) for part in (prefix(trajectory, ticks), trajectory))
    for name in ("route_completion", "collision_times", "contact_steps", "distinct_actors", "path_length_m", "time_s"):
        assert getattr(early, name) <= getattr(late, name), name
    assert early.min_pedestrian_distance_m >= late.min_pedestrian_distance_m


@settings(max_examples=40, deadline=None)
@given(places=places, touches=touches, order=st.permutations(range(4)))
def test_the_numbering_of_actors_does_not_matter(draw, places, touches, order):
    trajectory, episode = draw(drawing_of(places, touches))
    renamed_actors = replace(
        trajectory,
        pedestrians=trajectory.pedestrians[:, np.argsort(order)],
        contact_actor=np.array([order[actor] for actor in trajectory.contact_actor], dtype=np.int32),
    )
    assert score(renamed_actors, episode, RULES_V0) == score(trajectory, episode, RULES_V0)


@settings(max_examples=60, deadline=None)
@given(touches=touches, seed=st.integers(0, 9))
def test_the_order_of_contact_records_does_not_matter(draw, touches, seed):
    trajectory, _ = draw(drawing_of([(0, 0), (5, 0)], touches))
    order = np.random.default_rng(seed).permutation(len(touches))
    shuffled = replace(
        trajectory,
        contact_tick=trajectory.contact_tick[order],
        contact_kind=trajectory.contact_kind[order],
        contact_actor=trajectory.contact_actor[order],
    )
    assert collisions(shuffled, RULES_V0) == collisions(trajectory, RULES_V0)


@settings(max_examples=40, deadline=None)
@given(places=places)
def test_soft_spl_never_exceeds_route_completion(draw, places):
    trajectory, episode = draw(drawing_of(places))
    scored = score(trajectory, episode, RULES_V0)
    assert scored.soft_spl <= scored.route_completion + 1e-12


def test_a_moved_and_turned_world_scores_the_same(draw):
    drawing = drawing_of([(0, 0), (4, 1), (9, -2)])
    turn = np.array([[0.0, -1.0], [1.0, 0.0]])

    def moved(point):
        return [*(turn @ point + [3.0, 7.0])]

    elsewhere = drawing | {
        "goal": moved(drawing["goal"]),
        "drive": [[t, *moved([x, y]), yaw + np.pi / 2] for t, x, y, yaw in drawing["drive"]],
        "pedestrians": [
            walk | {"walk": [[t, *moved([x, y])] for t, x, y in walk["walk"]]} for walk in drawing["pedestrians"]
        ],
    }
    here, there = (score(*draw(world), RULES_V0).model_dump() for world in (drawing, elsewhere))
    assert there == {key: pytest.approx(value) for key, value in here.items()}


def test_a_recording_of_another_episode_is_refused(draw):
    trajectory, episode = draw(drawing_of([(0, 0), (5, 0)]))
    other = episode.model_copy(update={"goal": (24.0, 0.0)})
    with pytest.raises(DigestMismatchError, match="drawn_00-obstacle_ped-0"):
        score(trajectory, other, RULES_V0)


def test_other_rules_give_another_score(draw):
    trajectory, _ = draw(drawing_of([(0, 0), (5, 0)], [("obstacle", 0, 10), ("obstacle", 0, 20)]))
    short_debounce = RULES_V0.model_copy(update={"contact": RULES_V0.contact.model_copy(update={"debounce_s": 0.2})})
    assert len(collisions(trajectory, RULES_V0)) == 1
    assert len(collisions(trajectory, short_debounce)) == 2
