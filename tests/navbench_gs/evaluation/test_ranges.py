import numpy as np
import pytest

from navbench_gs.evaluation.ranges import measured_ranges, solid_field

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
