from dataclasses import replace

import numpy as np

from navbench_gs.agents.oracle.forecasts import NOWHERE_M, Forecasts
from navbench_gs.domain.state import WorldState
from navbench_gs.terrain.terrain import load_terrain


def test_each_robot_has_its_own_pedestrians_and_none_of_them_minds_the_robot(yard):
    crowded, empty = yard.episode("ped"), yard.episode()
    grid = load_terrain(yard.scene).grid
    people = np.array([placement.start for placement in crowded.pedestrians])
    still = np.zeros((len(people), 2))
    far = WorldState(0.0, np.array([-9.0, -9.0, 0.0]), np.zeros(2), people, still)
    ahead = people[0, :2] + 0.7 * np.array([np.cos(people[0, 2]), np.sin(people[0, 2])])
    near = replace(far, robot=np.array([*ahead, 0.0]))
    alone = replace(far, pedestrians=people[:0], pedestrian_velocities=still[:0])
    told = Forecasts(3).places([crowded, crowded, empty], [grid] * 3, [far, near, alone], 8, 0.25)
    assert told.shape == (3, 8, len(people), 2)
    np.testing.assert_array_equal(told[0], told[1])
    assert np.hypot(*(told[0, -1, 0] - people[0, :2])) > 0.5 and (told[2] == NOWHERE_M).all()


def test_who_begins_another_episode_is_told_of_its_pedestrians(yard):
    episode, grid = yard.episode("ped"), load_terrain(yard.scene).grid
    (walker,) = episode.pedestrians[:1]
    back = walker.model_copy(update={"goals": tuple((-x, -y) for x, y in walker.goals)})
    other = episode.model_copy(update={"pedestrians": (back, *episode.pedestrians[1:])})
    people = np.array([placement.start for placement in episode.pedestrians])
    state = WorldState(0.0, np.array([-9.0, -9.0, 0.0]), np.zeros(2), people, np.zeros((len(people), 2)))
    forecasts = Forecasts(1)
    first = forecasts.places([episode], [grid], [state], 8, 0.25)
    forecasts.begin([0])
    assert np.abs(forecasts.places([other], [grid], [state], 8, 0.25)[:, :, 0] - first[:, :, 0]).max() > 0.3
