import numpy as np

from baselines.point_goal import goal_candidates, nearest_path


def test_windows_run_from_left_to_right_at_half_height():
    picture = np.zeros((100, 200, 3), dtype=np.uint8)
    picture[..., 0] = np.arange(200)
    windows = goal_candidates(picture)
    assert [window.shape for window in windows] == [(60, 120, 3)] * 5
    assert [int(window[0, 0, 0]) for window in windows] == [0, 20, 40, 60, 80]


def test_the_path_that_ends_nearest_is_chosen():
    left, right = [[0.5, 0.5], [1.0, 1.0]], [[0.5, -0.5], [1.0, -1.0]]
    assert nearest_path(np.array([left, right]), np.array([5.0, -9.0])) == 1
    assert nearest_path(np.array([left, right]), np.array([5.0, 9.0])) == 0
