import numpy as np
import pytest

from navbench_gs.recording.range_labels import FRAMES_AHEAD, measured_ranges, ranges_of_people, solid_field

NOBODY = np.zeros((0, 2))


def test_ranges_are_the_distances_to_the_nearest_wall_in_each_column(yard):
    # the long wall's face lies at x = -0.1 for |y| <= 4; from (-3, 0) facing it, the middle columns see it 2.9 m ahead
    poses = np.array([[-3.0, 0.0, 0.0], [-3.0, 0.0, np.pi]])
    ranges = measured_ranges(solid_field(yard.scene, yard.episode()), poses, [NOBODY] * 2, np.zeros(0))
    assert ranges.shape == (2, 12)
    assert np.allclose(ranges[0, 5:7], 2.9, atol=0.15)
    # nearest ray of the outermost left column: across = 1 - 9 / 60, so 2.9 * sqrt(1 + 0.85^2) = 3.806
    assert ranges[0, 0] == pytest.approx(3.806, abs=0.2)
    assert (ranges[1] > 6.0).all()  # facing away, the border of the yard is 7 m off


def test_a_person_nearer_than_the_wall_is_what_a_column_tells(yard):
    person = np.array([[-1.0, 0.0]])  # two metres ahead, a disc of 0.3 m: its face is 1.7 m off
    poses = np.array([[-3.0, 0.0, 0.0], [-3.0, 0.0, np.pi]])
    ranges = measured_ranges(solid_field(yard.scene, yard.episode()), poses, [person] * 2, np.array([0.3]))
    assert ranges[0, 5:7] == pytest.approx([1.7, 1.7], abs=0.01)
    assert ranges[0, 0] > 3.6 and (ranges[1] > 6.0).all()  # seen neither aside nor behind


def test_people_are_told_of_now_and_later_as_seen_from_now():
    # the robot turns round after the first moment; the person walks from 2 m ahead to 1 m nearer two frames later
    frames = FRAMES_AHEAD[1] + 1
    poses = np.array([[0.0, 0.0, 0.0]] + [[0.0, 0.0, np.pi]] * (frames - 1))
    people = [np.array([[2.0, 0.0]])] * (frames - 1) + [np.array([[1.0, 0.0]])]
    told = ranges_of_people(poses, people, np.array([0.3]))
    assert told.shape == (frames, len(FRAMES_AHEAD), 12)
    assert told[0, :2, 5].tolist() == pytest.approx([1.7, 0.7], abs=0.01) and told[0, 0, 0] == 8.0
    assert np.isnan(told[0, 2]).all() and (told[1, 0] == 8.0).all() and np.isnan(told[1, 1]).all()


def test_where_nobody_walks_nobody_is_near():
    told = ranges_of_people(np.zeros((1, 3)), [NOBODY], np.zeros(0))
    assert (told[0, 0] == 8.0).all()
