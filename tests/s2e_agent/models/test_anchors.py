import numpy as np
import pytest

from s2e_agent.config.pretraining import PRESETS
from s2e_agent.models.anchors import anchors_of_paths, forward_anchors, initial_anchors, k_means


def test_separate_heaps_get_their_means():
    heaps = np.array([[0, 0], [0, 2], [10, 0], [10, 2], [5, 9], [7, 9]], dtype=float)
    centres = k_means(heaps, 3, seed=0)
    assert sorted(map(tuple, centres)) == [(0, 1), (6, 9), (10, 1)]


def test_the_same_seed_gives_the_same_anchors():
    ends = np.random.Generator(np.random.PCG64(1)).normal(size=(500, 2))
    assert np.array_equal(anchors_of_paths(ends, 8, seed=3), anchors_of_paths(ends, 8, seed=3))


def test_ends_all_on_the_left_give_anchors_on_the_right_too():
    ends = np.array([[2.0, 1.0], [2.1, 1.1], [1.9, 0.9]])
    centres = anchors_of_paths(ends, 2, seed=0)
    assert np.allclose(centres, [[2.0, -1.0], [2.0, 1.0]])


def test_fewer_ends_than_anchors_are_refused():
    with pytest.raises(ValueError, match="4 anchors"):
        k_means(np.zeros((3, 2)), 4, seed=0)


def test_equal_ends_do_not_divide_by_zero():
    assert np.isfinite(k_means(np.ones((5, 2)), 3, seed=0)).all()


def test_forward_anchors_fan_out_as_far_as_drives_reach():
    ends = np.array([[1.0, 0.0], [0.0, 2.0], [-3.0, 0.0]])  # median reach 2 m
    half = np.sqrt(3.0)
    assert np.allclose(forward_anchors(ends, 3), [[1.0, -half], [2.0, 0.0], [1.0, half]])
    assert np.allclose(forward_anchors(ends, 1), [[2.0, 0.0]])


def test_every_preset_has_anchors_from_its_own_source():
    ends = np.random.Generator(np.random.PCG64(1)).normal(loc=2.0, size=(300, 2))
    for preset in PRESETS.values():
        anchors = initial_anchors(ends, preset)
        assert anchors.shape == (preset.policy.anchors, 2)
        assert (anchors == 0).all() == (preset.pretrain.anchors_from == "zero")
