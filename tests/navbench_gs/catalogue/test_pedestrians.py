"""Pedestrians: twelve people whose walk is periodic and stands on the ground."""

import math

import numpy as np
import pytest

from navbench_gs.catalogue.figures import SHIN, THIGH, Segment
from navbench_gs.catalogue.gait import HIP_SWING_RAD
from navbench_gs.catalogue.pedestrians import PEDESTRIANS, cycle_length_m, figure, posed_figure
from navbench_gs.errors import UnknownNameError

PHASES = np.linspace(0.0, 2.0 * math.pi, 9)


def test_a_third_of_the_appearances_is_kept_for_the_embedded_scenes():
    assert len(PEDESTRIANS) == 12
    assert sum(who.embedded_only for who in PEDESTRIANS.values()) == 4


@pytest.mark.parametrize("name", PEDESTRIANS)
def test_a_figure_is_as_tall_as_its_stature_and_fits_its_budget(name):
    person = figure(name)
    standing = posed_figure(person, 0.0, 0.0)
    assert 800 <= len(standing) <= 1500
    assert standing.centres[:, 2].max() == pytest.approx(person.height_m, abs=0.03)
    assert np.abs(standing.centres[:, :2]).max() < 0.45


@pytest.mark.parametrize("name", PEDESTRIANS)
@pytest.mark.parametrize("stride", [0.0, 0.5, 1.0])
def test_the_lowest_foot_touches_the_ground_at_every_phase(name, stride):
    for phase in PHASES:
        assert -0.005 <= posed_figure(figure(name), phase, stride).centres[:, 2].min() <= 0.02


def test_the_walk_has_period_two_pi():
    person = figure("student")
    now, later = (posed_figure(person, phase, 0.8) for phase in (0.7, 0.7 + 2.0 * math.pi))
    assert np.allclose(now.centres, later.centres)
    assert np.allclose(now.tangents, later.tangents)


def test_half_a_period_later_left_and_right_legs_have_changed_places():
    person = figure("jogger")
    left, right = (person.segment == int(at) for at in (Segment.LEFT_SHIN, Segment.RIGHT_SHIN))
    now, later = (posed_figure(person, phase, 1.0).centres for phase in (1.1, 1.1 + math.pi))
    assert now[left, 0].mean() == pytest.approx(later[right, 0].mean(), abs=0.01)
    assert now[left, 2].mean() == pytest.approx(later[right, 2].mean(), abs=0.01)


def test_arms_swing_against_the_legs():
    person = figure("jogger")
    pose = posed_figure(person, math.pi / 2.0, 1.0).centres
    leg_lead, arm_lead = (
        pose[person.segment == int(left), 0].mean() - pose[person.segment == int(right), 0].mean()
        for left, right in ((Segment.LEFT_FOOT, Segment.RIGHT_FOOT), (Segment.LEFT_FOREARM, Segment.RIGHT_FOREARM))
    )
    assert leg_lead > 0.5
    assert arm_lead < -0.2


def test_standing_people_do_not_move_with_the_phase():
    person = figure("elder")
    assert np.allclose(posed_figure(person, 0.0, 0.0).centres, posed_figure(person, 2.0, 0.0).centres)


def test_the_cycle_is_two_steps_of_the_swinging_legs():
    person = figure("office_worker")
    step = 2.0 * (THIGH + SHIN) * 1.80 * math.sin(HIP_SWING_RAD)
    assert cycle_length_m(person, 1.0) == pytest.approx(2.0 * step)
    assert cycle_length_m(person, 0.0) == 0.0


def test_posing_keeps_every_axis_a_unit_vector_and_normals_outward():
    pose = posed_figure(figure("tourist"), 2.3, 0.9)
    for axis in (pose.tangents, pose.bitangents, pose.normals):
        assert np.allclose(np.sum(axis**2, axis=1), 1.0)
    trunk = figure("tourist").segment == int(Segment.TORSO)
    outward = pose.centres[trunk] - pose.centres[trunk].mean(axis=0)
    assert np.mean(np.sum(outward * pose.normals[trunk], axis=1) > 0) > 0.75


def test_figures_are_the_same_every_time():
    first = figure("shopper")
    figure.cache_clear()
    assert np.array_equal(first.vectors, figure("shopper").vectors)
    assert np.array_equal(first.look.albedo, figure("shopper").look.albedo)


def test_an_unknown_appearance_is_refused_with_the_closest_name():
    with pytest.raises(UnknownNameError, match="did you mean 'jogger'"):
        figure("joger")
