import numpy as np

from navbench_gs.agents.oracle.in_view import InView
from navbench_gs.domain.state import WorldState


def state(time_s, places, yaw=0.0):
    people = np.column_stack([np.array(places), np.zeros(len(places))])
    return WorldState(time_s, np.array([0.0, 0.0, yaw]), np.zeros(2), people, np.zeros((len(places), 2)))


def test_a_pedestrian_is_known_while_in_view_and_for_a_second_after():
    ahead, behind = [3.0, 0.0], [-3.0, 0.0]
    view = InView(np.array([0.25, 0.25]))
    assert view.known(state(0.0, [ahead, behind])).tolist() == [True, False]
    assert view.known(state(1.0, [ahead, behind], yaw=np.pi)).tolist() == [True, True]
    assert view.known(state(1.2, [ahead, behind], yaw=np.pi)).tolist() == [False, True]


def test_an_edge_in_view_is_enough():
    # at 46 degrees aside and 3 m away a disc of 0.25 m reaches 4.8 degrees nearer to the axis, one of 0.02 m only 0.4
    place = 3.0 * np.array([np.cos(np.radians(46.0)), np.sin(np.radians(46.0))])
    assert InView(np.array([0.25])).known(state(0.0, [place])).tolist() == [True]
    assert InView(np.array([0.02])).known(state(0.0, [place])).tolist() == [False]
