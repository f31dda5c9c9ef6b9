import numpy as np

from navbench_gs.recording.disturbances import Disturbances, askew
from navbench_gs.recording.range_labels import solid_clearance


def test_an_askew_start_keeps_clear_of_everything_solid(yard):
    episode = yard.episode("obstacle")
    clearance = solid_clearance(yard.scene, episode)
    for seed in range(20):
        start = askew(episode, clearance, np.random.Generator(np.random.PCG64(seed))).start
        assert clearance.at(np.array(start[:2])) >= 0.45 and start != episode.start


def test_a_burst_ends_before_a_wall_and_beside_a_pedestrian(yard):
    disturbances = Disturbances(np.random.Generator(np.random.PCG64(0)), solid_clearance(yard.scene, yard.episode()))
    while not disturbances.begins_frame():
        pass
    in_the_open, at_the_wall = np.array([-6.0, -6.0, 0.0]), np.array([-0.9, 0.0, 0.0])
    nobody, somebody = np.zeros((0, 3)), np.array([[-6.0, -5.0, 0.0]])
    assert disturbances.command(in_the_open, nobody) is not None
    assert disturbances.command(in_the_open, somebody) is None
    assert disturbances.command(at_the_wall, nobody) is None
